"""The two certificates of a seal: who issued is proved by the ledger's own key, whatever the issuer is called."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from cryptography.x509.oid import NameOID

from registry_app.reporting.certificate import SealKeys, make
from registry_app.reporting.seal import seal
from registry_app.reporting.sealcheck import check_seal
from tests.reporting.conftest import Handed
from tests.stage import Actor

REGISTRY = "ab" * 32
MOMENT = "2026-11-21T10:17:22.123456Z"
ACTOR = Actor()


def made(name: str = "Ada Auditor", moment: str = MOMENT) -> SealKeys:
    return make(ACTOR, ACTOR.public_key, REGISTRY, name, moment)


def opened(keys: SealKeys) -> tuple[x509.Certificate, x509.Certificate]:
    return x509.load_der_x509_certificate(keys.root), x509.load_der_x509_certificate(keys.leaf)


def said(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(each.value) for each in name.get_attributes_for_oid(oid)]


def test_the_root_is_the_issuers_ledger_key_and_signs_both() -> None:
    root, leaf = opened(made())
    key = root.public_key()
    assert isinstance(key, Ed25519PublicKey)
    assert key.public_bytes_raw() == ACTOR.public_key
    for one in (root, leaf):
        key.verify(one.signature, one.tbs_certificate_bytes)
        assert one.issuer == root.subject
    leaf.verify_directly_issued_by(root)


def test_the_root_names_registry_and_person_and_the_seal_only_the_registry() -> None:
    root, leaf = opened(made())
    assert said(root.subject, NameOID.ORGANIZATIONAL_UNIT_NAME) == [REGISTRY]
    assert said(root.subject, NameOID.SERIAL_NUMBER) == [ACTOR.person]
    assert said(root.subject, NameOID.COMMON_NAME) == ["Ada Auditor"]
    assert said(leaf.subject, NameOID.COMMON_NAME) == ["Ada Auditor, seal"]
    assert said(leaf.subject, NameOID.SERIAL_NUMBER) == []


def test_only_the_root_may_issue_and_only_the_seal_may_sign() -> None:
    root, leaf = opened(made())
    for one, ca in ((root, True), (leaf, False)):
        basic = one.extensions.get_extension_for_class(x509.BasicConstraints)
        use = one.extensions.get_extension_for_class(x509.KeyUsage)
        assert (basic.critical, basic.value.ca, use.critical) == (True, ca, True)
        assert (use.value.key_cert_sign, use.value.digital_signature) == (ca, not ca)
    assert root.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        (MOMENT, datetime(2026, 11, 21, 10, 17, 22, tzinfo=UTC)),
        ("2049-12-31T23:59:59.999999Z", datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2050-01-01T00:00:00.500000Z", datetime(2050, 1, 1, tzinfo=UTC)),
    ],
)
def test_they_hold_from_the_second_of_issue_on_without_an_end(moment: str, start: datetime) -> None:
    for one in opened(made(moment=moment)):
        assert one.not_valid_before_utc == start
        assert one.not_valid_after_utc == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_each_file_gets_a_key_of_its_own() -> None:
    one, other = made(), made()
    assert one.private != other.private
    assert opened(one)[1].serial_number != opened(other)[1].serial_number
    public = opened(one)[1].public_key()
    assert isinstance(public, EllipticCurvePublicKey)
    assert isinstance(public.curve, SECP256R1)
    assert load_der_private_key(one.private, None).public_key() == public


@pytest.mark.parametrize(
    "name",
    [
        "Ann",
        "x" * 40 + ", seal",
        "a, seal",
        "Ärztin 中文",
        " ",
        "x" * 120,
        "x" * 63 + " y",
        "CN=other, O=else",
        "a\\,b+c",
    ],
)
def test_a_seal_checks_whatever_the_issuer_is_called(handed: Handed, name: str) -> None:
    """Also where the name is written so that root and seal would be called alike."""
    keys = made(name)
    root, leaf = opened(keys)
    assert root.subject != leaf.subject
    assert len(said(root.subject, NameOID.COMMON_NAME)[0]) <= 64
    facts = check_seal(seal(_plain(handed), keys, name, MOMENT, "a test"))
    assert (facts.person, facts.registry, facts.public_key) == (ACTOR.person, REGISTRY, ACTOR.public_key)


def _plain(handed: Handed) -> bytes:
    """The dossier as it was before its seal was put on: an update at its end."""
    end = handed.pdf.index(b"%%EOF") + len(b"%%EOF\n")
    return handed.pdf[:end]
