"""A slot of the keyring: one person's wrapped identity, and the data keys sealed for it.

Person and recovery differ in one thing only: the key that wraps the identity comes from Argon2id over a passphrase, or
from the recovery secret.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from typing import Any, Self

import rfc8785

from registry_app import text
from registry_app.errors import Damaged, Tampered, UsageError
from registry_app.vault import chance, recovery
from registry_app.vault.identity import (
    BOX_KEY_SIZE,
    SEALED_EXTRA,
    SIGN_KEY_SIZE,
    WRAPPED_SIZE,
    Identity,
    PublicIdentity,
    unwrap,
)
from registry_app.vault.kdf import SALT_SIZE, Profile, derive

DATA_KEY_SIZE = 32
"""Bytes of a data key."""

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
_FIELDS = frozenset({"box_key", "data_keys", "handle", "identity", "kdf", "person", "sign_key"})
_KDF_FIELDS = frozenset({"iterations", "lanes", "memory_kib", "name", "salt"})


@dataclass(frozen=True, slots=True)
class DataKeys:
    """The registry's data keys, unlocked."""

    current_epoch: int
    """The epoch new values are sealed under."""
    keys: dict[int, bytes] = field(repr=False)
    """The 32-byte data keys by epoch: the current one, and the pending one of a rotation under way."""
    pending: int | None = None
    """The epoch a rotation under way leads to."""

    @classmethod
    def first(cls, data_key: bytes) -> Self:
        """The keys of a new registry."""
        return cls(1, {1: data_key})

    def with_pending(self, new_data_key: bytes) -> DataKeys:
        """These keys and the next one: a rotation begins."""
        epoch = self.current_epoch + 1
        return DataKeys(self.current_epoch, {**self.keys, epoch: new_data_key}, epoch)

    def finished(self) -> DataKeys:
        """The pending key alone: the rotation is done.

        Raises:
            UsageError: none is pending.
        """
        if self.pending is None:
            raise UsageError("No rotation of the data key is under way.", "Begin one with 'registry-app vault rotate'.")
        return DataKeys(self.pending, {self.pending: self.keys[self.pending]})


@dataclass(frozen=True, slots=True)
class Slot:
    """What the keyring holds of one person, or of the recovery."""

    person: str
    """The person's id, or ``recovery``."""
    handle: str
    """The name the person signs in with; ``recovery`` for the recovery."""
    public: PublicIdentity
    """The public keys."""
    profile: Profile | None
    """How the wrapping key is derived from the passphrase; ``None``: it is the recovery's."""
    salt: bytes
    """16 bytes, new at every change of passphrase; empty for the recovery."""
    wrapped: bytes
    """The private keys: nonce, AES-256-GCM ciphertext, tag."""
    data_keys: dict[int, bytes]
    """The data keys by epoch, each sealed for :attr:`public` with HPKE."""

    @classmethod
    def for_person(cls, handle: str, identity: Identity, passphrase: str, profile: Profile, keys: DataKeys) -> Slot:
        """A slot that ``passphrase`` opens. One run of Argon2id.

        Raises:
            UsageError: the person's id, the handle or the passphrase is not of the right form.
        """
        if identity.person == recovery.RECOVERY or not is_name(identity.person, 64):
            raise UsageError("This is no person's id.", "Use the id the registry gave the person.")
        slot = cls(identity.person, text.handle(handle), identity.public, profile, b"", b"", {})
        return slot.rewrapped(identity, passphrase, profile)._sealed_for(keys)

    @classmethod
    def for_recovery(cls, identity: Identity, secret: bytes, keys: DataKeys) -> Slot:
        """The slot that the recovery key with this secret opens."""
        name = recovery.RECOVERY
        if identity.person != name:
            raise UsageError("The recovery has an identity of its own.", "Make one for the person named 'recovery'.")
        slot = cls(name, name, identity.public, None, b"", b"", {})
        wrapped = identity.wrap(recovery.wrapping_key(secret), slot.about())
        return replace(slot, wrapped=wrapped)._sealed_for(keys)

    def rewrapped(self, identity: Identity, passphrase: str, profile: Profile) -> Slot:
        """The same identity under another passphrase and a new salt. One run of Argon2id."""
        slot = replace(self, profile=profile, salt=chance.token(SALT_SIZE))
        return replace(slot, wrapped=identity.wrap(derive(passphrase, slot.salt, profile), slot.about()))

    def with_data_key(self, epoch: int, data_key: bytes) -> Slot:
        """This slot with one more data key, sealed for its owner; needs nobody's passphrase."""
        sealed = self.public.seal(data_key, _info(self.person, epoch))
        return replace(self, data_keys={**self.data_keys, epoch: sealed})

    def without_data_key(self, epoch: int) -> Slot:
        """This slot without the data key of ``epoch``."""
        return replace(self, data_keys={number: sealed for number, sealed in self.data_keys.items() if number != epoch})

    def _sealed_for(self, keys: DataKeys) -> Slot:
        slot = self
        for epoch, data_key in sorted(keys.keys.items()):
            slot = slot.with_data_key(epoch, data_key)
        return slot

    def about(self) -> bytes:
        """What the wrapped identity is bound to: the person, the derivation and the public keys, canonically."""
        return rfc8785.dumps(
            {
                "box_key": _text(self.public.box_key),
                "kdf": _kdf_form(self),
                "person": self.person,
                "sign_key": _text(self.public.sign_key),
                "use": "registry-app identity v1",
            }
        )

    def unlock(self, passphrase: str) -> Identity | None:
        """The identity, or ``None`` when the passphrase is another. One run of Argon2id.

        Raises:
            Damaged: the profile is out of bounds; nothing ran.
        """
        if self.profile is None:
            return None
        return self._unwrapped(derive(passphrase, self.salt, self.profile))

    def unlock_recovery(self, secret: bytes) -> Identity | None:
        """The recovery's identity, or ``None`` when the secret is another."""
        return self._unwrapped(recovery.wrapping_key(secret))

    def _unwrapped(self, key: bytes) -> Identity | None:
        identity = unwrap(self.person, self.wrapped, key, self.about())
        if identity is not None and identity.public != self.public:
            raise Tampered("A slot's private keys are not those of its public keys.", "Restore it from a backup.")
        return identity

    def open_data_keys(self, identity: Identity) -> dict[int, bytes]:
        """The data keys by epoch.

        Raises:
            Tampered: one was not sealed for this person and epoch.
        """
        keys = {epoch: identity.open(sealed, _info(self.person, epoch)) for epoch, sealed in self.data_keys.items()}
        if any(len(key) != DATA_KEY_SIZE for key in keys.values()):
            raise Tampered("A data key in the keyring has the wrong length.", "Restore keyring.json from a backup.")
        return keys

    def form(self) -> dict[str, Any]:
        """The slot as JSON values."""
        return {
            "box_key": _text(self.public.box_key),
            "data_keys": {str(epoch): _text(sealed) for epoch, sealed in self.data_keys.items()},
            "handle": self.handle,
            "identity": _text(self.wrapped),
            "kdf": _kdf_form(self),
            "person": self.person,
            "sign_key": _text(self.public.sign_key),
        }

    @classmethod
    def read(cls, form: Any, epochs: tuple[int, ...]) -> Slot:
        """The slot in ``form``, holding exactly the data keys of ``epochs``.

        Raises:
            Damaged: it is of another form, or its derivation is out of bounds.
        """
        require_fields(form, _FIELDS, "a slot")
        person, handle = form["person"], form["handle"]
        profile, salt = _read_kdf(form["kdf"])
        if not is_name(person, 64) or not _fits(person, handle, profile):
            raise broken("a slot has no proper person or handle")
        sealed = form["data_keys"]
        require_fields(sealed, frozenset(map(str, epochs)), "a slot's data keys")
        public = PublicIdentity(_bytes(form["sign_key"], SIGN_KEY_SIZE), _bytes(form["box_key"], BOX_KEY_SIZE))
        data_keys = {epoch: _bytes(sealed[str(epoch)], DATA_KEY_SIZE + SEALED_EXTRA) for epoch in epochs}
        return cls(person, handle, public, profile, salt, _bytes(form["identity"], WRAPPED_SIZE), data_keys)


