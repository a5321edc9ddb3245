"""The inbox: what waits for me, all models, all versions."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, Input, Static, TabbedContent, TabPane

from registry_app.errors import RegistryError
from registry_app.models.lists import ModelPage, VersionPage
from registry_app.models.shapes import ModelDetail, ModelSummary, VersionSummary
from registry_app.models.views import ShowModel
from registry_app.reviews.views import Inbox, ReviewSummary
from registry_app.tui.desk import Desk
from registry_app.tui.pane import Masthead
from registry_app.tui.pen import moment, short
from registry_app.tui.screens.peek import Peek
from registry_app.tui.screens.version import VersionScreen
from registry_app.tui.table import PAGE, Column, VirtualTable

MOST = 2_000
"""Open reviews that are looked through."""
_NOBODY = (
    "Nothing waits for you. Press a to see every open review, or go to Models and Versions with the tab key or the "
    "right arrow."
)


class InboxScreen(Desk[None]):
    """Three tables: reviews, models, versions."""

    CSS_PATH = "inbox.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("a", "everything", "All / mine"),
        Binding("s", "sort", "Sort"),
        Binding("r", "look", "Refresh", show=False),
        Binding("y", "copy", "Copy", show=False),
        Binding("1", "tab('reviews')", "Waiting for me", show=False),
        Binding("2", "tab('models')", "Models", show=False),
        Binding("3", "tab('versions')", "Versions", show=False),
        Binding("escape", "leave", "Leave the filter", show=False),
    ]
    EXPLAINED = (
        "Waiting for me: open reviews that you may decide at the stage they are at. 'Why you' names the role that makes it "
        "yours; 'lacking' is how many approvals the stage still needs. With a you see every open review; where you may not "
        "decide, the version's Review tab says why.\n\nModels is the inventory; enter shows a model's versions, space its "
        "entry. Versions lists all of them, newest first; filter by a part of the model's name, or by a tag as key=value.\n\n"
        "A click chooses a row and a second click opens it; a click on a title sorts the reviews."
    )

    def __init__(self) -> None:
        super().__init__()
        self._everything = False
        self._reviews: tuple[ReviewSummary, ...] = ()
        self._sort = -1
        self._filters = {"reviews": "", "models": "", "versions": ""}

    def compose(self) -> ComposeResult:
        pen = self.pen
        yield Masthead(icon="")
        yield Static("", id="said", markup=False)
        with TabbedContent(id="tabs"):
            with TabPane("Waiting for me", id="reviews"):
                yield VirtualTable(
                    (
                        Column("version", 16, lambda row: (row.version, "strong"), share=3, number=True),
                        Column("tier", 10, lambda row: pen.mark(row.tier)),
                        Column("stage", 15, lambda row: row.stage, drop=3),
                        Column("why you", 16, lambda row: row.why_you or (pen.dash, "muted"), share=1),
                        Column("lacking", 7, lambda row: str(row.lacking), drop=1),
                        Column("submitter", 14, lambda row: row.submitter, share=1, drop=4),
                        Column("submitted", 16, lambda row: (moment(row.submitted), "muted"), drop=5),
                    ),
                    pen,
                    _NOBODY,
                    key=lambda row: row.id,
                    id="reviews-table",
                )
            with TabPane("Models", id="models"):
                yield VirtualTable(
                    (
                        Column("model", 16, lambda row: (row.name, "strong"), share=3),
                        Column("tier", 10, lambda row: pen.mark(row.risk_tier)),
                        Column("team", 12, lambda row: row.team, share=1),
                        Column("domain", 14, lambda row: row.domain or (pen.dash, "muted"), share=1, drop=2),
                        Column("newest", 7, lambda row: str(row.newest) if row.newest else ("none", "muted"), drop=1),
                    ),
                    pen,
                    "No model is here. A team's lead registers one: registry-app model register.",
                    key=lambda row: row.id,
                    after=lambda row: row.cursor,
                    id="models-table",
                )
            with TabPane("Versions", id="versions"):
                yield VirtualTable(
                    (
                        Column(
                            "version", 16, lambda row: (f"{row.model}:{row.number}", "strong"), share=3, number=True
                        ),
                        Column("scan", 15, lambda row: pen.mark(row.scan), drop=2),
                        Column("format", 10, lambda row: row.format, drop=3),
                        Column("author", 14, lambda row: row.author, share=1, drop=1),
                        Column("artifact", 12, lambda row: (short(row.artifact), "muted"), drop=5),
                        Column("registered", 16, lambda row: (moment(row.registered), "muted"), drop=4),
                    ),
                    pen,
                    "No version is here. A developer registers one: registry-app version register.",
                    key=lambda row: row.id,
                    after=lambda row: row.cursor,
                    id="versions-table",
                )
        yield Input(placeholder="type to filter; enter keeps it, escape clears it", id="filter")
        yield Footer()

    def on_mount(self) -> None:
        self.sub_title = self.pen.words(self.seat.handle)
        self.room.said = self.room.said or "\n".join(self.seat.notices)
        self.set_focus(self._table("reviews"))

    def on_screen_resume(self) -> None:
        if not self.room.locked:
            said = self.query_one("#said", Static)
            said.update(self.pen.words(self.room.said, lines=True))
            said.display = bool(self.room.said)
            self.action_look()

    def action_look(self) -> None:
        """Ask again for what the tab shows."""
        if self._tab == "reviews":
            self.ask(Inbox(self._everything, limit=MOST), self._reviewed)
        else:
            self._table().restart()

    def action_tab(self, tab: str) -> None:
        self.query_one(TabbedContent).active = tab

    def action_everything(self) -> None:
        """Mine, or every open review."""
        self.action_tab("reviews")
        self._everything = not self._everything
        self.query_one(TabbedContent).get_tab("reviews").label = (
            "All open reviews" if self._everything else "Waiting for me"
        )
        self.ask(Inbox(self._everything, limit=MOST), self._reviewed)

    def action_sort(self) -> None:
        """Sort the reviews by the next column; after the last one, oldest first again."""
        if self._tab != "reviews":
            self.tell("Models come by name and versions newest first. Press / to filter them.")
            return
        columns = len(self._table().columns)
        self._sort_by(self._sort + 1 if self._sort + 1 < columns else -1)

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.display = True
        self.set_focus(field)

    def action_leave(self) -> None:
        """Clear the filter and go back to the table."""
        field = self.query_one("#filter", Input)
        field.value = ""
        field.display = False
        self.set_focus(self._table())

    def action_copy(self) -> None:
        row = self._table().here
        if row is not None:
            what, value = ("digest", row.artifact) if isinstance(row, VersionSummary) else ("id", row.id)
            self.copy(what, value)

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._filters[self._tab] != event.value:
            self._filters[self._tab] = event.value
            if self._tab == "reviews":
                self._show_reviews()
            else:
                self._table().restart()

    @on(Input.Submitted, "#filter")
    def _filter_kept(self, event: Input.Submitted) -> None:
        event.stop()
        event.input.display = bool(event.value)
        self.set_focus(self._table())

    @on(TabbedContent.TabActivated)
    def _tab_chosen(self, event: TabbedContent.TabActivated) -> None:
        event.stop()
        field = self.query_one("#filter", Input)
        field.value = self._filters[self._tab]
        field.display = bool(field.value)
        table = self._table()
        if self._tab != "reviews" and not table.count:
            table.restart()
        if self.focused is None or isinstance(self.focused, VirtualTable):
            self.set_focus(table)

    @on(VirtualTable.PageWanted)
    def _page_wanted(self, wanted: VirtualTable.PageWanted) -> None:
        wanted.stop()
        table = wanted.table
        words = self._filters["models" if table.id == "models-table" else "versions"].strip()
        view: Any = (
            ModelPage(contains=words, after=wanted.after, limit=PAGE)
            if table.id == "models-table"
            else _versions(words, wanted.after)
        )
        self.ask(
            view, lambda rows: table.add_page(wanted.round, wanted.number, rows), group=f"{table.id} {wanted.number}"
        )

    @on(VirtualTable.HeaderChosen)
    def _header_chosen(self, chosen: VirtualTable.HeaderChosen) -> None:
        chosen.stop()
        if chosen.table.id == "reviews-table":
            self._sort_by(chosen.column)

    @on(VirtualTable.RowChosen)
    def _row_chosen(self, chosen: VirtualTable.RowChosen) -> None:
        chosen.stop()
        row = chosen.row
        if isinstance(row, ModelSummary):
            self._filters["versions"] = row.name
            self.action_tab("versions")
            self._table("versions").restart()
            return
        name = row.id if isinstance(row, VersionSummary) else row.version
        self.app.push_screen(VersionScreen(name))

    @on(VirtualTable.RowPeeked)
    def _row_peeked(self, peeked: VirtualTable.RowPeeked) -> None:
        peeked.stop()
        row = peeked.row
        if isinstance(row, ModelSummary):
            self.ask(ShowModel(row.id), self._peek_model, group="peek")
            return
        shown = [(name.replace("_", " "), str(getattr(row, name))) for name in type(row).__slots__ if name != "cursor"]
        title = f"{row.model}:{row.number}" if isinstance(row, VersionSummary) else row.version
        self.app.push_screen(Peek(title, shown))

    def show_error(self, error: RegistryError) -> None:
        self.say_error(error)

    def _peek_model(self, model: ModelDetail) -> None:
        card = model.card
        pairs = [
            ("risk tier", f"{model.risk_tier}: {card.tier_rationale}"),
            ("owner", f"team {model.team}, led by {model.lead}"),
            ("purpose", card.purpose),
            ("intended use", card.intended_use),
            ("out of scope", card.out_of_scope),
            ("domain", model.domain),
            ("jurisdictions", ", ".join(model.jurisdictions)),
            ("aliases", ", ".join(f"{alias} is {number}" for alias, number in model.aliases)),
            ("tags", ", ".join(f"{key}={value}" for key, value in model.tags)),
            ("id", model.id),
        ]
        self.app.push_screen(Peek(card.name, pairs))

    def _reviewed(self, rows: tuple[ReviewSummary, ...]) -> None:
        self._reviews = rows
        label = "All open reviews" if self._everything else "Waiting for me"
        self.query_one(TabbedContent).get_tab("reviews").label = f"{label} ({len(rows)})"
        self._show_reviews()

    def _show_reviews(self) -> None:
        table = self._table("reviews")
        words = self._filters["reviews"].strip().casefold()
        rows = [
            row for row in self._reviews if words in f"{row.version} {row.tier} {row.stage} {row.submitter}".casefold()
        ]
        if self._sort >= 0:
            cell = table.columns[self._sort].cell
            rows.sort(key=lambda row: _sorted_as(row, table.columns[self._sort].title, cell(row)))
        if words:
            table.empty = "Nothing here fits the filter. Press escape to clear it."
        else:
            table.empty = "No review is open. Press r to look again." if self._everything else _NOBODY
        table.sorted_by = self._sort
        table.show(rows)

    def _sort_by(self, column: int) -> None:
        self._sort = column
        self._show_reviews()
        title = "submission, oldest first" if column < 0 else self._table("reviews").columns[column].title
        self.tell(f"Sorted by {title}.")

    @property
    def _tab(self) -> str:
        return self.query_one(TabbedContent).active or "reviews"

    def _table(self, tab: str = "") -> VirtualTable:
        return self.query_one(f"#{tab or self._tab}-table", VirtualTable)


def _versions(words: str, after: str) -> VersionPage:
    """Versions with the tag ``key=value``, or of the models whose name holds ``words``."""
    key, equal, value = words.partition("=")
    if equal:
        return VersionPage(tag=(key.strip(), value.strip()), after=after, limit=PAGE)
    return VersionPage(contains=words, after=after, limit=PAGE)


_TIERS = {"critical": "0", "high": "1", "medium": "2", "low": "3"}


def _sorted_as(row: ReviewSummary, title: str, cell: Any) -> str:
    if title == "tier":
        return _TIERS.get(row.tier, "4")
    return (cell[0] if isinstance(cell, tuple) else str(cell)).casefold()
