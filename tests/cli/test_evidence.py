"""Evidence at the command line: listed, shown, measured again, compared, and cases kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Ask
from tests.cli.learned import Files, learned

PREDICTED = ("--label", "defaults", "--positive", "1", "--score", "p", "--threshold", "0.5")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return learned(tmp_path_factory.mktemp("learned"))


def evaluated(ask: Ask, kind: str, data: Path, *more: str) -> str:
    """The id of new evidence about the first version."""
    said = ask("evaluate", kind, "credit-risk:1", "--data", str(data), *PREDICTED, *more, who="dev")
    return said.out.split("\n", maxsplit=1)[0]


def test_evidence_is_measured_again_by_somebody_else_and_the_list_says_so(ask: Ask, scored: Path) -> None:
    name = evaluated(ask, "performance", scored)
    said = ask("evidence", "redo", name, "--data", str(scored), who="val")
    assert "matches: equal in every place" in said.out
    (line,) = ask("evidence", "list", "credit-risk:1", "--json").json
    assert [(each["author"], each["outcome"]) for each in line["redone"]] == [("Val Validator", "matches")]
    shown = ask("evidence", "show", name).out
    assert "measured again" in shown
    assert "by Val Validator" in shown


def test_what_differs_is_said_where(ask: Ask, scored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry_app.measure.requests.performance import PerformanceRequest

    name = evaluated(ask, "performance", scored)
    honest = PerformanceRequest.run

    def off(self: PerformanceRequest, *given: object) -> object:
        found = honest(self, *given)  # type: ignore[arg-type]
        found.result["metrics"]["accuracy"]["value"] = "0.5"
        return found

    monkeypatch.setattr(PerformanceRequest, "run", off)
    said = ask("evidence", "redo", name, "--data", str(scored), "--json", who="val").json
    assert said["outcome"] == "differs"
    assert [each["place"] for each in said["differences"]] == ["result / metrics / accuracy / value"]
    assert "result / metrics / accuracy / value" in ask("evidence", "redo", name, "--data", str(scored), who="val").out
    monkeypatch.setattr(PerformanceRequest, "run", honest)
    ask("evidence", "redo", name, "--data", str(scored), who="risk")
    assert "differs (2 times), matches" in ask("evidence", "list", "credit-risk:1").out


def test_other_data_and_other_people_are_refused_and_nothing_is_recorded(
    ask: Ask, scored: Path, tmp_path: Path
) -> None:
    name = evaluated(ask, "performance", scored)
    other = tmp_path / "other.csv"
    other.write_text(scored.read_text() + "1,0.9,male\n")
    assert "Give the very file that was measured." in ask("evidence", "redo", name, "--data", str(other), code=2).err
    assert "is needed to" in ask("evidence", "redo", name, "--data", str(scored), who="audit", code=5).err
    assert "no evidence" in ask("evidence", "redo", "x", "--data", str(scored), code=2).err
    assert ask("evidence", "list", "credit-risk:1", "--json").json[0]["redone"] == []


def test_two_pieces_of_evidence_stand_side_by_side(ask: Ask, scored: Path) -> None:
    first = evaluated(ask, "performance", scored)
    second = ask(
        "evaluate", "performance", "credit-risk:2", "--data", str(scored), "--label", "defaults", "--positive", "1",
        "--score", "p", "--threshold", "0.2", who="dev",
    ).out.split("\n", maxsplit=1)[0]  # fmt: skip
    said = ask("evidence", "compare", first, second)
    assert "the same bytes" in said.out
    assert "chosen: threshold" in said.out
    assert "beyond intervals" in said.out
    assert "roc_auc" not in said.out
    assert "roc_auc" in ask("evidence", "compare", first, second, "--all").out
    fair = evaluated(ask, "fairness", scored, "--sensitive", "sex")
    assert "of one kind" in ask("evidence", "compare", first, fair, code=2).err


def test_small_groups_are_seen_inside_and_leave_together(ask: Ask, scored: Path) -> None:
    lines = scored.read_text().splitlines()
    few = [lines[0], *(line.replace("female", "other") for line in lines[1:6]), *lines[6:]]
    scored.write_text("\n".join(few) + "\n")
    name = evaluated(ask, "fairness", scored, "--sensitive", "sex")
    shown, whole = ask("evidence", "show", name).out, ask("evidence", "show", name, "--whole").out
    assert "(groups under 10 rows)" in shown
    assert "evidence show --whole" in shown
    assert "other" not in shown.split("Rates by group")[-1].split()
    assert "other" in whole.split()
    ask("evidence", "redo", name, "--data", str(scored), who="val")
    assert ask("evidence", "list", "credit-risk:1", "--json").json[0]["redone"][0]["outcome"] == "matches"


def test_an_explained_case_is_kept_with_its_values_by_a_reviewer(ask: Ask, files: Files) -> None:
    version = ask("version", "register", "credit-risk", "--artifact", files.skops, who="dev").out.split("\n")[0]
    run = ("--model", files.skops, "--format", "skops", "--feature", "age", "--feature", "income")
    name = ask(
        "evaluate", "explain", version, "--data", files.table, *run, "--no-checks", "--cases", "2", who="dev"
    ).out.split("\n", maxsplit=1)[0]
    row = ask("evidence", "show", name, "--json").json["result"]["result"]["cases"][0]["row"]
    kept = (
        "evidence",
        "keep",
        name,
        row,
        "--value",
        "age=22",
        "--value",
        "income=1 900",
        "--reason",
        "appeal 4711",
    )
    assert "is needed to" in ask(*kept, who="dev", code=5).err
    pseudonym = ask(*kept, who="val").out.strip()
    assert len(pseudonym) == 16
    said = ask("evidence", "cases", version).out
    assert "none of those" in ask(*kept[:3], "row 9999", *kept[4:], who="val", code=5).err
    for words in (pseudonym, row, "22", "1 900", "appeal 4711", "by Val Validator"):
        assert words in said
    assert pseudonym in ask("evidence", "show", name).out
    assert ask("evidence", "cases", "credit-risk:1").out.strip() == "No case is kept."
    redone = ask("evidence", "redo", name, "--data", files.table, "--model", files.skops, who="risk")
    assert "matches: equal in every place" in redone.out
    assert "Name the model's file" in ask("evidence", "redo", name, "--data", files.table, who="risk", code=2).err
