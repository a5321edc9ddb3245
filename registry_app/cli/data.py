"""Datasets, runs and deployments, and what a dataset reached."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, cast

import typer

from registry_app.cli.desk import opened
from registry_app.cli.options import AsOf, Room, Version, given_digest, moment, pairs
from registry_app.cli.table import day, listing, short, table
from registry_app.errors import UsageError

if TYPE_CHECKING:
    from registry_app.models.shapes import DatasetDetail

dataset_app = Room(help="Datasets, known by their digest. The data itself never enters the registry.")
run_app = Room(help="Runs: code that ran over data.")
deployment_app = Room(help="Deployments: what runs where, now and then.")
impact_app = Room(help="Show what learned from a dataset, and where it runs.")

MOST_BYTES = 64 << 30
"""Unpacked, a table is counted up to so many bytes."""

MOST_LINE = 1 << 24
Environment = Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="Where: production, staging.")]


@dataset_app.callback()
@run_app.callback()
@deployment_app.callback()
def _group() -> None:
    """A group, even of one verb."""


@dataset_app.command("list")
def list_datasets(ctx: typer.Context, as_of: AsOf = "") -> None:
    """List the datasets.

    Example: registry-app dataset list
    """
    from registry_app.models.views import DatasetPage

    with opened(ctx) as desk:
        page = desk.ask(DatasetPage(), as_of)
        rows = [(e.name, f"{e.rows:,}", e.licence or "-", ", ".join(e.sensitive) or "-", short(e.digest)) for e in page]
        desk.show(page, lambda: table(("dataset", "rows", "licence", "sensitive", "sha256"), rows))


@dataset_app.command("show")
def show_dataset(
    ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="NAME", help="Name, digest or id.")]
) -> None:
    """Show one dataset: its columns, where it comes from, and what used it.

    Example: registry-app dataset show applications --json
    """
    from registry_app.models.views import ShowDataset

    with opened(ctx) as desk:
        found = desk.ask(ShowDataset(name))
        desk.show(found, lambda: _dataset_text(found))


@dataset_app.command("register")
def register_dataset(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Hashed; a CSV, gzipped or not, is counted too. It stays where it is."),
    ] = None,
    digest: Annotated[
        str, typer.Option("--digest", metavar="SHA256", help="Its digest, when the file is elsewhere.")
    ] = "",
    rows: Annotated[int, typer.Option("--rows", min=0, help="How many rows it has, when it is not counted here.")] = 0,
    sensitive: Annotated[
        list[str] | None,
        typer.Option("--sensitive", metavar="COLUMN", help="A column with a sensitive feature; repeatable."),
    ] = None,
    licence: Annotated[str, typer.Option("--licence", help="An SPDX expression, such as CC-BY-4.0.")] = "",
    description: Annotated[str, typer.Option("--description", help="Where it comes from and what it holds.")] = "",
) -> None:
    """Make a dataset known by its digest. A name is given once: data that has changed gets another name.

    Example: registry-app dataset register applications train.csv.gz --sensitive sex --licence CC-BY-4.0
    """
    from registry_app.models.actions import RegisterDataset
    from registry_app.models.facts import Column

    if (file is None) == (not digest):
        raise UsageError("A dataset is registered by its file or by its digest.", "Give a FILE or --digest.")
    counted = count(file) if file is not None else Counted(given_digest(digest), rows, ())
    missing = [each for each in sensitive or () if counted.columns and each not in counted.columns]
    if missing:
        raise UsageError(f"The file has no column {missing[0][:60]!r}.", "Name columns as its header does.")
    action = RegisterDataset(
        name=name,
        digest=counted.digest,
        rows=counted.rows or rows,
        licence=licence,
        sensitive=tuple(sensitive or ()),
        description=description,
        columns=tuple(Column(column, "text") for column in counted.columns),
    )
    with opened(ctx) as desk:
        desk.do(action, name)


@run_app.command("record")
def record(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the run is called.")],
    model: Annotated[str, typer.Option("--model", help="The model it trained.")] = "",
    commit: Annotated[str, typer.Option("--commit", help="The commit of the code.")] = "",
    started: Annotated[str, typer.Option("--started", metavar="TIME", help="When it began (UTC).")] = "",
    ended: Annotated[str, typer.Option("--ended", metavar="TIME", help="When it ended (UTC).")] = "",
    data: Annotated[list[str] | None, typer.Option("--data", metavar="NAME=USE", help="A dataset it read.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="What it was started with.")
    ] = None,
) -> None:
    """Record that code ran over data; prints the run's id, for 'version register --run'.

    Example: registry-app run record nightly --model credit-risk --data applications=training --commit 4f2c1a7
    """
    from registry_app.models.actions import RecordRun
    from registry_app.models.facts import Named

    action = RecordRun(
        name=name,
        model=model,
        code_commit=commit,
        started=moment(started) if started else "",
        ended=moment(ended) if ended else "",
        data=pairs(data, "--data"),
        parameters=tuple(Named(key, value) for key, value in pairs(param, "--param")),
    )
    with opened(ctx) as desk:
        desk.do(action, lambda receipt: str(getattr(receipt.facts[0], "run", "")))


@deployment_app.command("list")
def list_deployments(
    ctx: typer.Context,
    environment: Annotated[str, typer.Argument(metavar="[ENVIRONMENT]", help="Only this one.")] = "",
    as_of: AsOf = "",
) -> None:
    """List what runs, or ran at the end of a day.

    Example: registry-app deployment list production --as-of 2026-03-31
    """
    from registry_app.models.views import Deployments

    with opened(ctx) as desk:
        found = desk.ask(Deployments(environment), as_of)
        rows = [(each.environment, each.version, day(each.since)) for each in found]
        desk.show(found, lambda: table(("environment", "version", "since"), rows, "Nothing runs."))


@deployment_app.command("start")
def start(ctx: typer.Context, version: Version, environment: Environment) -> None:
    """Record that a version runs in an environment from now on.

    Example: registry-app deployment start credit-risk:3 production
    """
    from registry_app.models.actions import StartDeployment

    with opened(ctx) as desk:
        desk.do(StartDeployment(version, environment))


@deployment_app.command("end")
def end(ctx: typer.Context, version: Version, environment: Environment) -> None:
    """Record that a version runs in an environment no longer.

    Example: registry-app deployment end credit-risk:3 production
    """
    from registry_app.models.actions import EndDeployment

    with opened(ctx) as desk:
        desk.do(EndDeployment(version, environment))


@impact_app.command("impact")
def impact(
    ctx: typer.Context,
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Name, digest or id.")],
    as_of: AsOf = "",
) -> None:
    """Show what learned from a dataset, directly or through parents, and where it runs.

    Example: registry-app impact applications
    """
    from registry_app.models.lineage import Impact

    with opened(ctx) as desk:
        found = desk.ask(Impact(dataset), as_of)
        data = [{"version": version, "environments": list(places)} for version, places in found]
        rows = [(version, ", ".join(places) or "-") for version, places in found]
        desk.show(data, lambda: table(("version", "runs in"), rows, "Nothing learned from it."))


def _dataset_text(found: DatasetDetail) -> str:
    return listing(
        [
            ("dataset", found.name),
            ("id", found.id),
            ("registered", f"{found.registered} by {found.author}, ledger position {found.seq}"),
            ("digest", f"sha256:{found.digest}"),
            ("rows", f"{found.rows:,}" if found.rows else "not counted"),
            ("licence", found.licence or "not declared"),
            ("sensitive", ", ".join(found.sensitive) or "no column declared"),
            ("columns", ", ".join(f"{name} {kind}" for name, kind in found.columns) or "not declared"),
            ("description", found.description or "none"),
            ("used by", "\n".join(f"{user} ({use})" for user, use in found.used_by) or "nothing yet"),
        ]
    )


@dataclass(frozen=True, slots=True)
class Counted:
    """A file as it was when it was read."""

    digest: str
    """SHA-256 of its bytes, hexadecimal."""
    rows: int
    """Rows below the header; 0: not counted."""
    columns: tuple[str, ...]
    """The header of a CSV."""


def count(path: Path) -> Counted:
    """Hash a file, and count the rows of a CSV (told by its name).

    Raises:
        UsageError: it is missing, empty, no file, or no CSV in UTF-8 although its name says so.
    """
    from registry_app.models.artifact import measure_artifact

    if path.is_dir():
        raise UsageError(f"{str(path)[:200]!r} is a folder.", "Register each of its files as a dataset.")
    if not path.exists():
        raise UsageError(f"There is no file {str(path)[:200]!r}.", "Check the path and try again.")
    if path.is_file() and not path.stat().st_size:
        raise UsageError(f"The file {str(path)[:200]!r} is empty.", "Name the file that holds the data.")
    measured = measure_artifact(path)
    names = [part.lower() for part in path.suffixes[-2:]]
    if ".csv" not in names:
        return Counted(measured.digest, 0, ())
    try:
        with open(path, "rb") as file:
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=file)) if names[-1] == ".gz" else file
            reader = csv.reader(_lines(path, stream), strict=True)
            header = tuple(next(reader, ()))
            twice = [name for name, often in Counter(header).items() if often > 1]
            if twice:
                raise UsageError(
                    f"{path.name[:200]!r} has more than one column {twice[0][:60]!r}.",
                    "Give each column a name of its own.",
                )
            return Counted(measured.digest, sum(1 for row in reader if row), header)
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
        raise UsageError(
            f"{path.name[:200]!r} is no CSV that can be read: {reason}.", "Save it as CSV in UTF-8."
        ) from error


def _lines(path: Path, stream: IO[bytes]) -> Iterator[str]:
    total = 0
    while line := stream.readline(MOST_LINE + 1):
        total += len(line)
        if len(line) > MOST_LINE or total > MOST_BYTES:
            raise UsageError(f"{path.name[:200]!r} is too large to count.", "Register it with --digest and --rows.")
        yield line.decode("utf-8-sig")
