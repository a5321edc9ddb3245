"""Datasets, runs, deployments and impact by the command line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from registry_app.cli.data import count
from registry_app.errors import UsageError
from registry_app.vault import digest
from tests.cli.conftest import Ask


def test_a_table_is_hashed_and_counted_where_it_lies(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress('sex,note\nf,"two\nlines"\nm,x\n'.encode("utf-8-sig")))
    ask("dataset", "register", "people", str(path), "--sensitive", "sex", "--licence", "CC-BY-4.0", who="dev")
    found = ask("dataset", "show", "people", "--json").json
    assert (found["rows"], found["sensitive"], found["licence"]) == (2, ["sex"], "CC-BY-4.0")
    assert found["digest"] == digest.sha256_hex(path.read_bytes())
    assert "people" in ask("dataset", "list").out
    assert f"sha256:{found['digest']}" in ask("dataset", "show", "people").out


def test_a_dataset_is_shown_whole(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("sex,income\nf,1\n")
    ask(
        "dataset",
        "register",
        "a",
        str(tmp_path / "a.csv"),
        "--sensitive",
        "sex",
        "--description",
        "Two\nlines.",
        who="dev",
    )
    ask("version", "register", "credit-risk", "--digest", "d" * 64, "--data", "a=test", who="dev")
    shown = ask("dataset", "show", "a").out
    for words in (
        "sex text, income text",
        "Two\n             lines.",
        "credit-risk:3 (test)",
        "by Dana Dev",
        "not declared",
    ):
        assert words in shown
    assert ask("dataset", "show", "a", "--json").json["columns"] == [["sex", "text"], ["income", "text"]]
    assert "nothing yet" not in ask("dataset", "show", "train").out


def test_a_name_that_may_be_several_datasets_is_answered_with_their_ids(ask: Ask) -> None:
    ask("dataset", "register", "twin", "--digest", "a" * 64, who="dev")
    ids = [ask("dataset", "show", name, "--json").json["id"] for name in ("twin", "train")]
    what, *candidates, todo = ask("impact", "a" * 64, code=2).err.splitlines()
    assert "any of 2 datasets" in what
    assert [line.split()[0] for line in candidates] == ids
    assert "by its id" in todo
    assert ask("impact", ids[1], "--json").json[0]["version"] == "credit-risk:1"
    assert "already" in ask("dataset", "register", "twin", "--digest", "e" * 64, who="dev", code=2).err


def test_a_dataset_elsewhere_is_known_by_its_digest(ask: Ask) -> None:
    ask("dataset", "register", "far", "--digest", "e" * 64, "--rows", "7", who="dev")
    assert ask("dataset", "show", "far", "--json").json["rows"] == 7
    ask("dataset", "register", "far", who="dev", code=2)
    assert "no SHA-256" in ask("dataset", "register", "bad", "--digest", "e" * 63, who="dev", code=2).err


def test_a_sensitive_column_must_be_there(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert (
        "has no column 'sex'"
        in ask("dataset", "register", "a", str(tmp_path / "a.csv"), "--sensitive", "sex", code=2).err
    )


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.csv", b"", r"The file '.*a\.csv' is empty"),
        ("a.csv", b"x\n\xff\n", "not UTF-8"),
        ("a.csv", b"x,y,x\n1,2,3\n", "more than one column 'x'"),
        ("a.csv.gz", b"no gzip", "no CSV that can be read"),
        ("a.csv", b'x\n"open\n', "no CSV that can be read"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match=why):
        count(tmp_path / name)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    for path, why in ((tmp_path, "is a folder"), (tmp_path / "none.csv", "There is no file")):
        with pytest.raises(UsageError, match=why):
            count(path)


def test_another_format_is_hashed_and_not_counted(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    assert count(tmp_path / "a.parquet").rows == 0


def test_a_run_is_recorded_and_named_by_a_version(ask: Ask) -> None:
    run = ask(
        "run", "record", "nightly", "--model", "credit-risk", "--data", "train=training", "--param", "seed=1",
        "--started", "2026-03-31T01:00:00Z", "--commit", "4f2c1a7", who="dev",
    ).out.strip()  # fmt: skip
    ask("version", "register", "credit-risk", "--digest", "d" * 64, "--run", run, who="dev")
    assert ask("version", "show", "credit-risk:3", "--json").json["run"] == run


def test_what_runs_is_listed_and_ends(ask: Ask) -> None:
    assert "production   credit-risk:1" in ask("deployment", "list", "production").out
    ask("deployment", "start", "credit-risk:2", "staging", who="dev")
    ask("deployment", "end", "credit-risk:1", "production", who="dev")
    assert [each["environment"] for each in ask("deployment", "list", "--json").json] == ["staging"]


def test_a_version_runs_without_an_approval_and_whoever_deploys_it_is_told(ask: Ask) -> None:
    said = ask("deployment", "start", "credit-risk:2", "staging", who="dev").err
    assert "Note: No approved review covers credit-risk:2 (it was never submitted)" in said
    told = ask("alias", "set", "credit-risk:2", "champion", "--json", who="dev").json["notices"]
    assert told == ["No approved review covers credit-risk:2 (it was never submitted); it was recorded all the same."]
    assert "approved review" not in ask("deployment", "end", "credit-risk:2", "staging", who="dev").err


def test_impact_reaches_through_parents(ask: Ask) -> None:
    assert ask("impact", "train", "--json").json == [
        {"version": "credit-risk:1", "environments": ["production"]},
        {"version": "credit-risk:2", "environments": []},
    ]
    assert "production" in ask("impact", "train").out
