"""The conditions of a pack: a small part of CEL, checked before it runs so that it always ends, soon and small.

CEL (github.com/google/cel-spec) always ends, but not soon: measured with the library used here, comprehensions in
each other take n, n^2, n^3 ... steps, ``filter`` copies what it has kept at each step, ``map(x, x + x)`` doubles
its text each time, and nothing can interrupt it. So what may be written is a subset:

* names: ``model``, ``version``, ``datasets``, ``evidence`` and the variables of comprehensions;
* ``all``, ``exists`` and ``exists_one``, at most two in each other; ``filter`` and ``map`` only outermost, and ``map``
  only to pick a field (``.map(d, d.name)``);
* ``size``, ``has``, ``startsWith``, ``endsWith``, ``contains``; comparison, ``in``, ``&&``, ``||``, ``!``, ``? :``;
* subtraction and no other arithmetic: without it nothing can grow, and nothing can become infinite and pass for a
  large number. Measures are computed where they are measured, not in a rule;
* lists of constants; no maps, no escapes in text, no comments.

The number of steps is then known from the expression and the size of what it is asked about, and bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST = 2_000
"""The most characters in one expression."""

DEEPEST = 24
"""The most brackets in each other."""

MOST_NESTED = 2
"""The most comprehensions in each other."""

MOST_STEPS = 50_000_000
"""The most steps one evaluation may need, by the bound of :meth:`Expression.steps`; at worst a few seconds."""

ROOTS = frozenset({"model", "version", "datasets", "evidence"})
"""What an expression can be about."""

_QUANTIFIERS = frozenset({"all", "exists", "exists_one"})
_MACROS = _QUANTIFIERS | {"filter", "map"}
_METHODS = frozenset({"size", "startsWith", "endsWith", "contains"})
_FUNCTIONS = frozenset({"size", "has"})
_WORDS = frozenset({"true", "false", "null"})
_EQUALITY = {"==": 25, "!=": 25, "in": 25}
_TOKEN = re.compile(
    r"(?P<space>[ \t\n]+)"
    r"|(?P<number>[0-9]{1,15}(?:\.[0-9]{1,20})?(?:[eE]-?[0-9]{1,2})?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>\"[^\"\\\n]*\"|'[^'\\\n]*')"
    r"|(?P<mark>&&|\|\||==|!=|<=|>=|[<>!?:,.()\[\]-])"
)


class Unfit(Exception):
    """The expression may not stand in a pack; the argument says why, as the end of a sentence."""


class Missing(Exception):
    """Something the expression asks for is not there; the argument names it."""


class NotComputed(Exception):
    """The expression gave no answer; the argument says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled condition. The same expression about the same subject gives the same answer, everywhere."""

    text: str
    """As written in the pack."""
    kinds: tuple[str, ...]
    """The kinds of evidence it names, sorted."""
    weights: tuple[int, int, int]
    """Steps outside, in one, and in two comprehensions."""
    filters: int
    """How many ``filter`` and ``map`` it has; each takes the square of its list's length."""
    literal: int
    """Items of its longest list of constants."""
    program: Any = field(compare=False, repr=False)
    """What the CEL library made of it."""

    def steps(self, longest: int) -> int:
        """An upper bound of the steps about a subject whose longest list or mapping has ``longest`` items."""
        items = max(longest, self.literal, 1)
        once, inner, innermost = self.weights
        return once + inner * items + (innermost + 10 * self.filters) * items * items

    def answer(self, subject: Mapping[str, Any], longest: int) -> Any:
        """What the expression says about ``subject``: bool, int, float, str, None, list or dict.

        Raises:
            Missing: it asks for a key or a position that is not there.
            NotComputed: types that do not fit, too many steps, or the library failed.
        """
        if self.steps(longest) > MOST_STEPS:
            raise NotComputed("it would take more steps than are allowed")
        try:
            return self.program.execute(dict(subject))
        except KeyError as error:
            raise Missing(str(error.args[0]) if error.args else "a key") from None
        except IndexError:
            raise Missing("an item of a list") from None
        except TypeError:
            raise NotComputed("the types of its values do not fit") from None
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # a panic of the library is no Exception
            raise NotComputed("the expression failed") from None


@dataclass(slots=True)
class _Bracket:
    """An open bracket while an expression is checked."""

    kind: str
    """``group``, ``call``, ``index``, ``literal`` or the name of a macro."""
    variable: str = ""
    """The variable of a macro."""
    commas: int = 0
    """Commas seen directly inside."""
    items: int = 0
    """Tokens seen directly inside, of a literal."""


def compile_expression(text: str) -> Expression:
    """``text`` checked against the subset and compiled.

    Raises:
        Unfit: it is too long, not CEL, or outside the subset.
    """
    import cel

    if len(text) > LONGEST:
        raise Unfit(f"it is longer than {LONGEST} characters")
    check = _Check(_tokens(text))
    check.walk()
    try:
        program = cel.compile(text)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        first = " ".join(str(error).split("ERROR: <input>:")[-1].split("\n")[0].split())
        first = "".join(c for c in first if c.isprintable())[:160]
        raise Unfit(f"it is not CEL (at {first})" if "rror" in first else "it is not CEL") from None
    return Expression(
        text, tuple(sorted(check.kinds)), (check.weights[0], check.weights[1], check.weights[2]), check.filters,
        check.literal, program,
    )  # fmt: skip


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unfit(f"it has the character {ascii(text[at])}, which is not allowed there")
        at = match.end()
        kind = match.lastgroup or ""
        if kind != "space":
            if kind == "name" and match.group() == "in":
                kind = "mark"
            found.append((kind, match.group()))
    if not found:
        raise Unfit("it is empty")
    for (left, word), (right, _) in zip(found, found[1:], strict=False):
        if left != "mark" and right != "mark":
            raise Unfit(f"something is missing after {ascii(word)[:60]}")
    return found


