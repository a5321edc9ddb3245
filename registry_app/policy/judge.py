"""From a pack and a subject to verdicts. No clock, no chance, no store: the same in, the same bytes out.

Only a check that was computed and was true is *met*. Whatever is missing, undefined, of a wrong type or too costly
to compute is *insufficient evidence*, and the reason says what is missing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from registry_app.errors import UsageError
from registry_app.ledger.canonical import canonical
from registry_app.policy.expression import Expression, Missing, NotComputed, extent
from registry_app.policy.pack import EVIDENCE_KINDS, Control, Pack
from registry_app.policy.subject import subject_of
from registry_app.vault import digest

__all__ = ["OUTCOMES", "Verdict", "blockers", "encode_verdicts", "judge", "subject_of", "verdict_digest", "waive"]

OUTCOMES = ("met", "not_met", "insufficient_evidence", "not_applicable", "waived")
"""What a verdict can say."""

MOST_ITEMS = 200_000
"""The most values in a subject; nothing is computed about a larger one."""

_LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one control says about one version."""

    control: str
    """The control's ref."""
    title: str
    """The control's title."""
    outcome: str
    """One of :data:`OUTCOMES`."""
    severity: str
    """``blocking`` or ``advisory``."""
    observed: str
    """What was found, as printable text; empty when nothing was."""
    limit: str
    """What was asked for, in words."""
    reason: str
    """Why, in one sentence."""
    evidence: tuple[str, ...]
    """The ids of the evidence it rests on, in the order of their kinds' names."""
    citations: tuple[str, ...]
    """The clauses the control is drawn from."""


class _Short(Exception):
    """The evidence does not suffice; the argument is the reason."""


class _View:
    """A subject, and how large each part of it is: an expression is charged for the evidence that it names."""

    def __init__(self, subject: Mapping[str, Any]) -> None:
        self.subject = subject
        self.parts = {"": extent({key: subject[key] for key in ("model", "version", "datasets")})}
        self.parts |= {kind: extent(row) for kind, row in subject["evidence"].items()}

    def answer(self, expression: Expression) -> Any:
        """What ``expression`` says; raises as :meth:`Expression.answer`."""
        if sum(self.parts[kind].items for kind in ("", *expression.kinds) if kind in self.parts) > MOST_ITEMS:
            raise NotComputed("the evidence holds more values than are allowed")
        return expression.answer(self.subject, self.parts)


def judge(pack: Pack, subject: Mapping[str, Any]) -> tuple[Verdict, ...]:
    """One verdict for each control of ``pack``, in its order, about ``subject`` (as :func:`subject_of` gives it).

    Raises:
        UsageError: ``subject`` lacks one of model, version, datasets and evidence.
    """
    absent = [key for key in ("model", "version", "datasets", "evidence") if key not in subject]
    if absent:
        raise UsageError(f"What is judged lacks {', '.join(absent)}.", "Build it with subject_of.")
    view = _View(subject)
    return tuple(_verdict(control, view) for control in pack.controls)


def waive(verdict: Verdict, reason: str) -> Verdict:
    """``verdict`` under a waiver that holds, with the waiver's ``reason``; one that does not stand in the way stays."""
    if verdict.outcome not in ("not_met", "insufficient_evidence"):
        return verdict
    return replace(verdict, outcome="waived", reason=f"Waived ({printable(reason)}); without it: {verdict.reason}")


