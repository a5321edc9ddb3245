"""The result of one measurement: numbers with what is needed to make them again, as bytes that are always the same.

Numbers are decimal strings, the shortest that give the same IEEE 754 double (``repr``); a number that does not exist is
``{"undefined": reason, "n": rows}``, never NaN and never left out. The JSON Schema of each kind and version lies in
``schemas/``; a version that evidence was written in stays readable for ever.
"""

from __future__ import annotations

import json
import math
import platform as machine
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from importlib.resources import files
from typing import Any, Literal, cast, get_args

from registry_app.errors import UsageError
from registry_app.vault import clock

Kind = Literal["performance", "fairness", "explanation", "drift", "load", "quality"]
KINDS: tuple[Kind, ...] = get_args(Kind)

VERSIONS: dict[Kind, int] = {"performance": 2, "fairness": 2, "explanation": 2, "drift": 1, "load": 1, "quality": 1}
"""The newest version of each kind; all from 1 on are read, the newest is written."""

MOST_BYTES = 64 << 20
"""Longer encodings are not read."""

Z95 = 1.959963984540054
"""The 97.5 % point of the standard normal distribution."""

_TODO = "Measure again, or take the result from where it was written."


@dataclass(frozen=True)
class Undefined:
    """A number that does not exist, and why."""

    reason: str
    """In words, without a full stop: ``no row is predicted positive``."""
    n: int
    """Rows there were to compute it from."""

    def encoded(self) -> dict[str, Any]:
        """``{"undefined": reason, "n": n}``."""
        return {"undefined": self.reason, "n": self.n}


@dataclass(frozen=True)
class Result:
    """One measurement."""

    kind: Kind
    """What was measured."""
    data: dict[str, Any]
    """Digest and row count of the data, and what its columns meant."""
    parameters: dict[str, Any]
    """Everything that was chosen: limits, draws, intervals."""
    seed: int
    """Of every random draw, 0 to 2^53 - 1."""
    libraries: dict[str, str]
    """Versions of what computed it."""
    platform: str
    """System, machine and Python it was computed on."""
    duration_ms: int
    """How long it took, milliseconds."""
    result: dict[str, Any]
    """The numbers; shape by kind and version, see ``schemas/``."""
    version: int = 1
    """Of the shape of the whole, 1 to :data:`VERSIONS`."""

    def encode(self) -> bytes:
        """JSON with sorted keys, no blanks, UTF-8, no floats: equal results give equal bytes."""
        content = {
            "kind": self.kind, "version": self.version, "data": self.data, "parameters": self.parameters,
            "seed": self.seed, "libraries": self.libraries, "platform": self.platform,
            "duration_ms": self.duration_ms, "result": self.result,
        }  # fmt: skip
        _no_floats(content)
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def decode(data: bytes) -> Result:
    """The result that :meth:`Result.encode` wrote, checked against the schema of its kind.

    Raises:
        UsageError: the bytes are not exactly such an encoding.
    """
    try:
        if len(data) > MOST_BYTES:
            raise ValueError("it is too long")
        content = json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_float=_no, parse_constant=_no)
        if not isinstance(content, dict) or content.get("kind") not in KINDS:
            raise ValueError("it is of no known kind")
        version = content.get("version")
        if type(version) is not int or not 1 <= version <= VERSIONS[content["kind"]]:
            raise ValueError("it is of no known version")
        fault = _fault(content)
        if fault:
            raise ValueError(fault)
        result = Result(**content)
        if result.encode() != data:
            raise ValueError("its keys are not in order, or there are blanks between them")
    except (ValueError, TypeError, RecursionError) as error:
        said = (
            str(error)[:200]
            if isinstance(error, ValueError) and not isinstance(error, UnicodeError)
            else "it is not JSON"
        )
        raise UsageError(f"This is not the result of a measurement: {said}.", _TODO) from error
    return result


@cache
def schema(kind: Kind, version: int) -> dict[str, Any]:
    """The published JSON Schema (draft 2020-12) of one version of one kind of result."""
    text = (files("registry_app.measure") / "schemas" / f"{kind}-{version}.json").read_text("utf-8")
    return cast(dict[str, Any], json.loads(text))


def decimal_text(value: float) -> str:
    """``value`` as the shortest decimal text that reads back as the same double.

    Raises:
        UsageError: it is NaN or infinite; such a number is an :class:`Undefined`.
    """
    number = float(value)
    if not math.isfinite(number):
        raise UsageError("A measured number is not finite.", "Check the data and the model for values that overflow.")
    return repr(number + 0.0)


def share(hits: int, n: int, reason: str) -> dict[str, Any]:
    """``hits / n`` with its 95 % Wilson interval, or why there is none: the form every rate has in a result."""
    if n == 0:
        return Undefined(reason, 0).encoded()
    low, high = wilson(hits, n)
    return {"value": decimal_text(hits / n), "ci": [decimal_text(low), decimal_text(high)]}


def wilson(hits: float, n: float) -> tuple[float, float]:
    """The 95 % score interval for a proportion of ``hits`` in ``n`` > 0 (effective) rows, within 0 to 1 (Wilson 1927)."""
    rate, square = hits / n, Z95 * Z95
    middle = (rate + square / (2 * n)) / (1 + square / n)
    half = Z95 / (1 + square / n) * math.sqrt(rate * (1 - rate) / n + square / (4 * n * n))
    return (0.0 if hits == 0 else max(0.0, middle - half), 1.0 if hits == n else min(1.0, middle + half))


def finished(
    kind: Kind, data: dict[str, Any], parameters: dict[str, Any], seed: int,
    packages: tuple[str, ...], began: datetime, result: dict[str, Any],
) -> Result:  # fmt: skip
    """The result with library versions, platform and duration filled in."""
    took = max(0, round((clock.now() - began).total_seconds() * 1000))
    versions = {name: _version(name) for name in ("registry-app", "numpy", *packages)}
    where = f"{machine.system()} {machine.machine()}, {machine.python_implementation()} {machine.python_version()}"
    return Result(kind, data, parameters, seed, versions, where, took, result, VERSIONS[kind])


def checked_seed(seed: int) -> int:
    """``seed`` when it is a whole number from 0 to 2^32 - 1 (what every library here takes).

    Raises:
        UsageError: it is not.
    """
    if type(seed) is not int or not 0 <= seed < 1 << 32:
        raise UsageError(f"The seed {str(seed)[:40]} is not usable.", "Give a whole number from 0 to 4294967295.")
    return seed


def _version(name: str) -> str:
    from registry_app import __version__

    try:
        return __version__ if name == "registry-app" else metadata.version(name)
    except metadata.PackageNotFoundError:
        return "unknown"


def _fault(content: dict[str, Any]) -> str:
    import jsonschema

    for error in jsonschema.Draft202012Validator(schema(content["kind"], content["version"])).iter_errors(content):
        place = "/".join(str(part)[:40] for part in error.absolute_path) or "the whole"
        return f"{place} is not as the schema says ({error.validator})"
    return ""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no(_text: str) -> Any:
    raise ValueError("it holds a number that is not whole")


def _no_floats(value: Any) -> None:
    """Refuse what would not read back the same: floats, and integers beyond 2^53."""
    waiting: list[Any] = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(one.values())
            waiting.extend(one)
        elif isinstance(one, (list, tuple)):
            waiting.extend(one)
        elif not (one is None or isinstance(one, (str, int))) or (isinstance(one, int) and abs(one) > 1 << 53):
            raise UsageError("A result holds a number that JSON would not keep.", "Write it as a decimal string.")
