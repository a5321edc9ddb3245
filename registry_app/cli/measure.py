"""Measuring without a registry: nothing is recorded. Also how every command measures: told on a terminal, and stopped by Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import typer

from registry_app.cli.desk import give, progress, say, write_new
from registry_app.cli.grouped import parameter, verb
from registry_app.cli.kinds import KINDS
from registry_app.cli.measure_options import Champion, Columns, Groups, Moment, Table, column_mapping
from registry_app.cli.measured import numbers, result_text
from registry_app.cli.options import Room, wishes

if TYPE_CHECKING:
    from registry_app.measure.progress import Progress
    from registry_app.measure.requests.request import Request

T = TypeVar("T")

measure_app = Room(
    help="Measure predictions, a model's file, data or a load test; needs no registry and records nothing."
)

PATIENCE = 5.0
"""Seconds that a measurement has to come to its end after it was told to stop."""


def watched(work: Callable[[Progress], T]) -> T:
    """What comes of ``work``, told on a terminal. Ctrl-C stops it, with everything it started.

    It runs in a thread of its own, for a library that computes would keep Ctrl-C from being heard.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    from registry_app.measure.progress import Progress

    stop, done, came = Event(), Event(), _Came[T]()
    with progress() as tell:
        asked = Progress(tell or (lambda _what, _done, _total: None), stop.is_set)

        def measure() -> None:
            try:
                came.found = work(asked)
            except BaseException as error:  # noqa: BLE001  raised again where it was asked for
                came.error = error
            finally:
                done.set()

        Thread(target=measure, daemon=True).start()
        try:
            done.wait()
        except KeyboardInterrupt:
            stop.set()
            done.wait(PATIENCE)
            raise
    if came.error is not None:
        raise came.error
    if came.found is None:
        raise AssertionError("a measurement ends with a result or an error")
    return came.found


class _Came(Generic[T]):
    """What came of a measurement in another thread."""

    found: T | None = None
    error: BaseException | None = None


def _printed(given: dict[str, Any], request: Request) -> None:
    found = watched(request.run)
    give(wishes(given["ctx"]), numbers(found), lambda: result_text(found))


def registered(build: Callable[..., Request]) -> None:
    """Make a kind of measurement a verb that prints it."""
    context = parameter("ctx", typer.Context)
    measure_app.command(build.__name__)(verb(build, [context], _printed, build.__doc__ or ""))


for _kind in KINDS:
    registered(_kind)


def mapped(data: Table, columns: Columns, groups: Groups, champion: Champion, moment: Moment) -> tuple[str, Any]:
    """Check what a table's columns are said to mean, and save it.

    The file is for --mapping.

    Everything that is wrong is listed at once. Without --prediction and --score it is a mapping for a model that is run.

    Example: registry-app measure mapping --data scored.csv --label default --positive 1 --prediction y --save mapping.json
    """
    made = columns.prediction is None and columns.score is None and columns.mapping is None
    return data, column_mapping(columns, groups, champion, moment, model=made)


def _saved(given: dict[str, Any], found: tuple[str, Any]) -> None:
    from registry_app.measure.requests.modelled import PREDICTION, SCORE
    from registry_app.measure.table.check import check, duplicate_headers, unknown_columns
    from registry_app.measure.table.problem import refuse
    from registry_app.measure.table.source import open_source

    data, mapping = found
    with open_source(data) as source:
        if {PREDICTION, SCORE} & set(mapping.columns):
            header = [column.name for column in source.header]
            wanted = [name for name in mapping.columns if name not in (PREDICTION, SCORE)]
            refuse(source.name, (*duplicate_headers(header), *unknown_columns(header, wanted)))
        else:
            check(source, mapping)
    if given["save"] is not None:
        write_new(str(given["save"]), mapping.to_json().encode())
        say(f"The table fits; the mapping is saved in {str(given['save'])!r}.")
    give(wishes(given["ctx"]), mapping.described(), mapping.to_json().rstrip())


Save = Annotated[
    Path | None, typer.Option("--save", metavar="FILE", help="Write it to this new file; it is printed anyway.")
]
measure_app.command("mapping")(
    verb(mapped, [parameter("ctx", typer.Context), parameter("save", Save, None)], _saved, mapped.__doc__ or "")
)
