"""Pages of text: headings, pairs and paragraphs, folded to a width in cells. Words never become markup."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells
from textual.content import Content

from registry_app.tui.pen import STYLES, Mark, Pen

Piece = tuple[str, str]
"""Words and their role."""
KEYS = 17
"""Cells of a pair's key."""


class Prose:
    """A page that grows line by line.

    Args:
        pen: how to write.
        width: cells of a line, at least 20.
    """

    def __init__(self, pen: Pen, width: int) -> None:
        self.pen = pen
        self.width = max(20, width)
        self._lines: list[Content] = []

    def heading(self, words: str) -> None:
        """A heading, with a blank line before it."""
        if self._lines:
            self.blank()
        self._line((self.pen.words(words), "accent"))

    def pair(self, key: str, value: str, role: str = "") -> None:
        """A key and its value, which hangs in its own column when it is long."""
        self.marked(key, ((value or self.pen.dash, role if value else "muted"),))

    def marked(self, key: str, pieces: Sequence[Piece | Mark]) -> None:
        """A key, and pieces one after another in the value's column; only the last one is folded."""
        keys = min(KEYS, self.width // 3)
        head: list[Piece] = [(self.pen.fit(key, keys - 1) + " ", "muted")]
        self._hang(head, keys, [_piece(piece) for piece in pieces])

    def say(self, words: str, role: str = "", indent: int = 0) -> None:
        """A paragraph."""
        self._hang([(" " * indent, "")], indent, [(words, role)])

    def item(self, pieces: Sequence[Piece | Mark], indent: int = 2) -> None:
        """Pieces on a line; the last one is folded under itself."""
        self._hang([(" " * indent, "")], indent, [_piece(piece) for piece in pieces])

    def drawn(self, content: Content) -> None:
        """A line that was drawn elsewhere."""
        self._lines.append(content)

    def blank(self) -> None:
        """An empty line."""
        self._lines.append(Content(""))

    @property
    def height(self) -> int:
        """How many lines it has so far."""
        return len(self._lines)

    def content(self) -> Content:
        """The page."""
        return Content("\n").join(self._lines)

    def _hang(self, head: list[Piece], column: int, pieces: Sequence[Piece]) -> None:
        line = list(head)
        for words, role in pieces[:-1]:
            shown = self.pen.words(words)
            line.append((shown, role))
            column += cell_len(shown)
        words, role = pieces[-1] if pieces else ("", "")
        blanks = len(words) - len(words.lstrip(" "))
        line.append((" " * blanks, ""))
        words, column = words[blanks:], column + blanks
        if self.width - column < 16:
            column = min(column, 4)
            self._line(*line)
            line = [(" " * column, "")]
        for place, part in enumerate(fold(self.pen.words(words, lines=True), self.width - column)):
            if place:
                line = [(" " * column, "")]
            self._line(*line, (part, role))

    def _line(self, *pieces: Piece) -> None:
        self._lines.append(Content.assemble(*((words, STYLES[role]) for words, role in pieces)))


def fold(words: str, cells: int) -> list[str]:
    """``words`` in lines of at most ``cells`` cells, broken at blanks where there are any."""
    lines: list[str] = []
    for paragraph in words.expandtabs(4).split("\n"):
        line, used = "", 0
        for word in paragraph.split(" "):
            length = cell_len(word)
            if line and used + 1 + length <= cells:
                line, used = f"{line} {word}", used + 1 + length
                continue
            if line:
                lines.append(line)
            *whole, word = chop_cells(word, max(2, cells)) or [""]
            lines += whole
            line, used = word, cell_len(word)
        lines.append(line)
    return lines


def _piece(piece: Piece | Mark) -> Piece:
    return (str(piece), piece.role) if isinstance(piece, Mark) else piece
