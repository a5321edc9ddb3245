"""How a number of a result reads: rounded for people; the result itself holds it whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def number(text: str, places: int = 3) -> str:
    """A decimal text rounded for reading; as it is when it is none."""
    try:
        value = float(text)
    except ValueError:
        return text
    if value.is_integer() and abs(value) < 1e15 and "." not in text and "e" not in text.lower():
        return f"{int(value):,}"
    return f"{value:.{places}f}" if abs(value) >= 10**-places or value == 0 else f"{value:.2g}"


def value_of(told: Mapping[str, Any]) -> float | None:
    """The number, or None where it does not exist."""
    return float(told["value"]) if "value" in told else None


def ends_of(told: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The ends of its 95 % interval, or twice None."""
    ci = told.get("ci")
    return (float(ci[0]), float(ci[1])) if isinstance(ci, (list, tuple)) else (None, None)


def shown(told: Mapping[str, Any], places: int = 3) -> str:
    """The number, or ``undefined``."""
    return number(str(told["value"]), places) if "value" in told else "undefined"


def interval(told: Mapping[str, Any], places: int = 3) -> str:
    """``0.81 to 0.86``; why the number or its interval does not exist; or nothing."""
    if "value" not in told:
        return str(told.get("undefined", ""))
    ci = told.get("ci")
    if isinstance(ci, (list, tuple)):
        return f"{number(str(ci[0]), places)} to {number(str(ci[1]), places)}"
    return f"none: {ci['undefined']}" if isinstance(ci, Mapping) else ""


def both(told: Mapping[str, Any], places: int = 3) -> tuple[str, str]:
    """The number and its interval, as two cells of a table."""
    return shown(told, places), interval(told, places) or "–"


def share(told: Mapping[str, Any]) -> str:
    """A share as a percentage."""
    return f"{float(told['value']):.1%}" if "value" in told else "undefined"


def ordered(told: Mapping[str, Any], first: Sequence[str]) -> dict[str, Any]:
    """``told`` with the keys of ``first`` first and the rest by name: what is read does not hang on how it was written."""
    kept = [key for key in first if key in told]
    return {key: told[key] for key in (*kept, *sorted(set(told) - set(kept)))}


def cut(text: str, most: int) -> str:
    """At most ``most`` characters of ``text``, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def words(name: str) -> str:
    """``not met`` for ``not_met``."""
    return name.replace("_", " ")
