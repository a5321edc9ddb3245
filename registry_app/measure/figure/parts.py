"""The figure of any result, as passages that a page and a terminal draw alike."""

from __future__ import annotations

from registry_app.measure.figure import drift, explanation, fairness, load, performance, quality
from registry_app.measure.figure.again import part_of_model
from registry_app.measure.figure.part import Part
from registry_app.measure.result import Result

_KINDS = {
    "performance": performance.parts,
    "fairness": fairness.parts,
    "explanation": explanation.parts,
    "drift": drift.parts,
    "load": load.parts,
    "quality": quality.parts,
}


def parts(result: Result) -> tuple[Part, ...]:
    """All that a person reads of ``result``; first of all a waiver, where a model was run under one."""
    found = _KINDS[result.kind](result)
    run = part_of_model(result)
    if run is None:
        return found
    return (run, *found) if run.tone == "bad" else (*found, run)
