"""What is asked of a measurement in the fields of a form, and the request that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from registry_app.errors import Refused, UsageError
from registry_app.evidence.views import Running
from registry_app.measure.requests.modelled import Modelled, columns_made
from registry_app.measure.requests.request import Request
from registry_app.measure.result import Kind
from registry_app.measure.table.mapping import Feature
from registry_app.measure.table.mapping import Mapping as Columns
from registry_app.text import counted
from registry_app.tui.field import FIELDS, fields_of

Typed = Mapping[str, str]
"""What stands in each field, by its name."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the registry says about running the version's file."""

    running: Running
    """By which decisions it may be run."""
    keep_out: tuple[Path, ...] = ()
    """What it must not be able to read."""


def header(data: str) -> tuple[str, ...]:
    """Names of the columns of a table.

    Raises:
        UsageError: there is no such table.
        StorageError: the disk or the server failed.
    """
    from registry_app.measure.table.source import open_source

    with open_source(place(data)) as source:
        return tuple(column.name for column in source.header)


def request(kind: Kind, typed: Typed, allowed: Allowed) -> Request:
    """The request that the form asks for.

    Raises:
        UsageError: something is missing or wrong; all of it is listed.
        Refused: the model's file is not the version's.
    """
    given = {field.name: typed.get(field.name, "").strip() for field in fields_of(kind)}
    problems = [*_missing(kind, given), *_no_numbers(kind, given)]
    if not problems:
        try:
            return _MADE[kind](given, modelled(given, allowed))
        except UsageError as error:
            problems.append(f"{error.what.removesuffix('.')}: {error.todo.removesuffix('.')}")
    problems += _unknown(kind, given)
    raise UsageError(
        f"The form has {counted(len(problems), 'problem')}.", "Correct what is listed, and measure again.", problems
    )


def modelled(given: Typed, allowed: Allowed) -> Modelled | None:
    """The model that is to be run; ``None`` where none is named.

    Raises:
        UsageError: its file cannot be read.
        Refused: it is not the version's file.
    """
    if not given.get("model"):
        return None
    from registry_app.models.artifact import measure_artifact

    running, file = allowed.running, place(given["model"])
    if measure_artifact(Path(file)).digest != running.artifact:
        raise Refused(
            f"The model's file is not the artifact of {running.version}.",
            "Name the very file that the version was registered by.",
        )
    features = parts(given.get("features", ""))
    kept = allowed.keep_out
    return Modelled(file, given.get("format") or running.format, features, running.trust, running.waiver, keep_out=kept)


def columns(typed: Typed) -> Columns:
    """What the columns mean, for a ``mapping.json``.

    Raises:
        UsageError: it says too little or too much.
    """
    return _columns({field.name: typed.get(field.name, "").strip() for field in FIELDS}, None)


def typed_of(mapping: Columns) -> dict[str, str]:
    """What stands in the fields for a mapping."""
    found = {name: getattr(mapping, name) or "" for name in _NAMES}
    found["threshold"] = "" if mapping.threshold is None else repr(mapping.threshold)
    for name in ("sensitive", "control"):
        found[name] = "; ".join(_said(feature) for feature in getattr(mapping, name))
    return found


def place(text: str) -> str:
    """A path with its ``~`` written out; a URL as it is."""
    return text if "://" in text else str(Path(text).expanduser())


def parts(text: str) -> tuple[str, ...]:
    """What is parted by semicolons."""
    return tuple(part.strip() for part in text.split(";") if part.strip())


_NAMES = (
    "task", "label", "positive", "prediction", "score", "weights", "row_id", "time", "champion_prediction", "champion_score"
)  # fmt: skip
"""Parts of a mapping that are a text."""


def _missing(kind: Kind, given: Typed) -> list[str]:
    needed = (field for field in fields_of(kind) if kind in field.needed and not given[field.name])
    return [f"{field.label}: it is missing; {field.hint}" for field in needed]


def _no_numbers(kind: Kind, given: Typed) -> list[str]:
    found = []
    for field in fields_of(kind):
        text, read = given[field.name], _READ.get(field.holds)
        if text and read is not None:
            try:
                read(text)
            except ValueError:
                found.append(f"{field.label}: {text[:40]!r} is no {'whole ' if field.holds == 'whole' else ''}number")
    return found


