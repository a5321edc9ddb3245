"""A screen that measures: a form, the measurement on its way, and its result, which is recorded only when somebody signs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.suggester import Suggester
from textual.timer import Timer
from textual.widgets import Button, ContentSwitcher, Footer, Input, Label, Static, Tabs

from registry_app.errors import RegistryError
from registry_app.evidence.views import RunningOf
from registry_app.measure.progress import Progress
from registry_app.receipt import Receipt
from registry_app.tui.asked import Allowed
from registry_app.tui.completion import Columns, Paths
from registry_app.tui.desk import Desk
from registry_app.tui.field import Field
from registry_app.tui.measuring import Measuring
from registry_app.tui.pane import Masthead, Page
from registry_app.tui.prose import Prose
from registry_app.tui.screens.dialog import LAPSES, Answer
from registry_app.tui.screens.record import Record
from registry_app.tui.whole import Whole

OFTEN = 0.25
"""Seconds between two looks at a measurement on its way."""


class Bench(Desk[Answer]):
    """Measures something of one version; dismissed with the receipt of what was recorded, or with nothing.

    Args:
        whole: the version.
        doing: what is measured, in words.
    """

    CSS_PATH = "bench.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("escape,ctrl+c", "cancel", "Cancel", key_display="esc"),
        Binding("escape", "discard", "Discard"),
        Binding("s", "sign", "Sign and record"),
        Binding("ctrl+s", "measure", "Measure"),
        Binding("ctrl+r", "result", "Last result"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Field before", show=False),
    ]
    BESIDE = (
        "The measurement runs beside the screen: help, search and other versions can be looked at meanwhile, escape cancels it, "
        "and so do leaving, and the lock when nobody touches a key for long. Nothing is recorded until s is pressed and the "
        "dialog is confirmed; escape discards the result, and the form stands as it was."
    )

    def __init__(self, whole: Whole, doing: str) -> None:
        super().__init__()
        self._whole, self._doing = whole, doing
        self._columns = Columns()
        self._found: Any = None
        self._measuring: Measuring | None = None
        self._clock: Timer | None = None

    def fields(self) -> tuple[Field, ...]:
        """The fields of the form."""
        raise NotImplementedError

    def asked(self) -> Callable[[Progress], Any]:
        """What the form asks for now; it is called in a thread, with what stood in the form before."""
        raise NotImplementedError

    def drawn(self, page: Prose, found: Any) -> None:
        """Put on the page what was found."""
        raise NotImplementedError

    def dialog(self, found: Any) -> Record:
        """The dialog that records what was found."""
        raise NotImplementedError

    def above(self) -> ComposeResult:
        """What stands above the form at all times."""
        yield from ()

    def compose(self) -> ComposeResult:
        yield Masthead(icon="")
        yield from self.above()
        with ContentSwitcher(initial="fields"):
            with Page(id="fields", can_focus=False):
                yield Static("", id="about", markup=False)
                for field in self.fields():
                    with Horizontal(classes="field", id=f"field-{field.name}"):
                        yield Label(field.label)
                        yield Input(
                            field.value, placeholder=field.hint, suggester=self._suggester(field), id=field.name
                        )
                with Horizontal(id="doors"):
                    yield Button("Measure (^s)", variant="primary", id="measure")
            with Page(id="run"):
                yield Static("", id="run-page", markup=False)
            with Page(id="result"):
                yield Static("", id="result-page", markup=False)
        with Page(id="wrong"):
            yield Static("", id="said", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.sub_title = self.pen.words(f"{self._whole.name[:80]}{self.pen.between}{self._doing}")
        self._clock = self.set_interval(OFTEN, self._draw_run, pause=True)

    def on_unmount(self) -> None:
        self._let_go()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        state = self.state
        if action in ("back", "measure"):
            return state == "fields"
        if action == "cancel":
            return state == "run"
        if action in ("discard", "sign"):
            return state == "result"
        if action == "result":
            return state == "fields" and self._found is not None
        return True

    def action_back(self) -> None:
        self.dismiss(None)

    def action_measure(self) -> None:
        """Measure in a thread what the form asks for."""
        work = self.asked()
        measuring = self._measuring = Measuring(self.room.steady)
        self.tell_below("")
        self._go("run")
        if self._clock is not None:
            self._clock.resume()
        self._draw_run()
        self.compute(lambda: work(measuring.progress), self._measured, self._failed, group="measure")

    def action_cancel(self) -> None:
        """End the measurement; its thread may need a moment more, and is no longer heard."""
        self._let_go()
        self._go("fields")
        self.tell_below("Cancelled. Nothing was recorded.")

    def action_discard(self) -> None:
        self._go("fields")
        self.tell_below("Nothing was recorded. ctrl+r shows the result again.")

    def action_result(self) -> None:
        """Show the last result once more."""
        self.tell_below("")
        self._go("result")

    def action_sign(self) -> None:
        """Open the dialog that records the result."""
        if self._found is not None:
            self.app.push_screen(self.dialog(self._found), self._recorded)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next("Input, Button")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_measure()

    def show_error(self, error: RegistryError) -> None:
        self.tell_below("\n".join((error.what, *(f"  {each}" for each in error.details), error.todo)), wrong=True)

    @property
    def state(self) -> str:
        """``fields``, ``run`` or ``result``."""
        found = self.query(ContentSwitcher)
        return str(found.first().current) if found else "fields"

    @property
    def typed(self) -> dict[str, str]:
        """What stands in each field."""
        return {field.name: self.query_one(f"#{field.name}", Input).value for field in self.fields()}

    def running(self) -> Callable[[], Allowed]:
        """What the registry says about running the version's file; asked in a thread."""
        seat, version, place = self.seat, self._whole.version.summary.id, self.room.place
        return lambda: Allowed(seat.ask(RunningOf(version)), (place,) if isinstance(place, Path) else ())

    def means(self, words: str) -> str:
        """``words`` about a signature, and what it does to a review that is open."""
        review = self._whole.review
        opened = review is not None and review.summary.state == "open"
        return f"{words} The version is in review. {LAPSES}" if opened else words

    def tell_below(self, words: str, *, wrong: bool = False) -> None:
        """Below everything: what happened, or what is wrong, all of it."""
        self.set_class(not wrong, "-told")
        self.query_one("#wrong").display = bool(words)
        self.query_one("#said", Static).update(self.pen.words(words, lines=True))

    def _measured(self, found: Any) -> None:
        self._let_go()
        self._found = found
        self._go("result")
        self._draw()
        self.query_one("#result", Page).scroll_home(animate=False)

    def _failed(self, error: RegistryError) -> None:
        self._let_go()
        self._go("fields")
        self.show_error(error)

    def _recorded(self, answer: Answer) -> None:
        if isinstance(answer, Receipt):
            self.dismiss(answer)

    def _let_go(self) -> None:
        if self._measuring is not None:
            self._measuring.stop()
            self._measuring = None
            self.forget("measure")
        if self._clock is not None:
            self._clock.pause()

    def _go(self, state: str) -> None:
        self.query_one(ContentSwitcher).current = state
        for tabs in self.query(Tabs):
            tabs.disabled = state != "fields"
        self.set_focus(self.query_one("#data", Input) if state == "fields" else self.query_one(f"#{state}", Page))
        self.refresh_bindings()

    def _suggester(self, field: Field) -> Suggester | None:
        if field.holds == "path":
            return Paths()
        return self._columns if field.holds in ("column", "columns", "features") else None

    def _draw_run(self) -> None:
        if self._measuring is None:
            return
        page = self._measuring.page(self.pen, self._width, f"{self._whole.name}: {self._doing}")
        page.blank()
        page.say(
            "esc cancels. Help and search work meanwhile; ^p opens other versions, and esc there comes back.", "muted"
        )
        self.query_one("#run-page", Static).update(page.content())

    def _draw(self) -> None:
        self._draw_run()
        if self._found is not None:
            page = Prose(self.pen, self._width)
            self.drawn(page, self._found)
            self.query_one("#result-page", Static).update(page.content())

    @property
    def _width(self) -> int:
        return min(110, self.size.width - 6)


def listed(values: Iterable[str]) -> str:
    """Several values as one field holds them."""
    return "; ".join(dict.fromkeys(values))
