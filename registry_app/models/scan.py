"""A look at what a pickle would import and call if someone loaded it. Nothing is ever loaded here.

Two readers give advice: picklescan with its lists of known imports, and a plain walk over the opcodes with ``pickletools``
(which also opens joblib's compressed files, where picklescan sees nothing and says nothing). Advice is never a gate:
"clean" means that neither reader knew anything bad. The readers run in a child process that gets no environment, a memory and
a CPU limit and a deadline, because a file can be made so that reading it takes all the memory there is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from registry_app.errors import UsageError
from registry_app.text import harmless

Outcome = Literal["clean", "suspicious", "dangerous", "not_scanned", "error"]
OUTCOMES: tuple[Outcome, ...] = ("not_scanned", "clean", "suspicious", "error", "dangerous")
"""From least to most alarming; the outcome of a folder is the most alarming one of its files."""

SECONDS = 30
"""Deadline for one artifact, seconds."""

MEMORY = 2 << 30
"""Address space of the child, bytes."""

MOST_BYTES = 4 << 30
"""Larger files are not scanned."""

MOST_FINDINGS = 100
"""Findings kept; what is left out is counted in the last one."""

_CHILD = "import sys; sys.path.insert(0, sys.argv[1]); from registry_app.models.scan import child; child(sys.argv[2])"


@dataclass(frozen=True)
class Scan:
    """What the readers said about one artifact."""

    outcome: Outcome
    """The most alarming outcome of any file; ``not_scanned`` when no file looks like a pickle."""
    findings: tuple[str, ...]
    """One line each, free of control characters: ``model.pkl: dangerous import os.system (picklescan)``."""
    scanner: str
    """The scanner and its version: ``picklescan 1.0.5``."""


def scan(path: Path, seconds: float = SECONDS) -> Scan:
    """Scan the file at ``path``, or every file in the folder at ``path``, never unpickling anything.

    Never raises for what the file holds: a file that cannot be read or takes too long gives the outcome ``error``.
    """
    root = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-I", "-c", _CHILD, root, os.path.abspath(path)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=_bare_environment(), timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Scan("error", (f"Scanning took more than {seconds:g} seconds and was stopped.",), scanner())
    except (OSError, ValueError):
        return Scan("error", ("The scanner could not be started.",), scanner())
    try:
        answer = json.loads(done.stdout[: 1 << 20])
        outcome, lines = answer["outcome"], [str(line) for line in answer["findings"]]
    except (ValueError, KeyError, TypeError):
        return Scan("error", ("The scanner stopped without an answer: the file may be made to exhaust it.",), scanner())
    if outcome not in OUTCOMES:
        return Scan("error", ("The scanner gave an answer that is not known.",), scanner())
    return Scan(outcome, tuple(_clean(line) for line in lines), scanner())


def scanner() -> str:
    """Name and version of the scanner."""
    try:
        return f"picklescan {metadata.version('picklescan')}"
    except metadata.PackageNotFoundError:
        return "picklescan (not installed)"


def child(path: str) -> None:
    """In the child process: limit itself, scan, write one JSON object to stdout."""
    _limit()
    answers: list[tuple[Outcome, list[str]]] = []
    for file, name in _files(Path(path)):
        try:
            answers.append(_one(file, name))
        except Exception as error:  # noqa: BLE001  hostile bytes inside two foreign parsers: anything can come out
            said = error.what if isinstance(error, UsageError) else f"could not be read ({type(error).__name__})"
            answers.append(("error", [f"{name}: {said}"]))
    outcome = max((each[0] for each in answers), key=OUTCOMES.index, default="not_scanned")
    lines = sorted({_clean(line) for each in answers for line in each[1]})
    if len(lines) > MOST_FINDINGS:
        lines = [*lines[:MOST_FINDINGS], f"and {len(lines) - MOST_FINDINGS} more"]
    sys.stdout.write(json.dumps({"outcome": outcome, "findings": lines}))


def _one(file: Path, name: str) -> tuple[Outcome, list[str]]:
    """The outcome and findings of one file."""
    from registry_app.models import opcodes

    size = file.stat().st_size
    if size > MOST_BYTES:
        return "not_scanned", [f"{name}: larger than {MOST_BYTES >> 30} GiB, not scanned"]
    outcomes: list[Outcome] = []
    lines: list[str] = []
    limited = False
    for inner, opened in opcodes.streams(file):
        label = f"{name}: {inner}" if inner else name
        look = opcodes.look_at_schema(opened) if inner == "schema.json" else opcodes.look(opened)
        limited = limited or bool(look.limit)
        outcomes += ["error" if look.problem else "suspicious" if look.limit else "clean", opcodes.judge(look.imports)]
        lines += [f"{label}: {opcodes.weigh(each)} import {each} (opcodes)" for each in sorted(look.imports)]
        lines += [f"{label}: {said}" for said in (look.problem, look.limit) if said]
    if not outcomes:
        return "not_scanned", []
    second, found = _picklescan(file, name)
    if second == "error" and limited:
        second = "suspicious"
    outcomes.append(second)
    return max(outcomes, key=OUTCOMES.index), _join(lines, found)


def _picklescan(file: Path, name: str) -> tuple[Outcome, list[str]]:
    import logging

    logging.disable(logging.CRITICAL)
    try:
        from picklescan.scanner import SafetyLevel, scan_file_path
    except ImportError:
        return "not_scanned", [f"{name}: picklescan is not installed, only the opcodes were read"]
    found = scan_file_path(str(file))
    lines = [
        f"{name}: {each.safety.value} import {each.module}.{each.name} (picklescan)"
        for each in found.globals
        if each.safety != SafetyLevel.Innocuous
    ]
    if found.issues_count:
        return "dangerous", lines
    if found.scan_err:
        return "error", [*lines, f"{name}: picklescan could not read all of it"]
    return ("suspicious" if found.suspicious_count else "clean"), lines


def _join(opcodes: list[str], picklescan: list[str]) -> list[str]:
    """Both readers' lines; innocuous imports are not findings, and one import named by both is one line."""
    seen = {line.rsplit(" (", 1)[0].split(" import ")[-1] for line in picklescan}
    kept = [
        line
        for line in opcodes
        if ": innocuous import " not in line and line.rsplit(" (", 1)[0].split(" import ")[-1] not in seen
    ]
    return picklescan + kept


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    if path.is_symlink() or not path.is_dir():
        if path.is_file() and not path.is_symlink():
            yield path, path.name
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        for each in sorted(names):
            file = Path(folder, each)
            if file.is_file() and not file.is_symlink():
                yield file, file.relative_to(path).as_posix()


def _limit() -> None:
    """Memory and CPU limits, where the platform has them; no core file."""
    try:
        import resource
    except ImportError:
        return
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (limit, limit))


def _bare_environment() -> dict[str, str]:
    keep: tuple[str, ...] = ("SYSTEMROOT", "SYSTEMDRIVE") if sys.platform == "win32" else ()
    return {name: os.environ[name] for name in keep if name in os.environ}


def _clean(line: Any) -> str:
    return harmless(str(line))[:300]
