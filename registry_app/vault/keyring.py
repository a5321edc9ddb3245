"""Who can open the registry: a value without I/O, changed only into a new one.

A keyring is one canonical JSON object (RFC 8785). A plain ``checksum`` stands over all of it, so accidental damage is
told from a wrong passphrase before any slow work; a ``mac`` stands over the body, under a key that only those hold
who can open the registry, and is checked right after unlocking. While a rotation is under way the MAC stays under the
current data key. What was read from a file is trusted only then: a keyring made from a read one is never written before
the MAC of the read one was checked.

The MAC does not bind those who hold the data key: someone enrolled can write another keyring. The signing keys in the
ledger do: compare :meth:`Keyring.public_keys` with it before a rotation seals the new data key for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import rfc8785

from registry_app.errors import AuthenticationError, Refused, Tampered, UsageError
from registry_app.vault import digest
from registry_app.vault.identity import WRAPPED_SIZE, Identity, PublicIdentity
from registry_app.vault.kdf import SALT_SIZE, Profile
from registry_app.vault.slot import DATA_KEY_SIZE, DataKeys, Slot, broken, is_name, require_fields

__all__ = ["FORMAT", "MAX_PEOPLE", "MAX_SIZE", "DataKeys", "Keyring", "Origin", "Slot", "Unlocked"]

FORMAT = 1
"""The format this program writes, and the newest it reads."""

MAX_SIZE = 16 * 1024 * 1024
"""The most bytes of a keyring."""

MAX_PEOPLE = 2_500
"""The most people of a keyring: 16 MiB hold that many with two data keys each."""

MAX_EPOCH = 65_535
"""The last data-key epoch: a sealed value names its own in two bytes."""

_OUTER = frozenset({"checksum", "keyring", "mac"})
_FIELDS = frozenset({"epoch", "format", "generation", "pending", "people", "recovery", "registry"})


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What a passphrase or the recovery key opens."""

    identity: Identity
    """The private keys."""
    data_keys: DataKeys
    """The registry's data keys."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a keyring was read from, kept until its MAC can be checked."""

    body: bytes
    """The canonical body."""
    mac: bytes
    """The MAC beside it."""
    epoch: int
    """The data-key epoch the MAC is under."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keyring. Every method that changes something returns a new one, one generation later."""

    registry: str
    """The registry's id; empty until the genesis statement is written."""
    generation: int
    """One more at every change."""
    epoch: int
    """The current data-key epoch."""
    pending: int | None
    """The epoch a rotation under way leads to."""
    people: tuple[Slot, ...]
    """The slots of people, in the order of their enrolment; at least one."""
    recovery: Slot | None
    """The recovery's slot."""
    origin: Origin | None = field(default=None, repr=False, compare=False)
    """The file it, or the one it was made from, was read from."""

    @classmethod
    def create(
        cls, person: str, handle: str, identity: Identity, passphrase: str, profile: Profile, data_key: bytes
    ) -> Keyring:
        """The keyring of a new registry, with its first person."""
        _require_key(data_key)
        _require_own(identity, person)
        slot = Slot.for_person(handle, identity, passphrase, profile, DataKeys.first(data_key))
        return cls("", 1, 1, None, (slot,), None)

    def with_registry(self, registry_id: str) -> Keyring:
        """The same keyring, naming its registry.

        Raises:
            UsageError: it names another already, or that is no id.
        """
        if self.registry or not is_name(registry_id, 128):
            raise UsageError("The keyring belongs to a registry already.", "Make a new registry in a new folder.")
        return self._changed(registry=registry_id)

    def enrol(
        self, person: str, handle: str, identity: Identity, passphrase: str, profile: Profile, data_keys: DataKeys
    ) -> Keyring:
        """One person more. The passphrase is that person's own.

        Raises:
            UsageError: the person, the handle or the key is there already, or there are too many.
            Tampered: what this was read from was changed.
        """
        self._require(data_keys)
        _require_own(identity, person)
        if len(self.people) >= MAX_PEOPLE:
            raise UsageError(f"The keyring has {MAX_PEOPLE} people.", "Remove someone who has left first.")
        self._require_new(identity, handle, self.people)
        return self._changed(people=(*self.people, Slot.for_person(handle, identity, passphrase, profile, data_keys)))

    def re_enrol(
        self, person: str, handle: str, identity: Identity, passphrase: str, profile: Profile, data_keys: DataKeys
    ) -> Keyring:
        """New keys and a new passphrase for somebody who lost theirs, in the old one's place.

        Raises:
            UsageError: the person has no slot, or the keys are not new, or the handle is another person's.
            Tampered: what this was read from was changed.
        """
        self._require(data_keys)
        _require_own(identity, person)
        place = self._place(person)
        if self.people[place].public.sign_key == identity.public.sign_key:
            raise UsageError("Re-enrolling needs new keys.", "Make a new identity for the person.")
        self._require_new(identity, handle, (*self.people[:place], *self.people[place + 1 :]))
        return self._with_slot(place, Slot.for_person(handle, identity, passphrase, profile, data_keys))

    def remove(self, person: str) -> Keyring:
        """Without this person. What they have seen they keep: rotate the data key so that they see nothing new.

        Raises:
            UsageError: the person has no slot.
            Refused: nobody would be left.
        """
        place = self._place(person)
        if len(self.people) == 1:
            raise Refused("The last person cannot be removed from the keyring.", "Enrol another administrator first.")
        return self._changed(people=(*self.people[:place], *self.people[place + 1 :]))

    def change_passphrase(self, handle: str, old: str, new: str, profile: Profile) -> Keyring:
        """The same identity under a new passphrase.

        Raises:
            AuthenticationError: the handle or the old passphrase is wrong.
            Tampered: what this was read from was changed.
        """
        identity = self.unlock(handle, old).identity
        place = self._place(identity.person)
        return self._with_slot(place, self.people[place].rewrapped(identity, new, profile))

    def set_recovery(self, identity: Identity, secret: bytes, data_keys: DataKeys) -> Keyring:
        """A recovery slot, in the place of any before; the paper with the old recovery key opens nothing any more.

        Raises:
            Tampered: what this was read from was changed.
        """
        self._require(data_keys)
        return self._changed(recovery=Slot.for_recovery(identity, secret, data_keys))

    def begin_rotation(self, new_data_key: bytes) -> Keyring:
        """With a next data key, sealed for every slot beside the current one.

        Raises:
            Refused: a rotation is under way, or this is the last epoch.
        """
        _require_key(new_data_key)
        if self.pending is not None:
            raise Refused("A rotation of the data key is under way.", "Finish it with 'registry-app vault rotate'.")
        if self.epoch >= MAX_EPOCH:
            raise Refused("The data key was rotated as often as it can be.", "Make a new registry and import this one.")
        pending = self.epoch + 1
        return self._changed(
            pending=pending,
            people=tuple(slot.with_data_key(pending, new_data_key) for slot in self.people),
            recovery=None if self.recovery is None else self.recovery.with_data_key(pending, new_data_key),
        )

    def finish_rotation(self) -> Keyring:
        """With the next data key alone. Only once the database opens with it.

        Raises:
            Refused: no rotation is under way.
        """
        if self.pending is None:
            raise Refused("No rotation of the data key is under way.", "Begin one with 'registry-app vault rotate'.")
        return self._changed(
            epoch=self.pending,
            pending=None,
            people=tuple(slot.without_data_key(self.epoch) for slot in self.people),
            recovery=None if self.recovery is None else self.recovery.without_data_key(self.epoch),
        )

    def unlock(self, handle: str, passphrase: str) -> Unlocked:
        """What the passphrase opens. One run of Argon2id whatever is wrong: an unknown handle meets a decoy.

        The decoy has the first slot's profile. Where slots have several profiles, the time tells them apart; the file
        does so too.

        Raises:
            AuthenticationError: the handle is unknown, or the passphrase is wrong; it does not say which.
            Tampered: the keyring was changed by someone who could not open it.
        """
        slot = next((slot for slot in self.people if slot.handle == handle), None)
        decoy = replace(self.people[0], salt=bytes(SALT_SIZE), wrapped=bytes(WRAPPED_SIZE))
        identity = (slot or decoy).unlock(passphrase)
        if slot is None or identity is None:
            raise AuthenticationError("The handle or the passphrase is wrong.", "Check both and try again.")
        return self._unlocked(slot, identity)

    def unlock_recovery(self, secret: bytes) -> Unlocked:
        """What the recovery key opens.

        Raises:
            AuthenticationError: it is another registry's, or an older one, or there is none.
            Tampered: the keyring was changed by someone who could not open it.
        """
        identity = None if self.recovery is None else self.recovery.unlock_recovery(secret)
        if self.recovery is None or identity is None:
            raise AuthenticationError(
                "This recovery key does not open this registry.", "Use the one printed last, or sign in as a person."
            )
        return self._unlocked(self.recovery, identity)

    def public_keys(self) -> dict[str, PublicIdentity]:
        """The public keys by person id, ``recovery`` among them when there is one."""
        slots = self.people if self.recovery is None else (*self.people, self.recovery)
        return {slot.person: slot.public for slot in slots}

    def encode(self, mac_key_source: DataKeys) -> bytes:
        """The bytes to keep.

        Raises:
            Tampered: what this was read from was changed; nothing made from it is written.
            UsageError: these are not the keys of this keyring, or it grew too large.
        """
        self._verify(mac_key_source)
        body = self._body()
        mac = _mac(mac_key_source, self.epoch, rfc8785.dumps(body))
        signed: dict[str, Any] = {"keyring": body, "mac": mac.hex()}
        data = rfc8785.dumps({**signed, "checksum": digest.sha256_hex(rfc8785.dumps(signed))})
        if len(data) > MAX_SIZE:
            raise UsageError("The keyring would be larger than 16 MiB.", "Remove people who have left first.")
        return data

    @classmethod
    def decode(cls, data: bytes) -> Keyring:
        """The keyring in ``data``, which must be exactly what :meth:`encode` writes. Runs no key derivation.

        Raises:
            Damaged: it is not, or a key derivation is out of bounds.
            UsageError: a newer program wrote it.
        """
        outer = _parse(data)
        require_fields(outer, _OUTER, "the file")
        checksum = digest.sha256_hex(rfc8785.dumps({"keyring": outer["keyring"], "mac": outer["mac"]}))
        if outer["checksum"] != checksum:
            raise broken("its checksum does not match")
        body, mac = outer["keyring"], outer["mac"]
        if type(body) is dict and type(body.get("format")) is int and body["format"] > FORMAT:
            raise UsageError("A newer registry-app wrote this keyring.", "Open it with that version.")
        require_fields(body, _FIELDS, "the keyring")
        if type(mac) is not str or len(mac) != 64 or not frozenset(mac) <= frozenset("0123456789abcdef"):
            raise broken("its MAC is not of the right form")
        return _read(body, bytes.fromhex(mac))

    def _body(self) -> dict[str, Any]:
        return {
            "epoch": self.epoch,
            "format": FORMAT,
            "generation": self.generation,
            "pending": self.pending,
            "people": [slot.form() for slot in self.people],
            "recovery": None if self.recovery is None else self.recovery.form(),
            "registry": self.registry,
        }

    def _changed(self, **changes: Any) -> Keyring:
        return replace(self, generation=self.generation + 1, **changes)

    def _with_slot(self, place: int, slot: Slot) -> Keyring:
        return self._changed(people=(*self.people[:place], slot, *self.people[place + 1 :]))

    def _place(self, person: str) -> int:
        for place, slot in enumerate(self.people):
            if slot.person == person:
                return place
        raise UsageError("This person has no slot in the keyring.", "Enrol the person first.")

    def _unlocked(self, slot: Slot, identity: Identity) -> Unlocked:
        keys = DataKeys(self.epoch, slot.open_data_keys(identity), self.pending)
        self._verify(keys)
        return Unlocked(identity, keys)

    def _verify(self, keys: DataKeys) -> None:
        if self.origin is not None and not digest.equal(
            _mac(keys, self.origin.epoch, self.origin.body), self.origin.mac
        ):
            raise Tampered(
                "The keyring was changed by someone who cannot open the registry.",
                "Compare keyring.json with keyring.previous.json and your backups.",
            )

    def _require(self, keys: DataKeys) -> None:
        wanted = {self.epoch} if self.pending is None else {self.epoch, self.pending}
        if keys.keys.keys() != wanted:
            raise _wrong_keys()
        for data_key in keys.keys.values():
            _require_key(data_key)
        self._verify(keys)

    def _require_new(self, identity: Identity, handle: str, others: tuple[Slot, ...]) -> None:
        if any(slot.person == identity.person for slot in others):
            raise UsageError("This person is enrolled already.", "Re-enrol the person for new keys.")
        if any(slot.handle == handle for slot in others):
            raise UsageError(f"The handle {handle!r} is taken.", "Choose another.")
        if any(slot.public.sign_key == identity.public.sign_key for slot in others):
            raise UsageError("This key is another person's.", "Make a new identity for the person.")


