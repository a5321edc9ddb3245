"""What whoever deploys a version, or points an alias at it, should know: that no approval covers it. Told, never refused."""

from __future__ import annotations

from collections.abc import Sequence

from registry_app.ledger.fact import Fact
from registry_app.models.facts import AliasSet, DeploymentStarted
from registry_app.models.views import version_label
from registry_app.reviews.facts import APPROVING
from registry_app.reviews.subject import changes, read_parts, subject_of
from registry_app.reviews.tables import DecisionRow, ReviewRow
from registry_app.vault.rows import Row, Rows

_WHY = {
    "open": "its review is still open",
    "changes_requested": "it was sent back for changes",
    "rejected": "it was rejected",
    "withdrawn": "it was withdrawn from review",
}


def notices_of(rows: Rows, said: Sequence[Fact]) -> tuple[str, ...]:
    """A sentence for each version that the facts ``said`` put to use without an approval that holds."""
    used = (fact.version for fact in said if isinstance(fact, DeploymentStarted | AliasSet) and fact.version)
    return tuple(
        f"No approved review covers {version_label(rows, version)} ({why}); it was recorded all the same."
        for version in used
        if (why := _why(rows, version))
    )


def _why(rows: Rows, version: str) -> str:
    """Why the newest review of a version is no approval of what stands now; empty when it is one."""
    newest = max(rows.all(ReviewRow, version=version), key=lambda row: int(row["submitted"]), default=None)
    if newest is None:
        return "it was never submitted"
    return _WHY[newest["state"]] if newest["state"] in _WHY else _lapse(rows, newest)


def _lapse(rows: Rows, review: Row) -> str:
    approvals = [row for row in rows.all(DecisionRow, review=review["id"]) if row["outcome"] in APPROVING]
    last = max(approvals, key=lambda row: int(row["since"]))
    changed = changes(read_parts(last["parts"]), subject_of(rows, review).parts)
    return f"its approval has lapsed: {', '.join(changed)}" if changed else ""
