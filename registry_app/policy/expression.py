"""The conditions of a pack: compiled once, charged before they run, asked about a subject as often as you like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry_app.policy.grammar import ANY, Unfit, Walk, tokens

LONGEST = 2_000
"""The most characters in one expression."""

MOST_STEPS = 20_000_000
"""The most steps one evaluation may need, by the bound of :meth:`Expression.steps`; about two seconds at worst."""


class Missing(Exception):
    """Something the expression asks for is not there; the argument names it."""


class NotComputed(Exception):
    """The expression gave no answer; the argument says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How large a part of a subject is. A text counts one, and one more for each 64 characters."""

    items: int = 0
    """All its values and keys."""
    longest: int = 0
    """The length of its longest list or mapping."""
    largest: int = 0
    """Values in the largest item of a list."""


def extent(value: Any) -> Extent:
    """The extent of plain data."""
    if isinstance(value, str):
        return Extent(1 + len(value) // 64)
    if not isinstance(value, (Mapping, list, tuple)):
        return Extent(1)
    named = isinstance(value, Mapping)
    inner = [extent(item) for item in (value.values() if isinstance(value, Mapping) else value)]
    keys = sum(1 + len(str(key)) // 64 for key in value) if named else 0
    return Extent(
        1 + keys + sum(part.items for part in inner),
        max([len(value), *(part.longest for part in inner)]),
        max([1, *(part.largest for part in inner), *(part.items for part in inner if not named)]),
    )


@dataclass(frozen=True, slots=True)
class Charge:
    """What some tokens of an expression cost."""

    unit: str
    """``step``; ``item``, as much as the largest item of a list; ``whole``, as much as all that is looked at;
    ``copy``, ten times the square of the list's length."""
    over: tuple[str, ...]
    """The parts of the subject that the comprehensions around it run over; ``*`` is any part."""
    count: int
    """How often it stands there."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled condition. The same expression about the same subject gives the same answer, everywhere."""

    text: str
    """As written in the pack."""
    kinds: tuple[str, ...]
    """The kinds of evidence it names, sorted."""
    charges: tuple[Charge, ...]
    """What it costs."""
    literal: int
    """Items of its longest list of constants."""
    program: Any = field(compare=False, repr=False)
    """What the CEL library made of it."""

    def steps(self, parts: Mapping[str, Extent]) -> int:
        """An upper bound of the steps about a subject with these parts: evidence by its kind, the rest as ``""``."""
        seen = [parts.get(name, Extent()) for name in ("", *self.kinds)]
        items = 1 + sum(part.items for part in seen)
        longest = {name: part.longest for name, part in parts.items()}
        longest[ANY] = max([self.literal, *(part.longest for part in seen)])
        unit = {"step": 1, "item": max(part.largest for part in seen) + 1, "whole": items, "copy": 10}
        total = 0
        for charge in self.charges:
            cost = charge.count * unit[charge.unit]
            for name in charge.over:
                runs = max(longest.get(name, 0), 1)
                cost *= runs * runs if charge.unit == "copy" else runs
            total += cost
        return total

    def answer(self, subject: Mapping[str, Any], parts: Mapping[str, Extent]) -> Any:
        """What the expression says about ``subject``: bool, int, float, str, None, list or dict.

        It sees the evidence that it names and no other. ``parts`` are the extents, as for :meth:`steps`.

        Raises:
            Missing: it asks for a key or a position that is not there.
            NotComputed: types that do not fit, too many steps, or the library failed.
        """
        if self.steps(parts) > MOST_STEPS:
            raise NotComputed("it would take more steps than are allowed")
        evidence = {kind: row for kind, row in subject["evidence"].items() if kind in self.kinds}
        try:
            return self.program.execute({**subject, "evidence": evidence})
        except KeyError as error:
            raise Missing(str(error.args[0]) if error.args else "a key") from None
        except IndexError:
            raise Missing("an item of a list") from None
        except TypeError:
            raise NotComputed("the types of its values do not fit") from None
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # noqa: BLE001  a panic of the library is no Exception
            raise NotComputed("the expression failed") from None


def compile_expression(text: str) -> Expression:
    """``text`` checked against the subset (``grammar.py``) and compiled.

    Raises:
        Unfit: it is too long, not CEL, or outside the subset.
    """
    import cel

    if len(text) > LONGEST:
        raise Unfit(f"it is longer than {LONGEST} characters")
    walk = Walk(tokens(text))
    try:
        program = cel.compile(text)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  a panic of the library is no Exception
        _, found, where = str(error).partition("ERROR: <input>:")
        said = "".join(c for c in " ".join(where.split("\n")[0].split()) if c.isprintable())[:160]
        raise Unfit(f"it is not CEL (at {said})" if found else "it is not CEL") from None
    charges = tuple(Charge(unit, over, count) for (unit, over), count in sorted(walk.charges.items()))
    return Expression(text, tuple(sorted(walk.kinds)), charges, walk.literal, program)
