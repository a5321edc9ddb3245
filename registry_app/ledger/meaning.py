"""What the rooms hand to the ledger: how each fact is folded into tables, and the rule that says who may say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from registry_app.ledger.entry import Entry
from registry_app.ledger.fact import Fact
from registry_app.ledger.log import Log
from registry_app.ledger.payload import Payloads
from registry_app.ledger.statement import Subject
from registry_app.vault.rows import Rows

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at the instant somebody acts: what a rule may look at."""

    rows: Rows
    """The tables after everything that was said before."""
    payloads: Payloads
    """The sealed payloads."""
    at: Entry
    """The place and the author of what is being said."""

    @property
    def shredded(self) -> bool:
        """Whether the sealed fields of the fact in hand are gone, so that no rule can look at them. The words say nothing of it:
        anybody can write ``[shredded]``."""
        return self.at.payload is not None and self.payloads.content(self.at.payload) is None


class Action:
    """Something a person wants to do: frozen, imperative; subclasses stand in each room's ``actions.py``."""

    REAUTHENTICATE: ClassVar[bool] = False
    """Whether the passphrase is asked again before it is signed."""

    def facts(self, standing: Standing) -> Sequence[Fact]:
        """What happened, when it is done.

        Raises:
            UsageError: what it names does not exist or has the wrong form.
            Refused: a rule says no.
        """
        raise TypeError(f"{type(self).__name__} says nothing")

    def subjects(self) -> tuple[Subject, ...]:
        """Digests of things outside the ledger (an artifact) that the statement is about."""
        return ()


@dataclass(frozen=True, slots=True)
class Reader:
    """What a view may look at: one consistent snapshot, now or as of a ledger position."""

    rows: Rows
    """The tables."""
    payloads: Payloads
    """The sealed payloads."""
    log: Log
    """The ledger."""
    person: str
    """Who asks."""
    now: str
    """The reckoned time of the snapshot, by which ends count: now, never before the ledger's own, and the clock's when that is
    later; as of a position, the time of its leaf; as of a time, that time."""


class View(Generic[T]):
    """Something that can be asked: frozen; subclasses stand in each room's ``views.py``."""

    def ask(self, reader: Reader) -> T:
        """The answer, in frozen rows."""
        raise TypeError(f"{type(self).__name__} asks nothing")


Fold = Callable[[Rows, Any, Entry], None]
Rule = Callable[[Standing, Any], None]
Speaker = Callable[[Standing, Sequence[Fact]], None]


@dataclass(frozen=True, slots=True)
class Meaning:
    """All folds and rules of the house."""

    folds: Mapping[type[Fact], Fold]
    """Fact to rows; the only code that writes a table."""
    rules: Mapping[type[Fact], Rule]
    """Fact to the rule that allows it."""
    speaker: Speaker
    """Whether the author may say anything at all at this place: enrolled, not disabled, this key."""
    kinds: frozenset[type[Fact]] = field(init=False)
    """Every fact that is understood."""

    def __post_init__(self) -> None:
        if self.folds.keys() != self.rules.keys():
            odd = {cls.__name__ for cls in self.folds.keys() ^ self.rules.keys()}
            raise TypeError(f"facts with a fold or a rule alone: {sorted(odd)}")
        object.__setattr__(self, "kinds", frozenset(self.folds))

    def allow(self, standing: Standing, said: Fact) -> None:
        """Raise :class:`~registry_app.errors.Refused` unless the author may say this here."""
        self.rules[type(said)](standing, said)

    def fold(self, rows: Rows, said: Fact, at: Entry) -> None:
        """Write what the fact means."""
        self.folds[type(said)](rows, said, at)
