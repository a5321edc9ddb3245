"""The signature over a statement's bytes: DSSE v1 (secure-systems-lab/dsse, protocol.md and envelope.md).

What is signed is the *pre-authentication encoding* of the payload and its type, never JSON. An envelope has one
encoding only, and reading compares with it: nothing can be changed in a leaf that its signature does not cover.
"""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from registry_app.errors import Damaged, Tampered, UsageError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""The only type of payload the ledger holds (in-toto attestation specification, envelope layer)."""

MAX_SIZE = 16 * 1024 * 1024
"""The most bytes an envelope can have."""

MAX_SIGNATURES = 8
"""The most signatures an envelope can carry."""

SIGNATURE_SIZE = 64
"""Bytes of an Ed25519 signature (RFC 8032, section 5.1.6)."""

_KEYID = re.compile(r"[!#-\[\]-~]{1,128}").fullmatch


class Signer(Protocol):
    """Who signs: a person's identity."""

    @property
    def key_id(self) -> str:
        """The name of the signing key."""

    def sign(self, message: bytes, /) -> bytes:
        """The Ed25519 signature of ``message``."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: ``DSSEv1 <length> <type> <length> <payload>`` (DSSE protocol, PAE)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _base64(data: bytes) -> bytes:
    return b2a_base64(data, newline=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of an envelope."""

    keyid: str
    """The name of the key, 1 to 128 visible ASCII characters; a hint only, never trusted."""
    sig: bytes
    """The 64-byte Ed25519 signature over the PAE."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload and who signed it. Made freely, encoded as it is; only :func:`decode` judges."""

    payload_type: str
    """What the payload is: :data:`PAYLOAD_TYPE`."""
    payload: bytes
    """The statement's bytes, as signed."""
    signatures: tuple[Signature, ...]
    """Who signed, 1 to 8, each key once."""

    def encode(self) -> bytes:
        """The envelope as canonical JSON (RFC 8785) with standard base64 (RFC 4648, section 4)."""
        signed = b",".join(
            [b'{"keyid":%b,"sig":"%b"}' % (orjson.dumps(each.keyid), _base64(each.sig)) for each in self.signatures]
        )
        kind = orjson.dumps(self.payload_type)
        return b'{"payload":"%b","payloadType":%b,"signatures":[%b]}' % (_base64(self.payload), kind, signed)

    def signed_by(self, keyid: str, public_key: bytes) -> bool:
        """Whether the signature named ``keyid`` is there and holds under the 32-byte Ed25519 ``public_key``."""
        for signature in self.signatures:
            if signature.keyid == keyid:
                return holds(public_key, signature.sig, pae(self.payload_type, self.payload))
        return False


_USUAL = Envelope(PAYLOAD_TYPE, b"", (Signature("", b""),)).encode().split(b'"')
"""What stands between the quotation marks of an envelope with one signature, its three values left empty."""


def holds(public_key: bytes, sig: bytes, message: bytes) -> bool:
    """Whether ``sig`` is the Ed25519 signature of ``message`` under ``public_key`` (32 bytes; RFC 8032, 5.1.7)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(sig, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign(payload: bytes, signer: Signer) -> Envelope:
    """``payload`` in an envelope signed by ``signer``.

    Raises:
        UsageError: the result would be too large, or the key has no proper name.
    """
    signature = Signature(signer.key_id, signer.sign(pae(PAYLOAD_TYPE, payload)))
    envelope = Envelope(PAYLOAD_TYPE, payload, (signature,))
    if not _KEYID(signature.keyid) or len(signature.sig) != SIGNATURE_SIZE:
        raise UsageError("This key cannot sign statements.", "Use an Ed25519 identity of this registry.")
    if len(payload) > MAX_SIZE // 4 * 3 - 4096:
        raise UsageError("The statement is too large to be signed.", "Say it in smaller pieces.")
    return envelope


def decode(data: bytes) -> Envelope:
    """The envelope in ``data``, which must be exactly what :meth:`Envelope.encode` writes.

    Raises:
        Damaged: it is no envelope: not JSON, other fields, no base64, a signature of another length, too large.
        Tampered: it is one, but of another payload type, with a key named twice, or written in another way.
    """
    if type(data) is not bytes:
        raise UsageError("Only bytes can be read as an envelope.", "Pass the stored bytes as they are.")
    if len(data) > MAX_SIZE:
        raise _damaged(f"it is longer than {MAX_SIZE} bytes")
    usual = _decode_usual(data)
    if usual is not None:
        return usual
    envelope = _decode_any(data)
    if envelope.encode() != data:
        raise _tampered("is not written in its one canonical form")
    return envelope


def _decode_usual(data: bytes) -> Envelope | None:
    """The envelope when it plainly has one signature; ``None`` leaves the judgement to :func:`_decode_any`."""
    pieces = data.split(b'"', 18)
    if len(pieces) != 19:
        return None
    payload, keyid, sig = pieces[3], pieces[13], pieces[17]
    pieces[3] = pieces[13] = pieces[17] = b""
    if pieces != _USUAL:
        return None
    try:
        opened, name, signed = a2b_base64(payload), keyid.decode("ascii"), a2b_base64(sig)
    except (Base64Error, UnicodeDecodeError):
        return None
    if _base64(opened) != payload or _base64(signed) != sig or len(signed) != SIGNATURE_SIZE or not _KEYID(name):
        return None
    return Envelope(PAYLOAD_TYPE, opened, (Signature(name, signed),))


def _decode_any(data: bytes) -> Envelope:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise _damaged("it is not JSON in UTF-8") from None
    if type(value) is not dict or value.keys() != {"payload", "payloadType", "signatures"}:
        raise _damaged("it does not have the fields payload, payloadType and signatures")
    if value["payloadType"] != PAYLOAD_TYPE:
        raise _tampered("is signed as something else than a statement")
    return Envelope(PAYLOAD_TYPE, _bytes(value["payload"]), _signatures(value["signatures"]))


def _signatures(value: Any) -> tuple[Signature, ...]:
    if type(value) is not list or not 1 <= len(value) <= MAX_SIGNATURES:
        raise _damaged(f"it does not carry 1 to {MAX_SIGNATURES} signatures")
    found: list[Signature] = []
    for item in value:
        if type(item) is not dict or item.keys() != {"keyid", "sig"}:
            raise _damaged("a signature does not have the fields keyid and sig")
        keyid = item["keyid"]
        if type(keyid) is not str or not _KEYID(keyid):
            raise _damaged("a key's name is not 1 to 128 visible ASCII characters")
        sig = _bytes(item["sig"])
        if len(sig) != SIGNATURE_SIZE:
            raise _damaged(f"a signature is not {SIGNATURE_SIZE} bytes long")
        found.append(Signature(keyid, sig))
    if len(found) > 1 and len({signature.keyid for signature in found}) != len(found):
        raise _tampered("carries two signatures of one key")
    return tuple(found)


def _bytes(value: Any) -> bytes:
    try:
        return a2b_base64(value, strict_mode=True)
    except (Base64Error, TypeError, ValueError):
        raise _damaged("a field is not standard base64") from None


def _damaged(reason: str) -> Damaged:
    return Damaged(f"The envelope cannot be read: {reason}.", "Run 'registry-app verify' to see what is intact.")


def _tampered(reason: str) -> Tampered:
    return Tampered(f"The envelope {reason}.", "Run 'registry-app verify' to see which leaf it is and what is intact.")
