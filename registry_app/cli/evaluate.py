"""Measuring a version: the same as ``measure``, signed and recorded as evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry_app.cli.desk import Desk, opened, say
from registry_app.cli.grouped import parameter, verb
from registry_app.cli.kinds import KINDS, explain, fairness, quality
from registry_app.cli.measure import watched
from registry_app.cli.measured import numbers, result_text
from registry_app.cli.options import Room, Version, wishes
from registry_app.errors import Refused
from registry_app.evidence.facts import SMALL

if TYPE_CHECKING:
    from registry_app.evidence.views import Running
    from registry_app.measure.requests.modelled import Modelled
    from registry_app.measure.requests.request import Request

evaluate_app = Room(help="Measure as 'measure' does, and sign the result as evidence about a version.")

HideBelow = Annotated[
    int,
    typer.Option(
        "--hide-below",
        metavar="ROWS",
        help="Put groups with fewer rows together in what leaves the registry; 0 puts none together.",
    ),
]


def _recorded(given: dict[str, Any], request: Request) -> None:
    from registry_app.evidence.actions import RecordEvidence
    from registry_app.measure.requests.leaving import leaving

    ctx, version, below = given["ctx"], given["version"], given.get("hide_below", 0)
    with opened(ctx) as desk:
        asked, running = _allowed(desk, ctx, version, request)
        shown, whole = watched(lambda progress: leaving(asked, below, progress))
        if running is not None and shown.data["model"]["digest"] != running.artifact:
            raise _another(version)
        if whole is not None:
            say(f"Groups of fewer than {below} rows are put together in what leaves the registry.")
        receipt = desk.workspace.run(RecordEvidence(version, shown, whole))
        name = str(getattr(receipt.facts[0], "evidence", ""))
        desk.receipt(receipt, name, evidence=name, result=numbers(shown))
        if not desk.wanted.as_json:
            print("\n" + result_text(shown))


def _allowed(desk: Desk, ctx: typer.Context, version: str, request: Request) -> tuple[Request, Running | None]:
    """The request with what the registry says about running the version's file; as it is where no model is run.

    Raises:
        UsageError: the file cannot be read, or there is no such version.
        Refused: it is not the version's file.
    """
    model: Modelled | None = getattr(request, "model", None)
    if model is None:
        return request, None
    from registry_app.evidence.views import RunningOf
    from registry_app.models.artifact import measure_artifact

    running = desk.ask(RunningOf(version))
    if model.format == "callable":
        raise Refused(
            "A callable has no file that could be a version's artifact.",
            "Save the model as skops or ONNX and register that, or record its predictions.",
        )
    if measure_artifact(Path(model.file)).digest != running.artifact:
        raise _another(version)
    place = wishes(ctx).folder()
    kept = () if "://" in place else (Path(place),)
    allowed = replace(model, trust=running.trust, waiver=running.waiver, keep_out=kept)
    asked: Any = request
    return replace(asked, model=allowed), running


def _another(version: str) -> Refused:
    return Refused(
        f"The model's file is not the artifact of {version[:80]}.",
        "Name the very file that the version was registered by.",
    )


def _words(build: Callable[..., Request]) -> str:
    """The help of a kind, as signing puts it."""
    said, _, example = (build.__doc__ or "").partition("Example: ")
    name = build.__name__
    recorded = "The result is signed and recorded as evidence about VERSION; its id is printed first."
    call = example.replace(f"measure {name}", f"evaluate {name} credit-risk:3")
    return f"{said.rstrip()}\n\n    {recorded}\n\n    Example: {call}"


for _kind in KINDS:
    _own = [parameter("ctx", typer.Context), parameter("version", Version)]
    if _kind in (explain, fairness, quality):
        _own.append(parameter("hide_below", HideBelow, SMALL))
    evaluate_app.command(_kind.__name__)(verb(_kind, _own, _recorded, _words(_kind)))
