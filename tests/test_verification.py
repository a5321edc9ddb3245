"""Verification: a true registry says yes six times, and each tampered twin says no for the right reason."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from registry_app.errors import RolledBack
from registry_app.ledger.checkpoint import Checkpoint
from registry_app.people.actions import AcceptUnanchored
from registry_app.vault import clock
from registry_app.verification import ANSWERS, verify
from registry_app.workspace import Workspace
from tests.golden.story import PASSPHRASE, START, desk, play
from tests.golden.twins import TWINS, Twin, forged, judged
from tests.ledger.forger import Forger, OwnKey


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("verification")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGISTRY_APP_KDF", "floor")
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        play(place / "registry")
    return place / "registry"


def must_fail(folder: Path, twin: Twin, bad: int | None) -> None:
    """Which answers say no, why the first does, and which leaf is the first bad one."""
    if twin.opens:
        Workspace.open(folder, "audit", PASSPHRASE).close()
    else:
        with pytest.raises(RolledBack):
            Workspace.open(folder, "audit", PASSPHRASE)
    found = judged(folder)
    assert {answer.name for answer in found.answers if answer.holds is not True} == twin.no
    assert not found.ok
    first = next(answer for answer in found.answers if answer.holds is False)
    assert twin.says in first.sentence
    assert found.first_bad is not None
    assert found.first_bad.seq == bad
    assert bad is None or bad in [finding.seq for finding in first.findings]


@pytest.fixture
def folder(founded: Path, tmp_path: Path) -> Path:
    return shutil.copytree(founded, tmp_path / "registry")


def test_a_true_registry_says_yes_six_times(folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with desk(folder, "audit") as workspace:
        found = verify(workspace, progress=lambda *said: told.append(said))
    assert {answer.name: answer.holds for answer in found.answers} == dict.fromkeys(ANSWERS, True)
    assert [answer.sentence for answer in found.answers] == list(ANSWERS.values())
    assert (found.ok, found.first_bad, found.notices) == (True, None, ())
    assert {what for what, _, _ in told} == {"signatures", "replay", "tables"}


@pytest.mark.parametrize("name", TWINS)
def test_a_tampered_twin_is_found_for_the_right_reason(folder: Path, name: str) -> None:
    bad = forged(folder, TWINS[name])
    must_fail(folder, TWINS[name], bad)


def test_without_any_head_outside_nobody_says_that_it_is_the_newest_copy(folder: Path) -> None:
    (folder / "head").unlink()
    with desk(folder, "audit") as workspace:
        found = verify(workspace)
        assert found.answers[-1].holds is None
        assert "nothing says" in found.answers[-1].sentence
        checkpoint = Checkpoint.of(found.registry, found.size, bytes.fromhex(found.root)).sign([workspace.signer])
        assert verify(workspace, checkpoint).answers[-1].holds is True


def test_a_checkpoint_of_a_longer_or_another_history_spoils_completeness(folder: Path) -> None:
    with desk(folder, "audit") as workspace:
        head, registry = workspace.head(), workspace.store.registry
        for checkpoint, says in (
            (Checkpoint.of(registry, head.size + 1, head.root).sign([workspace.signer]), "checkpoint saw"),
            (Checkpoint.of(registry, head.size, b"\7" * 32).sign([workspace.signer]), "does not begin with"),
            (Checkpoint.of("ab" * 32, head.size, head.root).sign([workspace.signer]), "another registry"),
            (Checkpoint.of(registry, head.size, head.root).sign([OwnKey(workspace.signer.person)]), "nobody known"),
        ):
            found = verify(workspace, checkpoint)
            assert {answer.name for answer in found.answers if answer.holds is not True} == {"completeness"}
            assert says in found.answers[-1].sentence


def test_a_clock_set_back_or_far_ahead_is_noticed_and_no_forgery(folder: Path) -> None:
    for moment, who in ((START, "dev"), (datetime(2031, 1, 1, tzinfo=UTC), "val")):
        with clock.use(lambda moment=moment: moment), desk(folder, who) as workspace:  # type: ignore[misc]
            workspace.run(AcceptUnanchored())
    with clock.use(lambda: datetime(2026, 6, 1, tzinfo=UTC)), desk(folder, "audit") as workspace:
        found = verify(workspace)
    assert found.ok
    assert ["set back" in notice or "ahead" in notice for notice in found.notices] == [True, True]


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ("UPDATE head SET reckoned = '2030-01-01T00:00:00.000000Z'", "table head"),
        ("UPDATE head SET size = 7", "head"),
        ("UPDATE head SET frontier = 'text'", "head"),
        ("UPDATE head SET genesis = 'ab'", "named after"),
        ("INSERT INTO head SELECT 2, genesis, size, frontier, reckoned FROM head", "table head was put in"),
        ("DELETE FROM head", "head says 0 leaves"),
        ("UPDATE leaf SET time = x'00' WHERE seq = 9", "leaf 9"),
        ("UPDATE leaf SET time = '0' WHERE seq = 9", "leaf 9"),
        ("UPDATE leaf SET envelope = 9999999999999 WHERE seq = 9", "leaf 9"),
        ("UPDATE leaf SET hash = 'text' WHERE seq = 9", "leaf 9"),
        ("UPDATE node SET hash = 'text' WHERE level = 1 AND place = 3", "Node 1/3"),
        ("UPDATE node SET hash = 32 WHERE level = 1 AND place = 3", "Node 1/3"),
        ("UPDATE person SET since = x'00' WHERE handle = 'val'", "table person"),
        ("UPDATE payload SET body = 7 WHERE digest = (SELECT max(digest) FROM payload)", "not what was signed"),
        ("INSERT INTO payload VALUES (x'00', x'00')", "was put in"),
        (
            "INSERT INTO member (team, member, since, until, kind) VALUES (x'07', x'00', 'x', NULL, 'team')",
            "table member",
        ),
        ("UPDATE person SET name = CAST(x'ff' AS TEXT) WHERE handle = 'val'", "Table person cannot be read"),
        ("DROP TRIGGER leaf_kept", "trigger leaf_kept on table leaf is missing"),
        (
            "CREATE TRIGGER evil AFTER INSERT ON decision BEGIN DELETE FROM comment; END",
            "trigger evil on table decision",
        ),
        ("CREATE VIEW approvals AS SELECT 1", "view approvals"),
        ("CREATE TABLE shadow (x)", "table shadow"),
        ("DROP INDEX leaf_id", "index leaf_id on table leaf is missing"),
        ("UPDATE alembic_version SET version_num = '0009'", "alembic_version"),
    ],
)
def test_whatever_is_edited_verification_ends_and_names_it(folder: Path, edit: str, says: str) -> None:
    with desk(folder, "audit") as workspace:
        forger = Forger(workspace.store.engine, workspace.store.sealer)
        (forger.ddl if edit.split(maxsplit=1)[0] in ("CREATE", "DROP") else forger.sql)(edit)
        found = verify(workspace)
    sentences = [finding.sentence for answer in found.answers for finding in answer.findings]
    assert not found.ok
    assert any(says in sentence for sentence in sentences), sentences
