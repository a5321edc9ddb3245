"""Is this file, byte for byte, what was sealed, and by which ledger key?

Strict on purpose: one signature, over the entire file but its own place; that place holds the signature in its one
encoding and zeros after it, so there is no byte that could be changed unseen. pyHanko judges the rest by its *bottom line*
and by coverage, never by "intact" alone.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry_app.errors import Damaged, RegistryError, Tampered
from registry_app.vault import digest

_RANGE = re.compile(rb"/ByteRange \[ *0 +(\d{1,12}) +(\d{1,12}) +(\d{1,12}) *\]")
_PERSON = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}").fullmatch
_TODO = "Do not rely on it; ask the issuer for the file again."


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What a seal that holds says."""

    public_key: bytes
    """The Ed25519 key of the root: the issuer's ledger key, 32 bytes."""
    person: str
    """The issuer's id, as the certificate claims it."""
    registry: str
    """The registry's id, as the certificate claims it."""
    certificate: str
    """SHA-256 of the sealing certificate, hexadecimal."""
    claimed: datetime | None
    """The time the issuer claims."""


def check_seal(data: bytes) -> SealFacts:
    """What the seal on the PDF ``data`` says.

    Raises:
        Damaged: there is no such seal, or it cannot be read.
        Tampered: a byte is not as it was sealed, or the seal is not whole.
    """
    try:
        return _checked(data)
    except RegistryError:
        raise
    except Exception as error:  # what readers of PDF and ASN.1 throw at broken input: IndexError, ValueError and worse
        raise Damaged(f"The seal cannot be read ({type(error).__name__}).", _TODO) from error


def _checked(data: bytes) -> SealFacts:
    if not data.startswith(b"%PDF-"):
        raise Damaged("This is no PDF.", "Name the dossier's PDF file.")
    content = _content(data)
    leaf, root = _parts(content, data)
    return _judged(data, leaf, root)


def _content(data: bytes) -> bytes:
    """The signature's bytes, whose place in the file holds nothing else."""
    if data.count(b"/ByteRange") != 1:
        raise Tampered("The file does not carry exactly one signature.", _TODO)
    found = _RANGE.search(data)
    if found is None:
        raise Damaged("The signature does not say what it covers.", _TODO)
    first, second, rest = (int(group) for group in found.groups())
    if not first < second or second + rest != len(data) or data[first : first + 1] + data[second - 1 : second] != b"<>":
        raise Tampered("The signature does not cover the entire file.", _TODO)
    place = data[first + 1 : second - 1]
    held = bytes.fromhex(place.decode("ascii"))
    content = held[: _der_length(held)]
    if content.hex().upper().encode().ljust(len(place), b"0") != place:
        raise Tampered("Something stands beside the signature that is not covered by it.", _TODO)
    return content


def _der_length(held: bytes) -> int:
    if held[0] != 0x30 or held[1] != 0x82:
        raise Damaged("The signature is of another form.", _TODO)
    return 4 + int.from_bytes(held[2:4], "big")


def _parts(content: bytes, data: bytes) -> tuple[Any, Any]:
    """The two certificates, when the signature is exactly the form that a seal has."""
    from asn1crypto import cms

    outer = cms.ContentInfo.load(content, strict=True)
    signed = outer["content"]
    if len(signed["certificates"]) != 2 or len(signed["signer_infos"]) != 1:
        raise Tampered("The signature does not carry exactly the two certificates of a seal.", _TODO)
    found = [one.chosen for one in signed["certificates"]]
    roots = [one for one in found if one.subject == one.issuer]
    leaves = [one for one in found if one.subject != one.issuer]
    if len(roots) != 1 or len(leaves) != 1:
        raise Tampered("The signature does not carry exactly the two certificates of a seal.", _TODO)
    leaf, root = leaves[0], roots[0]
    info = signed["signer_infos"][0]
    _require_skeleton(content, signed, info, leaf)
    _require_certificates(leaf, root)
    attributes = {one["type"].native: one["values"][0] for one in info["signed_attrs"]}
    if attributes["message_digest"].native != _covered(data):
        raise Tampered("A byte of the file is not as it was sealed.", _TODO)
    return leaf, root


def _require_skeleton(content: bytes, signed: Any, info: Any, leaf: Any) -> None:
    """Refuse a signature with anything in it that no key signs: it is built again from its signed parts and compared."""
    from asn1crypto import cms

    again = cms.ContentInfo(
        {
            "content_type": "signed_data",
            "content": cms.SignedData(
                {
                    "version": "v1",
                    "digest_algorithms": cms.DigestAlgorithms([{"algorithm": "sha256"}]),
                    "encap_content_info": {"content_type": "data"},
                    "certificates": [one.chosen for one in signed["certificates"]],
                    "signer_infos": [
                        {
                            "version": "v1",
                            "sid": cms.IssuerAndSerialNumber(
                                {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
                            ),
                            "digest_algorithm": {"algorithm": "sha256"},
                            "signed_attrs": info["signed_attrs"],
                            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                            "signature": info["signature"].native,
                        }
                    ],
                }
            ),
        }
    )
    if again.dump() != content:
        raise Tampered("The signature holds something that no key vouches for.", _TODO)


def _require_certificates(leaf: Any, root: Any) -> None:
    """Refuse certificates that the root's key did not sign, itself included."""
    from registry_app.ledger.envelope import holds

    key = root.public_key
    public = key["public_key"].native if key.algorithm == "ed25519" else b""
    for one in (root, leaf):
        inner = one["tbs_certificate"]["signature"].dump()
        if inner != one["signature_algorithm"].dump() or one.signature_algo != "ed25519":
            raise Tampered("A certificate of the seal is of another form.", _TODO)
        if not holds(public, one.signature, one["tbs_certificate"].dump()):
            raise Tampered("A certificate of the seal was not issued by the key it names.", _TODO)


def _covered(data: bytes) -> bytes:
    found = _RANGE.search(data)
    assert found is not None  # it was found before
    first, second = int(found[1]), int(found[2])
    return digest.sha256(data[:first] + data[second:])


def _judged(data: bytes, leaf: Any, root: Any) -> SealFacts:
    """What pyHanko says, offline, with the seal's own root as the only one trusted."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    reader = PdfFileReader(io.BytesIO(data), strict=True)
    embedded = reader.embedded_signatures
    if len(embedded) != 1 or embedded[0].field_name != "registry-app":
        raise Tampered("The file does not carry exactly one seal.", _TODO)
    start = leaf.not_valid_before
    context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=start, best_signature_time=start)
    status = validate_pdf_signature(embedded[0], signer_validation_context=context)
    if not status.bottom_line or status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise Tampered("The seal does not hold over the entire file.", _TODO)
    if embedded[0].docmdp_level is None or embedded[0].docmdp_level.name != "NO_CHANGES":
        raise Tampered("The seal does not forbid later changes.", _TODO)
    name = root.subject.native
    person = str(name.get("serial_number", ""))
    if not _PERSON(person):
        raise Tampered("The seal does not name its issuer.", _TODO)
    return SealFacts(
        public_key=root.public_key["public_key"].native,
        person=person,
        registry=str(name.get("organizational_unit_name", "")),
        certificate=digest.sha256_hex(leaf.dump()),
        claimed=status.signer_reported_dt,
    )
