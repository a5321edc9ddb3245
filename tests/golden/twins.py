"""Twelve tampered twins of the golden registry: what a forger did, and which of the six answers must say no."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from registry_app.house import MEANING
from registry_app.ledger import envelope
from registry_app.ledger.saying import Signer
from registry_app.ledger.statement import Said, Statement
from registry_app.people.facts import TeamFormed, UnanchoredOpened
from registry_app.people.views import People
from registry_app.reviews.actions import Submit
from registry_app.reviews.facts import DecisionMade
from registry_app.reviews.views import ReviewsOf
from registry_app.vault import chance, clock
from registry_app.verification import Verification, verify
from registry_app.workspace import Workspace
from tests.golden.story import PASSPHRASE, START, Ticking, desk
from tests.ledger.forger import Forger, OwnKey, changed

LATER = START.replace(month=9)


@dataclass(frozen=True)
class Twin:
    """A tampered copy."""

    forge: Callable[[Path], int | None]
    """Tampers with the registry in a folder; the first bad leaf, if it is about one."""
    no: frozenset[str]
    """The answers that must say no; all others say yes."""
    says: str
    """Part of the sentence of the first of them."""
    opens: bool = True
    """Whether the registry opens at all, or is refused as rolled back at once."""


def forged(folder: Path, twin: Twin) -> int | None:
    """Tamper with the registry in ``folder``; the first bad leaf."""
    with clock.use(Ticking(LATER)):
        return twin.forge(folder)


def judged(folder: Path) -> Verification:
    """All six answers, although the registry may be refused at the door."""
    with Workspace.open(folder, "audit", PASSPHRASE, examining=True) as workspace:
        return verify(workspace)


@contextmanager
def _at(folder: Path, who: str = "admin") -> Iterator[tuple[Workspace, Forger]]:
    with desk(folder, who) as workspace:
        yield workspace, Forger(workspace.store.engine, workspace.store.sealer)


def _drop(folder: Path) -> int:
    with _at(folder) as (_, forger):
        seq = forger.seq_of("alias-set")
        forger.drop(seq)
        return seq


def _swap(folder: Path) -> int:
    with _at(folder) as (_workspace, forger):
        seq = forger.seq_of("comment-made")
        forger.swap(seq, seq + 1)
        return seq


def _resign(folder: Path) -> int:
    with _at(folder) as (_workspace, forger):
        last = len(forger.envelopes()) - 1
        statement = changed(forger.statement(last), time=clock.text(LATER))
        own = envelope.sign(statement.encode(), OwnKey(statement.person))
        signature = replace(own.signatures[0], keyid=statement.key)
        forger.rebuild([*forger.envelopes()[:last], replace(own, signatures=(signature,)).encode()])
        return last


def _fork(folder: Path) -> None:
    with _at(folder) as (workspace, forger):
        size = len(forger.envelopes())
        forger.truncate(size - 2)
        lead = next(person.id for person in workspace.ask(People()) if person.handle == "dev")
        for number in range(3):
            team = TeamFormed(team=chance.uuid7(), lead=lead, name=f"fork {number}")
            forger.say(workspace.signer, team, meaning=MEANING)


def _truncate(folder: Path) -> None:
    with _at(folder) as (_workspace, forger):
        forger.truncate(len(forger.envelopes()) - 4)


def _edit(folder: Path) -> int:
    with _at(folder) as (_workspace, forger):
        seq = forger.seq_of("review-withdrawn")
        forger.sql("UPDATE review SET state = 'approved' WHERE since = ?", seq)
        return seq


def _replay(folder: Path) -> int:
    with _at(folder, "val") as (workspace, forger):
        head = workspace.head()
        said = UnanchoredOpened(size=head.size, root=head.root.hex())
        forger.append(_elsewhere(workspace.signer, head.size, head.root.hex(), said))
        return head.size


def _elsewhere(signer: Signer, size: int, root: str, said: UnanchoredOpened) -> bytes:
    body = {"size": said.size, "root": said.root}
    statement = Statement.of(
        registry="ab" * 32,
        id=chance.uuid7(),
        person=signer.person,
        key=signer.key_id,
        time=clock.text(LATER),
        head_size=size,
        head_root=root,
        facts=[Said(said.KIND, said.VERSION, body)],
    )
    return envelope.sign(statement.encode(), signer).encode()


def _forge(folder: Path) -> int:
    with desk(folder, "dev") as workspace:
        workspace.run(Submit("credit-risk:2"))
    with _at(folder, "audit") as (workspace, forger):
        shown = workspace.ask(ReviewsOf("credit-risk:2"))[0]
        decision = DecisionMade(
            decision=chance.uuid7(),
            review=shown.summary.id,
            stage="validation",
            outcome="approve",
            meaning="approved after review",
            subject=shown.subject,
            parts=shown.parts,
            comment="",
            conditions="",
        )
        return forger.say(workspace.signer, decision).at.seq


def _swap_payloads(folder: Path) -> int:
    with _at(folder) as (_workspace, forger):
        forger.swap_payloads(forger.payload_of("comment-made"), forger.payload_of("comment-made", 1))
        return forger.seq_of("comment-made")


def _shred(folder: Path) -> int:
    with _at(folder) as (_workspace, forger):
        forger.shred(forger.payload_of("review-submitted"))
        return forger.seq_of("review-submitted")


def _node(folder: Path) -> int:
    with _at(folder) as (_workspace, forger):
        forger.sql("UPDATE node SET hash = ? WHERE level = 1 AND place = 5", b"\x07" * 32)
        return 8  # its parent, node 2/2, fits it no longer either


def _rewrite(folder: Path) -> int:
    with _at(folder) as (workspace, forger):
        admin = workspace.signer
        target = forger.seq_of("role-granted", 4)  # the auditor's grant becomes a validator's

        def change(seq: int, said: Statement) -> tuple[Statement, Signer] | None:
            if said.key != admin.key_id or seq < target:
                return None
            if seq > target:
                return said, admin
            fact = said.facts[-1]
            body = {**fact.body, "role": "validator"}
            return changed(said, facts=(*said.facts[:-1], replace(fact, body=body))), admin

        forger.rewrite(change)
        return next(seq for seq in range(target, 99) if forger.statement(seq).key != admin.key_id)


TWINS: dict[str, Twin] = {
    "drop": Twin(_drop, frozenset({"integrity", "projection"}), "is missing"),
    "swap": Twin(_swap, frozenset({"integrity", "completeness"}), "saw", opens=False),
    "re-sign": Twin(_resign, frozenset({"authenticity", "completeness"}), "not signed by its author", opens=False),
    "fork": Twin(_fork, frozenset({"completeness"}), "not those that have been seen", opens=False),
    "truncate": Twin(_truncate, frozenset({"completeness"}), "are gone", opens=False),
    "edit-a-row": Twin(_edit, frozenset({"projection"}), "of table review was edited"),
    "replay": Twin(_replay, frozenset({"authenticity"}), "another registry"),
    "forge": Twin(_forge, frozenset({"authority"}), "role validator is needed"),
    "swap-payloads": Twin(_swap_payloads, frozenset({"evidence"}), "not what was signed"),
    "shred": Twin(_shred, frozenset({"evidence"}), "was emptied"),
    "edit-a-node": Twin(_node, frozenset({"integrity"}), "Node 1/5"),
    "rewrite": Twin(_rewrite, frozenset({"integrity", "completeness"}), "saw another history", opens=False),
}
"""By name."""
