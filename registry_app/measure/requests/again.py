"""The request that a result was made by, and the same measurement made again."""

from __future__ import annotations

from typing import Any

from registry_app.errors import UsageError
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.requests.request import Inputs, Request
from registry_app.measure.result import VERSIONS, Result
from registry_app.measure.table.source import open_source

SECOND = {"reference": "reference", "against": "table that was held against the first"}
"""Where a result describes its second table, and what that was."""


def again(result: Result, inputs: Inputs) -> Request:
    """The request that makes ``result`` again from inputs that lie where ``inputs`` says.

    Raises:
        UsageError: it was written in an older form, or an input is missing.
    """
    if result.version != VERSIONS[result.kind]:
        raise UsageError(
            f"This {result.kind} was written in form {result.version}, which is read but not made any more.",
            "Measure the version again with 'registry-app evaluate'.",
        )
    for name, what in SECOND.items():
        if isinstance(result.data.get(name), dict) and not inputs.other:
            raise UsageError(
                f"This {result.kind} was measured from two tables, and only one is given.",
                f"Give the other one too, which was the {what} (at the command line: --other).",
            )
    return _requests()[result.kind].of(result, inputs)


def redo(result: Result, inputs: Inputs, progress: Progress = SILENT) -> Result:
    """Measure again what ``result`` tells of, from the very same bytes; see :func:`registry_app.measure.sameness.sameness`.

    Raises:
        UsageError: an input is missing or is not what was measured, or the result was written in an older form.
        Cancelled: ``progress`` said so.
        StorageError: the disk or a server failed.
        SandboxError: a model may not be run, or misbehaved.
    """
    request = again(result, inputs)
    progress.step("looking whether it is the same data")
    _require_same(result.data, inputs.data, "data")
    for name in SECOND:
        if isinstance(result.data.get(name), dict):
            _require_same(result.data[name], inputs.other, name)
    if "background_digest_of" in result.data:
        named = {name: result.data[f"background_{name}"] for name in ("digest", "digest_of")}
        _require_same(named, inputs.other or inputs.data, "background")
    return request.run(progress)


def _require_same(described: dict[str, Any], given: str, what: str) -> None:
    """Files are compared before anything is measured; of a database the counts are, when they are there."""
    if described.get("digest_of") not in ("file", "files"):
        return
    with open_source(given) as source:
        found = source.digest
    if found != described["digest"]:
        raise UsageError(
            f"The {what} given is sha256:{found[:16]}…, but what was measured is sha256:{described['digest'][:16]}….",
            "Give the very file that was measured.",
        )


def _requests() -> dict[str, type[Request]]:
    from registry_app.measure.requests.drift import DriftRequest
    from registry_app.measure.requests.explanation import ExplanationRequest
    from registry_app.measure.requests.fairness import FairnessRequest
    from registry_app.measure.requests.load import LoadRequest
    from registry_app.measure.requests.performance import PerformanceRequest
    from registry_app.measure.requests.quality import QualityRequest

    each: tuple[type[Request], ...] = (
        DriftRequest, ExplanationRequest, FairnessRequest, LoadRequest, PerformanceRequest, QualityRequest
    )  # fmt: skip
    return {request.kind: request for request in each}
