"""The part of CEL that may stand in a pack, checked token by token before the CEL library sees it.

CEL (github.com/google/cel-spec) always ends, but not soon: measured with the library used here, comprehensions in
each other take n, n^2, n^3 ... steps, ``filter`` copies what it has kept at each step, ``map(x, x + x)`` doubles its
text each time, comparing two bodies of evidence walks both, and nothing can interrupt it. So what may be written is:

* names: ``model``, ``version``, ``datasets``, ``evidence.<kind>`` and the variables of comprehensions;
* ``all``, ``exists`` and ``exists_one``, at most two in each other; ``filter`` and ``map`` only outermost, and ``map``
  only to pick a field (``.map(d, d.name)``);
* ``size``, ``has``, ``startsWith``, ``endsWith``, ``contains``; comparison, ``in``, ``&&``, ``||``, ``!``, ``? :``;
  inside a comprehension, one side of ``==`` and ``!=`` is a constant, a size, or comes from a variable;
* subtraction and no other arithmetic: without it nothing can grow, and nothing can become infinite and pass for a
  large number. Measures are computed where they are measured, not in a rule;
* lists of constants; no maps, no escapes in text, no comments.

What is left can be charged: :class:`Walk` counts what an expression costs, per part of what it runs over.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

DEEPEST = 24
"""The most brackets in each other."""

MOST_NESTED = 2
"""The most comprehensions in each other."""

ROOTS = frozenset({"model", "version", "datasets", "evidence"})
"""What an expression can be about."""

ANY = "*"
"""The part of the subject that a comprehension runs over when it cannot be told."""

_QUANTIFIERS = frozenset({"all", "exists", "exists_one"})
_MACROS = _QUANTIFIERS | {"filter", "map"}
_SEARCHES = frozenset({"startsWith", "endsWith", "contains"})
_METHODS = _SEARCHES | {"size"}
_FUNCTIONS = frozenset({"size", "has"})
_WORDS = frozenset({"true", "false", "null"})
_TOKEN = re.compile(
    r"(?P<space>[ \t\n]+)"
    r"|(?P<number>[0-9]{1,15}(?:\.[0-9]{1,20})?(?:[eE]-?[0-9]{1,2})?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>\"[^\"\\\n]*\"|'[^'\\\n]*')"
    r"|(?P<mark>&&|\|\||==|!=|<=|>=|[<>!?:,.()\[\]-])"
)

Token = tuple[str, str]
"""Its kind (number, name, text or mark) and its characters."""


class Unfit(Exception):
    """The expression may not stand in a pack; the argument says why, as the end of a sentence."""


def tokens(text: str) -> list[Token]:
    """The tokens of ``text``; raises :class:`Unfit` where none can begin or two values touch."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise Unfit(f"it has the character {text[at]!a}, which is not allowed there")
        at = match.end()
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(("mark" if match.group() == "in" else kind, match.group()))
    if not found:
        raise Unfit("it is empty")
    for (left, word), (right, _) in pairwise(found):
        if left != "mark" and right != "mark":
            raise Unfit(f"something is missing after {ascii(word)[:60]}")
    return found


@dataclass(slots=True)
class _Bracket:
    """An open bracket."""

    kind: str
    """``group``, ``call``, ``index``, ``literal`` or the name of a macro."""
    opened: int
    """The position of its token."""
    variable: str = ""
    """The variable of a macro."""
    over: str = ""
    """The part of the subject a macro runs over."""
    commas: int = 0
    """Commas seen directly inside."""
    items: int = 0
    """Constants seen directly inside, of a literal."""


