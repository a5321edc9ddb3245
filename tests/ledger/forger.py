"""The forger: somebody with the open database, the data key, and a key of their own.

Each attack is one call on a :class:`Forger`, so that a test of it takes four lines: build, attack, verify, look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine
from sqlmodel import SQLModel

from registry_app.house import MEANING
from registry_app.ledger import envelope, merkle
from registry_app.ledger.canonical import canonical
from registry_app.ledger.fact import Fact
from registry_app.ledger.log import Log
from registry_app.ledger.meaning import Action, Meaning, Standing
from registry_app.ledger.payload import Payloads, salted
from registry_app.ledger.replay import projected, replay
from registry_app.ledger.saying import Saying, Signer, say
from registry_app.ledger.statement import Statement, Subject, facts_digest, read
from registry_app.vault import chance, digest
from registry_app.vault.engine import open_sqlcipher, reading, writing
from registry_app.vault.rows import Rows
from registry_app.vault.sealed import Sealer


class OwnKey:
    """A key of the forger's own, under any name."""

    def __init__(self, person: str, seed: bytes = b"\x66" * 32) -> None:
        self.person = person
        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    @property
    def key_id(self) -> str:
        return digest.sha256_hex(self.public_key)

    def sign(self, message: bytes, /) -> bytes:
        return self._key.sign(message)


def lax() -> Meaning:
    """The house without a rule."""
    return Meaning(MEANING.folds, dict.fromkeys(MEANING.rules, _anything), _anything)


class Facts(Action):
    """Facts as they are given."""

    def __init__(self, *facts: Fact) -> None:
        self._facts = facts

    def facts(self, standing: Standing) -> Sequence[Fact]:
        return self._facts


