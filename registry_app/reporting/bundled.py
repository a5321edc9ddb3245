"""A registry in memory, made from a bundle alone: the same folds and the same rules, over what was disclosed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any

from sqlmodel import SQLModel

from registry_app.errors import RegistryError
from registry_app.evidence import facts as evidence
from registry_app.ledger import envelope
from registry_app.ledger.entry import Head
from registry_app.ledger.fact import Fact
from registry_app.ledger.finding import Finding
from registry_app.ledger.log import Leaf, Log
from registry_app.ledger.meaning import Meaning, Reader, Rule, Standing
from registry_app.ledger.merkle import Frontier, leaf_hash
from registry_app.ledger.payload import Payloads
from registry_app.ledger.replay import replay
from registry_app.ledger.statement import read
from registry_app.ledger.tables import LeafRow
from registry_app.models import facts as models
from registry_app.policy.facts import VerdictsRecorded, WaiverGranted
from registry_app.reporting.bundle import Bundle
from registry_app.vault import chance
from registry_app.vault.engine import open_sqlcipher, writing
from registry_app.vault.rows import Rows
from registry_app.vault.sealed import Sealed

_COLUMNS = tuple(column.name for column in fields(Leaf))

_JUDGED = (VerdictsRecorded, WaiverGranted)
"""Facts whose rules read sealed content."""

_ELSEWHERE = (
    models.VersionRegistered, models.DatasetRegistered, models.RunRecorded, models.DeploymentStarted,
    models.DeploymentEnded, models.AliasSet, models.TagSet, evidence.EvidenceRecorded,
)  # fmt: skip
"""Facts whose rules look at leaves that a partial bundle does not carry."""


class Disclosed(Payloads):
    """The payloads of a bundle; one that is not there counts as shredded, and is counted."""

    def __init__(self, kept: Mapping[str, bytes]) -> None:
        self._kept = kept
        self.refused = 0
        """How often something was asked for that is not disclosed."""

    def kept(self, name: str) -> bytes | None:
        found = self._kept.get(name)
        self.refused += found is None
        return found

    def keep(self, name: str, kept: bytes) -> None:
        raise TypeError("a bundle takes nothing in")

    def stored(self) -> Mapping[str, Sealed]:
        """Nothing is stored here."""
        return {}


class BundleLog(Log):
    """The leaves of a bundle, under the head of its checkpoint."""

    def __init__(self, rows: Rows, registry: str, head: Head, reckoned: str) -> None:
        super().__init__(rows)
        self._told = (registry, Frontier.empty(), reckoned)
        self._head = head

    def state(self) -> tuple[str, Frontier, str]:
        """The registry's id and the reckoned time; the frontier is not known."""
        return self._told

    def head(self) -> Head:
        """What the checkpoint says."""
        return self._head


@dataclass
class Replayed:
    """A replayed bundle, open for questions."""

    rows: Rows
    payloads: Disclosed
    log: BundleLog
    findings: list[Finding]
    untold: list[int] = field(default_factory=list)
    """Positions whose rule could not be asked, for what it reads is not in the bundle."""

    def reader(self, person: str, now: str) -> Reader:
        """A reader as ``person`` at the time ``now``."""
        return Reader(self.rows, self.payloads, self.log, person, now)


@contextmanager
def replayed(bundle: Bundle, payloads: Mapping[str, bytes], head: Head, meaning: Meaning) -> Iterator[Replayed]:
    """Fold the leaves of ``bundle`` into an empty registry in memory, each rule asked again.

    Args:
        payloads: those disclosed payloads that have the digest they stand under.
        meaning: the folds and rules of the house.
    """
    engine = open_sqlcipher(None, chance.token(32))
    try:
        SQLModel.metadata.create_all(engine)
        with writing(engine) as connection:
            rows = Rows(connection)
            disclosed = Disclosed(payloads)
            leaves, reckoned = _leaves(bundle)
            untold: list[int] = []
            lenient = _lenient(meaning, bundle, disclosed, untold)
            found: list[Finding] = []
            try:
                rows.add_many(LeafRow, ({name: getattr(leaf, name) for name in _COLUMNS} for leaf in leaves))
                found += replay(leaves, rows, disclosed, lenient)
            except Exception as error:  # noqa: BLE001 - a forged bundle may break a rule in any way
                found.append(
                    Finding("authority", None, f"The leaves cannot be replayed to the end ({type(error).__name__}).")
                )
            log = BundleLog(rows, bundle.registry, head, reckoned)
            yield Replayed(rows, disclosed, log, found, untold)
    finally:
        engine.dispose()


def _leaves(bundle: Bundle) -> tuple[list[Leaf], str]:
    """The readable leaves as the ledger would store them, and the reckoned time at their end."""
    found, reckoned = [], ""
    for one in bundle.leaves:
        try:
            said = read(envelope.decode(one.envelope).payload)
        except RegistryError:
            continue  # the audit says which leaf that is
        reckoned = max(reckoned, said.time)
        found.append(Leaf(one.seq, said.id, said.person, said.time, reckoned, leaf_hash(one.envelope), one.envelope))
    return found, reckoned


def _lenient(meaning: Meaning, bundle: Bundle, disclosed: Disclosed, untold: list[int]) -> Meaning:
    """The same rules; where one refuses for want of what the bundle does not carry, that is no finding."""

    def asked(rule: Rule) -> Callable[[Standing, Any], None]:
        def ask(standing: Standing, said: Fact) -> None:
            before = disclosed.refused
            try:
                rule(standing, said)
            except RegistryError:
                own = getattr(said, "version", "") == bundle.version
                unread = isinstance(said, _JUDGED) and disclosed.refused > before
                unseen = isinstance(said, _ELSEWHERE) and not bundle.whole
                if own or not (unread or unseen):
                    raise
                untold.append(standing.at.seq)
            except LookupError:
                if bundle.whole:
                    raise
                untold.append(standing.at.seq)

        return ask

    return Meaning(meaning.folds, {kind: asked(rule) for kind, rule in meaning.rules.items()}, meaning.speaker)
