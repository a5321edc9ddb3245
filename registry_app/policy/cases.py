"""A pack's own examples: facts in, outcomes out, so that whoever changes a limit sees what changes with it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from registry_app.policy.judge import OUTCOMES, Verdict, judge
from registry_app.policy.pack import Pack
from registry_app.policy.subject import subject_of
from registry_app.policy.yaml_lines import Document, load_yaml

_PARTS = ("model", "version", "datasets", "evidence")


@dataclass(frozen=True, slots=True)
class Case:
    """One example: what is judged, and what must come out."""

    name: str
    """The file it was read from."""
    about: str
    """What it shows, in one sentence."""
    given: dict[str, Any]
    """model, version, datasets and evidence, as stored (fractions as decimal text)."""
    expect: dict[str, str]
    """The outcome of each control, by ref."""

    def verdicts(self, pack: Pack) -> tuple[Verdict, ...]:
        """What ``pack`` says about this case."""
        return judge(pack, subject_of(*(self.given[part] for part in _PARTS)))


def load_case(data: bytes, name: str, read: Callable[[str], bytes]) -> Case:
    """The case in ``data``. ``read`` gives the bytes of a case that stands beside it, by its file name.

    A case has ``about`` and ``expect``, and either all of model, version, datasets and evidence, or ``starts_from``
    (another case's file, which must be whole) and ``changes``: a list of ``{at: evidence/0/document/rows, value: 12}``
    or ``{at: ..., gone: true}``. ``expect`` adds to what the other case expects.

    Raises:
        UsageError: it is not of that form; names file and line.
    """
    document = load_yaml(data, name)
    value = document.value
    known = {"about", "expect", "starts_from", "changes", *_PARTS}
    if not isinstance(value, dict) or set(value) - known or not isinstance(value.get("about"), str):
        raise _unfit(document, (), "it is no case (about, expect, and what is given)")
    expect = value.get("expect")
    if not isinstance(expect, dict) or any(outcome not in OUTCOMES for outcome in expect.values()):
        raise _unfit(document, ("expect",), f"expect must name outcomes ({', '.join(OUTCOMES)})")
    if "starts_from" not in value:
        if any(part not in value for part in _PARTS) or "changes" in value:
            raise _unfit(document, (), f"it must give all of {', '.join(_PARTS)}")
        return Case(name, value["about"], {part: value[part] for part in _PARTS}, expect)
    other = value["starts_from"]
    if not isinstance(other, str) or "/" in other or "\\" in other or any(part in value for part in _PARTS):
        raise _unfit(
            document, ("starts_from",), "starts_from must name a case beside this one, and changes alone follow"
        )
    first = load_yaml(read(other), other).value
    if not isinstance(first, dict) or "starts_from" in first:
        raise _unfit(document, ("starts_from",), "the case it starts from is not whole")
    base = load_case(read(other), other, read)
    given = copy.deepcopy(base.given)
    changes = value.get("changes")
    for n, change in enumerate(changes if isinstance(changes, list) else []):
        _change(document, n, change, given)
    return Case(name, value["about"], given, base.expect | expect)


def _change(document: Document, n: int, change: Any, given: dict[str, Any]) -> None:
    path = ("changes", n)
    if not isinstance(change, dict) or not isinstance(change.get("at"), str) or len(change) != 2:
        raise _unfit(document, path, "a change has at, and value or gone")
    *parents, last = change["at"].split("/")
    place: Any = given
    try:
        for step in parents:
            place = place[int(step)] if isinstance(place, list) else place[step]
        key: Any = int(last) if isinstance(place, list) else last
        if change.get("gone") is True:
            del place[key]
        elif "value" in change:
            place[key] = change["value"]
        else:
            raise _unfit(document, path, "a change has at, and value or gone")
    except (KeyError, IndexError, ValueError, TypeError):
        raise _unfit(document, path, "there is nothing at the place it changes") from None


def _unfit(document: Document, path: tuple[str | int, ...], what: str) -> Exception:
    return document.problem(path, what, "Correct the case; the policies README shows one.")