def _unknown(kind: Kind, given: Typed) -> list[str]:
    """Columns that the table does not have, or why it cannot be looked at."""
    from registry_app.measure.table.check import unknown_columns

    if not given["data"] or kind == "load":
        return []
    try:
        names = header(given["data"])
    except UsageError as error:
        return [f"data: {error.what.removesuffix('.')}"]
    wanted: list[str] = []
    for field in fields_of(kind):
        text = given[field.name]
        if field.holds == "features":
            wanted += [feature.column for feature in _features(text)]
        elif field.holds in ("column", "columns"):
            wanted += parts(text) if field.holds == "columns" else [text] if text else []
    return [problem.text() for problem in unknown_columns(names, wanted)]


def _columns(given: Typed, run: Modelled | None) -> Columns:
    made: dict[str, Any] = {name: given[name] for name in _NAMES if given.get(name)}
    if given.get("threshold"):
        made["threshold"] = float(given["threshold"])
    for name in ("sensitive", "control"):
        made[name] = _features(given.get(name, ""))
    if "label" not in made:
        raise UsageError("The columns name no label.", "Name the column of the true outcome.")
    if run is not None:
        if "prediction" in made or "score" in made:
            raise UsageError("Both predictions and a model are named.", "Leave one of them out.")
        made |= columns_made(made.get("threshold"))
    return Columns(**made)


def _features(text: str) -> tuple[Feature, ...]:
    return tuple(Feature.parse(each) for each in parts(text))


def _fairness(given: Typed, run: Modelled | None) -> Request:
    from registry_app.measure.requests.fairness import FairnessRequest

    return FairnessRequest(
        place(given["data"]),
        _columns(given, run),
        seed=int(given["seed"]),
        limit=float(given["limit"]),
        small=int(given["small"]),
        left_out=given["left_out"],
        model=run,
    )


def _performance(given: Typed, run: Modelled | None) -> Request:
    from registry_app.measure.requests.performance import PerformanceRequest

    return PerformanceRequest(place(given["data"]), _columns(given, run), seed=int(given["seed"]), model=run)


def _explanation(given: Typed, run: Modelled | None) -> Request:
    from registry_app.measure.explain.reasons import Reasons
    from registry_app.measure.explain.texts import read_texts
    from registry_app.measure.requests.explanation import ExplanationRequest

    if run is None:
        raise UsageError("An explanation is of a model, and none is named.", "Name the model's file.")
    if bool(given["pass_score"]) != bool(given["texts"]):
        raise UsageError("Reasons need both a pass score and a table of texts.", "Give both, or neither.")
    texts = read_texts(Path(place(given["texts"]))) if given["texts"] else {}
    return ExplanationRequest(
        place(given["data"]),
        run,
        background=place(given["background"]) if given["background"] else "",
        positive=given["positive"] or None,
        sensitive=_features(given["sensitive"]),
        apart=parts(given["label"]),
        cases=int(given["cases"]),
        reasons=Reasons(float(given["pass_score"]), texts) if texts else None,
        forbidden=parts(given["forbidden"]),
        seed=int(given["seed"]),
    )


def _drift(given: Typed, _: Modelled | None) -> Request:
    from registry_app.measure.drift.windows import Every
    from registry_app.measure.requests.drift import DriftRequest

    return DriftRequest(
        place(given["data"]),
        place(given["reference"]),
        parts(given["columns"]),
        limit=float(given["psi"]),
        mapping=_columns(given, None) if given["label"] or given["time"] else None,
        every=cast(Every, given["every"]),
    )


def _load(given: Typed, _: Modelled | None) -> Request:
    from registry_app.measure.requests.load import LoadRequest

    return LoadRequest(place(given["data"]))


def _quality(given: Typed, _: Modelled | None) -> Request:
    from registry_app.measure.requests.quality import QualityRequest

    return QualityRequest(
        place(given["data"]),
        label=given["label"] or None,
        positive=given["positive"] or None,
        sensitive=_features(given["sensitive"]),
        against=place(given["against"]) if given["against"] else None,
    )


def _said(feature: Feature) -> str:
    return f"{feature.column}:{','.join(f'{cut:g}' for cut in feature.cuts)}" if feature.cuts else feature.column


_READ: dict[str, Callable[[str], object]] = {"number": float, "whole": int}
_MADE: dict[Kind, Callable[[Typed, Modelled | None], Request]] = {
    "fairness": _fairness,
    "performance": _performance,
    "explanation": _explanation,
    "drift": _drift,
    "load": _load,
    "quality": _quality,
}
KINDS: tuple[Kind, ...] = tuple(_MADE)
"""What can be measured, in the order of the tabs."""
