"""What of a measurement may leave the registry, where groups of few rows stand in it."""

from __future__ import annotations

from dataclasses import replace

from registry_app.errors import UsageError
from registry_app.evidence.actions import SMALL
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.requests.fairness import FairnessRequest
from registry_app.measure.requests.request import Request
from registry_app.measure.result import Result


def measured(request: Request, below: int = SMALL, progress: Progress = SILENT) -> tuple[Result, Result | None]:
    """Measure: the result that may leave the registry, and the one with each group by itself where that is more.

    Args:
        below: groups with fewer rows are put together; 0 puts none together.

    Raises:
        UsageError: there cannot be groups of fewer than so many rows, or as :meth:`Request.run`.
        Cancelled, StorageError, SandboxError: as :meth:`Request.run`.
    """
    if below < 0 or below == 1:
        raise UsageError(f"No group has fewer than {below} rows.", "Give 2 or more, or 0.")
    if not isinstance(request, FairnessRequest):
        return request.run(progress), None
    found = replace(request, hide_below=None if below else 0).run(progress)
    parts = [found.result, *found.result.get("within", ())]
    if not any(group["n"] < below for part in parts for group in part["groups"]):
        return found, None
    progress.step("putting small groups together")
    return replace(request, hide_below=below).run(progress), found
