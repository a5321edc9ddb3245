"""The inbox: what waits for me, all models, all versions."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, Static, TabbedContent, TabPane

from registry_app.models.facts import TIERS
from registry_app.models.lists import ModelPage, VersionPage
from registry_app.models.shapes import ModelDetail, ModelSummary, VersionSummary
from registry_app.models.views import ShowModel
from registry_app.reviews.views import Inbox, ReviewSummary
from registry_app.tui.column import Column
from registry_app.tui.desk import Desk
from registry_app.tui.fetched import PAGE
from registry_app.tui.listing import Listing
from registry_app.tui.pane import Masthead
from registry_app.tui.pen import moment, short
from registry_app.tui.screens.peek import Peek
from registry_app.tui.screens.version import VersionScreen
from registry_app.tui.table import VirtualTable

PORTION = 500
"""Reviews asked for at a time; all that are open come, one portion after another."""
_NOBODY = (
    "Nothing waits for you. Press a to see every open review, or go to Models and Versions with the tab key or the "
    "right arrow."
)


class InboxScreen(Desk[None]):
    """Three tables: reviews, models, versions."""

    CSS_PATH = "inbox.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "everything", "All / mine"),
        Binding("r", "look", "Refresh", show=False),
        Binding("1", "tab('reviews')", "Waiting for me", show=False),
        Binding("2", "tab('models')", "Models", show=False),
        Binding("3", "tab('versions')", "Versions", show=False),
    ]
    EXPLAINED = (
        "Waiting for me: open reviews that you may decide at the stage they are at. 'Why you' names the role that makes it "
        "yours; 'lacking' is how many approvals the stage still needs. With a you see every open review; where you may not "
        "decide, the version's Review tab says why.\n\nModels is the inventory; enter shows a model's versions, space its "
        "entry. Versions lists all of them, newest first; filter by a part of the model's name, by its whole name with a colon "
        "(credit-risk:), or by a tag as key=value.\n\nA click chooses a row and a second click opens it; a click on a title "
        "sorts by it, and another one the other way round."
    )

    def __init__(self) -> None:
        super().__init__()
        self._everything = False

    def compose(self) -> ComposeResult:
        yield Masthead(icon="")
        yield Static("", id="said", markup=False)
        with TabbedContent(id="tabs"):
            with TabPane("Waiting for me", id="reviews"):
                yield Listing(self._reviews_table(), "part of any column")
            with TabPane("Models", id="models"):
                yield Listing(self._models_table(), "part of the name, or a tag as key=value")
            with TabPane("Versions", id="versions"):
                yield Listing(self._versions_table(), "part of the model's name, name:, or key=value")
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
            self._ask_reviews(())
        else:
            self._table().look()

    def action_tab(self, tab: str) -> None:
        self.query_one(TabbedContent).active = tab

    def action_everything(self) -> None:
        """Mine, or every open review."""
        self.action_tab("reviews")
        self._everything = not self._everything
        self._table("reviews").empty = "No review is open. Press r to look again." if self._everything else _NOBODY
        self._ask_reviews(())

    @on(TabbedContent.TabActivated)
    def _tab_chosen(self, event: TabbedContent.TabActivated) -> None:
        event.stop()
        if self.app.screen is self:
            self.set_focus(self._table())

    @on(VirtualTable.PageWanted)
    def _page_wanted(self, wanted: VirtualTable.PageWanted) -> None:
        wanted.stop()
        view: Any = _models(wanted) if wanted.table.id == "models-table" else _versions(wanted)
        self.page(view, wanted)

    @on(VirtualTable.RowChosen)
    def _row_chosen(self, chosen: VirtualTable.RowChosen) -> None:
        chosen.stop()
        row = chosen.row
        if isinstance(row, ModelSummary):
            self.query_one("#versions Listing", Listing).set_filter(f"{row.name}:")
            self.action_tab("versions")
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

    def _ask_reviews(self, so_far: tuple[ReviewSummary, ...]) -> None:
        after = so_far[-1].seq if so_far else -1
        view = Inbox(self._everything, after, PORTION)
        self.ask(view, lambda rows: self._reviewed((*so_far, *rows), len(rows) == PORTION), group="reviews")

    def _reviewed(self, rows: tuple[ReviewSummary, ...], more: bool) -> None:
        table = self._table("reviews")
        if not more or len(rows) > table.count:
            table.show(rows)
            label = "All open reviews" if self._everything else "Waiting for me"
            count = f"{len(rows)}{self.pen.dots if more else ''}"
            self.query_one(TabbedContent).get_tab("reviews").label = f"{label} ({count})"
        if more:
            self._ask_reviews(rows)

    @property
    def _tab(self) -> str:
        return self.query_one(TabbedContent).active or "reviews"

    def _table(self, tab: str = "") -> VirtualTable:
        return self.query_one(f"#{tab or self._tab}-table", VirtualTable)

    def _reviews_table(self) -> VirtualTable:
        pen = self.pen
        tiers = {tier: place for place, tier in enumerate(TIERS[::-1])}
        columns = (
            Column("version", 16, lambda row: (row.version, "strong"), share=3, number=True),
            Column("tier", 10, lambda row: pen.mark(row.tier), by=lambda row: tiers.get(row.tier, -1)),
            Column("stage", 15, lambda row: row.stage, drop=3),
            Column("why you", 16, lambda row: row.why_you or (pen.dash, "muted"), share=1),
            Column("lacking", 9, lambda row: str(row.lacking), drop=1, by=lambda row: row.lacking),
            Column("submitter", 14, lambda row: row.submitter, share=1, drop=4),
            Column("submitted", 16, lambda row: (moment(row.submitted), "muted"), drop=5, by=lambda row: row.seq),
        )
        return VirtualTable(
            columns,
            pen,
            _NOBODY,
            key=lambda row: row.id,
            copies=lambda row: ("review id", row.id),
            comes_by=(6, False),
            id="reviews-table",
        )

    def _models_table(self) -> VirtualTable:
        pen = self.pen
        columns = (
            Column("model", 16, lambda row: (row.name, "strong"), share=3, order="name"),
            Column("tier", 10, lambda row: pen.mark(row.risk_tier), order="tier"),
            Column("team", 12, lambda row: row.team, share=1, order="team"),
            Column("domain", 14, lambda row: row.domain or (pen.dash, "muted"), share=1, drop=2, order="domain"),
            Column(
                "newest", 8, lambda row: str(row.newest) if row.newest else ("none", "muted"), drop=1, order="newest"
            ),
        )
        return VirtualTable(
            columns,
            pen,
            "No model is here. A team's lead registers one: registry-app model register.",
            key=lambda row: row.id,
            after=lambda row: row.cursor,
            copies=lambda row: ("model id", row.id),
            comes_by=(0, False),
            id="models-table",
        )

    def _versions_table(self) -> VirtualTable:
        pen = self.pen
        columns = (
            Column(
                "version",
                16,
                lambda row: (f"{row.model}:{row.number}", "strong"),
                share=3,
                number=True,
                order="version",
            ),
            Column("scan", 15, lambda row: pen.mark(row.scan), drop=2, order="scan"),
            Column("format", 10, lambda row: row.format, drop=3, order="format"),
            Column("author", 14, lambda row: row.author, share=1, drop=1, order="author"),
            Column("artifact", 12, lambda row: (short(row.artifact), "muted"), drop=5, order="artifact"),
            Column("registered", 16, lambda row: (moment(row.registered), "muted"), drop=4, order="registered"),
        )
        return VirtualTable(
            columns,
            pen,
            "No version is here. A developer registers one: registry-app version register.",
            key=lambda row: row.id,
            after=lambda row: row.cursor,
            copies=lambda row: ("artifact digest", row.artifact),
            comes_by=(5, True),
            id="versions-table",
        )


def _models(wanted: VirtualTable.PageWanted) -> ModelPage:
    """Models with the tag ``key=value``, or whose name holds the words."""
    words, tag = _tag(wanted.words)
    return ModelPage("", words, tag, wanted.after, PAGE, wanted.order or "name", wanted.backward)


def _versions(wanted: VirtualTable.PageWanted) -> VersionPage:
    """Versions with the tag ``key=value``, of the model ``name:``, or of the models whose name holds the words."""
    words, tag = _tag(wanted.words)
    model = words[:-1] if words.endswith(":") else ""
    contains = "" if model else words
    return VersionPage(model, tag, wanted.after, PAGE, contains, wanted.order or "registered", wanted.backward)


def _tag(typed: str) -> tuple[str, tuple[str, str] | None]:
    words = typed.strip()
    key, equal, value = words.partition("=")
    return ("", (key.strip(), value.strip())) if equal else (words, None)
