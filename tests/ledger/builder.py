"""A ledger under construction, and the means to construct it wrongly: for tests of the audit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry_app.ledger.audit import AuditReport, Leaf, check
from registry_app.ledger.envelope import sign
from registry_app.ledger.key_history import KeyHistory
from registry_app.ledger.merkle import Frontier, leaf_hash
from registry_app.ledger.statement import Said, Statement
from registry_app.vault.digest import sha256_hex


@dataclass(frozen=True)
class Person:
    person: str
    secret: Ed25519PrivateKey

    @property
    def public_key(self) -> bytes:
        return self.secret.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        return sha256_hex(self.public_key)

    def sign(self, message: bytes) -> bytes:
        return self.secret.sign(message)


def uuid(number: int) -> str:
    return f"01890a5d-ac96-774b-8000-{number:012x}"


def person(number: int, key: int) -> Person:
    return Person(uuid(number), Ed25519PrivateKey.from_private_bytes(bytes([key]) * 32))


ANNA, BERT, CARL = person(1, 1), person(2, 2), person(3, 3)
ANNA_LATER = person(1, 9)


class Ledger:
    """A ledger under construction, and the means to construct it wrongly."""

    def __init__(self, founder: Person = ANNA, salt: str = "") -> None:
        self.frontier = Frontier.empty()
        self.registry = ""
        self.envelopes: list[bytes] = []
        self.add(
            founder, Said("person-enrolled", 1, {"person": founder.person, "key": founder.public_key.hex(), "x": salt})
        )

    def statement(self, author: Person, *facts: Said, **changes: Any) -> Statement:
        fields: dict[str, Any] = {
            "registry": self.registry,
            "id": uuid(1_000 + len(self.envelopes)),
            "person": author.person,
            "key": author.key_id,
            "time": "2026-11-21T10:17:22.123456Z",
            "head_size": self.frontier.size,
            "head_root": self.frontier.root().hex(),
            "facts": facts or (Said("tag-added", 1, {"number": len(self.envelopes)}),),
        }
        return Statement.of(**{**fields, **changes})

    def add(self, author: Person, *facts: Said, **changes: Any) -> Ledger:
        return self.put(sign(self.statement(author, *facts, **changes).encode(), author).encode())

    def put(self, sealed: bytes) -> Ledger:
        self.envelopes.append(sealed)
        self.frontier, _ = self.frontier.append(leaf_hash(sealed))
        self.registry = self.registry or leaf_hash(sealed).hex()
        return self

    def enrol(self, author: Person, newcomer: Person) -> Ledger:
        return self.add(
            author, Said("person-enrolled", 1, {"person": newcomer.person, "key": newcomer.public_key.hex()})
        )

    def leaves(self) -> list[Leaf]:
        return [(seq, sealed, leaf_hash(sealed)) for seq, sealed in enumerate(self.envelopes)]


def grown(size: int = 20) -> Ledger:
    ledger = Ledger().enrol(ANNA, BERT)
    while len(ledger.envelopes) < size:
        ledger.add((ANNA, BERT)[len(ledger.envelopes) % 2])
    return ledger


def audited(leaves: Any, workers: int = 1) -> AuditReport:
    """An audit whose keys come from the ledger itself; enrolling a person again retires the older key."""
    keys = KeyHistory()
    held: dict[str, str] = {}

    def learn(seq: int, statement: Statement) -> None:
        for said in statement.facts:
            if said.kind == "person-enrolled":
                public = bytes.fromhex(said.body["key"])
                if said.body["person"] in held:
                    keys.retire(said.body["person"], held[said.body["person"]], seq)
                held[said.body["person"]] = sha256_hex(public)
                keys.enrol(said.body["person"], sha256_hex(public), public, seq)

    return check(iter(leaves), keys, on_statement=learn, workers=workers)


def answers(report: AuditReport) -> list[tuple[str, int | None]]:
    return [(finding.answer, finding.seq) for finding in report.findings]