class Forger:
    """What can be done to a registry whose engine and sealer are at hand."""

    def __init__(self, engine: Engine, sealer: Sealer) -> None:
        self.engine = engine
        self.sealer = sealer

    def sql(self, statement: str, *values: Any) -> None:
        """Run one statement where the ledger's own triggers do not stand in the way, and leave them as they were."""
        with self.loose() as run:
            run(statement, *values)

    def ddl(self, statement: str) -> None:
        """Change the shape of the database."""
        with writing(self.engine) as connection:
            connection.exec_driver_sql(statement)

    def envelopes(self) -> list[bytes]:
        """Every leaf, as stored."""
        with reading(self.engine) as connection:
            return [sealed for _, sealed, _ in Log(Rows(connection)).raw()]

    def statement(self, seq: int) -> Statement:
        """What leaf ``seq`` says."""
        return read(envelope.decode(self.envelopes()[seq]).payload)

    def seq_of(self, kind: str, nth: int = 0) -> int:
        """Where a fact of that kind was said for the ``nth`` time (negative: from the end)."""
        said = [read(envelope.decode(sealed).payload) for sealed in self.envelopes()]
        return [seq for seq, each in enumerate(said) if any(fact.kind == kind for fact in each.facts)][nth]

    def drop(self, seq: int) -> None:
        """Take a leaf away and leave everything else."""
        self.sql("DELETE FROM leaf WHERE seq = ?", seq)

    def swap(self, one: int, other: int) -> None:
        """Let two leaves change places; the tree is made to fit, and the tables say the same."""
        sealed = self.envelopes()
        sealed[one], sealed[other] = sealed[other], sealed[one]
        self.rebuild(sealed)
        self.retell()

    def resign(self, seq: int, signer: Signer, **changes: Any) -> None:
        """Sign a leaf again, as its author or with ``changes``; the tree is made to fit."""
        sealed = self.envelopes()
        sealed[seq] = envelope.sign(changed(self.statement(seq), **changes).encode(), signer).encode()
        self.rebuild(sealed)

    def edit_leaf(self, seq: int) -> None:
        """Flip one bit of a leaf's envelope."""
        sealed = bytearray(self.envelopes()[seq])
        sealed[len(sealed) // 2] ^= 1
        self.sql("UPDATE leaf SET envelope = ? WHERE seq = ?", bytes(sealed), seq)

    def truncate(self, size: int) -> None:
        """Cut the ledger at ``size`` leaves, and the tables with it."""
        named = {fact.payload for seq in range(size) for fact in self.statement(seq).facts if fact.payload}
        self.rebuild(self.envelopes()[:size])
        with writing(self.engine) as connection:
            for (name,) in connection.exec_driver_sql("SELECT digest FROM payload").all():
                if name not in named:
                    connection.exec_driver_sql("DELETE FROM payload WHERE digest = ?", (name,))
        self.retell()

    def append(self, sealed: bytes) -> None:
        """Put a leaf at the end, the tree made to fit."""
        self.rebuild([*self.envelopes(), sealed])

    def say(self, signer: Signer, *facts: Fact, meaning: Meaning | None = None) -> Saying:
        """Say facts that no rule is asked about."""
        with writing(self.engine) as connection:
            what = Facts(*facts)
            return say(Rows(connection), self.sealer, signer, what, meaning or lax(), chance.uuid7(), None)

    def swap_payloads(self, one: str, other: str) -> None:
        """Let two sealed payloads change places, each sealed for its new place."""
        with writing(self.engine) as connection:
            payloads = Payloads(Rows(connection), self.sealer)
            kept = payloads.kept(one), payloads.kept(other)
            assert kept[0] is not None
            assert kept[1] is not None
            self._put(connection, one, kept[1])
            self._put(connection, other, kept[0])

    def write_payload(self, name: str, fields: Any) -> None:
        """Put other content behind a digest, sealed as it must be."""
        with writing(self.engine) as connection:
            self._put(connection, name, salted(canonical(fields))[1])

    def new_payload(self, fields: Any) -> str:
        """Put in a payload that no leaf names yet; its digest."""
        name, kept = salted(canonical(fields))
        with writing(self.engine) as connection:
            Payloads(Rows(connection), self.sealer).keep(name, kept)
        return name

    def shred(self, name: str) -> None:
        """Empty a payload without a word."""
        self.sql("UPDATE payload SET body = NULL WHERE digest = ?", name)

    def payload_of(self, kind: str, nth: int = 0) -> str:
        """The payload of a fact of that kind."""
        facts = self.statement(self.seq_of(kind, nth)).facts
        return next(fact.payload for fact in facts if fact.kind == kind and fact.payload)

    def rewrite(self, change: Callable[[int, Statement], tuple[Statement, Signer] | None]) -> None:
        """Tell history again: each leaf for which ``change`` gives a statement and a key is replaced, the heads that
        later authors of replaced leaves saw are made to fit, and so are tree and tables."""
        frontier = merkle.Frontier.empty()
        sealed = self.envelopes()
        for seq, leaf in enumerate(sealed):
            made = change(seq, read(envelope.decode(leaf).payload))
            if made is not None:
                statement, signer = made
                if seq:
                    statement = changed(statement, head_size=frontier.size, head_root=frontier.root().hex())
                sealed[seq] = envelope.sign(statement.encode(), signer).encode()
            frontier, _ = frontier.append(merkle.leaf_hash(sealed[seq]))
        self.rebuild(sealed)
        self.retell()

    def rebuild(self, sealed: Sequence[bytes]) -> None:
        """Write leaves, tree and head as if ``sealed`` had been appended; what is so already stays untouched."""
        frontier = merkle.Frontier.empty()
        reckoned = ""
        with self.loose() as run:
            held = dict(enumerate(self._held(run, "SELECT envelope FROM leaf ORDER BY seq")))
            nodes = set(self._held(run, "SELECT hash FROM node"))
            run("DELETE FROM leaf WHERE seq >= ?", len(sealed))
            for level in range(1, 64):
                run("DELETE FROM node WHERE level = ? AND place >= ?", level, len(sealed) >> level)
            changed_seqs = [seq for seq, leaf in enumerate(sealed) if held.get(seq) != leaf]
            for seq in changed_seqs:  # first all away, for an id stands once only
                run("DELETE FROM leaf WHERE seq = ?", seq)
            for seq, leaf in enumerate(sealed):
                said = read(envelope.decode(leaf).payload)
                reckoned = max(reckoned, said.time)
                hashed = merkle.leaf_hash(leaf)
                frontier, made = frontier.append(hashed)
                if held.get(seq) != leaf:
                    row = (seq, said.id, said.person, said.time, reckoned, hashed, leaf)
                    names = "seq, id, person, time, reckoned, hash, envelope"
                    run(f"INSERT INTO leaf ({names}) VALUES (?, ?, ?, ?, ?, ?, ?)", *row)
                else:
                    run("UPDATE leaf SET reckoned = ? WHERE seq = ? AND reckoned <> ?", reckoned, seq, reckoned)
                for level, place, node in made:
                    if node not in nodes:
                        run("DELETE FROM node WHERE level = ? AND place = ?", level, place)
                        run("INSERT INTO node (level, place, hash) VALUES (?, ?, ?)", level, place, node)
            end = (merkle.leaf_hash(sealed[0]).hex(), frontier.size, frontier.encode(), reckoned)
            run("UPDATE head SET genesis = ?, size = ?, frontier = ?, reckoned = ?", *end)

    def retell(self) -> None:
        """Let the tables say what the ledger says now."""
        fresh = open_sqlcipher(None, b"\7" * 32)
        SQLModel.metadata.create_all(fresh)
        with writing(fresh) as other, writing(self.engine) as live:
            rows = Rows(live)
            for _ in replay(Log(rows).stored(), Rows(other), Payloads(rows, self.sealer), lax()):
                pass
            for table in projected():
                wanted = [dict(row) for row in other.execute(table.select()).mappings()]
                there = [dict(row) for row in live.execute(table.select()).mappings()]
                for row in (row for row in there if row not in wanted):
                    same = [column == row[column.name] for column in table.primary_key.columns]
                    live.execute(table.delete().where(*same))
                for row in (row for row in wanted if row not in there):
                    live.execute(table.insert().values(row))

    @staticmethod
    def _held(run: Callable[..., Any], query: str) -> list[bytes]:
        return [bytes(row[0]) for row in run(query)]

    def _put(self, connection: Any, name: str, kept: bytes) -> None:
        body = self.sealer.seal("payload", "body", name, kept)
        connection.exec_driver_sql("UPDATE payload SET body = ? WHERE digest = ?", (bytes(body), name))

    @contextmanager
    def loose(self) -> Iterator[Callable[..., Any]]:
        query = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('leaf', 'node')"
        with writing(self.engine) as connection:
            triggers = connection.exec_driver_sql(query).all()
            for name, _ in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            yield lambda statement, *values: _rows(connection.exec_driver_sql(statement, values))
            for _, made in triggers:
                connection.exec_driver_sql(made)


def changed(statement: Statement, **changes: Any) -> Statement:
    """``statement`` with other fields, its first subject made good."""
    other = replace(statement, **changes)
    return replace(other, subject=(Subject("facts", facts_digest(other.facts)), *other.subject[1:]))


def _anything(*_: Any) -> None:
    return None


def _rows(result: Any) -> list[Any]:
    return list(result.all()) if result.returns_rows else []
