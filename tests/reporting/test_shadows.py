"""What somebody without the issuer's key can make of a sealed file: updates, shadows and wrappings; none is accepted."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pyhanko.pdf_utils import generic as pyhanko_generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from registry_app.errors import IntegrityError
from registry_app.reporting.sealcheck import check_seal
from tests.reporting.conftest import Handed
from tests.reporting.forge import forged
from tests.reporting.story import Desk

generic: Any = pyhanko_generic  # untyped
_RANGE = re.compile(rb"/ByteRange \[ *0 +(\d+) +(\d+) +(\d+) *\]")


def moved(pdf: bytes, more: int, put: bytes) -> bytes:
    """The signature's place made longer by ``more`` bytes that nothing covers, with ``put`` standing there."""
    first, second, rest = covered(pdf)
    numbers = f"/ByteRange [0 {first} {second + more} {rest}]".encode()
    old = _RANGE.search(pdf)
    assert old is not None
    changed = pdf.replace(old[0], numbers.ljust(len(old[0])))
    return changed[:second] + put.ljust(more) + changed[second:]


def covered(pdf: bytes) -> tuple[int, int, int]:
    found = _RANGE.search(pdf)
    assert found is not None
    first, second, rest = map(int, found.groups())
    return first, second, rest


def ranged(pdf: bytes, *numbers: int) -> bytes:
    """The signature saying that it covers something else."""
    old = _RANGE.search(pdf)
    assert old is not None
    return pdf.replace(old[0], f"/ByteRange [{' '.join(map(str, numbers))}]".encode().ljust(len(old[0])))


def rewritten(pdf: bytes, change: Callable[[pikepdf.Pdf], object], **options: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        opened.save(out, **options)
    return out.getvalue()


def added(pdf: bytes, change: Callable[[Any], object]) -> bytes:
    """An incremental update behind what was sealed."""
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    assert out.getvalue().startswith(pdf)
    return out.getvalue()


def _page(writer: Any) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT (approved) Tj ET"))
    writer.update_container(page)


def _note(writer: Any) -> None:
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    named = {"/Type": "/Annot", "/Subtype": "/FreeText"}
    entry = generic.DictionaryObject({generic.pdf_name(key): generic.pdf_name(name) for key, name in named.items()})
    entry["/Rect"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 400, 400)))
    page["/Annots"] = generic.ArrayObject([writer.add_object(entry)])
    writer.update_container(page)


def _fields(writer: Any) -> None:
    writer.root["/AcroForm"] = generic.DictionaryObject({generic.pdf_name("/Fields"): generic.ArrayObject()})
    writer.update_root()


def _files(writer: Any) -> None:
    del writer.root["/Names"]
    writer.update_root()


SHADOWS: dict[str, Callable[[bytes], bytes]] = {
    "another page behind": lambda pdf: added(pdf, _page),
    "a note behind": lambda pdf: added(pdf, _note),
    "the fields emptied behind": lambda pdf: added(pdf, _fields),
    "the attachments taken away behind": lambda pdf: added(pdf, _files),
    "an empty update behind": lambda pdf: added(pdf, lambda writer: writer.update_root()),
    "the end written twice": lambda pdf: pdf + pdf[pdf.rindex(b"startxref") :],
    "a hole behind the signature": lambda pdf: moved(pdf, 64, b" "),
    "an object in a hole": lambda pdf: moved(pdf, 200, b"1 0 obj << /Type /Catalog >> endobj"),
    "a second place for a signature in a hole": lambda pdf: moved(
        pdf, 400, pdf[covered(pdf)[0] : covered(pdf)[0] + 300]
    ),
    "it covers nothing": lambda pdf: ranged(pdf, 0, 0, 0, 0),
    "it covers the beginning alone": lambda pdf: ranged(pdf, 0, covered(pdf)[0], covered(pdf)[1], 0),
    "it covers all, its place too": lambda pdf: ranged(pdf, 0, len(pdf), len(pdf), 0),
    "it covers from behind": lambda pdf: ranged(pdf, 1, covered(pdf)[0] - 1, *covered(pdf)[1:]),
    "it covers less than nothing": lambda pdf: ranged(pdf, 0, -1, *covered(pdf)[1:]),
    "no signature in its place": lambda pdf: signature(pdf, b""),
    "a signature of zeros": lambda pdf: signature(pdf, b"00" * 800),
    "a signature that is empty": lambda pdf: signature(pdf, b"3000"),
    "a signature without an end": lambda pdf: signature(pdf, b"30800000"),
    "something before the beginning": lambda pdf: b"junk\n" + pdf,
    "written anew": lambda pdf: rewritten(pdf, lambda opened: None),
    "written anew for the web": lambda pdf: rewritten(pdf, lambda opened: None, linearize=True),
    "a page less": lambda pdf: rewritten(pdf, lambda opened: opened.pages.remove(p=1)),
}


def signature(pdf: bytes, content: bytes) -> bytes:
    first, second, _ = covered(pdf)
    return pdf[: first + 1] + content.ljust(second - first - 2, b"0") + pdf[second - 1 :]


@pytest.mark.parametrize("name", SHADOWS)
def test_a_shadow_of_a_sealed_file_is_refused(handed: Handed, name: str) -> None:
    changed = SHADOWS[name](handed.pdf)
    assert changed != handed.pdf
    with pytest.raises(IntegrityError):
        check_seal(changed)


def test_the_signature_of_one_dossier_does_not_hold_for_another(handed: Handed) -> None:
    other = forged(Desk(handed.stage, "audit"))
    first, second, _ = covered(other)
    content = other[first + 1 : second - 1].rstrip(b"0")
    with pytest.raises(IntegrityError):
        check_seal(signature(handed.pdf, content))
