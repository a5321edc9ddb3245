"""The options that every verb takes, before or after it, and the forms of values."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from registry_app.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])

REGISTRY = "REGISTRY_APP_REGISTRY"
USER = "REGISTRY_APP_USER"
PASSPHRASE = "REGISTRY_APP_PASSPHRASE"
NEW_PASSPHRASE = "REGISTRY_APP_NEW_PASSPHRASE"

SHARED = ("registry", "acting", "passphrase_file", "as_json", "debug")
"""Names of the front door's options that every verb takes too."""

Registry = Annotated[
    str | None,
    typer.Option(
        "-r", "--registry", metavar="PLACE", help=f"The registry's folder, or a postgresql:// URL (or {REGISTRY})."
    ),
]
Handle = Annotated[str | None, typer.Option("--as", metavar="HANDLE", help=f"Who you are (or {USER}).")]
PassphraseFile = Annotated[
    str | None,
    typer.Option("--passphrase-file", metavar="FILE", help=f"Read the passphrase from a file (or set {PASSPHRASE})."),
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error came from.")]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="DATE", help="As things stood at the end of that day, or at that time (UTC).")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it is kept, sealed.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="KEY=VALUE", help="File it under a tag; repeatable.")]
Version = Annotated[
    str, typer.Argument(metavar="VERSION", help="As credit-risk:3, credit-risk:champion, or credit-risk.")
]


@dataclass(slots=True)
class Wishes:
    """What was asked for in the shared options."""

    registry: str | None = None
    """The registry's folder or URL."""
    acting: str | None = None
    """Who works."""
    passphrase_file: str | None = None
    """Where the passphrase lies."""
    as_json: bool = False
    """Whether answers are JSON."""
    debug: bool = False
    """Whether errors show where they came from."""

    def folder(self) -> str:
        """The registry that was named.

        Raises:
            UsageError: none was.
        """
        found = self.registry or os.environ.get(REGISTRY) or ""
        if not found:
            raise UsageError(
                "No registry is named.",
                f"Give -r FOLDER or set {REGISTRY}; make a new one with 'registry-app init', or try 'registry-app demo'.",
            )
        return found

    def who(self) -> str | None:
        """The handle that was given, if any."""
        return self.acting or os.environ.get(USER) or None


def wishes(ctx: typer.Context) -> Wishes:
    """What was asked for, on either side of the verb."""
    found = ctx.find_root().obj
    return found if isinstance(found, Wishes) else Wishes()


class Verb(TyperCommand):
    """A command that takes the shared options too, without listing them in its help."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its own parameters, and the shared ones."""
        return super().get_params(ctx) + _shared(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Its own options in the help, and one line about the others."""
        records: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for param in super().get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                records["Options" if param.param_type_name == "option" else "Arguments"].append(record)
        for title, found in records.items():
            if found:
                with formatter.section(title):
                    formatter.write_dl(found)
        formatter.write_paragraph()
        formatter.write_text("Also: -r, --as, --passphrase-file, --json, --debug; see 'registry-app --help'.")

    def invoke(self, ctx: Any) -> Any:
        """Keep what the shared options asked for, and run."""
        _keep(ctx)
        return super().invoke(ctx)


class Noun(TyperGroup):
    """A group that takes the shared options too."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its own parameters, and the shared ones."""
        return super().get_params(ctx) + _shared(ctx)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """The verbs alone in the help."""
        self.format_commands(ctx, formatter)

    def invoke(self, ctx: Any) -> Any:
        """Keep what the shared options asked for, and go on to the verb."""
        _keep(ctx)
        return super().invoke(ctx)


def _shared(ctx: Any) -> list[Any]:
    root = ctx.find_root().command
    return [param for param in root.params if param.name in SHARED]


def _keep(ctx: Any) -> None:
    kept = wishes(ctx)
    for name in SHARED:
        value = ctx.params.pop(name, None)
        if value:
            setattr(kept, name, value)


class Room(typer.Typer):
    """A group of verbs."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            cls=Noun,
            no_args_is_help=True,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            add_completion=False,
            **settings,
        )

    def command(self, name: str | None = None, *, cls: Any = Verb, **settings: Any) -> Callable[[F], F]:
        """Register a verb."""
        return super().command(name, cls=cls, **settings)


def moment(given: str) -> str:
    """A time as the ledger writes it; a day means its end, in UTC.

    Raises:
        UsageError: it is no day and no time.
    """
    from registry_app.vault import clock

    try:
        if len(given) == 10:
            return clock.text(datetime.fromisoformat(given).replace(tzinfo=UTC) + timedelta(days=1, microseconds=-1))
        found = datetime.fromisoformat(given)
        return clock.text(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise UsageError(
            f"{given[:40]!r} is no day and no time.", "Write 2026-03-31, or 2026-03-31T10:17:22Z."
        ) from None


def given_digest(given: str) -> str:
    """A SHA-256 as the ledger writes it.

    Raises:
        UsageError: it is none.
    """
    found = given.lower().removeprefix("sha256:")
    if len(found) != 64 or not set(found) <= set("0123456789abcdef"):
        raise UsageError(f"{given[:80]!r} is no SHA-256 digest.", "Give its 64 hexadecimal digits.")
    return found


def pairs(given: Iterable[str] | None, option: str) -> tuple[tuple[str, str], ...]:
    """``KEY=VALUE`` texts, taken apart at the first equals sign.

    Raises:
        UsageError: one has no equals sign.
    """
    found = []
    for each in given or ():
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise UsageError(
                f"{option} {each[:60]!r} is not of the form KEY=VALUE.", "Write both, with an equals sign between them."
            )
        found.append((key, value))
    return tuple(found)