class _Check:
    """One walk over the tokens of an expression: is it in the subset, and what does it weigh?"""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.open: list[_Bracket] = []
        self.kinds: set[str] = set()
        self.weights = [0, 0, 0]
        self.filters = 0
        self.literal = 0

    def _at(self, n: int) -> tuple[str, str]:
        return self.tokens[n] if 0 <= n < len(self.tokens) else ("", "")

    def walk(self) -> None:
        """Raises :class:`Unfit` at the first token outside the subset."""
        for n, (kind, word) in enumerate(self.tokens):
            depth = sum(bracket.kind in _MACROS for bracket in self.open)
            self.weights[depth] += _EQUALITY.get(word, 1) if kind == "mark" else 1
            inner = self.open[-1] if self.open else None
            if inner is not None and inner.kind == "literal" and word not in ("]", ",", "-"):
                if kind == "name" and word not in _WORDS or kind == "mark":
                    raise Unfit("a list may hold constants only")
                inner.items += 1
            if kind == "name":
                self._name(n, word)
            elif word in ("(", "["):
                self._open(n, word)
            elif word in (")", "]"):
                self._close(word)
            elif word == "," and inner is not None:
                inner.commas += 1
                if inner.kind in _MACROS and inner.commas > 1:
                    raise Unfit(f"{inner.kind} takes one variable and one expression")
            elif word == "." and self._at(n - 1)[0] != "name" and self._at(n - 1)[1] not in (")", "]"):
                raise Unfit("a point must follow a name")
        if self.open:
            raise Unfit("a bracket is not closed")

    def _name(self, n: int, word: str) -> None:
        follows_point = self._at(n - 1)[1] == "." and self._at(n - 1)[0] == "mark"
        calls = self._at(n + 1) == ("mark", "(")
        if follows_point:
            if calls and word not in _MACROS | _METHODS:
                raise Unfit(f"the function {word[:60]!r} is not allowed")
            if self._at(n - 2) == ("name", "evidence"):
                self.kinds.add(word)
        elif calls:
            if word not in _FUNCTIONS:
                raise Unfit(f"the function {word[:60]!r} is not allowed")
        elif word not in _WORDS and word not in ROOTS and all(word != b.variable for b in self.open):
            raise Unfit(f"the name {word[:60]!r} is unknown (known are {', '.join(sorted(ROOTS))})")
        elif word == "evidence" and self._at(n + 1)[1] != "." and self._at(n + 2)[0] != "text":
            raise Unfit("evidence must be followed by its kind, as in evidence.fairness")

    def _open(self, n: int, word: str) -> None:
        before, name = self._at(n - 1)
        bracket = _Bracket("group")
        if word == "[":
            operand = before in ("name", "text", "number") or name in (")", "]")
            bracket.kind = "index" if operand and name not in _WORDS else "literal"
            if (before, name) == ("name", "evidence") and self._at(n + 1)[0] == "text":
                self.kinds.add(self._at(n + 1)[1][1:-1])
        elif before == "name":
            bracket.kind = "call"
            if name in _MACROS and self._at(n - 2) == ("mark", "."):
                bracket.kind = name
                bracket.variable = self._variable(n)
                self._macro(n, name)
        self.open.append(bracket)
        if len(self.open) > DEEPEST:
            raise Unfit(f"it is nested deeper than {DEEPEST} brackets")

    def _variable(self, n: int) -> str:
        kind, variable = self._at(n + 1)
        if kind != "name" or self._at(n + 2) != ("mark", ","):
            raise Unfit("a comprehension needs a variable, a comma and an expression")
        if variable in ROOTS | _WORDS | _FUNCTIONS or any(variable == b.variable for b in self.open):
            raise Unfit(f"the variable {variable[:60]!r} hides another name")
        return variable

    def _macro(self, n: int, name: str) -> None:
        depth = sum(bracket.kind in _MACROS for bracket in self.open)
        if depth >= MOST_NESTED:
            raise Unfit(f"more than {MOST_NESTED} comprehensions stand in each other")
        if name in _QUANTIFIERS:
            return
        self.filters += 1
        if depth:
            raise Unfit(f"{name} may not stand in another comprehension")
        if name == "map":
            body = n + 3
            if self._at(body) != self._at(n + 1):
                raise Unfit("map may only pick a field of its variable")
            while self._at(body) != ("mark", ")"):
                if self._at(body)[0] != "name" and self._at(body) != ("mark", "."):
                    raise Unfit("map may only pick a field of its variable")
                body += 1

    def _close(self, word: str) -> None:
        if not self.open:
            raise Unfit("a bracket is closed that was not open")
        bracket = self.open.pop()
        if (word == "]") != (bracket.kind in ("index", "literal")):
            raise Unfit("brackets do not match")
        if bracket.kind == "literal":
            self.literal = max(self.literal, bracket.items)
