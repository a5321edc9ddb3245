"""A registry in memory with people who act on it: for tests of rooms that need no folder and no passphrase."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlmodel import SQLModel

from registry_app.house import MEANING
from registry_app.ledger.fact import Fact
from registry_app.ledger.finding import Finding
from registry_app.ledger.log import Log
from registry_app.ledger.meaning import Action, Reader, View
from registry_app.ledger.payload import Payloads
from registry_app.ledger.replay import differences, payload_differences, replay
from registry_app.ledger.saying import Saying, say
from registry_app.people.actions import AddMember, Enrol, FormTeam, Found, Grant
from registry_app.reviews.actions import AdoptFirstRoutes
from registry_app.vault import chance, clock, digest
from registry_app.vault.engine import open_sqlcipher, reading, writing
from registry_app.vault.rows import Rows
from registry_app.vault.sealed import Sealer
from tests.ledger.forger import Facts

T = TypeVar("T")
CAST = {"dev": "developer", "val": "validator", "risk": "risk_officer", "audit": "auditor"}


@dataclass
class Actor:
    """Somebody with a key."""

    person: str = field(default_factory=chance.uuid7)
    key: Ed25519PrivateKey = field(default_factory=lambda: Ed25519PrivateKey.from_private_bytes(chance.token(32)))

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def public(self) -> str:
        return self.public_key.hex()

    @property
    def key_id(self) -> str:
        return digest.sha256_hex(self.public_key)

    def sign(self, message: bytes) -> bytes:
        return self.key.sign(message)


class Stage:
    """The registry and its cast: ``admin``, and after :meth:`people` also ``dev``, ``val``, ``risk``, ``audit``.

    Args:
        founded: whether anything has been said yet.
    """

    def __init__(self, *, founded: bool = True) -> None:
        self.engine = open_sqlcipher(None, b"\1" * 32)
        SQLModel.metadata.create_all(self.engine)
        self.sealer = Sealer({1: b"\2" * 32}, 1)
        self.cast: dict[str, Actor] = {"admin": Actor()}
        if not founded:
            return
        admin = self.cast["admin"]
        self.run("admin", Found("Test", Actor().public, admin.person, admin.public, "0" * 64, "admin", "Ada Admin"))
        self.run("admin", AdoptFirstRoutes())

    def people(self) -> Stage:
        """Enrol the rest of the cast with one role each, and the team ``credit`` that ``dev`` leads."""
        for handle, role in CAST.items():
            self.enrol(handle)
            self.run("admin", Grant(handle, role))
        self.run("admin", FormTeam("credit", "dev"))
        return self

    def enrol(self, handle: str) -> Actor:
        actor = self.cast[handle] = Actor()
        self.run("admin", Enrol(actor.person, actor.public, "0" * 64, handle, f"{handle.title()} Person"))
        return actor

    def join(self, team: str, handle: str) -> None:
        self.run("admin", AddMember(team, handle))

    def run(self, who: str, action: Action, statement: str | None = None) -> Saying:
        with writing(self.engine) as connection:
            return say(
                Rows(connection), self.sealer, self.cast[who], action, MEANING, statement or chance.uuid7(), None
            )

    def say(self, who: str, *facts: Fact) -> Saying:
        """Say facts past the actions that make them, with every rule asked: what a program of one's own could do."""
        return self.run(who, Facts(*facts))

    def force(self, who: str, *facts: Fact) -> Saying:
        """Say facts that no rule was asked about: what somebody with the data key and a key of their own could do."""
        lax = MEANING.__class__(MEANING.folds, dict.fromkeys(MEANING.rules, _anything), lambda *_: None)
        with writing(self.engine) as connection:
            return say(Rows(connection), self.sealer, self.cast[who], Facts(*facts), lax, chance.uuid7(), None)

    def ask(self, who: str, view: View[T], at: int | None = None) -> T:
        with reading(self.engine) as connection:
            rows = Rows(connection, at)
            log = Log(rows)
            now = max(log.state()[2], clock.text(clock.now())) if at is None else log.leaf(at).reckoned
            return view.ask(Reader(rows, Payloads(rows, self.sealer), log, self.cast[who].person, now))

    @contextmanager
    def rows(self, at: int | None = None) -> Iterator[Rows]:
        """The tables, as rules and views see them."""
        with reading(self.engine) as connection:
            yield Rows(connection, at)

    def sql(self, statement: str, *values: Any) -> None:
        """What an insider with the open database could do."""
        with writing(self.engine) as connection:
            connection.exec_driver_sql(statement, values)

    def replayed(self) -> list[Finding]:
        """What a replay finds: authority, and rows that differ."""
        fresh = open_sqlcipher(None, b"\3" * 32)
        SQLModel.metadata.create_all(fresh)
        with reading(self.engine) as live, writing(fresh) as other:
            rows = Rows(live)
            log = Log(rows)
            found = list(replay(log.stored(), Rows(other), Payloads(rows, self.sealer), MEANING))
            return [*found, *differences(live, other), *payload_differences(live, other)]


def _anything(*_: Any) -> None:
    return None
