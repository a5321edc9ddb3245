from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from registry_app.errors import AuthenticationError, RolledBack, StorageBusy, StorageReadOnly, UsageError
from registry_app.ledger.entry import Head
from registry_app.ledger.meaning import Reader, View
from registry_app.models.actions import RegisterModel, RegisterVersion, ReviseModel, StartDeployment
from registry_app.models.views import ShowModel
from registry_app.people.actions import FormTeam, Grant
from registry_app.people.views import People
from registry_app.reviews.actions import Decide
from registry_app.vault import chance, clock
from registry_app.workspace import Workspace
from tests.ground import phrase

MODEL = RegisterModel(name="m", team="credit", tier="low", tier_rationale="few", purpose="first")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    from registry_app.custody import enrol, found

    with found(tmp_path / "r", "Bank", "admin", "Ada", phrase("admin")).workspace as admin:
        enrol(admin, "dev", "Dev", phrase("dev"))
        admin.run(Grant("dev", "developer"))
        admin.run(FormTeam("credit", "dev"))
    return tmp_path / "r"


def test_a_receipt_says_what_was_said_and_where(folder: Path) -> None:
    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        before = dev.head()
        receipt = dev.run(MODEL)
        assert (receipt.seq, receipt.head.size) == (before.size, before.size + 1)
        assert dev.head() == receipt.head
        assert [fact.KIND for fact in receipt.facts] == ["model-registered"]
        assert receipt.notices == ()


def test_the_same_statement_again_gives_the_first_receipt(folder: Path) -> None:
    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        name = chance.uuid7()
        first = dev.run(MODEL, statement=name)
        again = dev.run(MODEL, statement=name)
        assert (again.seq, again.time, again.head, again.facts) == (first.seq, first.time, first.head, first.facts)
        assert dev.head().size == first.seq + 1


def test_a_receipt_tells_of_a_version_put_to_use_without_an_approval_also_the_second_time(folder: Path) -> None:
    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        dev.run(MODEL)
        dev.run(RegisterVersion(model="m", artifact="a" * 64))
        name = chance.uuid7()
        first = dev.run(StartDeployment("m:1", "production"), statement=name)
        assert ["No approved review covers m:1" in notice for notice in first.notices] == [True]
        again = dev.run(StartDeployment("m:1", "production"), statement=name)
        assert again.notices == ("This was recorded before.", *first.notices)


def test_a_view_answers_as_of_a_place_and_a_time(folder: Path) -> None:
    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        first = dev.run(MODEL)
        dev.run(ReviseModel(model="m", purpose="second"))
        assert dev.ask(ShowModel("m")).card.purpose == "second"
        assert dev.ask(ShowModel("m"), as_of=first.seq).card.purpose == "first"
        assert dev.ask(ShowModel("m"), as_of=first.time).card.purpose == "first"
        assert dev.position(first.time) == first.seq
        for moment in ("1999-01-01T00:00:00.000000Z", "yesterday"):
            with pytest.raises(UsageError):
                dev.position(moment)


def test_a_decision_asks_for_the_passphrase_first(folder: Path) -> None:
    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        for given in (None, "wrong, quite wrong"):
            with pytest.raises(AuthenticationError):
                dev.run(Decide("m:1", "approve"), passphrase=given)
        with pytest.raises(UsageError):
            dev.run(Decide("m:1", "approve"), passphrase=phrase("dev"))


def test_failed_attempts_are_told_at_the_next_unlock(folder: Path) -> None:
    for handle in ("dev", "nobody at all"):
        with pytest.raises(AuthenticationError):
            Workspace.open(folder, handle, "wrong, quite wrong")
    with Workspace.open(folder, "dev", phrase("dev"), read_only=True) as dev:
        assert "not on record yet" in dev.notices[0]
    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        assert "2 attempts to sign in failed" in dev.notices[0]
        assert "is on record" in dev.notices[0]
    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        assert dev.notices == []


def test_reading_only_writes_nothing(folder: Path) -> None:
    with Workspace.open(folder, "dev", phrase("dev"), read_only=True) as dev, pytest.raises(StorageReadOnly):
        dev.run(MODEL)


def test_a_busy_registry_is_tried_three_times(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry_app import receipt as room

    tries = []
    real = vars(room)["transact"]

    def busy(*args: object) -> object:
        tries.append(args[3])
        if len(tries) % 3:
            raise StorageBusy("Another process is writing.", "Try again.")
        return real(*args)

    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        monkeypatch.setattr(room, "transact", busy)
        dev.run(MODEL)
        assert len(tries) == 3
        assert len(set(tries)) == 1
        monkeypatch.setattr(room, "transact", lambda *_: (_ for _ in ()).throw(StorageBusy("x", "y")))
        with pytest.raises(StorageBusy):
            dev.run(ReviseModel(model="m", purpose="x"))


def test_a_ledger_behind_what_this_process_knows_is_not_written_to(folder: Path) -> None:
    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        dev.store.newest = Head(dev.head().size + 1, bytes(32))
        with pytest.raises(RolledBack):
            dev.run(MODEL)
        dev.store.newest = Head(dev.head().size, bytes(32))
        with pytest.raises(RolledBack):
            dev.run(MODEL)


class Now(View[str]):
    """What time a view is told."""

    def ask(self, reader: Reader) -> str:
        return reader.now


def test_the_time_of_a_view_is_never_before_the_ledgers(folder: Path) -> None:
    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        receipt = dev.run(MODEL)
        start = clock.parse(receipt.time)
        with clock.use(lambda: start - timedelta(days=9)):
            assert dev.ask(Now()) == receipt.time
        with clock.use(lambda: start + timedelta(days=9)):
            assert dev.ask(Now()) == clock.text(start + timedelta(days=9))


def test_the_time_of_a_view_as_of_then_is_that_time(folder: Path) -> None:
    with Workspace.open(folder, "dev", phrase("dev")) as dev:
        receipt = dev.run(MODEL)
        dev.run(ReviseModel(model="m", purpose="second"))
        later = clock.text(clock.parse(receipt.time) + timedelta(microseconds=1))
        assert dev.ask(Now(), as_of=receipt.seq) == receipt.time
        assert dev.ask(Now(), as_of=later) == later


def test_a_role_that_has_ended_since_is_shown_as_of_when_it_held(folder: Path) -> None:
    end = clock.now() + timedelta(days=30)
    with Workspace.open(folder, "admin", phrase("admin")) as admin:
        granted = admin.run(Grant("dev", "auditor", ends=clock.text(end)))
        admin.run(FormTeam("other", "dev"))
        shortly_before = clock.text(end - timedelta(microseconds=1))
        with clock.use(lambda: end + timedelta(days=1)):

            def roles(as_of: str | int | None = None) -> list[str]:
                (dev,) = [person for person in admin.ask(People(), as_of=as_of) if person.handle == "dev"]
                return [grant.role for grant in dev.grants]

            assert roles() == ["developer"]
            assert roles(granted.seq - 1) == ["developer"]
            assert roles(granted.seq) == ["developer", "auditor"]
            assert roles(shortly_before) == ["developer", "auditor"]
            assert roles(clock.text(end)) == ["developer"]


@pytest.mark.parametrize("beyond", [-1, 10**6])
def test_the_ledger_is_not_asked_as_of_a_place_it_does_not_have(folder: Path, beyond: int) -> None:
    with Workspace.open(folder, "dev", phrase("dev")) as dev, pytest.raises(UsageError, match="has no leaf"):
        dev.ask(People(), as_of=beyond)
