"""The signing dialog: exactly what will be signed, the decision, its meaning, and the passphrase once more."""

from __future__ import annotations

from collections import Counter

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Footer, Input, Label, RadioButton, RadioSet, Static, TextArea

from registry_app.errors import AuthenticationError, RegistryError
from registry_app.reviews.actions import Decide
from registry_app.reviews.facts import APPROVING, MEANINGS, OUTCOMES
from registry_app.reviews.views import ReviewDetail
from registry_app.tui.pane import Page
from registry_app.tui.pen import Pen, short
from registry_app.tui.prose import Prose
from registry_app.tui.screens.dialog import Dialog
from registry_app.tui.whole import Whole


class Choice(RadioButton):
    """A radio button that tells by shape whether it is on."""

    @property
    def BUTTON_INNER(self) -> str:  # type: ignore[override]
        """The brackets are part of it: Textual would draw them in the colour of their ground."""
        return f"({'*' if self.ascii else '●'})" if self.value else "( )"

    BUTTON_LEFT = BUTTON_RIGHT = ""
    ascii = False


class PlainChoice(Choice):
    """The same in ASCII."""

    ascii = True


class Sign(Dialog):
    """Signs a decision about the review on the screen.

    Args:
        whole: the version as it stood on the screen.
        review: its open review.
        opened: the tabs that were opened on this state.
    """

    CSS_PATH = "sign.tcss"
    EXPLAINED = (
        "Left, or above: every thing your signature covers, each by its digest, and whether you opened the tab that shows "
        "it. Then your decision, a comment (needed to send back or reject), conditions (needed for an approval with "
        "conditions), and your passphrase once more.\n\nNothing is chosen beforehand. If anything changed since the screen "
        "was drawn, the signature is refused and nothing is recorded; ctrl+r looks again."
    )

    def __init__(self, whole: Whole, review: ReviewDetail, opened: frozenset[str]) -> None:
        super().__init__()
        self._whole, self._review, self._opened = whole, review, opened
        self._outcome = ""

    def compose(self) -> ComposeResult:
        choice = PlainChoice if self.pen.ascii else Choice
        closed = self._review.gate
        with Vertical(id="box"):
            with Page(id="halves", can_focus=False):
                with Page(id="what"):
                    yield Static("", id="page", markup=False)
                with VerticalScroll(id="form", can_focus=False):
                    yield Label("Your decision")
                    with RadioSet(id="outcome"):
                        for outcome in OUTCOMES:
                            shut = bool(closed) and outcome in APPROVING
                            words = f"{self.pen.mark(outcome)}{' (the gate is closed)' if shut else ''}"
                            yield choice(Content(words), id=outcome, disabled=shut)
                    yield Static(self.pen.words(closed), id="gate", markup=False)
                    yield Label("Comment")
                    yield TextArea(id="comment", tab_behavior="focus", soft_wrap=True, show_line_numbers=False)
                    yield Label("Conditions", id="conditions-label")
                    yield Input(id="conditions", placeholder="what must hold")
                    yield Static("", id="meaning", markup=False)
                    yield Label("Passphrase")
                    yield Input(password=True, id="passphrase", placeholder="your passphrase, once more")
            with Horizontal(id="foot"):
                yield Button("Sign", variant="primary", id="sign")
                yield Button("Cancel", id="cancel")
                yield Static("", id="said", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#gate").display = bool(self._review.gate)
        self._mean()
        wide = self.app.size.width >= 100
        self.query_one("#halves").can_focus, self.query_one("#what").can_focus = not wide, wide
        self.set_focus(self.query_one("#what" if wide else "#halves"))

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width = self.query_one("#what").scrollable_content_region.width
        self.query_one("#page", Static).update(signed_page(self._whole, self._review, self._opened, self.pen, width))

    @on(RadioSet.Changed)
    def _outcome_chosen(self, event: RadioSet.Changed) -> None:
        event.stop()
        self._outcome = event.pressed.id or ""
        self._mean()

    @on(Button.Pressed)
    def _door(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "sign":
            self._sign()
        else:
            self.action_cancel()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if event.input.id == "passphrase":
            self._sign()
        else:
            self.set_focus(self.query_one("#passphrase"))

    def after_refusal(self, error: RegistryError) -> None:
        if isinstance(error, AuthenticationError):
            secret = self.query_one("#passphrase", Input)
            secret.value = ""
            self.set_focus(secret)

    def _mean(self) -> None:
        meaning = MEANINGS.get(self._outcome)
        words = f"Your signature will mean: {meaning}." if meaning else "Choose a decision; nothing is chosen for you."
        self.query_one("#meaning", Static).update(words)
        conditional = self._outcome == "approve_with_conditions"
        self.query_one("#conditions").display = self.query_one("#conditions-label").display = conditional

    def _sign(self) -> None:
        comment, secret = self.query_one("#comment", TextArea), self.query_one("#passphrase", Input)
        conditions = self.query_one("#conditions", Input)
        if not self._outcome:
            self._missing("Nothing is decided yet. Choose a decision.", "outcome")
        elif self._outcome == "approve_with_conditions" and not conditions.value.strip():
            self._missing("An approval with conditions names them. Write the conditions.", "conditions")
        elif self._outcome not in APPROVING and not comment.text.strip():
            self._missing("Sending a version back needs a reason. Write a comment.", "comment")
        elif not secret.value:
            self._missing("A decision is signed with the passphrase. Type it again.", "passphrase")
        else:
            said = conditions.value if self._outcome == "approve_with_conditions" else ""
            action = Decide(self._review.summary.id, self._outcome, comment.text, said, self._review.subject)
            self.write(action, passphrase=secret.value, seen=self._whole.head)

    def _missing(self, words: str, field: str) -> None:
        self.say(words, wrong=True)
        self.set_focus(self.query_one(f"#{field}"))


def signed_page(whole: Whole, review: ReviewDetail, opened: frozenset[str], pen: Pen, width: int) -> Content:
    """What a signature covers, part by part, and which tabs were opened."""
    page = Prose(pen, width)
    page.heading("You sign exactly this")
    page.pair("version", whole.name, "strong")
    page.pair("stage", f"{review.summary.stage}, decided by a {review.summary.role}")
    names = {use.id: f"{use.name} ({use.role})" for use in whole.version.data}
    kinds = {
        one.summary.id: f"{one.summary.kind}, {one.summary.dataset or 'data not registered'}" for one in whole.evidence
    }
    for place, part in enumerate(review.parts):
        label = names.get(part.id.split(" ")[0]) or kinds.get(part.id) or ""
        if part.kind == "verdicts":
            label = _verdicts(whole, part.id)
        whole_digest = part.digest if part.kind == "artifact" else short(part.digest)
        page.pair(part.kind, f"{label} {whole_digest}".strip())
        last = place + 1 == len(review.parts) or review.parts[place + 1].kind != part.kind
        tab = _TABS.get(part.kind)
        if tab and last:
            page.marked("", (pen.mark("opened" if tab in opened else "not_opened"), (f" ({tab} tab)", "muted")))
    page.blank()
    page.pair("digest", f"{review.subject}, over all of this")
    page.pair("ledger", f"{whole.head.size} leaves, root {whole.head.root.hex()}", "muted")
    return page.content()


_TABS = {
    "artifact": "overview",
    "dataset": "lineage",
    "evidence": "evidence",
    "small groups": "evidence",
    "redo": "evidence",
    "verdicts": "verdicts",
    "comment": "review",
}


def _verdicts(whole: Whole, pack: str) -> str:
    judged = [line for line in whole.verdicts if line.pack == pack]
    counted = Counter(line.outcome.replace("_", " ") for line in judged)
    version = judged[0].pack_version if judged else ""
    return f"{pack} {version}: {', '.join(f'{count} {outcome}' for outcome, count in counted.items())}"
