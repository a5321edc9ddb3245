"""What a pack is asked about: a version with its inventory entry, its datasets and its newest evidence, as plain data.

Stored evidence writes a number with a fraction as decimal text and an absent one as ``{"undefined": reason, "n": n}``
(never NaN, never left out). Here decimal text becomes a number, and an absent number is taken out of its place and
noted under ``undefined``, so that a condition that asks for it finds nothing and says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from registry_app.errors import UsageError

LARGEST = 1e100
"""The largest size of a number a condition sees; beyond it, it counts as undefined."""

_MODEL = ("name", "purpose", "intended_use", "out_of_scope", "risk_tier", "tier_rationale", "domain", "owner_team")
_VERSION = ("digest", "artifact_digest", "format", "code_commit", "scan")
_DATASET = ("name", "role", "digest", "licence")
_NUMBER = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,3})?")
_WORDS = frozenset(
    {"by", "metric", "feature", "features", "group", "name", "label", "reason", "reasons", "outcome", "undefined", "id"}
)
"""Keys whose values are words even when they look like numbers: a group can be called ``25``."""

_DEEPEST = 24

_DRAWN = ("thresholds", "calibration")
"""Parts of a fairness result that are drawn and that no condition sees: thousands of numbers to look at, none to hold a limit to."""

_SAID_METRIC = "demographic_parity_ratio"
"""The disparity that the words of a fairness result are about."""


def subject_of(
    model: Mapping[str, Any],
    version: Mapping[str, Any],
    datasets: Sequence[Mapping[str, Any]],
    evidence: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The subject of a judgement.

    ``model`` may have name, purpose, intended_use, out_of_scope, risk_tier, tier_rationale, domain, owner_team and
    jurisdictions; ``version`` number, artifact_digest, format, code_commit and scan; a dataset name, role, digest,
    licence and sensitive_columns (or ``sensitive``). What is missing is empty text or an empty list. An item of
    ``evidence`` has id, kind and document, and may have ``seq``, its ledger position; of each kind the one of the
    highest ``seq`` counts, or the last one where none is given.

    Raises:
        UsageError: a field is not of its type. A document of a wrong form does not raise: it has no numbers then.
    """
    return {
        "model": {key: _text(model, key) for key in _MODEL} | {"jurisdictions": _texts(model, "jurisdictions")},
        "version": {key: _text(version, key) for key in _VERSION if key != "digest"}
        | {"number": _whole(version, "number"), "artifact_digest": plain_digest(_text(version, "artifact_digest"))},
        "datasets": [
            {key: _text(row, key) for key in _DATASET}
            | {
                "digest": plain_digest(_text(row, "digest")),
                "sensitive_columns": _texts(row, "sensitive_columns" if "sensitive_columns" in row else "sensitive"),
            }
            for row in datasets
        ],
        "evidence": {kind: _measured(kind, row) for kind, row in newest(evidence).items()},
    }


