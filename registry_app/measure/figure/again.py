"""What a figure needs to be made again, and how the model was run that made its predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry_app.measure.figure.number import cut, number, ordered, words
from registry_app.measure.figure.part import Part, table
from registry_app.measure.result import Result

_DATA = (
    "digest",
    "digest_of",
    "rows",
    "model",
    "reference",
    "against",
    "mapping",
    "background_digest",
    "background_digest_of",
    "background_rows",
    "groups",
    "texts",
)
"""What of ``data`` is not what a column means."""

_MEANT = (
    "task",
    "label",
    "positive",
    "prediction",
    "score",
    "threshold",
    "sensitive",
    "control",
    "weights",
    "row_id",
    "time",
)
"""Meanings in the order in which they are read."""

_MOST = 600
"""Letters of one answer."""


def needed(result: Result) -> tuple[tuple[str, str], ...]:
    """What must be the same for the same numbers, in words: data, meaning of its columns, choices, seed, libraries, platform."""
    data = result.data
    found = [("Data", _table(data)), *_other(data)]
    meaning = data.get("mapping") if isinstance(data.get("mapping"), Mapping) else data
    said = [_meant(name, value) for name, value in ordered(meaning or {}, _MEANT).items() if name not in _DATA]
    told = "; ".join(each for each in said if each)
    if told:
        found.append(("Columns mean", cut(told, _MOST)))
    chosen = "; ".join(
        f"{words(name)} {_plain(value)}" for name, value in sorted(result.parameters.items()) if value not in ("", None)
    )
    if chosen:
        found.append(("Chosen", cut(chosen, _MOST)))
    found.append(("Seed", str(result.seed)))
    found.append(("Libraries", ", ".join(f"{name} {version}" for name, version in sorted(result.libraries.items()))))
    found.append(("Platform", f"{result.platform}; it took {_lasted(result.duration_ms)}"))
    return tuple(found)


def part_of_model(result: Result) -> Part | None:
    """How the model was run: the sandbox, who trusted its bytes, and a waiver first of all; None where predictions were given."""
    model: Mapping[str, Any] | None = result.data.get("model")
    if not isinstance(model, Mapping):
        return None
    level: Mapping[str, Any] = model.get("sandbox") or {}
    waiver, trust = model.get("waiver"), model.get("trust")
    outcome, tone = _held(level)
    said = []
    if waiver:
        outcome, tone = f"run under a waiver, signed by {waiver['by']}", "bad"
        said.append(f"The waiver's reason: {cut(str(waiver['reason']), 1000)}")
        said.append(f"The sandbox: {_held(level)[0]}.")
    if trust:
        scan = str(trust.get("scan") or "nothing")
        said.append(
            f"A pickle is a program: {trust['by']} decided to trust exactly these bytes, after {trust.get('scanner') or 'a scanner'} "
            f"said {scan}."
        )
    elif not waiver:
        said.append("Nobody had to trust its bytes, and no waiver was needed.")
    features = [str(name) for name in model.get("features", ())]
    rows = [
        ("Model", f"{model.get('format', '')}, SHA-256 {model.get('digest', '')}"),
        (
            "Given to it",
            f"{len(features)} columns: {', '.join(features[:12])}{f' and {len(features) - 12} more' if len(features) > 12 else ''}",
        ),
        ("Sandbox", _walls(level)),
        ("Escape attempts", _attempts(level.get("attempts") or {})),
        ("Trust", f"by {trust['by']}" if trust else "none was needed or given"),
        ("Waiver", f"by {waiver['by']}" if waiver else "none"),
    ]
    columns = [("What", 24, False), ("How", 76, False)]
    return Part("How the model was run", outcome, tone, tuple(said), (table(columns, rows),))  # type: ignore[arg-type]


def waiver_of(result: Result) -> Mapping[str, Any] | None:
    """The waiver under which the model was run: ``by`` and ``reason``; None where there was none."""
    model = result.data.get("model")
    found = model.get("waiver") if isinstance(model, Mapping) else None
    return found if isinstance(found, Mapping) else None


def _held(level: Mapping[str, Any]) -> tuple[str, str]:
    number_of = level.get("level")
    because = f": {level['because']}" if level.get("because") else ""
    if number_of == 3:
        return "contained at level 3, the highest", "good"
    if number_of == 2:
        return f"contained at level 2{because}", "good"
    return f"not contained (level {number_of if number_of is not None else 'unknown'}){because}", "bad"


def _walls(level: Mapping[str, Any]) -> str:
    walls = [str(level["wrapper"])] if level.get("wrapper") else []
    walls += [f"Landlock (ABI {level['landlock']})"] if level.get("landlock") else []
    walls += ["seccomp"] if level.get("seccomp") else []
    where = f", on {level['system']} as user {level.get('user', '')}" if level.get("system") else ""
    return f"{', '.join([*walls, 'limits'])}{where}"


def _attempts(attempts: Mapping[str, Any]) -> str:
    if not attempts:
        return "none was tried: there was no jail"
    open_ones = [name for name, outcome in attempts.items() if outcome == "open"]
    if not open_ones:
        return f"{len(attempts)} tried, all contained"
    return f"{len(attempts)} tried, {len(open_ones)} let through: {', '.join(open_ones[:8])}"


def _other(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The second table, where there is one."""
    found = []
    for key, name in (("reference", "Reference"), ("against", "Held against")):
        if isinstance(data.get(key), Mapping):
            found.append((name, _table(data[key])))
    if "background_digest" in data:
        found.append(("Background", f"{data['background_rows']:,} rows, SHA-256 {data['background_digest']}"))
    return found


def _table(data: Mapping[str, Any]) -> str:
    of = f" of the {data['digest_of']}" if data.get("digest_of") else ""
    return f"{data['rows']:,} rows, SHA-256{of} {data['digest']}"


def _meant(name: str, value: Any) -> str:
    """One meaning; nothing where the table has no such column."""
    return "" if value in (None, "", [], {}) else f"{words(name)} {_plain(value)}"


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        if set(value) == {"column", "cuts"}:
            cuts = ", ".join(number(str(each), 2) for each in value["cuts"])
            return f"{value['column']} cut at {cuts}" if cuts else str(value["column"])
        return ", ".join(f"{words(str(key))} {_plain(each)}" for key, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_plain(each) for each in value)
    return str(value)


def _lasted(milliseconds: int) -> str:
    return f"{milliseconds:,} ms" if milliseconds < 10_000 else f"{milliseconds / 1000:,.0f} s"
