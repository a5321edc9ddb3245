"""The two certificates of a seal: the issuer's own ledger key as the root, and under it a key that lives for one file.

The root is made by the same Ed25519 key that signs the issuer's statements, so whoever holds the ledger can say whose
seal it is; the leaf is P-256, because PDF readers know that. Both are put together with asn1crypto and signed through
the signer alone: the issuer's private key never leaves its identity.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from registry_app.vault import chance, clock, digest

_NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""No well-defined end (RFC 5280, section 4.1.2.5)."""


class Signer(Protocol):
    """Who issues: a person's identity."""

    @property
    def person(self) -> str:
        """The person's id."""

    @property
    def key_id(self) -> str:
        """SHA-256 of the Ed25519 public key, hexadecimal."""

    def sign(self, message: bytes, /) -> bytes:
        """The Ed25519 signature of ``message`` (RFC 8032)."""


@dataclass(frozen=True, slots=True)
class SealKeys:
    """What one file is sealed with; forgotten right afterwards."""

    root: bytes
    """The root's certificate, DER."""
    leaf: bytes
    """The leaf's certificate, DER."""
    private: bytes
    """The leaf's private key, PKCS #8 DER."""


def make(signer: Signer, public_key: bytes, registry: str, name: str, moment: str) -> SealKeys:
    """New certificates for one seal.

    Args:
        public_key: the issuer's Ed25519 public key, 32 bytes.
        registry: the registry's id.
        name: the issuer's printed name.
        moment: from when they hold: the ledger's time of issue.
    """
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    number = int.from_bytes(chance.token(40), "big") % (_P256_ORDER - 1) + 1
    private = ec.derive_private_key(number, ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    from asn1crypto import keys

    own = keys.PublicKeyInfo({"algorithm": {"algorithm": "ed25519"}, "public_key": public_key})
    leaf_key = keys.PublicKeyInfo.load(public)
    whole = _name(registry, name, signer.person)
    sealed = _name(registry, f"{name[:40]}, seal", "")  # no id: whatever the name, the two are never called alike
    start = clock.parse(moment).replace(microsecond=0)
    root = _certificate(signer, whole, whole, own, own, start, ca=True)
    leaf = _certificate(signer, whole, sealed, leaf_key, own, start, ca=False)
    return SealKeys(root, leaf, private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of P-256's base point (SP 800-186, section 3.2.1.3)."""


def _name(registry: str, name: str, person: str) -> Any:
    from asn1crypto import x509

    shown = name.strip()[:64] or person
    return x509.Name.build(
        {
            "organization_name": "registry-app",
            "organizational_unit_name": registry,
            "common_name": shown,
            **({"serial_number": person} if person else {}),
        }
    )


def _certificate(
    signer: Signer, issuer: Any, subject: Any, key: Any, authority: Any, start: datetime, *, ca: bool
) -> bytes:
    from asn1crypto import core, x509

    use = {"key_cert_sign"} if ca else {"digital_signature", "non_repudiation"}
    extensions = [
        _extension(
            "basic_constraints", x509.BasicConstraints({"ca": ca, **({"path_len_constraint": 0} if ca else {})}), True
        ),
        _extension("key_usage", x509.KeyUsage(use), True),
        _extension("key_identifier", core.OctetString(_key_identifier(key)), False),
        _extension(
            "authority_key_identifier",
            x509.AuthorityKeyIdentifier({"key_identifier": _key_identifier(authority)}),
            False,
        ),
    ]
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int.from_bytes(b"\x01" + chance.token(15), "big"),
            "signature": {"algorithm": "ed25519"},
            "issuer": issuer,
            "validity": {"not_before": _time(start), "not_after": _time(_NEVER)},
            "subject": subject,
            "subject_public_key_info": key,
            "extensions": extensions,
        }
    )
    signed = signer.sign(body.dump())
    made = x509.Certificate(
        {"tbs_certificate": body, "signature_algorithm": {"algorithm": "ed25519"}, "signature_value": signed}
    )
    return bytes(made.dump())


def _extension(name: str, value: Any, critical: bool) -> dict[str, Any]:
    return {"extn_id": name, "critical": critical, "extn_value": value}


def _key_identifier(key: Any) -> bytes:
    return digest.sha256(bytes(key.dump()))[:20]


def _time(moment: datetime) -> Any:
    from asn1crypto import x509

    kind = "utc_time" if moment.year < 2050 else "general_time"
    return x509.Time({kind: moment})
