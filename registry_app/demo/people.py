"""Five people under one made-up passphrase, their teams and roles. They exist in the demonstration alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from registry_app.custody import enrol, found
from registry_app.ledger.meaning import Action, View
from registry_app.people.actions import FormTeam, Grant
from registry_app.people.facts import TeamFormed
from registry_app.receipt import Receipt
from registry_app.vault import chance
from registry_app.workspace import Workspace

T = TypeVar("T")
Progress = Callable[[str, int, int], None]

REGISTRY = "Demonstration Bank"
CREDIT_TEAM = "credit-team"
INCOME_TEAM = "income-team"
DRAWN = 6
"""Words of a passphrase, eight bits each: 48 bits, and each guess costs an Argon2id."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody made up."""

    handle: str
    name: str
    role: str
    """Granted by the administrator; the first administrator's own comes with the founding."""
    teams: tuple[str, ...] = ()
    """The teams they lead; their role holds for what these own. Empty: it holds everywhere."""


PEOPLE = (
    Person("admin", "Ada Almeida", "admin"),
    Person("developer", "Deniz Demir", "developer", (CREDIT_TEAM, INCOME_TEAM)),
    Person("validator", "Vera Vogel", "validator"),
    Person("risk-officer", "Ravi Rao", "risk_officer"),
    Person("auditor", "Aoife Ahern", "auditor"),
)

WORDS = tuple(
    """
    acorn agate alder amber anchor anvil apple apron arbor arrow aspen atlas autumn badge bagel balcony bamboo banjo
    barley barrel basil basket beacon beaver bench berry birch biscuit blanket blossom bobbin bonnet border bottle
    boulder branch brass breeze brick bridge bronze brook bucket buffalo bugle bundle butter button cabin cactus camel
    candle canoe canvas canyon carpet carrot castle cedar cellar cello chalk cherry chisel cider cinnamon circle citrus
    clay clock clover cobalt cocoa comet compass copper coral cotton cradle crane crater crayon cricket crystal curtain
    cushion cypress dahlia daisy dolphin donkey dragon drum eagle easel echo elbow ember emerald engine fabric falcon
    feather fennel ferry fiddle field filter finch flannel flute forest fossil fountain fox galaxy garden garlic garnet
    geyser ginger glacier glove granite grape gravel hammer hammock harbor harvest hazel hedge heron honey horizon igloo
    indigo island ivory jacket jasmine jigsaw jungle juniper kayak kettle kitten ladder lagoon lantern laurel lemon
    lentil lichen lilac lizard lobster locket lotus magnet mango maple marble marsh meadow melon meteor mirror mitten
    moss mulberry mustard nectar needle nickel nutmeg oasis ocean olive onion opal orbit orchard otter owl oyster
    paddle palm panther paper parrot pebble pelican pepper piano picnic pigeon pillow pine planet plum pocket pollen
    pond poplar poppy prairie puddle pumpkin quartz quilt rabbit radish rain raven reef ribbon river robin rocket
    saddle saffron salmon sandal sapphire satin scarf shadow shell silver sketch slate sparrow spruce stable starfish
    statue sunset swallow tangerine teapot thimble thistle timber tomato tulip tunnel turtle valley vanilla velvet
    violin walnut whistle willow window
    """.split()  # noqa: SIM905
)
"""256 words, so that each draw of a byte is one word, every word equally likely."""


def passphrase() -> str:
    """A new passphrase, drawn word by word."""
    return " ".join(WORDS[byte] for byte in chance.token(DRAWN))


class Cast:
    """All five at one open registry, each with their own keys."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._desks: dict[str, Workspace] = {}
        self._open = ExitStack()

    @classmethod
    def gather(cls, folder: Path, secret: str, tell: Progress) -> Self:
        """Found a registry in ``folder``, enrol everybody, form the teams, and let everybody sit down at it."""
        cast = cls(secret)
        try:
            cast._gather(folder, tell)
        except BaseException:
            cast.close()
            raise
        return cast

    def _gather(self, folder: Path, tell: Progress) -> None:
        first, *others = PEOPLE
        tell("people", 0, len(PEOPLE))
        admin = found(folder, REGISTRY, first.handle, first.name, self._secret, _email(first)).workspace
        self._desks[first.handle] = self._open.enter_context(admin)
        for count, person in enumerate(others, start=1):
            tell("people", count, len(PEOPLE))
            enrol(admin, person.handle, person.name, self._secret, _email(person))
            for team in person.teams:
                formed = admin.run(FormTeam(team, person.handle)).facts[0]
                assert isinstance(formed, TeamFormed)
                admin.run(Grant(person.handle, person.role, "team", formed.team))
            if not person.teams:
                admin.run(Grant(person.handle, person.role))
            desk = Workspace.open(folder, person.handle, self._secret)
            self._desks[person.handle] = self._open.enter_context(desk)
        tell("people", len(PEOPLE), len(PEOPLE))

    def desk(self, handle: str) -> Workspace:
        """The open registry of one of them."""
        return self._desks[handle]

    def run(self, handle: str, action: Action) -> Receipt:
        """Let one of them act, signing again where it is asked for."""
        return self._desks[handle].run(action, passphrase=self._secret)

    def ask(self, handle: str, view: View[T]) -> T:
        """The answer to ``view`` as one of them gets it."""
        return self._desks[handle].ask(view)

    def close(self) -> None:
        """Everybody lets go."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _email(person: Person) -> str:
    return f"{person.handle}@demonstration-bank.example"
