"""What this machine has: the sandbox and what it holds, libraries, the encrypted store, the terminal, free space. Needs no registry."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from importlib import metadata
from typing import TYPE_CHECKING, Annotated, Any

import typer

from registry_app.cli.desk import give, progress
from registry_app.cli.options import Room, wishes
from registry_app.cli.table import heading, listing, table
from registry_app.errors import SandboxError

if TYPE_CHECKING:
    from registry_app.measure.sandbox.level import Level

LIBRARIES = (
    "registry-app", "cryptography", "sqlcipher3", "sqlalchemy", "sqlmodel", "alembic", "psycopg", "typer", "textual", "duckdb", "numpy",
    "scipy", "pandas", "scikit-learn", "fairlearn", "shap", "joblib", "dask", "skops", "onnxruntime", "xgboost", "lightgbm",
    "picklescan", "weasyprint", "pyhanko", "pikepdf",
)  # fmt: skip
"""What is looked for."""

BUILDS = {"xgboost": "xgboost-cpu"}
"""Under which other name a library may be installed: the one without graphics cards."""

doctor_app = Room(help="Say what this machine has.")

_LEVELS = {
    3: "3: bubblewrap around Landlock, seccomp and limits; every model file may run",
    2: "2: Landlock, seccomp and limits; every model file may run",
    0: "0: limits alone; skops, ONNX and boosters may run, pickles and callables only by a waiver",
}


@doctor_app.command("doctor")
def doctor(
    ctx: typer.Context,
    require_sandbox: Annotated[
        bool, typer.Option("--require-sandbox", help="End with 7 where no sandbox holds.")
    ] = False,
) -> None:
    """Say what this machine has: the sandbox, tried with every escape attempt, libraries, the encrypted store, the terminal, space.

    Example: registry-app doctor --require-sandbox
    """
    from registry_app.measure.sandbox.level import probed
    from registry_app.measure.sandbox.trust import HOLDS

    with progress() as tell:
        if tell is not None:
            tell("trying to get out of the sandbox", 0, 0)
        level = probed()
    found = {
        "sandbox": level.encoded(),
        "libraries": _libraries(),
        "sqlcipher": _sqlcipher(),
        "bubblewrap": _bubblewrap(),
        "python": sys.version.partition(" ")[0],
        "terminal": _terminal(),
        "space": _space(),
    }
    give(wishes(ctx), found, lambda: _text(level, found))
    if require_sandbox and level.number < HOLDS:
        raise SandboxError(
            f"This machine has no sandbox that holds: {level.because}.",
            "Run models on Linux with Landlock and seccomp, or use skops, ONNX or a table of predictions.",
        )


def _libraries() -> dict[str, str]:
    """Version of each library; empty where it is not installed."""
    found = {}
    installed = {each.name.lower(): each.version for each in metadata.distributions() if each.name}
    for name in LIBRARIES:
        found[name] = installed.get(name) or installed.get(BUILDS.get(name, ""), "")
    return found


def _sqlcipher() -> str:
    """Version of SQLCipher; empty where it cannot be loaded."""
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        return ""
    connection = dbapi2.connect(":memory:")
    try:
        return str(connection.execute("PRAGMA cipher_version").fetchone()[0])
    finally:
        connection.close()


def _bubblewrap() -> str:
    from registry_app.measure.sandbox import bubble

    return bubble.version()


def _terminal() -> dict[str, Any]:
    from rich.console import Console

    size = shutil.get_terminal_size()
    return {
        "is_one": sys.stdout.isatty(),
        "colours": Console(file=sys.stdout).color_system or "none",
        "encoding": sys.stdout.encoding or "unknown",
        "columns": size.columns,
        "lines": size.lines,
    }


def _space() -> dict[str, int]:
    """Free bytes where temporary files and the registry are written."""
    return {place: shutil.disk_usage(place).free for place in dict.fromkeys((tempfile.gettempdir(), os.getcwd()))}


def _text(level: Level, found: dict[str, Any]) -> str:
    terminal = found["terminal"]
    about = listing(
        [
            ("sandbox", f"level {_LEVELS[level.number]}"),
            ("no higher because", level.because),
            ("Landlock", f"ABI {level.landlock}" if level.landlock else "none"),
            ("seccomp", "in force" if level.seccomp else "none"),
            ("bubblewrap", found["bubblewrap"] or "not installed"),
            ("system", level.system),
            ("Python", found["python"]),
            ("SQLCipher", found["sqlcipher"] or "cannot be loaded: no registry can be opened"),
            (
                "terminal",
                f"{terminal['columns']} x {terminal['lines']}, colours: {terminal['colours']}, {terminal['encoding']}"
                if terminal["is_one"]
                else f"none: output goes elsewhere, in {terminal['encoding']}",
            ),
            *((f"free in {place}", f"{free / (1 << 30):,.1f} GiB") for place, free in found["space"].items()),
        ]
    )
    tried = [(each.name, "LET THROUGH" if each.outcome == "open" else each.outcome) for each in level.attempts]
    libraries = [(name, version or "not installed") for name, version in found["libraries"].items()]
    return "\n\n".join(
        [
            about,
            heading("Libraries") + "\n" + table(("library", "version"), libraries),
            heading("Attempts to get out of the sandbox")
            + "\n"
            + table(("attempt", "outcome"), tried, "None was made: there is no sandbox to try."),
        ]
    )
