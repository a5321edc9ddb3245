"""The seal covers the file to its last byte, forbids any change, and claims the time it is told."""

from __future__ import annotations

import io

import pikepdf
import pytest
from pyhanko.sign.general import SigningError

from registry_app.reporting.certificate import make
from registry_app.reporting.seal import FIELD, ROOM, seal
from registry_app.reporting.sealcheck import check_seal
from registry_app.vault import clock
from tests.stage import Actor

MOMENT = "2026-11-21T10:17:22.123456Z"
ACTOR = Actor()


def blank() -> bytes:
    """The smallest PDF there is."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


def sealed(pdf: bytes, moment: str = MOMENT, reason: str = "Issued: a test", name: str = "Ada") -> bytes:
    keys = make(ACTOR, ACTOR.public_key, "ab" * 32, name, moment)
    return seal(pdf, keys, name, moment, reason)


def test_the_sealed_file_begins_with_the_file_and_adds_one_update() -> None:
    plain = blank()
    done = sealed(plain)
    assert done.startswith(plain)
    assert done.count(b"%%EOF") == plain.count(b"%%EOF") + 1
    assert done.count(b"/ByteRange") == 1


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_file_seals_whatever_its_last_byte_is(end: bytes) -> None:
    assert check_seal(sealed(blank().rstrip() + end)).person == ACTOR.person


@pytest.mark.parametrize("moment", [MOMENT, "2026-02-28T23:59:59.999999Z", "2050-01-01T00:00:00.000000Z"])
def test_the_time_claimed_is_the_one_told_and_not_the_machines(moment: str) -> None:
    assert check_seal(sealed(blank(), moment)).claimed == clock.parse(moment).replace(microsecond=0)


def test_the_seal_says_who_why_and_that_nothing_may_change() -> None:
    with pikepdf.open(io.BytesIO(sealed(blank(), reason="Issued: größer", name="Ärztin"))) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        value = field.V
        assert (str(field.T), str(value.Name), str(value.Reason)) == (FIELD, "Ärztin", "Issued: größer")
        assert str(value.SubFilter) == "/ETSI.CAdES.detached"
        (reference,) = value.Reference
        assert (str(reference.TransformMethod), int(reference.TransformParams.P)) == ("/DocMDP", 1)
        assert len(bytes(value.Contents)) * 2 == ROOM


def test_a_file_is_sealed_once() -> None:
    once = sealed(blank())
    with pytest.raises(SigningError, match="filled already"):
        sealed(once)
