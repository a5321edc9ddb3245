"""The request that a result was made by."""

from __future__ import annotations

from registry_app.errors import UsageError
from registry_app.measure.requests.request import Inputs, Request
from registry_app.measure.result import VERSIONS, Result


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
    return _requests()[result.kind].of(result, inputs)


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
