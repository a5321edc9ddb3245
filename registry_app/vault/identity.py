"""A person's two key pairs: Ed25519 to sign (RFC 8032), a hybrid HPKE key to receive secrets (RFC 9180).

The HPKE suite is ML-KEM-768 + X25519, HKDF-SHA-256, AES-256-GCM: a recorded keyring stays closed while either of the
two key agreements holds. All private keys come from one seed of 128 bytes, drawn through ``chance``: 32 for Ed25519,
64 for ML-KEM (FIPS 203, ``d || z``), 32 for X25519. Sealing itself draws from the operating system, not through
``chance``: it never gives the same bytes twice, even in a story with frozen chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from registry_app.errors import Damaged, Tampered
from registry_app.vault import chance, digest

SIGN_KEY_SIZE = 32
"""Bytes of an Ed25519 public key."""

BOX_KEY_SIZE = 1184 + 32
"""Bytes of an ML-KEM-768 public key and an X25519 one behind it."""

SEED_SIZE = 32 + 64 + 32
"""Bytes of the seed of all private keys."""

NONCE_SIZE = 12
"""Bytes of an AES-GCM nonce."""

WRAPPED_SIZE = NONCE_SIZE + SEED_SIZE + 16
"""Bytes of a wrapped identity: nonce, encrypted seed, tag."""

SEALED_EXTRA = 1120 + 16
"""Bytes by which a sealed value is longer than the plain one: the encapsulated key and the tag."""

_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class PublicIdentity:
    """What others know of a person's keys."""

    sign_key: bytes
    """The Ed25519 public key, 32 bytes."""
    box_key: bytes
    """The ML-KEM-768 public key (1,184 bytes) and the X25519 one (32 bytes)."""

    @property
    def key_id(self) -> str:
        """SHA-256 of the signing key, hexadecimal."""
        return digest.sha256_hex(self.sign_key)

    @property
    def box_digest(self) -> str:
        """SHA-256 of the HPKE key, hexadecimal: what the ledger keeps of it."""
        return digest.sha256_hex(self.box_key)

    def seal(self, plaintext: bytes, info: bytes) -> bytes:
        """``plaintext`` so that only this person reads it, bound to ``info``.

        Raises:
            Damaged: the key is no HPKE key.
        """
        try:
            return _SUITE.encrypt(plaintext, _box_public(self.box_key), info)
        except ValueError:
            raise Damaged(
                "An encryption key in the keyring is broken.", "Restore keyring.json from a backup."
            ) from None

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether ``signature`` is this person's, over ``message``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.sign_key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Identity:
    """A person's private keys. Prints as the person's id and nothing else.

    Args:
        person: the person's id.
        seed: 128 bytes.
    """

    __slots__ = ("_box", "_seed", "_sign", "person", "public")

    def __init__(self, person: str, seed: bytes) -> None:
        if len(seed) != SEED_SIZE:
            raise Damaged("A wrapped identity has the wrong length.", "Restore keyring.json from a backup.")
        self.person = person
        self._seed = seed
        self._sign = Ed25519PrivateKey.from_private_bytes(seed[:32])
        lattice = MLKEM768PrivateKey.from_seed_bytes(seed[32:96])
        curve = X25519PrivateKey.from_private_bytes(seed[96:])
        self._box = MLKEM768X25519PrivateKey(lattice, curve)
        box_key = lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw()
        self.public = PublicIdentity(self._sign.public_key().public_bytes_raw(), box_key)

    @classmethod
    def create(cls, person: str) -> Self:
        """New keys for ``person``."""
        return cls(person, chance.token(32) + chance.token(64) + chance.token(32))

    def __repr__(self) -> str:
        return f"Identity({self.person!r})"

    @property
    def key_id(self) -> str:
        """SHA-256 of the public signing key, hexadecimal."""
        return self.public.key_id

    @property
    def public_key(self) -> bytes:
        """The public signing key, 32 bytes."""
        return self.public.sign_key

    def sign(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature of ``message``."""
        return self._sign.sign(message)

    def open(self, ciphertext: bytes, info: bytes) -> bytes:
        """What was sealed for this person under ``info``.

        Raises:
            Tampered: it was changed, or sealed for someone or something else.
        """
        try:
            return _SUITE.decrypt(ciphertext, self._box, info)
        except (InvalidTag, ValueError):
            raise Tampered(
                "A key in the keyring was not sealed for this person.", "Restore keyring.json from a backup."
            ) from None

    def wrap(self, key: bytes, about: bytes) -> bytes:
        """The private keys under AES-256-GCM with the 32-byte ``key``, bound to ``about``: nonce, ciphertext, tag.

        A key wraps once: it comes from a fresh salt, or belongs to one recovery key.
        """
        nonce = chance.token(NONCE_SIZE)
        return nonce + AESGCM(key).encrypt(nonce, self._seed, about)


def unwrap(person: str, wrapped: bytes, key: bytes, about: bytes) -> Identity | None:
    """The identity in ``wrapped``, or ``None`` when ``key`` or ``about`` is not the one it was wrapped with."""
    try:
        seed = AESGCM(key).decrypt(wrapped[:NONCE_SIZE], wrapped[NONCE_SIZE:], about)
    except (InvalidTag, ValueError):
        return None
    return Identity(person, seed)


def _box_public(raw: bytes) -> MLKEM768X25519PublicKey:
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(raw[:1184]), X25519PublicKey.from_public_bytes(raw[1184:])
    )