def broken(reason: str) -> Damaged:
    """The error for a keyring that cannot be read; ``reason`` ends the sentence."""
    return Damaged(f"The keyring is damaged: {reason}.", "Restore keyring.json from a backup.")


def require_fields(form: Any, fields: frozenset[str], what: str) -> None:
    """Refuse ``form`` unless it is an object with exactly these fields.

    Raises:
        Damaged: it is not.
    """
    if type(form) is not dict or form.keys() != fields:
        raise broken(f"{what} has not the fields it should have")


def is_name(value: Any, limit: int) -> bool:
    """Whether ``value`` is text of 1 to ``limit`` letters, digits, dots, dashes and underscores (ASCII)."""
    return type(value) is str and 0 < len(value) <= limit and frozenset(value) <= _NAME


def _fits(person: str, handle: Any, profile: Profile | None) -> bool:
    if type(handle) is not str:
        return False
    if person == recovery.RECOVERY:
        return handle == person and profile is None
    try:
        return text.handle(handle) == handle and profile is not None
    except UsageError:
        return False


def _kdf_form(slot: Slot) -> dict[str, Any]:
    if slot.profile is None:
        return {"name": recovery.RECOVERY}
    return {
        "iterations": slot.profile.iterations,
        "lanes": slot.profile.lanes,
        "memory_kib": slot.profile.memory_kib,
        "name": slot.profile.name,
        "salt": _text(slot.salt),
    }


def _read_kdf(form: Any) -> tuple[Profile | None, bytes]:
    if form == {"name": recovery.RECOVERY}:
        return None, b""
    require_fields(form, _KDF_FIELDS, "a slot's key derivation")
    numbers = (form["iterations"], form["lanes"], form["memory_kib"])
    if not is_name(form["name"], 64) or any(type(number) is not int for number in numbers):
        raise broken("a slot's key derivation is not of the right form")
    profile = Profile(form["name"], *numbers)
    profile.check()
    return profile, _bytes(form["salt"], SALT_SIZE)


def _info(person: str, epoch: int) -> bytes:
    return rfc8785.dumps({"epoch": epoch, "person": person, "use": "registry-app data key v1"})


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def _bytes(value: Any, size: int) -> bytes:
    try:
        data = b64decode(value, validate=True) if type(value) is str else b""
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != size or _text(data) != value:
        raise broken("a key is not written as it should be")
    return data
