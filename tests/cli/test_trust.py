"""Trust at the command line: who decides, over which file, and until when."""

from __future__ import annotations

import pickle
from datetime import timedelta
from pathlib import Path

import pytest

from registry_app.vault import clock
from tests.cli.conftest import Ask

SOON = clock.text(clock.now() + timedelta(days=30))[:10]
FAR = clock.text(clock.now() + timedelta(days=900))[:10]


@pytest.fixture
def registered(ask: Ask, tmp_path: Path) -> tuple[str, str]:
    """A version made of a pickle, and its file."""
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps({"weights": [1, 2]}))
    return ask("version", "register", "credit-risk", "--artifact", str(path), who="dev").out.split("\n")[0], str(path)


def test_a_validator_trusts_exactly_the_registered_file_and_takes_it_back(
    ask: Ask, registered: tuple[str, str], tmp_path: Path
) -> None:
    version, file = registered
    assert "trusted         no" in ask("trust", "show", version).out
    said = ask("trust", "grant", version, file, "--reason", "our own build", who="val")
    assert "The scan says clean (picklescan" in said.err
    assert "by Val Validator; the scan said clean" in ask("trust", "show", version).out
    other = tmp_path / "other.pkl"
    other.write_bytes(pickle.dumps({"weights": [3]}))
    assert "another file" in ask("trust", "grant", version, str(other), "--reason", "r", who="val", code=5).err
    ask("trust", "revoke", version, "--reason", "in doubt", who="risk")
    assert ask("trust", "show", version, "--json").json["trust"] is None
    assert "Nobody trusts" in ask("trust", "revoke", version, "--reason", "again", who="risk", code=5).err


def test_neither_its_makers_nor_an_auditor_trust_a_file_and_nobody_without_a_reason(
    ask: Ask, registered: tuple[str, str]
) -> None:
    version, file = registered
    for who in ("dev", "audit"):
        assert "is needed to" in ask("trust", "grant", version, file, "--reason", "r", who=who, code=5).err
    assert "says why" in ask("trust", "grant", version, file, "--reason", " ", who="val", code=2).err
    assert "There is no artifact" in ask("trust", "grant", version, file + "x", "--reason", "r", who="val", code=2).err


def test_a_dangerous_file_is_said_to_be_so_before_the_signature(ask: Ask, tmp_path: Path) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    version = ask("version", "register", "credit-risk", "--artifact", str(path), who="dev").out.split("\n")[0]
    said = ask("trust", "grant", version, str(path), "--reason", "looked at", who="val")
    assert "The scan says dangerous" in said.err
    assert "system" in said.err
    assert "the scan said dangerous" in ask("trust", "show", version).out


def test_a_risk_officer_waives_the_sandbox_until_a_day_within_a_year(ask: Ask, registered: tuple[str, str]) -> None:
    version, _ = registered
    waive = ("trust", "waive", version, "--reason", "old kernel", "--until")
    assert "within a year" in ask(*waive, FAR, who="risk", code=5).err
    assert "is needed to" in ask(*waive, SOON, who="val", code=5).err
    ask(*waive, SOON, who="risk")
    assert f"until {SOON}" in ask("trust", "show", version).out
    assert "old kernel" in ask("trust", "show", version).out
    ask("trust", "unwaive", version, "--reason", "new kernel", who="risk")
    assert ask("trust", "show", version, "--json").json["waiver"] is None