def _require_own(identity: Identity, person: str) -> None:
    if identity.person != person:
        raise UsageError("The identity is another person's.", "Make one for this person.")


def _require_key(data_key: bytes) -> None:
    if len(data_key) != DATA_KEY_SIZE:
        raise UsageError(f"A data key has {DATA_KEY_SIZE} bytes.", "Draw one from chance.")


def _wrong_keys() -> UsageError:
    return UsageError("These data keys are not this keyring's.", "Unlock the keyring again.")


def _mac(keys: DataKeys, epoch: int, body: bytes) -> bytes:
    key = keys.keys.get(epoch)
    if key is None:
        raise _wrong_keys()
    return digest.hmac_sha256(digest.hkdf(key, "keyring-mac"), body)


def _parse(data: bytes) -> Any:
    if len(data) > MAX_SIZE:
        raise broken("it is larger than 16 MiB")
    try:
        value = json.loads(data.decode("ascii"), object_pairs_hook=_once)
        exact = rfc8785.dumps(value) == data
    except (ValueError, RecursionError):
        raise broken("it is not JSON as this program writes it") from None
    if not exact:
        raise broken("it is not in its canonical form")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _read(body: Mapping[str, Any], mac: bytes) -> Keyring:
    generation, epoch, pending = body["generation"], body["epoch"], body["pending"]
    people, registry = body["people"], body["registry"]
    if (
        type(generation) is not int
        or type(body["format"]) is not int
        or not 1 <= generation < 2**53
        or body["format"] != FORMAT
    ):
        raise broken("its generation or format is no proper number")
    if type(epoch) is not int or not 1 <= epoch <= MAX_EPOCH or (pending is not None and pending != epoch + 1):
        raise broken("its data-key epochs are not in order")
    if (
        type(people) is not list
        or not 1 <= len(people) <= MAX_PEOPLE
        or (registry != "" and not is_name(registry, 128))
    ):
        raise broken("its people or its registry are not in order")
    epochs = (epoch,) if pending is None else (epoch, epoch + 1)
    slots = tuple(Slot.read(form, epochs) for form in people)
    recovery = None if body["recovery"] is None else Slot.read(body["recovery"], epochs)
    for names in ([s.person for s in slots], [s.handle for s in slots], [s.public.sign_key for s in slots]):
        if len(set(names)) != len(slots):
            raise broken("two slots are one person's")
    if any(slot.profile is None for slot in slots) or (recovery is not None and recovery.profile is not None):
        raise broken("a slot is not where it belongs")
    return Keyring(registry, generation, epoch, pending, slots, recovery, Origin(rfc8785.dumps(dict(body)), mac, epoch))