class Walk:
    """One walk over the tokens of an expression: is it in the subset, and what does it cost?

    Raises:
        Unfit: at the first token outside the subset.
    """

    def __init__(self, found: list[Token]) -> None:
        self.kinds: set[str] = set()
        """The kinds of evidence it names."""
        self.charges: Counter[tuple[str, tuple[str, ...]]] = Counter()
        """How often each unit of cost is paid, per run over these parts."""
        self.literal = 0
        """Items of the longest list of constants."""
        self._tokens = found
        self._open: list[_Bracket] = []
        self._partner: dict[int, int] = {}
        for n, (kind, word) in enumerate(found):
            self._token(n, kind, word)
        if self._open:
            raise Unfit("a bracket is not closed")

    def _at(self, n: int) -> Token:
        return self._tokens[n] if 0 <= n < len(self._tokens) else ("", "")

    def _loops(self) -> tuple[str, ...]:
        return tuple(bracket.over for bracket in self._open if bracket.variable)

    def _charge(self, unit: str) -> None:
        self.charges[(unit, self._loops())] += 1

    def _token(self, n: int, kind: str, word: str) -> None:
        self._charge("step")
        inner = self._open[-1] if self._open else None
        if inner is not None and inner.kind == "literal" and word not in ("]", ",", "-"):
            if (kind == "name" and word not in _WORDS) or kind == "mark":
                raise Unfit("a list may hold constants only")
            inner.items += 1
        if kind == "name":
            self._name(n, word)
        elif kind != "mark":
            return
        elif word in ("(", "["):
            self._opening(n, word)
        elif word in (")", "]"):
            self._closing(n, word)
        elif word == "," and inner is not None:
            inner.commas += 1
            if inner.variable and inner.commas > 1:
                raise Unfit(f"{inner.kind} takes one variable and one expression")
        elif word in ("==", "!="):
            self._comparison(n)
        elif word == "in":
            self._charge("step" if self._at(n + 1) == ("mark", "[") else "whole")
        elif word == "." and self._at(n - 1)[0] != "name" and self._at(n - 1)[1] not in (")", "]"):
            raise Unfit("a point must follow a name")

    def _name(self, n: int, word: str) -> None:
        calls = self._at(n + 1) == ("mark", "(")
        if self._at(n - 1) == ("mark", "."):
            if calls and word not in _MACROS | _METHODS:
                raise Unfit(f"the function {word[:60]!r} is not allowed")
            if calls and word in _SEARCHES:
                self._charge("whole")
        elif calls:
            if word not in _FUNCTIONS:
                raise Unfit(f"the function {word[:60]!r} is not allowed")
        elif word == "evidence":
            self.kinds.add(self._kind(n))
        elif word not in _WORDS | ROOTS and not self._is_variable(word):
            raise Unfit(f"the name {word[:60]!r} is unknown (known are {', '.join(sorted(ROOTS))})")

    def _kind(self, n: int) -> str:
        """The kind of evidence that is named at the token ``evidence``."""
        point, (kind, word) = self._at(n + 1)[1], self._at(n + 2)
        if point == "." and kind == "name":
            return word
        if point == "[" and kind == "text" and self._at(n + 3)[1] == "]":
            return word[1:-1]
        raise Unfit("evidence must be followed by its kind, as in evidence.fairness")

    def _is_variable(self, word: str) -> bool:
        return any(word == bracket.variable for bracket in self._open)

    def _opening(self, n: int, word: str) -> None:
        before, name = self._at(n - 1)
        bracket = _Bracket("group", n)
        if word == "[":
            operand = before in ("name", "text", "number") or name in (")", "]")
            bracket.kind = "index" if operand and name not in _WORDS else "literal"
        elif before == "name":
            bracket.kind = "call"
            if name in _MACROS and self._at(n - 2) == ("mark", "."):
                self._macro(bracket, name)
        self._open.append(bracket)
        if len(self._open) > DEEPEST:
            raise Unfit(f"it is nested deeper than {DEEPEST} brackets")

    def _macro(self, bracket: _Bracket, name: str) -> None:
        """Check the macro ``name`` whose bracket opens, and note its variable and what it runs over."""
        n = bracket.opened
        kind, variable = self._at(n + 1)
        if kind != "name" or self._at(n + 2) != ("mark", ","):
            raise Unfit("a comprehension needs a variable, a comma and an expression")
        if variable in ROOTS | _WORDS | _FUNCTIONS or self._is_variable(variable):
            raise Unfit(f"the variable {variable[:60]!r} hides another name")
        if len(self._loops()) >= MOST_NESTED:
            raise Unfit(f"more than {MOST_NESTED} comprehensions stand in each other")
        bracket.kind, bracket.variable, bracket.over = name, variable, self._part(self._start(n - 3))
        if name in _QUANTIFIERS:
            return
        if self._loops():
            raise Unfit(f"{name} may not stand in another comprehension")
        self.charges[("copy", (bracket.over,))] += 1
        if name == "map":
            body = n + 3
            if self._at(body) != (kind, variable):
                raise Unfit("map may only pick a field of its variable")
            while self._at(body) != ("mark", ")"):
                if self._at(body)[0] != "name" and self._at(body) != ("mark", "."):
                    raise Unfit("map may only pick a field of its variable")
                body += 1

    def _comparison(self, n: int) -> None:
        """Charge the comparison at ``n`` by its smaller side."""
        sides = (self._start(n - 1), n + 2 if self._at(n + 1) == ("mark", "-") else n + 1)
        for kind, word in map(self._at, sides):
            if kind in ("number", "text") or word in _WORDS or word in ("[", "size"):
                return
        if not self._loops():
            self._charge("whole")
        elif any(kind == "name" and self._is_variable(word) for kind, word in map(self._at, sides)):
            self._charge("item")
        else:
            raise Unfit("a comparison in a comprehension needs a constant or the variable on one side")

    def _start(self, n: int) -> int:
        """Where the operand that ends at token ``n`` starts."""
        while True:
            while n in self._partner:
                n = self._partner[n]
                opens_value = self._at(n - 1)[0] != "name" and self._at(n - 1)[1] not in (")", "]")
                if opens_value:
                    return n
                n -= 1
            if self._at(n - 1) != ("mark", ".") or self._at(n)[0] != "name":
                return n
            n -= 2

    def _part(self, n: int) -> str:
        """The part of the subject that the operand which starts at token ``n`` belongs to."""
        kind, word = self._at(n)
        if kind == "name":
            for bracket in self._open:
                if word == bracket.variable:
                    return bracket.over
            if word == "evidence":
                return self._kind(n)
            if word in ROOTS:
                return ""
        return ANY

    def _closing(self, n: int, word: str) -> None:
        if not self._open:
            raise Unfit("a bracket is closed that was not open")
        bracket = self._open.pop()
        if (word == "]") != (bracket.kind in ("index", "literal")):
            raise Unfit("brackets do not match")
        if bracket.kind == "literal":
            self.literal = max(self.literal, bracket.items)
        self._partner[n] = bracket.opened
