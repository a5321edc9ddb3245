"""Enrol, re-enrol, disable, change the passphrase, recover."""

from __future__ import annotations

from pathlib import Path

from registry_app import text
from registry_app.house import MEANING
from registry_app.ledger.meaning import Action
from registry_app.ledger.saying import say
from registry_app.people import actions
from registry_app.people.standing import person_by_handle
from registry_app.receipt import Receipt, transact
from registry_app.store import Store, open_store
from registry_app.vault import chance, kdf, recovery
from registry_app.vault.folder import keep_private
from registry_app.vault.identity import Identity
from registry_app.vault.keyring import Keyring, Unlocked
from registry_app.vault.passphrase import require_strong
from registry_app.vault.place import Place, place_of
from registry_app.vault.slot import DataKeys
from registry_app.workspace import Workspace


def require_enrollable(workspace: Workspace, handle: str, name: str, email: str = "") -> None:
    """Refuse what can be refused before anybody is asked for a first passphrase; nothing is changed.

    Raises:
        UsageError, Refused: as :func:`enrol`.
    """
    rehearse(workspace, _enrolment(Identity.create(chance.uuid7()), handle, name, email))


def require_re_enrollable(workspace: Workspace, handle: str, reason: str) -> None:
    """Refuse what can be refused before anybody is asked for a new passphrase; nothing is changed.

    Raises:
        UsageError, Refused: as :func:`re_enrol`.
    """
    rehearse(workspace, _re_enrolment(Identity.create(_person(workspace, handle)), handle, reason))


def enrol(workspace: Workspace, handle: str, name: str, passphrase: str, email: str = "") -> Receipt:
    """Enrol a person: new keys under their passphrase, and the data key wrapped to them.

    Raises:
        UsageError: the handle is taken, a name is refused, or the passphrase is weak.
        Refused: whoever asks is no administrator; nothing was changed.
    """
    require_strong(passphrase, (handle, name, email))
    identity = Identity.create(chance.uuid7())
    action = _enrolment(identity, handle, name, email)
    rehearse(workspace, action)
    place = workspace.store.place
    with place.changing():
        keyring, keys = keyring_of(workspace)
        orphan = _person_of(keyring, handle)
        if orphan is not None:  # left by an enrolment that the ledger never heard of
            keyring = keyring.remove(orphan)
        keyring = keyring.enrol(identity.person, handle, identity, passphrase, kdf.chosen(), keys)
        place.keep(keyring.encode(keys))
        return workspace.run(action)


def re_enrol(workspace: Workspace, handle: str, passphrase: str, reason: str) -> Receipt:
    """Give somebody who lost the passphrase new keys; what the old key signed stays valid.

    Raises:
        UsageError, Refused: as :func:`enrol`.
    """
    require_strong(passphrase, (handle,))
    person = _person(workspace, handle)
    identity = Identity.create(person)
    action = _re_enrolment(identity, handle, reason)
    rehearse(workspace, action)
    place = workspace.store.place
    with place.changing():
        keyring, keys = keyring_of(workspace)
        keyring = _with_keys(keyring, person, handle, identity, passphrase, keys)
        encoded = keyring.encode(keys)
        receipt = workspace.run(action)
        place.keep(encoded)
    return receipt


def disable(workspace: Workspace, handle: str, reason: str) -> Receipt:
    """Let somebody sign and open the registry no longer. Follow it with a rotation: they may have kept a copy."""
    person = _person(workspace, handle)
    place = workspace.store.place
    with place.changing():
        receipt = workspace.run(actions.Disable(handle, reason))
        keyring, keys = keyring_of(workspace)
        if _person_of(keyring, handle) == person:
            place.keep(keyring.remove(person).encode(keys))
    return receipt


def change_passphrase(workspace: Workspace, old: str, new: str) -> None:
    """Wrap the keys of the person at work under a new passphrase. Keys stay, so the ledger hears nothing.

    Raises:
        AuthenticationError: the old one is wrong.
        UsageError: the new one is weak.
    """
    require_strong(new, (workspace.handle,))
    place = workspace.store.place
    with place.changing():
        keyring = place.keyring()
        keys = keyring.unlock(workspace.handle, old).data_keys
        changed = keyring.change_passphrase(workspace.handle, old, new, kdf.chosen())
        place.keep(changed.encode(keys), forget_previous=True)


