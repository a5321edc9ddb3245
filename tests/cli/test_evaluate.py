"""``evaluate`` measures as ``measure`` does, and signs: a model only runs as the registry says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from registry_app.measure.sandbox import run
from tests.cli.conftest import Ask
from tests.cli.learned import Files, learned

PREDICTED = ("--label", "defaults", "--positive", "1", "--score", "p", "--threshold", "0.5")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return learned(tmp_path_factory.mktemp("learned"))


def modelled(files: Files, kind: str, *more: str) -> tuple[str, ...]:
    """What names the table and the model."""
    features = ("--feature", "age", "--feature", "income")
    model = ("--model", getattr(files, kind), "--format", kind)
    return ("--data", files.table, "--label", "repaid", "--positive", "1", *model, *features, *more)


@pytest.fixture
def registered(ask: Ask, files: Files) -> dict[str, str]:
    """Versions of the two files, and the table as a dataset."""
    ask("dataset", "register", "loans", files.table, "--licence", "CC0-1.0", who="dev")
    return {
        kind: ask("version", "register", "credit-risk", "--artifact", getattr(files, kind), who="dev").out.split("\n")[
            0
        ]
        for kind in ("skops", "joblib")
    }


def test_a_version_s_own_file_is_run_and_the_result_is_evidence_on_the_dataset(
    ask: Ask, files: Files, registered: dict[str, str]
) -> None:
    version = "credit-risk:3"
    said = ask("evaluate", "performance", version, *modelled(files, "skops"), who="dev")
    name = said.out.split("\n")[0]
    assert "contained at level" in said.out
    assert "Recorded and signed" in said.err
    (line,) = ask("evidence", "list", version, "--json").json
    assert (line["id"], line["kind"], line["dataset"]) == (name, "performance", "loans")
    found = ask("evidence", "show", name, "--json").json["result"]
    assert found["data"]["model"]["features"] == ["age", "income"]
    explained = ask("evaluate", "explain", version, *modelled(files, "skops", "--json", "--no-checks"), who="dev").json
    assert explained["result"]["importance"][0]["feature"] == "income"
    options = modelled(files, "skops", "--json", "--no-checks", "--n-jobs", "2")
    again = ask("evaluate", "explain", version, *options, who="dev").json
    assert again["result"]["importance"] == explained["result"]["importance"]
    nowhere = modelled(files, "skops", "--dask", "http://nowhere")
    assert "no address of a Dask scheduler" in ask("evaluate", "explain", version, *nowhere, who="dev", code=2).err
    assert [each["kind"] for each in ask("evidence", "list", version, "--json").json] == [
        "performance",
        "explanation",
        "explanation",
    ]


def test_another_file_is_refused_before_it_runs(
    ask: Ask, files: Files, registered: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "opened", None)
    said = ask("evaluate", "performance", "credit-risk:4", *modelled(files, "skops"), who="dev", code=5)
    assert "The model's file is not the artifact of credit-risk:4." in said.err
    callable_ = (
        "--data",
        files.table,
        "--label",
        "repaid",
        "--positive",
        "1",
        "--model",
        "m:f",
        "--format",
        "callable",
    )
    assert "no file" in ask("evaluate", "performance", "credit-risk:4", *callable_, who="dev", code=5).err


def test_a_pickle_runs_only_after_a_decision_to_trust_it_which_the_evidence_shows(
    ask: Ask, files: Files, registered: dict[str, str]
) -> None:
    call = ("evaluate", "performance", "credit-risk:4", *modelled(files, "joblib"))
    refused = ask(*call, who="dev", code=7)
    assert "nobody has decided to trust this one" in refused.err
    assert "registry-app trust grant" in refused.err
    assert ask("evidence", "list", "credit-risk:4", "--json").json == []
    ask("trust", "grant", "credit-risk:4", files.joblib, "--reason", "built by us", who="risk")
    found = ask(*call, "--json", who="dev").json["result"]
    assert found["data"]["model"]["trust"]["by"] == "Rita Risk"


def test_small_groups_are_put_together_in_what_is_shown_and_kept_whole_beside_it(
    ask: Ask, files: Files, registered: dict[str, str]
) -> None:
    call = ("evaluate", "fairness", "credit-risk:3", *modelled(files, "skops", "--sensitive", "sex"))
    said = ask(*call, who="dev")
    assert "Groups of fewer than 10 rows are put together" in said.err
    name = said.out.split("\n")[0]
    shown = ask("evidence", "show", name, "--json").json
    whole = ask("evidence", "show", name, "--whole", "--json").json
    assert "x" in _groups(whole) - _groups(shown)
    every = ask(*call, "--hide-below", "0", "--json", who="dev")
    assert "x" in {group["by"]["sex"] for group in every.json["result"]["groups"]}
    assert "put together" not in every.err
    assert "No group has fewer than 1 rows." in ask(*call, "--hide-below", "1", who="dev", code=2).err


def _groups(shown: Any) -> set[str]:
    return {group["by"]["sex"] for group in shown["result"]["result"]["groups"]}


def test_predictions_data_and_load_tests_are_evidence_too(ask: Ask, scored: Path, tmp_path: Path) -> None:
    table = ("--data", str(scored))
    ask("evaluate", "performance", "credit-risk:1", *table, *PREDICTED, who="dev")
    ask("evaluate", "drift", "credit-risk:1", *table, "--reference", str(scored), who="dev")
    ask("evaluate", "quality", "credit-risk:1", *table, who="dev")
    jtl = tmp_path / "load.jtl"
    jtl.write_text("timeStamp,elapsed,label,success\n" + "".join(f"{1000 * n},{n + 1},s,true\n" for n in range(50)))
    ask("evaluate", "load", "credit-risk:1", "--data", str(jtl), who="dev")
    kinds = [each["kind"] for each in ask("evidence", "list", "credit-risk:1", "--json").json]
    assert kinds == ["performance", "drift", "quality", "load"]
    ask("verify")


def test_nothing_is_signed_where_the_measurement_failed(ask: Ask, scored: Path) -> None:
    wrong = ("--data", str(scored), "--label", "default", "--positive", "1", "--prediction", "q")
    said = ask("evaluate", "performance", "credit-risk:1", *wrong, "--json", who="dev", code=2)
    assert len(json.loads(said.err)["error"]["details"]) == 2
    assert ask("evidence", "list", "credit-risk:1", "--json").json == []
