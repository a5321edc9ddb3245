"""Evidence, verdicts, reviews and routes by the command line: a whole passage."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_app.cli.options import PASSPHRASE
from tests.cli.conftest import Ask

TABLE = ("--label", "defaults", "--positive", "1", "--score", "p", "--threshold", "0.5")


@pytest.fixture
def open_gate(ask: Ask) -> None:
    """No pack stands in the way."""
    ask("policy", "withdraw", "credit-model-risk", "--reason", "for this test")


@pytest.mark.usefixtures("open_gate")
def test_a_version_passes_its_route_with_two_signatures(ask: Ask) -> None:
    ask("review", "submit", "credit-risk:2", "--note", "please", who="dev")
    assert "credit-risk:2" in ask("review", "list", who="val").out
    assert "Nothing waits for you." in ask("review", "list", who="dev").out
    assert "submitted" in ask("review", "list", "--all", who="dev").out
    said = ask("review", "approve", "credit-risk:2", "--comment", "fine", who="val")
    assert "You sign 'approved after review' over sha256:" in said.err
    assert said.out == "credit-risk:2 waits at the stage 'risk acceptance'\n"
    subject = ask("review", "show", "credit-risk:2", "--json").json["reviews"][0]["subject"]
    final = ask(
        "review", "approve-with-conditions", "credit-risk:2", "--conditions", "watch drift", "--subject", subject,
        "--json", who="risk",
    ).json  # fmt: skip
    assert final["state"] == "approved_with_conditions"
    assert final["facts"][0]["subject"] == subject
    shown = ask("review", "show", "credit-risk:2").out
    assert "watch drift" in shown
    assert "Rita Risk" in shown
    ask("verify")


@pytest.mark.usefixtures("open_gate")
def test_another_subject_than_the_one_shown_is_not_signed(ask: Ask) -> None:
    ask("review", "submit", "credit-risk:2", who="dev")
    assert (
        "has changed meanwhile"
        in ask("review", "approve", "credit-risk:2", "--subject", "0" * 64, who="val", code=5).err
    )


@pytest.mark.usefixtures("open_gate")
def test_a_version_is_commented_on_sent_back_and_withdrawn(ask: Ask) -> None:
    ask("review", "submit", "credit-risk:2", who="dev")
    ask("review", "comment", "credit-risk:2", "why?", who="val")
    assert "why?" in ask("review", "show", "credit-risk:2").out
    assert ask("review", "request-changes", "credit-risk:2", "--comment", "explain", who="val").out == (
        "credit-risk:2 changes requested\n"
    )
    ask("review", "submit", "credit-risk:2", who="dev")
    ask("review", "withdraw", "credit-risk:2", "--reason", "wrong file", who="dev")
    ask("review", "submit", "credit-risk:2", who="dev")
    assert ask("review", "reject", "credit-risk:2", "--comment", "no", who="val").out == "credit-risk:2 rejected\n"
    assert "no open review" in ask("review", "approve", "credit-risk:2", who="val", code=2).err
    ended = ask("review", "show", "credit-risk:2").out
    assert "What a decision would cover now" in ended
    assert "What is signed" not in ended


@pytest.mark.usefixtures("open_gate")
def test_nobody_decides_about_their_own(ask: Ask) -> None:
    ask("role", "grant", "dev", "validator")
    ask("review", "submit", "credit-risk:2", who="dev")
    refused = ask("review", "approve", "credit-risk:2", who="dev", code=5).err
    assert "does not decide" in refused
    assert "You sign" not in refused


@pytest.mark.usefixtures("open_gate")
def test_the_passphrase_is_taken_again_to_sign(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry_app.cli import desk

    ask("review", "submit", "credit-risk:2", who="dev")
    monkeypatch.setattr(desk.Desk, "again", lambda *_: "not the right one at all")
    ask("review", "approve", "credit-risk:2", who="val", code=4)
    assert "credit-risk:2" in ask("review", "list", who="val").out


def test_the_gate_is_closed_until_controls_are_waived(ask: Ask, scored: Path) -> None:
    evidence = ask(
        "evaluate", "fairness", "credit-risk:2", "--data", str(scored), *TABLE, "--sensitive", "sex", who="dev"
    )
    assert "In one sentence" in evidence.out
    ask("review", "submit", "credit-risk:2", who="dev")
    assert "The gate is closed" in ask("review", "approve", "credit-risk:2", who="val", code=5).err
    verdicts = ask("policy", "verdicts", "credit-risk:2", "--json").json["verdicts"]
    blocking = [
        v for v in verdicts if v["severity"] == "blocking" and v["outcome"] in ("not_met", "insufficient_evidence")
    ]
    assert blocking
    for verdict in blocking:
        ask(
            "policy",
            "waive",
            "credit-risk:2",
            verdict["control"],
            "--until",
            _next_year(),
            "--reason",
            "known",
            who="risk",
        )
    ask("policy", "judge", "credit-risk:2", who="dev")
    assert "waived" in ask("policy", "verdicts", "credit-risk:2").out
    assert "Waivers" in ask("review", "show", "credit-risk:2").out
    waiver = ask("policy", "verdicts", "credit-risk:2", "--json").json["waivers"][0]["id"]
    ask("policy", "unwaive", waiver, "--reason", "fixed", who="risk")
    assert waiver not in ask("policy", "verdicts", "credit-risk:2").out


def test_packs_are_listed_shown_withdrawn_and_adopted_again(ask: Ask, tmp_path: Path) -> None:
    assert "adopted" in ask("policy", "list").out
    shown = ask("policy", "show", "credit-model-risk", "--json").json
    assert shown["pack"]["controls"][0]["check"]
    assert shown["pack"]["controls"][0]["ref"] in ask("policy", "show", "credit-model-risk").out
    ask("policy", "adopt", "credit-model-risk", code=2)
    ask("policy", "withdraw", "credit-model-risk", "--reason", "x")
    assert "shipped" in ask("policy", "list").out
    assert ask("policy", "adopt", "credit-model-risk").out == "credit-model-risk\n"
    assert "no shipped pack and no file" in ask("policy", "adopt", "nothing", code=2).err
    (tmp_path / "bad.yaml").write_text("a: [")
    assert ask("policy", "adopt", str(tmp_path / "bad.yaml"), code=2).err.startswith("bad.yaml, line 1: ")


def test_a_route_is_changed_by_two_people(ask: Ask) -> None:
    stages = ("--stage", "validation=validator:2", "--stage", "risk acceptance=risk-officer")
    proposal = ask("route", "propose", "high", *stages, "--reason", "four eyes", who="risk").out.strip()
    assert proposal in ask("route", "list").out
    ask("route", "confirm", proposal, who="risk", code=5)
    ask("route", "confirm", proposal)
    assert "validation (2 validators), then risk acceptance (1 risk officer)" in ask("route", "list").out
    assert "is not of the form" in ask("route", "propose", "high", "--stage", "x", "--reason", "y", code=2).err


def test_measuring_needs_no_registry(say: Ask, scored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PASSPHRASE, raising=False)
    found = say("measure", "fairness", "--data", str(scored), *TABLE, "--sensitive", "sex", "--json").json
    assert {"groups", "disparities", "outcome"} <= found.keys()
    group = found["groups"][0]
    assert group["by"] == {"sex": "female"}
    rate = group["metrics"]["false_positive_rate"]
    assert isinstance(rate["value"], float)
    assert rate["ci"][0] <= rate["value"] <= rate["ci"][1]
    assert "Impact ratio" in say("measure", "fairness", "--data", str(scored), *TABLE, "--sensitive", "sex").out
    assert "ROC AUC" in say("measure", "performance", "--data", str(scored), *TABLE).out
    wrong = say("measure", "performance", "--data", str(scored), *TABLE[2:], "--label", "nothing", code=2)
    assert "there is no such column" in wrong.err
    assert "Explain a model's file" in " ".join(say("measure", "--help").out.split())


def test_evidence_is_recorded_listed_and_shown_as_signed(ask: Ask, scored: Path) -> None:
    said = ask("evaluate", "performance", "credit-risk:2", "--data", str(scored), *TABLE, "--json", who="dev").json
    assert isinstance(said["result"]["metrics"]["accuracy"]["value"], float)
    (line,) = ask("evidence", "list", "credit-risk:2", "--json").json
    assert line["id"] == said["evidence"]
    assert line["id"] in ask("evidence", "list", "credit-risk:2").out
    kept = ask("evidence", "show", line["id"], "--json").json
    assert isinstance(kept["result"]["result"]["metrics"]["accuracy"]["value"], str)
    shown = ask("evidence", "show", line["id"]).out
    assert "Libraries" in shown
    assert "Accuracy" in shown
    ask("evaluate", "performance", "credit-risk:2", "--data", str(scored), *TABLE, who="audit", code=5)
    ask("evidence", "show", "nothing", code=2)


def _next_year() -> str:
    from datetime import timedelta

    from registry_app.vault import clock

    return clock.text(clock.now() + timedelta(days=300))[:10]
