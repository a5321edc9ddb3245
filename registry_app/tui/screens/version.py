"""A version, whole, in six tabs; from here it is submitted, commented on, decided or taken back."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Footer, Static, TabbedContent, TabPane

from registry_app.errors import RegistryError
from registry_app.evidence.views import EvidenceDetail
from registry_app.receipt import Receipt
from registry_app.reviews.actions import Comment, Submit, Withdraw
from registry_app.reviews.facts import DecisionMade
from registry_app.tui.column import Column
from registry_app.tui.desk import Desk
from registry_app.tui.graph import drawing
from registry_app.tui.listing import Listing
from registry_app.tui.pages.evidence import EvidencePage, evidence_page
from registry_app.tui.pages.overview import overview
from registry_app.tui.pages.review import review_page
from registry_app.tui.pages.verdicts import verdict_page
from registry_app.tui.pane import Masthead, Page, Sheet
from registry_app.tui.pen import moment
from registry_app.tui.screens.again import Again
from registry_app.tui.screens.dialog import LAPSES, LOOK, Answer
from registry_app.tui.screens.evaluate import Evaluate
from registry_app.tui.screens.peek import Peek
from registry_app.tui.screens.say import Say
from registry_app.tui.screens.sign import Sign
from registry_app.tui.table import VirtualTable
from registry_app.tui.whole import Whole, WholeVersion

TABS = ("overview", "lineage", "evidence", "verdicts", "review", "history")
_WORST_FIRST = {"not_met": 0, "insufficient_evidence": 1, "waived": 2, "met": 3, "not_applicable": 4}


class VersionScreen(Desk[None]):
    """The page of one version.

    Args:
        name: as ``model:number``, or its id.
    """

    CSS_PATH = "version.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back"),
        *(
            Binding(str(place), f"tab('{tab}')", tab.capitalize(), show=False)
            for place, tab in enumerate(TABS, start=1)
        ),
        Binding("d", "decide", "Decide"),
        Binding("c", "comment", "Comment"),
        Binding("u", "submit", "Submit"),
        Binding("w", "withdraw", "Withdraw"),
        Binding("e", "evaluate", "Evaluate"),
        Binding("m", "again", "Measure again"),
        Binding("n", "piece(1)", "Next evidence", show=False),
        Binding("p", "piece(-1)", "Evidence before", show=False),
        Binding("r", "look", "Refresh", show=False),
        Binding("y", "copy", "Copy", show=False),
    ]
    EXPLAINED = (
        "One version, read in one snapshot. Overview: what it is and where it stands. Lineage: what it came from, left, and "
        "where it runs, right. Evidence: measurements with figures and what is needed to do them again, newest first; n and p go from one to the next. Verdicts: what each "
        "control of each adopted pack came to, with its citation; a verdict is a rule's outcome, never a promise of "
        "compliance. Review: the route, the decisions, what lapsed and why, and what closes the gate. History: the ledger "
        "entries.\n\nDecide opens the signing dialog; nothing is signed before its button is pressed there. Evaluate measures the version from a "
        "table you name, and records the result once you sign it; Measure again does the same for the piece of evidence at the top of the screen."
    )

    def __init__(self, name: str) -> None:
        super().__init__()
        self._asked_for = name
        self._whole: Whole | None = None
        self._evidence: EvidencePage | None = None
        self._opened: set[str] = set()

    def compose(self) -> ComposeResult:
        pen = self.pen
        yield Masthead(icon="")
        yield Static("", id="said", markup=False)
        with TabbedContent(id="tabs"):
            with TabPane("Overview", id="overview"), Page():
                yield Static("Loading" + pen.dots, id="overview-page", markup=False)
            with TabPane("Lineage", id="lineage"), Sheet():
                yield Static("", id="lineage-page", markup=False)
            with TabPane("Evidence", id="evidence"), Page():
                yield Static("", id="evidence-page", markup=False)
            with TabPane("Verdicts", id="verdicts"):
                yield Listing(self._verdicts_table(), "part of any column")
                with Page(id="verdict"):
                    yield Static("", id="verdict-page", markup=False)
            with TabPane("Review", id="review"), Page():
                yield Static("", id="review-page", markup=False)
            with TabPane("History", id="history"):
                yield Listing(self._history_table(), "part of any column")
        yield Footer()

    def on_mount(self) -> None:
        self.sub_title = self.pen.words(self._asked_for)
        self.action_look()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        whole = self._whole
        opened = whole is not None and whole.review is not None and whole.review.summary.state == "open"
        if action in ("decide", "comment"):
            return opened
        if action == "withdraw":
            return opened and whole is not None and whole.may_withdraw
        if action == "evaluate":
            return whole is not None and whole.may_record
        if action == "again":
            return self._tab == "evidence" and whole is not None and whole.may_record and bool(whole.evidence)
        if action == "piece":
            return self._tab == "evidence"
        if action == "submit":
            return whole is not None and not opened and whole.may_submit
        return True

    def action_look(self) -> None:
        """Ask for everything again."""
        self.ask(WholeVersion(self._asked_for), self._show)

    def action_back(self) -> None:
        self.dismiss(None)

    def action_tab(self, tab: str) -> None:
        self.query_one(TabbedContent).active = tab

    def action_piece(self, step: int) -> None:
        """Go to the next piece of evidence, or to the one before."""
        pane = self._evidence_pane
        there = self._evidence.beyond(pane.scroll_y, step) if self._evidence is not None else None
        pane.scroll_to(y=there if there is not None else pane.max_scroll_y if step > 0 else 0, animate=False)

    def action_decide(self) -> None:
        """Open the signing dialog, or say why there is nothing to sign."""
        whole = self._whole
        if whole is None or whole.review is None:
            return
        if whole.review.summary.why_not:
            self.tell(f"You do not decide here: {whole.review.summary.why_not}", warning=True)
            return
        self.app.push_screen(Sign(whole, whole.review, frozenset(self._opened)), self._answered)

    def action_comment(self) -> None:
        if self._whole is None or self._whole.review is None:
            return
        review = self._whole.review.summary.id
        dialog = Say(
            f"Comment on {self._whole.name}", LAPSES, "Comment", "Record", lambda words: Comment(review, words)
        )
        self.app.push_screen(dialog, self._answered)

    def action_submit(self) -> None:
        if self._whole is None:
            return
        version = self._whole.version.summary.id
        means = (
            "The version is judged by every adopted pack, and goes the route of its model's risk tier. Its digest, data and "
            "evidence are what reviewers will sign."
        )
        dialog = Say(
            f"Submit {self._whole.name} for review", means, "Note to reviewers", "Submit", lambda w: Submit(version, w)
        )
        self.app.push_screen(dialog, self._answered)

    def action_withdraw(self) -> None:
        if self._whole is None or self._whole.review is None:
            return
        review = self._whole.review.summary.id
        means = "The review ends without a decision. The version can be submitted again."
        dialog = Say(
            f"Withdraw {self._whole.name} from review", means, "Reason", "Withdraw", lambda w: Withdraw(review, w)
        )
        self.app.push_screen(dialog, self._answered)

    def action_evaluate(self) -> None:
        """Measure the version, and record what came of it once it is signed."""
        if self._whole is not None:
            self.app.push_screen(Evaluate(self._whole), self._answered)

    def action_again(self) -> None:
        """Measure the piece of evidence on the screen again."""
        piece = self._piece
        if self._whole is None or piece is None:
            return
        if piece.result is None:
            self.tell("It was shredded. Measure the version anew.", warning=True)
            return
        self.app.push_screen(Again(self._whole, piece, piece.result), self._answered)

    def action_copy(self) -> None:
        """Copy what the tab is about."""
        whole, tab = self._whole, self.query_one(TabbedContent).active
        if whole is None:
            return
        piece = self._piece
        if tab == "evidence" and piece is not None:
            self.copy("evidence id", piece.summary.id)
        elif tab == "review" and whole.review is not None:
            self.copy("signed digest", whole.review.subject)
        else:
            self.copy("artifact digest", whole.version.summary.artifact)

    @on(TabbedContent.TabActivated)
    def _tab_opened(self, event: TabbedContent.TabActivated) -> None:
        event.stop()
        tab = event.pane.id or ""
        self.refresh_bindings()
        if self._whole is not None:
            self._opened.add(tab)
        self._focus(tab)

    @on(VirtualTable.RowPointed, "#verdicts-table")
    def _verdict_pointed(self, pointed: VirtualTable.RowPointed) -> None:
        pointed.stop()
        self._draw_verdict()

    @on(VirtualTable.RowPeeked, "#verdicts-table")
    def _verdict_peeked(self, peeked: VirtualTable.RowPeeked) -> None:
        peeked.stop()
        row = peeked.row
        names = ("outcome", "reason", "observed", "limit", "severity", "pack", "pack_version")
        pairs = [(name.replace("_", " "), str(getattr(row, name))) for name in names]
        self.app.push_screen(
            Peek(f"{row.control}: {row.title}", [*pairs, *(("cites", each) for each in row.citations)])
        )

    @on(VirtualTable.RowPeeked, "#history-table")
    def _entry_peeked(self, peeked: VirtualTable.RowPeeked) -> None:
        peeked.stop()
        row = peeked.row
        pairs = [("time", row.time), ("who", row.author), ("what", _what(row.kinds)), ("statement", row.statement)]
        self.app.push_screen(Peek(f"Leaf {row.seq}", pairs))

    def _show(self, whole: Whole) -> None:
        before = self._whole
        self._asked_for, self._whole = whole.version.summary.id, whole
        if before is not None and before.review != whole.review:
            self._opened.clear()
        self._opened.add(self.query_one(TabbedContent).active)
        self.sub_title = self.pen.words(f"{whole.name[:80]}{self.pen.between}{self.pen.mark(whole.standing)}")
        self._draw()
        self.query_one("#verdicts-table", VirtualTable).show(whole.verdicts)
        self.query_one("#history-table", VirtualTable).show(whole.history)
        self._focus(self.query_one(TabbedContent).active)
        self.refresh_bindings()

    def _draw(self) -> None:
        whole = self._whole
        if whole is None:
            return
        width = min(110, self.size.width - 6)
        self._put("overview", overview(whole, self.pen, width))
        self._put("lineage", drawing(whole.lineage, self.pen))
        self._evidence = evidence_page(whole.evidence, self.pen, width, whole.before)
        self._put("evidence", self._evidence.content)
        self._put("review", review_page(whole, self.pen, width))
        self._draw_verdict()

    def _draw_verdict(self) -> None:
        if self._whole is not None:
            row = self.query_one("#verdicts-table", VirtualTable).here
            width = min(110, self.size.width - 6)
            self._put("verdict", verdict_page(row, self._whole.waivers, self.pen, width))

    def _verdicts_table(self) -> VirtualTable:
        pen = self.pen
        columns = (
            Column("outcome", 23, lambda row: pen.mark(row.outcome), by=lambda row: _WORST_FIRST.get(row.outcome, 5)),
            Column("control", 10, lambda row: (row.control, "strong")),
            Column("title", 24, lambda row: row.title, share=4, drop=1),
            Column("severity", 10, lambda row: row.severity, drop=2),
            Column("observed", 12, lambda row: row.observed or (pen.dash, "muted"), share=1, drop=3),
            Column("limit", 12, lambda row: row.limit or (pen.dash, "muted"), share=1, drop=4),
        )
        return VirtualTable(
            columns,
            pen,
            "No verdict was recorded. Submitting the version judges it by every adopted pack.",
            key=lambda row: f"{row.pack} {row.control}",
            copies=lambda row: ("control", row.control),
            opens=False,
            id="verdicts-table",
        )

    def _history_table(self) -> VirtualTable:
        columns = (
            Column("leaf", 7, lambda row: str(row.seq), by=lambda row: row.seq),
            Column("time (UTC)", 16, lambda row: (moment(row.time), "muted"), by=lambda row: row.time),
            Column("who", 14, lambda row: row.author, share=1),
            Column("what", 20, lambda row: _what(row.kinds), share=3),
        )
        return VirtualTable(
            columns,
            self.pen,
            "The ledger says nothing about it.",
            key=lambda row: row.statement,
            copies=lambda row: ("statement id", row.statement),
            comes_by=(0, True),
            opens=False,
            id="history-table",
        )

    @property
    def _tab(self) -> str:
        """The tab that is open; keys are asked about before there are tabs, too."""
        found = self.query(TabbedContent)
        return found.first().active if found else ""

    @property
    def _piece(self) -> EvidenceDetail | None:
        """The piece of evidence at the top of the screen."""
        return None if self._evidence is None else self._evidence.at(self._evidence_pane.scroll_y)

    @property
    def _evidence_pane(self) -> Page:
        return self.query_one("#evidence Page", Page)

    def _put(self, page: str, content: Content) -> None:
        self.query_one(f"#{page}-page", Static).update(content)

    def _focus(self, tab: str) -> None:
        if tab in TABS and self.app.screen is self:
            pane = self.query_one(f"#{tab}", TabPane)
            inside = pane.query("VirtualTable, Page, Sheet")
            if inside:
                self.set_focus(inside.first())

    def _answered(self, answer: Answer) -> None:
        if answer is None:
            return
        if answer != LOOK:
            self._receipt(answer)
        self.action_look()

    def _receipt(self, answer: Answer) -> None:
        if not isinstance(answer, Receipt):
            return
        said = ", ".join(
            fact.meaning if isinstance(fact, DecisionMade) else fact.KIND.replace("-", " ") for fact in answer.facts
        )
        name = self._whole.name[:60] if self._whole else ""
        line = f"Recorded: {name} {said}, leaf {answer.seq}, {answer.time[:19].replace('T', ' ')} UTC."
        self.room.said = "\n".join((line, *answer.notices))
        shown = self.query_one("#said", Static)
        shown.update(self.pen.words(self.room.said, lines=True))
        shown.display = True

    def show_error(self, error: RegistryError) -> None:
        self.say_error(error)
        if self._whole is None:
            self._put("overview", Content(self.pen.words(f"{error.what} {error.todo}")))


def _what(kinds: tuple[str, ...]) -> str:
    return ", ".join(kind.replace("-", " ") for kind in kinds)
