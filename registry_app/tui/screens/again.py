"""Measuring a piece of evidence again, from the very same inputs, to see whether the same comes out."""

from __future__ import annotations

from collections.abc import Callable

from textual.widgets import Input, Static

from registry_app.evidence.actions import RecordRedo
from registry_app.evidence.views import EvidenceDetail
from registry_app.measure.figure import needed
from registry_app.measure.progress import Progress
from registry_app.measure.requests.again import redo
from registry_app.measure.requests.request import Inputs
from registry_app.measure.result import Result
from registry_app.measure.sameness import TOLERANCE, sameness
from registry_app.text import counted
from registry_app.tui import asked
from registry_app.tui.field import Field
from registry_app.tui.pages.evidence import result_part
from registry_app.tui.pen import moment
from registry_app.tui.prose import Prose
from registry_app.tui.screens.bench import Bench
from registry_app.tui.screens.record import Record
from registry_app.tui.whole import Whole

_INPUTS = ("Data", "Reference", "Held against", "Background")
"""What has to be there again, as :func:`~registry_app.measure.figure.needed` calls it."""
SHOWN = 20
"""Differences that are shown."""
_OTHER = {
    "drift": "the reference",
    "quality": "the other table",
    "explanation": "the background; left empty where it was the data itself",
}


class Again(Bench):
    """Measures one piece of evidence again.

    Args:
        whole: the version it is about.
        detail: the evidence, which was not shredded.
        result: what was measured.
    """

    EXPLAINED = (
        "Name the very data that was measured: its digest is compared before anything else. Every choice and the seed are taken "
        "from the evidence. What comes of it matches (equal in every place), is within tolerance, or differs, and where is "
        f"listed.\n\n{Bench.BESIDE} The evidence itself stays as it was."
    )

    def __init__(self, whole: Whole, detail: EvidenceDetail, result: Result) -> None:
        super().__init__(whole, f"measure {result.kind} again")
        self._detail, self._before = detail, result

    def fields(self) -> tuple[Field, ...]:
        kind = self._before.kind
        found = [Field("data", "data", "the file, glob, folder or URL that was measured", (kind,), (), "path")]
        if self._before.data.get("model"):
            found.append(Field("model", "model", "the version's own file, which was run", (kind,), (), "path"))
        if kind in _OTHER:
            found.append(Field("other", "second table", _OTHER[kind], (kind,), (), "path"))
        return tuple(found)

    def asked(self) -> Callable[[Progress], Result]:
        typed, running, before = self.typed, self.running(), self._before

        def work(progress: Progress) -> Result:
            given = {name: value.strip() for name, value in typed.items()}
            run = asked.modelled(given, running()) if given.get("model") else None
            other = given.get("other", "")
            return redo(before, Inputs(asked.place(given["data"]), asked.place(other) if other else "", run), progress)

        return work

    def drawn(self, page: Prose, found: Result) -> None:
        compared = sameness(self._before, found)
        page.heading(f"Measured again: {compared.outcome}, not recorded")
        page.say("s signs and records what came of it, esc discards it.", "muted")
        page.blank()
        if compared.outcome == "matches":
            page.say("Equal in every place; libraries, platform and duration are not compared.", "success")
        else:
            said = f"{counted(len(compared.differences), 'place')} not equal. Tolerance: {TOLERANCE}."
            page.say(said, "warning" if compared.outcome == "within tolerance" else "error")
        for each in compared.differences[:SHOWN]:
            page.say(each.place, "", 2)
            page.say(f"{each.before or 'nothing'}, now {each.after or 'nothing'}", "muted", 4)
        if len(compared.differences) > SHOWN:
            page.say(f"and {len(compared.differences) - SHOWN:,} more", "muted", 2)
        page.blank()
        result_part(page, found)

    def dialog(self, found: Result) -> Record:
        summary = self._detail.summary
        outcome = sameness(self._before, found).outcome
        pairs = [
            ("outcome", outcome),
            ("evidence", summary.id),
            ("recorded", f"{moment(summary.recorded)} UTC by {summary.author}"),
            ("digest", str(found.data["digest"])),
        ]
        means = "Your signature says that you measured it again, and what came of it. The evidence stays."
        title = f"Record that {summary.kind} of {self._whole.name} was measured again"
        shown = self.means(means) if outcome == "differs" else means  # only then is it part of what reviewers sign
        return Record(title, shown, pairs, RecordRedo(summary.id, found))

    def on_mount(self) -> None:
        said = [f"{name}: {value}" for name, value in needed(self._before) if name in _INPUTS]
        self.query_one("#about", Static).update(self.pen.words("\n".join(said), lines=True))
        self.set_focus(self.query_one("#data", Input))
