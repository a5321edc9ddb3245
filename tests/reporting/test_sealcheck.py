from __future__ import annotations

import io
import random
from typing import Any

import pytest

from registry_app.errors import IntegrityError
from registry_app.reporting.pdf import violations
from registry_app.reporting.sealcheck import check_seal
from tests.reporting.conftest import Handed
from tests.reporting.forge import with_file


def test_an_untouched_seal_says_who_and_when(handed: Handed) -> None:
    facts = check_seal(handed.pdf)
    audit = handed.stage.cast["audit"]
    assert (facts.person, facts.public_key.hex()) == (audit.person, audit.public)
    assert facts.registry == handed.content.registry.id
    assert facts.claimed is not None
    assert facts.claimed.strftime("%Y-%m-%dT%H:%M:%S") == handed.content.issued[:19]
    assert facts.certificate == handed.issued.receipt.facts[0].certificate


def test_a_thousand_flipped_bits_are_all_refused(handed: Handed) -> None:
    draw = random.Random(6)
    signature = handed.pdf.index(b"/Contents <")
    for turn in range(1_000):
        changed = bytearray(handed.pdf)
        place = draw.randrange(len(changed)) if turn % 2 else signature + draw.randrange(17_000)
        changed[place] ^= 1 << draw.randrange(8)
        with pytest.raises(IntegrityError):
            check_seal(bytes(changed))


@pytest.mark.parametrize(
    "change",
    [
        lambda pdf: pdf + b"\n",
        lambda pdf: pdf[:-1],
        lambda pdf: pdf[: len(pdf) // 2],
        lambda pdf: pdf + pdf,
        lambda pdf: pdf + b"%/ByteRange [0 9 18 9]\n%%EOF\n",
        lambda pdf: b"",
        lambda pdf: b"%PDF-1.7\n",
        lambda pdf: pdf.replace(b"/ByteRange", b"/ByteRangf"),
        lambda pdf: pdf.replace(b"startxref", b"startxref ", 1),
    ],
)
def test_a_file_cut_or_lengthened_is_refused(handed: Handed, change: Any) -> None:
    changed = change(handed.pdf)
    assert changed != handed.pdf
    with pytest.raises(IntegrityError):
        check_seal(changed)


def test_an_update_after_the_certification_is_refused(handed: Handed) -> None:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer: Any = IncrementalPdfFileWriter(io.BytesIO(handed.pdf))
    writer.root["/Lang"] = generic.pdf_string("fr")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(handed.pdf)
    with pytest.raises(IntegrityError):
        check_seal(out.getvalue())


def test_a_swapped_attachment_is_refused(handed: Handed) -> None:
    with pytest.raises(IntegrityError):
        check_seal(with_file(handed.pdf, "dossier.json", b"{}"))


def test_bytes_in_the_room_kept_for_the_signature_are_refused(handed: Handed) -> None:
    start = handed.pdf.index(b"/Contents <") + 11
    end = handed.pdf.index(b">", start)
    for place, value in (
        (end - 1, b"1"),
        (end - 2_000, b"A"),
        (start + 20, handed.pdf[start + 20 : start + 21].lower()),
    ):
        changed = handed.pdf[:place] + value + handed.pdf[place + 1 :]
        if changed != handed.pdf:
            with pytest.raises(IntegrityError):
                check_seal(changed)


def test_a_sealed_file_breaks_no_rule_of_the_archive_format(handed: Handed) -> None:
    assert violations(handed.pdf, signed=True) == ()
    assert handed.pdf.startswith(b"%PDF-1.7")
    assert b"/Version /2.0" not in handed.pdf
