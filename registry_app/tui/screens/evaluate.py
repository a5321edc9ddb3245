"""Measuring a version, by a form that knows the columns of the table it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static, Tab, Tabs

from registry_app.evidence.actions import RecordEvidence
from registry_app.evidence.facts import SMALL
from registry_app.measure.progress import Progress
from registry_app.measure.requests.leaving import leaving
from registry_app.measure.result import Kind, Result
from registry_app.measure.sandbox.loading import FORMATS
from registry_app.tui import asked, saved
from registry_app.tui.field import FIELDS, Field
from registry_app.tui.pages.evidence import result_part
from registry_app.tui.prose import Prose
from registry_app.tui.screens.bench import Bench, listed
from registry_app.tui.screens.record import Record
from registry_app.tui.whole import Whole

Found = tuple[Result, Result | None]
"""What may leave the registry, and what stays in it where that is more."""


class Evaluate(Bench):
    """Measures one version.

    Args:
        whole: the version.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+o", "save", "Save columns")]
    EXPLAINED = (
        "Choose above what is measured (left and right), then say of which table and what its columns mean; once the table is "
        "named its columns are listed, and the right arrow takes a suggestion. A saved mapping.json fills the columns in; ctrl+o "
        "saves them there. Everything that is missing or wrong is listed at once, and the form keeps what it holds.\n\n"
        f"{Bench.BESIDE}"
    )

    def __init__(self, whole: Whole) -> None:
        super().__init__(whole, "evaluate")
        self._sensitive = listed(name for use in whole.version.data for name in use.sensitive)
        self._kind: Kind = asked.KINDS[0]

    def above(self) -> ComposeResult:
        yield Tabs(*(Tab(kind.capitalize(), id=kind) for kind in asked.KINDS), id="kinds")

    def fields(self) -> tuple[Field, ...]:
        return tuple(replace(field, value=self._first(field)) for field in FIELDS)

    def asked(self) -> Callable[[Progress], Found]:
        kind, typed, running = self._kind, self.typed, self.running()

        def work(progress: Progress) -> Found:
            request = asked.request(kind, typed, running())
            return leaving(request, int(typed["below"]) if kind == "fairness" else SMALL, progress)

        return work

    def drawn(self, page: Prose, found: Found) -> None:
        result, small = found
        page.heading(f"{result.kind.capitalize()} of {self._whole.name}, not recorded")
        page.say(f"Data: {self._dataset(result)}. s signs and records it, esc discards it.", "muted")
        if small is not None:
            below = result.parameters["hidden_below"]
            words = (
                f"Groups of fewer than {below} rows are put together here; those who work in the registry keep each."
            )
            page.say(words, "muted")
        result_part(page, result)

    def dialog(self, found: Found) -> Record:
        result, small = found
        pairs = [
            ("data", self._dataset(result)),
            ("rows", f"{result.data['rows']:,}"),
            ("digest", str(result.data["digest"])),
        ]
        means = self.means("Your signature says that you measured this. It is kept for good, and nobody can change it.")
        action = RecordEvidence(self._whole.version.summary.id, result, small)
        return Record(f"Record {result.kind} as evidence about {self._whole.name}", means, pairs, action)

    def on_mount(self) -> None:
        self._show_fields()
        self._about(())
        self.set_focus(self.query_one(Tabs))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.state == "fields" if action == "save" else super().check_action(action, parameters)

    def action_save(self) -> None:
        """Save the columns under the name that the form gives."""
        typed = self.typed
        if not typed["mapping"].strip():
            self.tell_below("The columns are saved under a name. Type one in the field mapping.json.", wrong=True)
            self.set_focus(self.query_one("#mapping", Input))
            return
        where = asked.place(typed["mapping"].strip())
        self.compute(
            lambda: saved.write(where, asked.columns(typed)),
            lambda _: self.tell_below(f"Saved the columns in {where}."),
            group="mapping",
        )

    @on(Tabs.TabActivated)
    def _kind_chosen(self, event: Tabs.TabActivated) -> None:
        event.stop()
        self._kind = cast("Kind", event.tab.id)
        self._doing = f"measure {self._kind}"
        self._show_fields()

    @on(Input.Submitted, "#mapping")
    def _mapping_named(self, event: Input.Submitted) -> None:
        if event.value.strip():
            where = asked.place(event.value.strip())
            self.compute(lambda: asked.typed_of(saved.read(where)), partial(self._filled, where), group="mapping")

    @on(Input.Blurred, "#data")
    def _data_named(self, event: Input.Blurred) -> None:
        event.stop()
        data = event.value.strip()
        if data and self._kind != "load":
            self.compute(lambda: asked.header(data), self._about, lambda _: self._about(()), group="header")

    def _filled(self, where: str, typed: dict[str, str]) -> None:
        for name, value in typed.items():
            self.query_one(f"#{name}", Input).value = value
        self.tell_below(f"Filled in the columns from {where}.")

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

    def _about(self, names: tuple[str, ...]) -> None:
        """The columns that there are, or the data that the version has learned from; sensitive ones only where they are."""
        self._columns.names = names
        sensitive = self.query_one("#sensitive", Input)
        if names and sensitive.value == self._sensitive:
            sensitive.value = listed(each for each in asked.parts(self._sensitive) if each in names)
        data = "; ".join(f"{use.name} ({use.role}), {use.rows:,} rows" for use in self._whole.version.data)
        words = f"Its columns: {', '.join(names)}" if names else f"Registered with this version: {data or 'no data'}"
        self.query_one("#about", Static).update(self.pen.words(words))

    def _dataset(self, result: Result) -> str:
        digest = result.data["digest"]
        names = (use.name for use in self._whole.version.data if use.digest == digest)
        return next(names, "not registered with this version")