def blockers(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts that stand in the way of an approval: blocking, and neither met, waived nor not applicable."""
    return tuple(v for v in verdicts if v.severity == "blocking" and v.outcome in ("not_met", "insufficient_evidence"))


def encode_verdicts(verdicts: Iterable[Verdict]) -> bytes:
    """The canonical JSON (RFC 8785) of ``verdicts``: a list of objects of text and lists of text, no numbers."""
    return canonical([asdict(verdict) for verdict in verdicts])


def verdict_digest(verdicts: Iterable[Verdict]) -> str:
    """SHA-256 of :func:`encode_verdicts`, 64 lower-case hexadecimal digits."""
    return digest.sha256_hex(encode_verdicts(verdicts))


def printable(text: str) -> str:
    """``text`` on one line, with what does not print as escapes, at most 300 characters."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= _LONGEST_TEXT else shown[: _LONGEST_TEXT - 1] + "…"


def _verdict(control: Control, view: _View) -> Verdict:
    observed = ""
    try:
        if control.applies_when is not None and not _truth(control.applies_when, view):
            outcome, reason = "not_applicable", "The control does not apply to this version."
        else:
            _needs(control, view.subject)
            observed = _observed(control, view)
            if control.enough is not None and not _truth(control.enough, view):
                raise _Short(control.lacking)
            met = _truth(control.check, view)
            outcome = "met" if met else "not_met"
            found = f"observed {observed}" if observed else "the check holds" if met else "the check does not hold"
            reason = f"{found[0].upper()}{found[1:]}; the limit is: {control.limit}."
    except _Short as short:
        outcome, reason = "insufficient_evidence", str(short)
    return Verdict(
        control=control.ref,
        title=control.title,
        outcome=outcome,
        severity=control.severity,
        observed=observed,
        limit=control.limit,
        reason=reason,
        evidence=_used(control, view.subject),
        citations=control.citations,
    )


def _truth(expression: Expression, view: _View) -> bool:
    """The answer of a condition; raises :class:`_Short` when there is none."""
    try:
        answer = view.answer(expression)
    except Missing as missing:
        raise _Short(_what_is_missing(expression, view.subject, str(missing))) from None
    except NotComputed as failed:
        raise _Short(f"The check could not be computed: {failed}.") from None
    if answer is not True and answer is not False:
        raise _Short("The check could not be computed: it is neither true nor false.")
    return answer


def _what_is_missing(expression: Expression, subject: Mapping[str, Any], key: str) -> str:
    """One sentence that names what ``expression`` asked for in vain."""
    for kind in expression.kinds:
        if kind not in subject["evidence"]:
            return f"There is no {printable(kind)} evidence."
    for kind in expression.kinds:
        for note in subject["evidence"][kind].get("undefined", ()):
            if key in note["path"].split():
                rows = f" (n = {note['n']})" if note["n"] else ""
                return f"In the {kind} evidence, {printable(note['path'])} is undefined: {printable(note['reason'])}{rows}."
    where = f" in the {' or '.join(expression.kinds)} evidence" if expression.kinds else ""
    return f"Nothing is known of {printable(key)}{where}."


def _needs(control: Control, subject: Mapping[str, Any]) -> None:
    """Raise :class:`_Short`, naming all that ``control`` needs and ``subject`` lacks."""
    lacks = [f"{kind} evidence" for kind in control.needs if kind in EVIDENCE_KINDS and kind not in subject["evidence"]]
    if "dataset" in control.needs and not subject["datasets"]:
        lacks.append("dataset")
    if "owner" in control.needs and not subject["model"].get("owner_team"):
        lacks.append("owner")
    if "purpose" in control.needs and not subject["model"].get("purpose"):
        lacks.append("purpose")
    if lacks:
        raise _Short(f"There is no {' and no '.join(lacks)}.")


def _observed(control: Control, view: _View) -> str:
    if control.observed is None:
        return ""
    try:
        return printable(_shown(view.answer(control.observed)))
    except (Missing, NotComputed):
        return ""


def _shown(value: Any) -> str:
    """A value as a reader would write it: 12 significant digits, lists by comma, a measured number by its value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return format(value + 0.0, ".12g") if math.isfinite(value) else "no finite number"
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_named(item)}" for key, item in sorted(value.items()) if isinstance(key, str))
    return "" if value is None else str(value)


def _named(item: Any) -> str:
    """What stands under a name: a measured number by its value, and whether it can carry an answer."""
    if not isinstance(item, dict):
        return _shown(item)
    if "value" not in item:
        return "undefined"
    return _shown(item["value"]) + (" (cannot tell)" if item.get("cannot_tell") is True else "")


def _used(control: Control, subject: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the evidence that ``control`` looks at."""
    asked = {kind for kind in control.needs if kind in EVIDENCE_KINDS}
    for expression in (control.applies_when, control.enough, control.check, control.observed):
        asked.update(expression.kinds if expression is not None else ())
    return tuple(str(row["id"]) for kind, row in sorted(subject["evidence"].items()) if kind in asked)
