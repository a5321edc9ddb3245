from __future__ import annotations

import pytest

from registry_app.custody import (
    change_passphrase,
    disable,
    enrol,
    re_enrol,
    recover,
    require_enrollable,
    require_re_enrollable,
    require_recoverable,
)
from registry_app.errors import AuthenticationError, Refused, StorageError, UsageError
from registry_app.people.views import People
from registry_app.vault import keyfile, recovery
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.ground import CAST, Ground, phrase


def handles(ground: Ground) -> list[str]:
    return [slot.handle for slot in keyfile.load(ground.folder).people]


def test_an_enrolled_person_can_open_and_is_known(ground: Ground) -> None:
    with ground.open("admin") as admin:
        receipt = enrol(admin, "new", "New Person", phrase("new"), "new@example.org")
        assert [fact.KIND for fact in receipt.facts] == ["person-enrolled"]
    with ground.open("new") as workspace:
        assert "new" in {person.handle for person in workspace.ask(People())}
        assert verify(workspace).ok


def test_what_is_refused_changes_neither_keyring_nor_ledger(ground: Ground) -> None:
    before = (ground.folder / keyfile.CURRENT).read_bytes()
    with ground.open("dev") as dev, pytest.raises(Refused):
        enrol(dev, "new", "New Person", phrase("new"))
    with ground.open("admin") as admin:
        size = admin.head().size
        for handle, name, secret in (
            ("dev", "X", phrase("x")),
            ("NEW", "X", phrase("x")),
            ("new", "X", "short"),
            ("new", "", phrase("x")),
        ):
            with pytest.raises(UsageError):
                enrol(admin, handle, name, secret)
        assert admin.head().size == size
    assert (ground.folder / keyfile.CURRENT).read_bytes() == before


def test_what_can_be_refused_is_refused_before_a_passphrase_is_needed(ground: Ground) -> None:
    with ground.open("admin") as admin, ground.open("dev") as dev:
        size = admin.head().size
        require_enrollable(admin, "new", "New Person", "new@example.org")
        require_re_enrollable(admin, "val", "lost")
        for workspace, handle, name, kind in (
            (admin, "val", "X", UsageError), (admin, "NEW", "X", UsageError), (dev, "new", "X", Refused),
        ):  # fmt: skip
            with pytest.raises(kind):
                require_enrollable(workspace, handle, name)
        for workspace, handle, kind in ((admin, "nobody", UsageError), (dev, "val", Refused)):
            with pytest.raises(kind):
                require_re_enrollable(workspace, handle, "lost")
        assert admin.head().size == size
    assert handles(ground) == ["admin", *CAST]


def test_an_enrolment_that_the_ledger_never_heard_of_is_done_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ground.open("admin") as admin:
        with monkeypatch.context() as patch:
            patch.setattr(Workspace, "run", lambda *_: (_ for _ in ()).throw(StorageError("cut off", "")))
            with pytest.raises(StorageError):
                enrol(admin, "new", "New Person", phrase("new one"))
        assert handles(ground)[-1] == "new"
        with pytest.raises(AuthenticationError):
            Workspace.open(ground.folder, "new", phrase("new one"))
        enrol(admin, "new", "New Person", phrase("new"))
    ground.open("new").close()
    assert handles(ground).count("new") == 1


def test_a_re_enrolment_cut_off_before_the_keyring_is_done_again(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ground.open("admin") as admin:
        with monkeypatch.context() as patch:
            patch.setattr(keyfile, "save", lambda *_, **__: (_ for _ in ()).throw(StorageError("cut off", "")))
            with pytest.raises(StorageError):
                re_enrol(admin, "val", phrase("again"), "lost")
        with pytest.raises(AuthenticationError, match="does not know these keys"):
            ground.open("val")
        re_enrol(admin, "val", phrase("val"), "lost")
        assert verify(admin).ok
    ground.open("val").close()


def test_a_disabled_person_has_no_slot_and_comes_back_by_re_enrolment(ground: Ground) -> None:
    with ground.open("admin") as admin:
        disable(admin, "val", "left")
        assert "val" not in handles(ground)
        with pytest.raises(AuthenticationError):
            ground.open("val")
        re_enrol(admin, "val", phrase("back"), "came back")
        assert verify(admin).ok
    Workspace.open(ground.folder, "val", phrase("back")).close()


def test_the_last_administrator_stays(ground: Ground) -> None:
    with ground.open("admin") as admin, pytest.raises(Refused):
        disable(admin, "admin", "tired")
    assert handles(ground) == ["admin", *CAST]


def test_a_changed_passphrase_opens_and_the_old_one_does_not_nor_does_the_kept_keyring(ground: Ground) -> None:
    with ground.open("val") as val:
        with pytest.raises(AuthenticationError):
            change_passphrase(val, "wrong, quite wrong", phrase("changed"))
        with pytest.raises(UsageError):
            change_passphrase(val, phrase("val"), "short")
        change_passphrase(val, phrase("val"), phrase("changed"))
    with pytest.raises(AuthenticationError):
        ground.open("val")
    Workspace.open(ground.folder, "val", phrase("changed")).close()
    assert (ground.folder / keyfile.PREVIOUS).read_bytes() == (ground.folder / keyfile.CURRENT).read_bytes()


def test_the_recovery_key_gives_anybody_new_keys_and_nothing_else(ground: Ground) -> None:
    with recover(ground.folder, ground.recovery_key, "admin", phrase("found"), "all lost") as workspace:
        assert workspace.handle == "admin"
        assert verify(workspace).ok
    with pytest.raises(AuthenticationError):
        ground.open("admin")
    with pytest.raises(UsageError):
        recover(ground.folder, ground.recovery_key[:-1], "admin", phrase("found"), "lost")
    with pytest.raises(UsageError):
        recover(ground.folder, ground.recovery_key, "nobody", phrase("found"), "lost")


def test_what_can_be_refused_of_a_recovery_is_refused_before_a_passphrase_is_needed(ground: Ground) -> None:
    before = ground.print()
    require_recoverable(ground.folder, ground.recovery_key, "admin", "lost")
    other, _ = recovery.new()
    for key, handle, reason, kind in (
        (ground.recovery_key[:-1], "admin", "lost", UsageError),
        (other, "admin", "lost", AuthenticationError),
        (ground.recovery_key, "nobody", "lost", UsageError),
        (ground.recovery_key, "admin", "lo\x1bst", UsageError),
    ):
        with pytest.raises(kind):
            require_recoverable(ground.folder, key, handle, reason)
    assert ground.print() == before
