"""The text that stands on the pages of a PDF, in the order it is drawn: fonts' own tables turn glyphs into letters.

Good for comparing, not for reading: letters without the blanks between them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

_PAIRS = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_TRIPLES = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_BLOCKS = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.S)
_MARGINS = re.compile(r"Modeldossier(?:(?!Modeldossier).)*[0-9]+/[0-9]+\Z", re.S)
"""The head and the foot of the template, as they come."""
_DEEPEST = 8


def page_texts(pdf: bytes) -> tuple[str, ...]:
    """The letters of each page, blanks left out.

    Raises:
        Exception: whatever pikepdf raises at a file it cannot read.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        reader = _Letters()
        found = []
        for page in opened.pages:
            reader.found.clear()
            reader.take(page.obj, page.obj.get("/Resources"), 0)
            found.append(squeezed("".join(reader.found)))
        return tuple(found)


def body_text(pages: Iterable[str]) -> str:
    """The letters of all pages in a row, without what stands in their margins: it is drawn last on each."""
    return "".join(_MARGINS.sub("", page) for page in pages)


def squeezed(text: str) -> str:
    """``text`` without blanks."""
    return "".join(text.split()).replace("\u00ad", "")


class _Letters:
    def __init__(self) -> None:
        self.found: list[str] = []
        self._tables: dict[tuple[int, int], dict[bytes, str]] = {}

    def take(self, stream: Any, resources: Any, depth: int) -> None:
        """Read one content stream: a page, or a drawing inside one."""
        import pikepdf

        if depth > _DEEPEST or resources is None:
            return
        table: dict[bytes, str] = {}
        for instruction in pikepdf.parse_content_stream(stream):
            operands: Any = instruction.operands
            name = str(instruction.operator)
            if name == "Tf":
                table = self._table(resources.Font[str(operands[0])])
            elif name in ("Tj", "'", '"'):
                self._say(bytes(operands[-1]), table)
            elif name == "TJ":
                for piece in operands[0]:
                    if isinstance(piece, pikepdf.String):
                        self._say(bytes(piece), table)
            elif name == "Do":
                form = resources.XObject[str(operands[0])]
                if str(form.get("/Subtype")) == "/Form":
                    self.take(form, form.get("/Resources", resources), depth + 1)

    def _say(self, codes: bytes, table: dict[bytes, str]) -> None:
        self.found.append("".join(table.get(codes[at : at + 2], "\ufffd") for at in range(0, len(codes), 2)))

    def _table(self, font: Any) -> dict[bytes, str]:
        key = font.objgen
        if key not in self._tables:
            self._tables[key] = _letters_of(font.ToUnicode.read_bytes()) if "/ToUnicode" in font else {}
        return self._tables[key]


def _letters_of(table: bytes) -> dict[bytes, str]:
    """Two-byte glyph codes to letters (ISO 32000-1, 9.10.3)."""
    found: dict[bytes, str] = {}
    for kind, block in _BLOCKS.findall(table):
        if kind == b"bfchar":
            for code, letters in _PAIRS.findall(block):
                found[bytes.fromhex(code.decode())] = bytes.fromhex(letters.decode()).decode("utf-16-be")
        else:
            for first, last, letters in _TRIPLES.findall(block):
                start, stop, base = int(first, 16), int(last, 16), int(letters, 16)
                for step in range(min(stop - start + 1, 65_536)):
                    found[(start + step).to_bytes(2, "big")] = chr(base + step)
    return found
