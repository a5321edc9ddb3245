"""What one control came to, in full."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from registry_app.policy.views import VerdictLine, WaiverLine
from registry_app.tui.pen import Pen, moment
from registry_app.tui.prose import Prose


def verdict_page(verdict: VerdictLine | None, waivers: Sequence[WaiverLine], pen: Pen, width: int) -> Content:
    """The control under the cursor."""
    page = Prose(pen, width)
    if verdict is None:
        return page.content()
    mark = pen.mark(verdict.outcome)
    page.item((mark, (f"  {verdict.control}  ", "strong"), (verdict.title, "")), 0)
    page.pair("reason", verdict.reason)
    page.pair("observed", f"{verdict.observed or pen.dash}, limit {verdict.limit or pen.dash}")
    page.pair("severity", verdict.severity)
    for waiver in waivers:
        if (waiver.pack, waiver.control) == (verdict.pack, verdict.control):
            page.pair("waived", f"until {moment(waiver.ends)} by {waiver.author}: {waiver.reason}", "warning")
    for citation in verdict.citations:
        page.pair("cites", citation)
    page.pair("under", f"{verdict.pack} {verdict.pack_version}, leaf {verdict.seq}", "muted")
    return page.content()
