"""The risk officer measures again what was measured of a version, and signs what comes of it."""

from __future__ import annotations

from registry_app.demo.people import Cast
from registry_app.demo.train import Trained
from registry_app.evidence.actions import RecordRedo
from registry_app.evidence.facts import EvidenceRedone
from registry_app.evidence.views import EvidenceOf
from registry_app.measure.requests.again import redo


def measured_again(cast: Cast, trained: Trained) -> str:
    """Measure each piece of evidence about the version again, from the files it was measured from; what came of it, in words."""
    outcomes = []
    for detail in cast.ask("risk-officer", EvidenceOf(trained.recipe.label)):
        assert detail.result is not None
        again = redo(detail.result, trained.inputs(detail.result.kind))
        said = cast.run("risk-officer", RecordRedo(detail.summary.id, again)).facts[0]
        assert isinstance(said, EvidenceRedone)
        outcomes.append(f"{detail.summary.kind} {said.outcome}")
    return f"measured again by the risk officer: {', '.join(outcomes)}"
