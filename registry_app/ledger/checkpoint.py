"""The head of the ledger as a text that anyone can keep: a C2SP checkpoint (c2sp.org/tlog-checkpoint), which is a
signed note (c2sp.org/signed-note) of three lines.

::

    registry-app/<registry id>
    <size in decimal>
    <root in base64>

    — <person id> <base64 of key hash and Ed25519 signature>

Signatures of unknown keys are carried along and never trusted. Extension lines are refused: nobody could audit them.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from registry_app.errors import Damaged, UsageError
from registry_app.ledger.envelope import holds
from registry_app.ledger.merkle import EMPTY_ROOT, HASH_SIZE, MAX_LEAVES
from registry_app.vault.digest import sha256

ORIGIN = "registry-app/"
"""What the origin of our checkpoints starts with; the registry's id follows."""

MAX_LENGTH = 128 * 1024
"""The most characters of a signed note that are read: room for 16 post-quantum signatures."""

MAX_SIGNATURES = 64
"""The most signatures that are read; the note format asks for at least 16."""

_ED25519 = b"\x01"
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,256}").fullmatch
_ORIGIN = re.compile(r"[^\x00-\x1f\x7f]{1,512}").fullmatch
_LINE = re.compile("\u2014 ([^ ]+) ([^ ]+)").fullmatch
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}").fullmatch


class Signer(Protocol):
    """Who signs a head: a person's identity."""

    @property
    def person(self) -> str:
        """The person's id: the name of the key in the note."""

    @property
    def public_key(self) -> bytes:
        """The 32-byte Ed25519 public key."""

    def sign(self, message: bytes, /) -> bytes:
        """The Ed25519 signature of ``message``."""


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line of a note."""

    name: str
    """The name of the key: a person's id in our notes."""
    key_hash: bytes
    """Four bytes that tell keys of one name apart; see :func:`key_hash`."""
    signature: bytes
    """The signature; 64 bytes when it is Ed25519."""

    def line(self) -> str:
        """The line of the note, with its final newline."""
        return f"\u2014 {self.name} {_base64(self.key_hash + self.signature)}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a ledger, as its note says it."""

    origin: str
    """Which ledger: ``registry-app/`` and the registry's id, in ours."""
    size: int
    """How many leaves it has."""
    root: bytes
    """The 32-byte RFC 6962 root of those leaves."""

    @staticmethod
    def of(registry: str, size: int, root: bytes) -> Checkpoint:
        """The head of the registry whose id (hash of the genesis leaf, hexadecimal) is ``registry``."""
        return Checkpoint(ORIGIN + registry, size, root)

    def body(self) -> str:
        """The text that is signed, with its final newline.

        Raises:
            UsageError: a field is not of its form, so that :func:`parse` would refuse it.
        """
        if (
            not _is_text(self.origin, _ORIGIN)
            or type(self.size) is not int
            or not 0 <= self.size <= MAX_LEAVES
            or len(self.root) != HASH_SIZE
            or (self.size == 0 and self.root != EMPTY_ROOT)
        ):
            raise UsageError("This is no head of a ledger.", "Give its origin, its size and its 32-byte root.")
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    def sign(self, signers: Iterable[Signer]) -> str:
        """The note, signed by each of ``signers``.

        Raises:
            UsageError: there is no signer, or one has no name a note can carry.
        """
        body = self.body()
        found = [_signature(body, signer) for signer in signers]
        if not found or len({(each.name, each.key_hash) for each in found}) != len(found):
            raise UsageError("A checkpoint is signed by one or more different keys.", "Name each signer once.")
        return body + "\n" + "".join(each.line() for each in found)


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A note that was read. Nothing in it is true until a signature of a known key was verified."""

    checkpoint: Checkpoint
    """What it says."""
    signatures: tuple[NoteSignature, ...]
    """Who claims to have signed it, in the order of the lines."""
    text: str
    """The note as it was read."""

    def verified_by(self, name: str, public_key: bytes) -> bool:
        """Whether the Ed25519 key ``public_key`` (32 bytes) of ``name`` signed the note."""
        wanted = key_hash(name, public_key)
        body = self.checkpoint.body().encode()
        return any(
            each.name == name and each.key_hash == wanted and holds(public_key, each.signature, body)
            for each in self.signatures
        )


def key_hash(name: str, public_key: bytes) -> bytes:
    """The first four bytes of SHA-256(name || 0x0A || 0x01 || public key) (signed-note, Ed25519 signatures)."""
    return sha256(name.encode("utf-8", "surrogatepass") + b"\n" + _ED25519 + public_key)[:4]


def parse(text: str) -> SignedCheckpoint:
    """The signed checkpoint written in ``text``.

    Raises:
        Damaged: it is not exactly of that form: other line ends, a leading zero, base64 that could be written in
            another way, an extension line, no signature, the same key twice, or too long.
    """
    if type(text) is not str or len(text) > MAX_LENGTH:
        raise _broken(f"it is longer than {MAX_LENGTH} characters")
    body, blank, lines = text.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise _broken("it is not three lines, an empty line, and signatures, each ended by a newline")
    fields = body.split("\n")
    if len(fields) != 3:
        raise _broken("it does not have the three lines origin, size and root")
    origin, size, root = fields
    if not _is_text(origin, _ORIGIN):
        raise _broken("its origin is empty, too long, or has control characters")
    if not _SIZE(size) or int(size) > MAX_LEAVES:
        raise _broken("its size is no decimal number without leading zeros")
    found = _bytes(root)
    if len(found) != HASH_SIZE:
        raise _broken(f"its root is not {HASH_SIZE} bytes long")
    if size == "0" and found != EMPTY_ROOT:
        raise _broken("it gives an empty ledger a root")
    signatures = tuple(_read_line(line) for line in lines[:-1].split("\n", MAX_SIGNATURES))
    if len(signatures) > MAX_SIGNATURES:
        raise _broken(f"it has more than {MAX_SIGNATURES} signatures")
    if len({(each.name, each.key_hash) for each in signatures}) != len(signatures):
        raise _broken("it carries two signatures of one key")
    return SignedCheckpoint(Checkpoint(origin, int(size), found), signatures, text)


def _read_line(line: str) -> NoteSignature:
    match = _LINE(line)
    if match is None or not _is_text(match[1], _NAME):
        raise _broken("a signature line is not an em dash, a name and base64, with one space between")
    found = _bytes(match[2])
    if len(found) < 5:
        raise _broken("a signature is too short")
    return NoteSignature(match[1], found[:4], found[4:])


def _signature(body: str, signer: Signer) -> NoteSignature:
    if not _is_text(signer.person, _NAME):
        raise UsageError("This name cannot stand in a checkpoint.", "Sign with a name without spaces and plus signs.")
    return NoteSignature(signer.person, key_hash(signer.person, signer.public_key), signer.sign(body.encode()))


def _is_text(value: str, form: Callable[[str], object]) -> bool:
    """Whether ``value`` is of ``form`` and can be written in UTF-8."""
    try:
        value.encode()
    except (UnicodeEncodeError, AttributeError):
        return False
    return bool(form(value))


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()


def _bytes(text: str) -> bytes:
    try:
        found = a2b_base64(text)
    except (Base64Error, ValueError):
        found = b""
    if _base64(found) != text:
        raise _broken("a field is not standard base64")
    return found


def _broken(reason: str) -> Damaged:
    return Damaged(f"This is no checkpoint: {reason}.", "Give the file just as it was handed out.")
