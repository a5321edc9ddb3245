"""A measurement as it may leave a registry, and as it is: with small groups put together, and with each by itself."""

from __future__ import annotations

from dataclasses import replace

from registry_app.errors import UsageError
from registry_app.measure.fairness.pooling import called
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.requests.explanation import ExplanationRequest
from registry_app.measure.requests.fairness import FairnessRequest
from registry_app.measure.requests.quality import QualityRequest
from registry_app.measure.requests.request import Request
from registry_app.measure.result import Result


def leaving(request: Request, below: int, progress: Progress = SILENT) -> tuple[Result, Result | None]:
    """The result that may leave, and the whole one where groups were put together in it; ``None`` where none were.

    An explanation is made once: what a model does to fewer rows than that, on average, is nothing to keep.

    Args:
        below: groups with fewer rows are put together; 0 where each may be told of by itself.

    Raises:
        UsageError: there are no groups of fewer than so many rows, or as :meth:`Request.run`.
        Cancelled, StorageError, SandboxError: as :meth:`Request.run`.
    """
    if below < 0 or below == 1:
        raise UsageError(f"No group has fewer than {below} rows.", "Give 2 or more, or 0.")
    if isinstance(request, ExplanationRequest):
        return replace(request, hide_below=below).run(progress), None
    if not isinstance(request, FairnessRequest | QualityRequest):
        return request.run(progress), None
    result = replace(request, hide_below=below).run(progress)
    if not below or called(below).encode() not in result.encode():
        return result, None
    return result, replace(request, hide_below=None).run(progress)
