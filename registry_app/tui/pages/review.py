"""The review of a version: its route, its decisions, what has lapsed and why, the gate, and what was said."""

from __future__ import annotations

from textual.content import Content

from registry_app.reviews.views import DecisionLine, ReviewDetail
from registry_app.tui.pen import Pen, moment
from registry_app.tui.prose import Prose
from registry_app.tui.whole import Whole


def review_page(whole: Whole, pen: Pen, width: int) -> Content:
    """All reviews of a version, the newest one first."""
    page = Prose(pen, width)
    if not whole.reviews:
        page.say("This version was not submitted for review.", "muted")
        page.say("A developer of its team, or the team's lead, submits it with u.", "muted")
    for review in whole.reviews:
        _review(page, review)
    return page.content()


def _review(page: Prose, review: ReviewDetail) -> None:
    summary, pen = review.summary, page.pen
    page.heading(f"Review of {moment(summary.submitted)} UTC")
    page.marked("standing", (pen.mark(review.standing),))
    page.pair("submitted by", summary.submitter)
    page.pair("says", review.note)
    if summary.state == "open":
        page.pair("your part", f"You decide {summary.why_you}." if summary.why_you else summary.why_not)
        if review.gate:
            page.marked("gate", ((("x " if pen.ascii else "✗ "), "error"), (review.gate, "error")))
        else:
            page.marked(
                "gate",
                ((("+ " if pen.ascii else "✓ "), "success"), ("open: nothing closes the way to an approval", "")),
            )
    page.blank()
    page.say("Route", "strong")
    for stage in review.stages:
        approved = [
            d for d in review.decisions if d.stage == stage.name and d.outcome.startswith("approve") and not d.lapsed
        ]
        who = {decision.person for decision in approved}
        waits = summary.state == "open" and stage.name == summary.stage
        mark = pen.mark("approve" if len(who) >= stage.quorum else "open" if waits else "not_submitted")
        words = f"{len(who)} of {stage.quorum} approved, by a {stage.role.replace('_', ' ')}"
        page.item(
            ((mark.shape + " ", mark.role), (stage.name, "strong"), (f": {words}{'; waits here' if waits else ''}", ""))
        )
    page.blank()
    page.say("Decisions", "strong")
    if not review.decisions:
        page.say("None yet.", "muted", 2)
    for decision in review.decisions:
        _decision(page, decision)
    page.blank()
    page.say("Comments", "strong")
    if not review.comments:
        page.say("None yet." + (" Say something with c." if summary.state == "open" else ""), "muted", 2)
    for comment in review.comments:
        page.item(((f"{moment(comment.time)}  ", "muted"), (f"{comment.person}: ", "strong"), (comment.text, "")))
    page.blank()
    page.pair("review", summary.id, "muted")
    page.pair("signed over", review.subject, "muted")


def _decision(page: Prose, decision: DecisionLine) -> None:
    mark = page.pen.mark(decision.outcome)
    page.item(
        (
            mark,
            (page.pen.between, "muted"),
            (decision.person, "strong"),
            (f", {decision.stage}, leaf {decision.seq}", ""),
        )
    )
    page.say(f"{decision.meaning}, {moment(decision.time)} UTC", "muted", 4)
    if decision.comment:
        page.say(decision.comment, "", 4)
    if decision.conditions:
        page.say(f"Conditions: {decision.conditions}", "warning", 4)
    if decision.lapsed:
        lapsed = page.pen.mark("lapsed")
        page.item(
            (
                (f"{lapsed.shape} ", lapsed.role),
                (f"lapsed: {', '.join(decision.lapsed)} since it was signed", lapsed.role),
            ),
            4,
        )
