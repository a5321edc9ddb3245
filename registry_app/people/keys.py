"""Which key could speak from where to where, learned from the ledger itself: what an audit checks signatures with."""

from __future__ import annotations

from registry_app.ledger.entry import RECOVERY
from registry_app.ledger.key_history import KeyHistory
from registry_app.ledger.statement import Statement
from registry_app.people.tables import key_id


def learn(history: KeyHistory, seq: int, statement: Statement) -> None:
    """Note what a statement says about keys. Whether it was allowed to is another answer, authority."""
    for said in statement.facts:
        if said.kind == "registry-founded":
            _enrol(history, RECOVERY, str(said.body["recovery_key"]), seq)
        elif said.kind == "person-enrolled":
            _enrol(history, str(said.body["person"]), str(said.body["sign_key"]), seq)
        elif said.kind == "person-re-enrolled":
            history.retire_all(str(said.body["person"]), seq)
            _enrol(history, str(said.body["person"]), str(said.body["sign_key"]), seq)
        elif said.kind == "person-disabled":
            history.retire_all(str(said.body["person"]), seq)


def _enrol(history: KeyHistory, person: str, public: str, seq: int) -> None:
    history.enrol(person, key_id(public), bytes.fromhex(public), seq)