def newest(evidence: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The newest item of each kind, in the order of the kinds' names."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in evidence:
        kind = _text(row, "kind")
        if kind not in found or _whole(row, "seq") >= _whole(found[kind], "seq"):
            found[kind] = row
    return dict(sorted(found.items()))


def plain_digest(text: str) -> str:
    """A digest as bare lower-case digits: ``sha256:AB…`` and ``ab…`` are the same digest."""
    return text.lower().removeprefix("sha256:")


def _measured(kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """One item of evidence as conditions see it."""
    document = row.get("document")
    document = document if isinstance(document, Mapping) else {}
    data = document.get("data")
    data = data if isinstance(data, Mapping) else {}
    undefined: list[dict[str, Any]] = []
    given = document.get("result")
    if kind == "fairness" and isinstance(given, Mapping):
        given = {key: value for key, value in given.items() if key not in _DRAWN}
    result = _numbers(given, "", undefined, "", 0)
    result = result if isinstance(result, dict) else {}
    rows = next((n for n in (document.get("rows"), data.get("rows"), result.get("n")) if type(n) is int), 0)
    known = next((d for d in (document.get("data_digest"), data.get("digest")) if isinstance(d, str)), "")
    head = {"id": _text(row, "id"), "data_digest": plain_digest(known), "rows": rows, "undefined": undefined}
    if kind == "fairness":
        return result | head | {"single": _single(result, undefined)}
    return result | head


def _single(result: Mapping[str, Any], undefined: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Disparities by one sensitive feature: metric -> feature -> {value, ci, cannot_tell, ...}.

    One that is given twice counts as undefined: the better one must not hide the worse one. What the measurement says
    in words is about selection rates, so it is laid to the ratio of these; a disparity may also have words of its own.
    """
    found: dict[str, dict[str, Any]] = {}
    said = {by: row.get("outcome") for by, row in _alone(result.get("outcomes"))}
    for feature, row in _alone(result.get("disparities")):
        metric = row.get("metric")
        if not isinstance(metric, str):
            continue
        whole = said.get(feature, result.get("outcome")) if metric == _SAID_METRIC else ""
        words = row.get("outcome", whole)
        cannot = isinstance(words, str) and words.lower().lstrip().startswith("cannot tell")
        if feature in found.setdefault(metric, {}):
            undefined.append({"path": f"{metric} by {feature} value", "reason": "it is given twice", "n": 0})
            row.pop("value", None)
        elif "value" not in row and isinstance(row.get("undefined"), str):
            rows = row["n"] if type(row.get("n")) is int else 0
            undefined.append({"path": f"{metric} by {feature} value", "reason": row["undefined"][:200], "n": rows})
        found[metric][feature] = row | {"cannot_tell": cannot}
    return found


def _alone(rows: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Those of ``rows`` that are by one feature alone, with its name."""
    for row in rows if isinstance(rows, list) else []:
        by = row.get("by") if isinstance(row, dict) else None
        if isinstance(by, list) and len(by) == 1 and isinstance(by[0], str):
            yield by[0], dict(row)


class _Gone(Exception):
    """The value is undefined and has been noted."""


def _numbers(value: Any, path: str, undefined: list[dict[str, Any]], key: str, depth: int) -> Any:
    """``value`` with numbers for decimal text; raises :class:`_Gone` inside a parent, None at the top."""
    try:
        return _number(value, path, undefined, key, depth)
    except _Gone:
        return None


def _number(value: Any, path: str, undefined: list[dict[str, Any]], key: str, depth: int) -> Any:
    if depth > _DEEPEST:
        _gone(path, "it is nested too deeply", 0, undefined)
    if isinstance(value, Mapping):
        if "undefined" in value and set(value) <= {"undefined", "n"}:
            n = value.get("n")
            _gone(path, str(value["undefined"]), n if type(n) is int else 0, undefined)
        found = {}
        for name, item in value.items():
            if not isinstance(name, str):
                continue
            words = name in _WORDS or key == "by"
            try:
                found[name] = item if words and isinstance(item, str) else _number(
                    item, _join(path, name), undefined, name if name in _WORDS else "", depth + 1
                )  # fmt: skip
            except _Gone:
                continue
        return found
    if isinstance(value, (list, tuple)):
        return [
            item if key in _WORDS and isinstance(item, str) else _number(
                item, _join(path, _called(item)), undefined, key, depth + 1
            )
            for item in value
        ]  # fmt: skip
    if value is None:
        _gone(path, "no value is given", 0, undefined)
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, (int, float)) and not (math.isfinite(value) and abs(value) <= LARGEST):
        _gone(path, "it is no finite number", 0, undefined)
    if isinstance(value, (int, float, str)):
        return value
    return _gone(path, "it is of an unknown type", 0, undefined)


def _gone(path: str, reason: str, n: int, undefined: list[dict[str, Any]]) -> NoReturn:
    undefined.append({"path": path, "reason": reason[:200], "n": n})
    raise _Gone


def _join(path: str, name: str) -> str:
    return f"{path} {name}".strip()


def _called(item: Any) -> str:
    """What an item of a list is called in messages: its metric or feature, and its groups."""
    if not isinstance(item, Mapping):
        return ""
    words = [item[key] for key in ("metric", "feature") if isinstance(item.get(key), str)]
    by = item.get("by")
    names = [name for name in by if isinstance(name, str)] if isinstance(by, (list, tuple, Mapping)) else []
    return " ".join([*words, *(["by", *names] if names else [])])


def _text(row: Mapping[str, Any], key: str) -> str:
    value = row.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong(key, "text")
    return value


def _texts(row: Mapping[str, Any], key: str) -> list[str]:
    value = row.get(key, ())
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise _wrong(key, "a list of texts")
    return list(value)


def _whole(row: Mapping[str, Any], key: str) -> int:
    value = row.get(key, 0)
    if type(value) is not int:
        raise _wrong(key, "a whole number")
    return value


def _wrong(key: str, wanted: str) -> UsageError:
    return UsageError(f"The field {key} of what is judged is not {wanted}.", f"Give {key} as {wanted}.")