def require_recoverable(path: Path | str, recovery_key: str, handle: str, reason: str) -> None:
    """Refuse what can be refused before anybody is asked for a new passphrase: the key, the handle, the reason.

    Nothing is changed.

    Raises:
        UsageError, AuthenticationError, IntegrityError, StorageError: as :func:`recover`.
    """
    text.prose(reason, "reason")
    _, _, store = _rescued(path, recovery_key)
    try:
        with store.reading() as rows:
            person_by_handle(rows, handle)
    finally:
        store.close()


def recover(path: Path | str, recovery_key: str, handle: str, passphrase: str, reason: str) -> Workspace:
    """Re-enrol a person with the registry's recovery key, and open the registry as that person.

    Raises:
        UsageError: the key has a typing error, nobody has that handle, or the passphrase is weak.
        AuthenticationError: it is not this registry's key.
    """
    require_strong(passphrase, (handle,))
    place, unlocked, store = _rescued(path, recovery_key)
    try:
        with store.reading() as rows:
            person = person_by_handle(rows, handle)["id"]
        identity = Identity.create(person)
        action = _re_enrolment(identity, handle, reason)
        with place.changing():
            keyring = place.keyring()
            keyring = _with_keys(keyring, person, handle, identity, passphrase, unlocked.data_keys)
            encoded = keyring.encode(unlocked.data_keys)
            transact(store, unlocked.identity, action, chance.uuid7(), None)
            place.keep(encoded)
    finally:
        store.close()
    return Workspace.open(path, handle, passphrase)


def _rescued(path: Path | str, recovery_key: str) -> tuple[Place, Unlocked, Store]:
    """The registry, opened with the recovery key."""
    keep_private()
    place = place_of(path)
    place.require()
    keyring = place.keyring()
    unlocked = keyring.unlock_recovery(recovery.read(recovery_key))
    return place, unlocked, open_store(place, keyring.registry, unlocked.data_keys)


class _Rehearsed(Exception):
    """Every rule said yes; roll back."""


def rehearse(workspace: Workspace, action: Action) -> None:
    """Ask every rule before keys are made, and change nothing."""
    try:
        with workspace.store.writing() as rows:
            say(rows, workspace.store.sealer, workspace.signer, action, MEANING, chance.uuid7(), None)
            raise _Rehearsed
    except _Rehearsed:
        return


def keyring_of(workspace: Workspace) -> tuple[Keyring, DataKeys]:
    """The keyring as it is kept, and the data keys of the open registry; writing it back checks its MAC first."""
    return workspace.store.place.keyring(), workspace.store.keys


def _enrolment(identity: Identity, handle: str, name: str, email: str) -> actions.Enrol:
    key, box = identity.public_key.hex(), identity.public.box_digest
    return actions.Enrol(identity.person, key, box, handle, name, email)


def _re_enrolment(identity: Identity, handle: str, reason: str) -> actions.ReEnrol:
    return actions.ReEnrol(handle, identity.public_key.hex(), identity.public.box_digest, reason)


def _person(workspace: Workspace, handle: str) -> str:
    with workspace.store.reading() as rows:
        return str(person_by_handle(rows, handle)["id"])


def _with_keys(
    keyring: Keyring, person: str, handle: str, identity: Identity, passphrase: str, keys: DataKeys
) -> Keyring:
    """The person's new keys in the place of the old ones, or a new place for somebody who was disabled."""
    if any(slot.person == person for slot in keyring.people):
        return keyring.re_enrol(person, handle, identity, passphrase, kdf.chosen(), keys)
    return keyring.enrol(person, handle, identity, passphrase, kdf.chosen(), keys)


def _person_of(keyring: Keyring, handle: str) -> str | None:
    return next((slot.person for slot in keyring.people if slot.handle == handle), None)
