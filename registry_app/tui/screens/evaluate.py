"""Measuring a version: a form, the measurement on its way, and its result, which is recorded only when somebody signs it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widgets import Button, ContentSwitcher, Footer, Input, Label, Static, Tab, Tabs

from registry_app.errors import RegistryError
from registry_app.evidence.actions import RecordEvidence
from registry_app.evidence.hiding import measured
from registry_app.evidence.views import RunningOf
from registry_app.measure.result import Kind, Result
from registry_app.measure.sandbox.loading import FORMATS
from registry_app.receipt import Receipt
from registry_app.tui import asked, saved
from registry_app.tui.asked import Allowed
from registry_app.tui.completion import Columns, Paths
from registry_app.tui.desk import Desk
from registry_app.tui.field import FIELDS, Field
from registry_app.tui.measuring import Measuring
from registry_app.tui.pages.evidence import result_part
from registry_app.tui.pane import Masthead, Page
from registry_app.tui.prose import Prose
from registry_app.tui.screens.dialog import LAPSES, Answer
from registry_app.tui.screens.record import Record
from registry_app.tui.whole import Whole

Found = tuple[Result, Result | None]
"""What may leave the registry, and what stays in it where that is more."""
OFTEN = 0.25
"""Seconds between two looks at a measurement on its way."""


class Evaluate(Desk[Answer]):
    """Measures one version; dismissed with the receipt of what was recorded, or with nothing.

    Args:
        whole: the version.
    """

    CSS_PATH = "evaluate.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        Binding("escape,ctrl+c", "cancel", "Cancel", key_display="esc"),
        Binding("escape", "discard", "Discard"),
        Binding("s", "sign", "Sign and record"),
        Binding("ctrl+s", "measure", "Measure"),
        Binding("ctrl+o", "save", "Save columns"),
        Binding("ctrl+r", "result", "Last result"),
        Binding("down", "app.focus_next", "Next field", show=False),
        Binding("up", "app.focus_previous", "Field before", show=False),
    ]
    EXPLAINED = (
        "Choose above what is measured (left and right), then say of which table and what its columns mean; once the table is "
        "named its columns are listed, and the right arrow takes a suggestion. A saved mapping.json fills the columns in; ctrl+o "
        "saves them there. Everything that is missing or wrong is listed at once, and the form keeps what it holds.\n\n"
        "The measurement runs beside the screen: help, search and other versions can be looked at meanwhile, escape cancels it, "
        "and so do leaving, and the lock when nobody touches a key for long. Its result is shown as it would be kept. Nothing is "
        "recorded until s is pressed and the dialog is confirmed; escape discards it, and the form stands as it was."
    )

    def __init__(self, whole: Whole) -> None:
        super().__init__()
        self._whole = whole
        self._sensitive = "; ".join(dict.fromkeys(name for use in whole.version.data for name in use.sensitive))
        self._kind: Kind = asked.KINDS[0]
        self._columns = Columns()
        self._measuring: Measuring | None = None
        self._result: Result | None = None
        self._small: Result | None = None
        self._clock: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Masthead(icon="")
        yield Tabs(*(Tab(kind.capitalize(), id=kind) for kind in asked.KINDS), id="kinds")
        with ContentSwitcher(initial="form"):
            with Page(id="form", can_focus=False):
                yield Static("", id="about", markup=False)
                for field in FIELDS:
                    with Horizontal(classes="field", id=f"field-{field.name}"):
                        yield Label(field.label)
                        yield Input(
                            self._first(field), placeholder=field.hint, suggester=self._suggester(field), id=field.name
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
        self.sub_title = self.pen.words(f"{self._whole.name[:80]}{self.pen.between}evaluate")
        self._clock = self.set_interval(OFTEN, self._draw_run, pause=True)
        self._show_fields()
        self._about(())
        self.set_focus(self.query_one(Tabs))

    def on_unmount(self) -> None:
        self._let_go()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        state = self._state
        if action in ("back", "measure", "save"):
            return state == "form"
        if action == "cancel":
            return state == "run"
        if action in ("discard", "sign"):
            return state == "result"
        if action == "result":
            return state == "form" and self._result is not None
        return True

    def action_back(self) -> None:
        self.dismiss(None)

    def action_measure(self) -> None:
        """Measure in a thread what the form asks for."""
        kind, typed, seat, version = self._kind, self._typed(), self.seat, self._whole.version.summary.id
        keep_out = (self.room.place,) if isinstance(self.room.place, Path) else ()
        measuring = self._measuring = Measuring(self.room.steady)
        self._tell("")
        self._go("run")
        if self._clock is not None:
            self._clock.resume()
        self._draw_run()

        def work() -> Found:
            allowed = Allowed(seat.ask(RunningOf(version)), keep_out)
            request = asked.request(kind, typed, allowed)
            return measured(request, int(typed["below"]) if kind == "fairness" else 0, measuring.progress)

        self.compute(work, self._measured, self._failed, group="measure")

    def action_cancel(self) -> None:
        """End the measurement; its thread may need a moment more, and is no longer heard."""
        self._let_go()
        self._go("form")
        self._tell("Cancelled. Nothing was recorded.")

    def action_discard(self) -> None:
        self._go("form")
        self._tell("Nothing was recorded. ctrl+r shows the result again.")

    def action_result(self) -> None:
        """Show the last result once more."""
        self._tell("")
        self._go("result")

    def action_sign(self) -> None:
        """Open the dialog that records the result."""
        if self._result is None:
            return
        version = self._whole.version.summary.id
        title = f"Record {self._result.kind} as evidence about {self._whole.name}"
        pairs = [
            ("data", self._dataset(self._result)),
            ("rows", f"{self._result.data['rows']:,}"),
            ("digest", str(self._result.data["digest"])),
        ]
        means = "Your signature says that you measured this. It is kept for good, and nobody can change it."
        if self._whole.review is not None and self._whole.review.summary.state == "open":
            means += f" The version is in review. {LAPSES}"
        self.app.push_screen(
            Record(title, means, pairs, RecordEvidence(version, self._result, self._small)), self._recorded
        )

    def action_save(self) -> None:
        """Save the columns under the name that the form gives."""
        typed = self._typed()
        if not typed["mapping"].strip():
            self._tell("The columns are saved under a name. Type one in the field mapping.json.", wrong=True)
            self.set_focus(self.query_one("#mapping", Input))
            return
        where = asked.place(typed["mapping"].strip())
        self.compute(
            lambda: saved.write(where, asked.columns(typed)),
            lambda _: self._tell(f"Saved the columns in {where}."),
            group="mapping",
        )

    @on(Tabs.TabActivated)
    def _kind_chosen(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self._kind = cast("Kind", event.tab.id)
        self._show_fields()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "mapping" and event.value.strip():
            self._load(event.value.strip())
        self.screen.focus_next("Input, Button")

    @on(Input.Blurred, "#data")
    def _data_named(self, event: Input.Blurred) -> None:
        event.stop()
        data = event.value.strip()
        if data and self._kind != "load":
            self.compute(lambda: asked.header(data), self._about, lambda _: self._about(()), group="header")

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_measure()

    def show_error(self, error: RegistryError) -> None:
        self._tell("\n".join((error.what, *(f"  {each}" for each in error.details), error.todo)), wrong=True)

    def _load(self, path: str) -> None:
        where = asked.place(path)
        self.compute(lambda: asked.typed_of(saved.read(where)), partial(self._filled, where), group="mapping")

    def _filled(self, where: str, typed: dict[str, str]) -> None:
        for name, value in typed.items():
            self.query_one(f"#{name}", Input).value = value
        self._tell(f"Filled in the columns from {where}.")

    def _measured(self, found: Found) -> None:
        self._let_go()
        self._result, self._small = found
        self._go("result")
        self._draw()
        self.query_one("#result", Page).scroll_home(animate=False)

    def _failed(self, error: RegistryError) -> None:
        self._let_go()
        self._go("form")
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

    @property
    def _state(self) -> str:
        found = self.query(ContentSwitcher)
        return str(found.first().current) if found else "form"

    def _go(self, state: str) -> None:
        self.query_one(ContentSwitcher).current = state
        self.query_one(Tabs).disabled = state != "form"
        self.set_focus(self.query_one("#data", Input) if state == "form" else self.query_one(f"#{state}", Page))
        self.refresh_bindings()

    def _typed(self) -> dict[str, str]:
        return {field.name: self.query_one(f"#{field.name}", Input).value for field in FIELDS}

    def _show_fields(self) -> None:
        for field in FIELDS:
            self.query_one(f"#field-{field.name}").display = self._kind in field.kinds

    def _first(self, field: Field) -> str:
        """What a field holds at first: sensitive features and format as the version names them."""
        if field.name == "sensitive":
            return self._sensitive
        if field.name == "format" and self._whole.version.summary.format in FORMATS:
            return self._whole.version.summary.format
        return field.value

    def _suggester(self, field: Field) -> Any:
        if field.holds == "path":
            return Paths()
        return self._columns if field.holds in ("column", "columns", "features") else None

    def _about(self, names: tuple[str, ...]) -> None:
        """The columns that there are, or the data that the version has learned from; sensitive ones only where they are."""
        self._columns.names = names
        sensitive = self.query_one("#sensitive", Input)
        if names and sensitive.value == self._sensitive:
            sensitive.value = "; ".join(each for each in asked.parts(self._sensitive) if each in names)
        data = "; ".join(f"{use.name} ({use.role}), {use.rows:,} rows" for use in self._whole.version.data)
        words = f"Its columns: {', '.join(names)}" if names else f"Registered with this version: {data or 'no data'}"
        self.query_one("#about", Static).update(self.pen.words(words))

    def _dataset(self, result: Result) -> str:
        digest = result.data["digest"]
        return next(
            (use.name for use in self._whole.version.data if use.digest == digest), "not registered with this version"
        )

    def _draw_run(self) -> None:
        if self._measuring is None:
            return
        page = self._measuring.page(self.pen, self._width, f"Measuring {self._kind} of {self._whole.name}")
        page.blank()
        page.say(
            "esc cancels. Help and search work meanwhile; ^p opens other versions, and esc there comes back.", "muted"
        )
        self.query_one("#run-page", Static).update(page.content())

    def _draw(self) -> None:
        self._draw_run()
        if self._result is None:
            return
        page = Prose(self.pen, self._width)
        page.heading(f"{self._result.kind.capitalize()} of {self._whole.name}, not recorded")
        page.say(f"Data: {self._dataset(self._result)}. s signs and records it, esc discards it.", "muted")
        if self._small is not None:
            below = self._result.parameters["hidden_below"]
            page.say(
                f"Groups of fewer than {below} rows are put together here; those who work in the registry keep each.",
                "muted",
            )
        result_part(page, self._result)
        self.query_one("#result-page", Static).update(page.content())

    @property
    def _width(self) -> int:
        return min(110, self.size.width - 6)

    def _tell(self, words: str, *, wrong: bool = False) -> None:
        """Below everything: what happened, or what is wrong, all of it."""
        self.set_class(not wrong, "-told")
        self.query_one("#wrong").display = bool(words)
        self.query_one("#said", Static).update(self.pen.words(words, lines=True))
