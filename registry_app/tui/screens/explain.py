"""Help: what the screen behind it shows, what its marks mean, and its keys."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Static

from registry_app.tui.desk import Desk
from registry_app.tui.pane import Masthead, Page
from registry_app.tui.prose import Prose

_MARKS = ("met", "not_met", "insufficient_evidence", "not_applicable", "waived", "open", "approved",
          "approved_with_conditions", "changes_requested", "rejected", "withdrawn", "lapsed", "low", "medium", "high", "critical")  # fmt: skip

EVERYWHERE = (
    "Scroll Left",
    "Scroll Right",
    "Page Left",
    "Page Right",
    "Copy selected text",
    "Focus Next",
    "Focus Previous",
    "palette",
)
"""Keys of Textual that need no explaining."""


class Explain(Desk[None]):
    """The help screen.

    Args:
        about: the screen it explains; its ``EXPLAINED`` says what one sees there.
    """

    CSS_PATH = "explain.tcss"
    SUB_TITLE = "help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark", "dismiss", "Back", key_display="esc"),
    ]

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self._about = about
        self._keys = [
            (each.binding.key, each.binding.description, each.binding.key_display)
            for each in about.active_bindings.values()
            if each.binding.description and each.binding.description not in EVERYWHERE and not each.binding.system
        ]

    def compose(self) -> ComposeResult:
        yield Masthead(icon="")
        with Page():
            yield Static("", markup=False, id="page")
        yield Footer()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        page = Prose(self.pen, min(96, self.size.width - 6))
        page.heading("What you see")
        page.say(str(getattr(self._about, "EXPLAINED", "A dialog. Escape leaves it and changes nothing.")))
        page.heading("Keys here")
        shown: dict[str, list[str]] = {}
        for key, words, display in self._keys:
            shown.setdefault(words, []).append(
                display or (key if self.pen.ascii else self.app.get_key_display(Binding(key, "", "")))
            )
        for words, keys in shown.items():
            page.pair(" ".join(dict.fromkeys(keys))[:30], words)
        page.pair("^p", "Search models, versions and actions by name")
        page.heading("Marks: a shape and a word; the colour only helps")
        for state in _MARKS:
            page.item((self.pen.mark(state),))
        page.heading("What is promised")
        page.say(
            "No plain key changes anything: a change is made in a dialog that says what it will record, and a decision asks "
            "for the passphrase again. What you sign is the digest over exactly what was on the screen; if any of it changes, "
            "the signature is refused, or shows as lapsed later."
        )
        self.query_one("#page", Static).update(page.content())
