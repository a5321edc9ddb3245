"""Models, versions, aliases and lineage by the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Ask


def test_the_inventory_is_listed_filtered_and_paged(ask: Ask) -> None:
    for name in ("alpha", "beta"):
        ask(
            "model",
            "register",
            name,
            "--team",
            "credit",
            "--tier",
            "low",
            "--tier-rationale",
            "x",
            "--purpose",
            "y",
            who="dev",
        )
    ask("model", "tag", "beta", "book=retail", who="dev")
    assert [each["name"] for each in ask("model", "list", "--json").json] == ["alpha", "beta", "credit-risk"]
    assert [each["name"] for each in ask("model", "list", "--contains", "edit", "--json").json] == ["credit-risk"]
    assert [each["name"] for each in ask("model", "list", "--tag", "book=retail", "--json").json] == ["beta"]
    first = ask("model", "list", "--limit", "1")
    assert "--after 'alpha'" in first.err
    assert [each["name"] for each in ask("model", "list", "--after", "alpha", "--json").json] == ["beta", "credit-risk"]


def test_an_entry_is_revised_and_the_rest_of_it_stays(ask: Ask) -> None:
    ask("model", "revise", "credit-risk", "--tier", "critical", "--tier-rationale", "decides alone", who="dev")
    found = ask("model", "show", "credit-risk", "--json").json
    assert (found["risk_tier"], found["card"]["purpose"]) == ("critical", "score applications")
    assert "decides alone" in ask("model", "show", "credit-risk").out
    ask("model", "revise", "credit-risk", who="dev", code=2)


def test_a_tier_needs_a_reason(ask: Ask) -> None:
    entry = ("--team", "credit", "--tier", "low", "--purpose", "y", "--tier-rationale", " ")
    assert "rationale is empty" in ask("model", "register", "gamma", *entry, who="dev", code=2).err
    assert "rationale is empty" in ask("model", "revise", "credit-risk", "--tier-rationale", "", who="dev", code=2).err
    assert ask("model", "show", "credit-risk", "--json").json["card"]["tier_rationale"] == "people decide"


def test_a_version_is_registered_by_its_artifact_without_loading_it(ask: Ask, tmp_path: Path) -> None:
    artifact = tmp_path / "model.pkl"
    artifact.write_bytes(b"\x80\x04cposix\nsystem\n(S'touch " + str(tmp_path / "owned").encode() + b"'\ntR.")
    said = ask(
        "version", "register", "credit-risk", "--artifact", str(artifact), "--data", "train=training", "--parent",
        "credit-risk:1", "--metric", "auc=0.81", "--param", "depth=3", "--commit", "4f2c1a7", "--note", "new",
        "--tag", "gate=pass", who="dev",
    )  # fmt: skip
    assert said.out == "credit-risk:3\n"
    assert "the scan says dangerous" in said.err
    assert not (tmp_path / "owned").exists()
    found = ask("version", "show", "credit-risk:3", "--json").json
    assert found["summary"]["scan"] == "dangerous"
    assert found["metrics"] == [["auc", "0.81"]]
    assert found["parents"] == ["credit-risk:1"]
    shown = ask("version", "show", "credit-risk").out
    assert "posix.system" in shown
    assert "training: train (1,000 rows" in shown


def test_versions_are_listed_by_a_part_of_the_models_name(ask: Ask) -> None:
    assert [each["number"] for each in ask("version", "list", "--contains", "edit", "--json").json] == [2, 1]
    assert ask("version", "list", "--contains", "debit", "--json").json == []


def test_a_versions_history_is_told_newest_first(ask: Ask) -> None:
    told = ask("version", "history", "credit-risk:1", "--json").json
    assert told[-1]["kinds"] == ["version-registered"]
    assert told[-1]["author"] == "Dana Dev"
    assert [each["seq"] for each in told] == sorted((each["seq"] for each in told), reverse=True)
    assert "version-registered" in ask("version", "history", "credit-risk:1").out
    ask("version", "history", "credit-risk:99", code=2)


def test_a_version_is_registered_by_its_digest(ask: Ask) -> None:
    digest = "d" * 64
    said = ask("version", "register", "credit-risk", "--digest", f"sha256:{digest.upper()}", "--json", who="dev").json
    assert said["version"] == "credit-risk:3"
    assert said["facts"][0]["artifact"] == digest
    assert "note" not in said["facts"][0]


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        (("--digest", "zz"), "'zz' is no SHA-256 digest"),
        (("--digest", "a" * 64, "--metric", "auc=high"), "'auc' is 'high', which is no decimal number"),
        (("--digest", "a" * 64, "--metric", "auc=NaN"), "'auc' is 'NaN', which is no decimal number"),
    ],
)
def test_a_digest_and_a_claimed_metric_have_their_form(ask: Ask, claim: tuple[str, ...], said: str) -> None:
    assert said in ask("version", "register", "credit-risk", *claim, who="dev", code=2).err


def test_an_artifact_and_a_digest_are_not_both_given(ask: Ask, tmp_path: Path) -> None:
    ask("version", "register", "credit-risk", who="dev", code=2)
    ask("version", "register", "credit-risk", "--artifact", str(tmp_path), "--digest", "d" * 64, who="dev", code=2)
    assert (
        "There is no artifact"
        in ask("version", "register", "credit-risk", "--artifact", str(tmp_path / "none"), code=2).err
    )
    (tmp_path / "empty").touch()
    assert "is empty" in ask("version", "register", "credit-risk", "--artifact", str(tmp_path / "empty"), code=2).err


def test_versions_are_listed_newest_first_and_paged(ask: Ask) -> None:
    assert [each["number"] for each in ask("version", "list", "credit-risk", "--json").json] == [2, 1]
    assert "--after 'credit-risk:2'" in ask("version", "list", "--limit", "1").err
    assert [each["number"] for each in ask("version", "list", "--after", "credit-risk:2", "--json").json] == [1]


def test_a_version_is_tagged_and_found_by_it(ask: Ask) -> None:
    ask("version", "tag", "credit-risk:2", "gate=pass", who="dev")
    assert [each["number"] for each in ask("version", "list", "--tag", "gate=pass", "--json").json] == [2]
    assert "is not of the form KEY=VALUE" in ask("version", "tag", "credit-risk:2", "gate", who="dev", code=2).err


def test_an_alias_moves_and_goes(ask: Ask) -> None:
    assert ask("version", "show", "credit-risk:champion", "--json").json["summary"]["number"] == 1
    ask("alias", "set", "credit-risk:2", "champion", who="dev")
    assert ask("version", "show", "credit-risk:champion", "--json").json["summary"]["number"] == 2
    ask("alias", "remove", "credit-risk", "champion", who="dev")
    ask("version", "show", "credit-risk:champion", code=2)


def test_a_choice_that_is_none_is_said_in_one_clause(ask: Ask) -> None:
    said = ask("lineage", "credit-risk:1", "--format", "dot", code=2).err
    assert said.startswith("Invalid value for '--format': 'dot' is not one of 'tree'")


def test_lineage_is_a_tree_or_other_tools_words(ask: Ask) -> None:
    tree = ask("lineage", "train", "--dataset").out.splitlines()
    assert tree[0] == "* dataset train"
    assert "  > version credit-risk:1" in tree
    assert ask("lineage", "credit-risk:2", "--format", "mermaid").out.startswith("flowchart LR\n")
    assert "prefix" in json.loads(ask("lineage", "credit-risk:2", "--format", "prov").out)
    up = ask("lineage", "credit-risk:2", "--upstream", "--format", "json").json
    assert {node["label"] for node in up["nodes"]} == {"train", "credit-risk:1", "credit-risk:2"}
    assert len(ask("lineage", "credit-risk:2", "--downstream", "--json").json["nodes"]) == 1


def test_a_hostile_note_is_refused_before_anything_is_recorded(ask: Ask) -> None:
    size = len(ask("ledger", "log", "--json").json)
    said = ask("version", "register", "credit-risk", "--digest", "d" * 64, "--note", "a\x9b31m", who="dev", code=2)
    assert "U+009B" in said.err
    assert len(ask("ledger", "log", "--json").json) == size
