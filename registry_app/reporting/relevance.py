"""Which leaves of the ledger are about a version, and which a stranger needs besides."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from registry_app.evidence.tables import CaseRow, EvidenceRow, RedoRow, SandboxWaiverRow, SmallGroupsRow, TrustRow
from registry_app.models.lineage import Node
from registry_app.models.tables import (
    AliasRow,
    DatasetRow,
    DeploymentRow,
    EdgeRow,
    ModelRow,
    RunRow,
    TagRow,
    VersionRow,
)
from registry_app.people.tables import GrantRow, KeyRow, MemberRow, PersonRow, RegistryRow, TeamRow
from registry_app.policy.tables import PackRow, VerdictRow, WaiverRow
from registry_app.reviews.tables import CommentRow, DecisionRow, ReviewRow, RouteProposalRow, RouteRow
from registry_app.vault.rows import Row, Rows, Table

EVERYBODY: tuple[Table, ...] = (
    RegistryRow, PersonRow, KeyRow, TeamRow, MemberRow, GrantRow, PackRow, RouteRow, RouteProposalRow,
)  # fmt: skip
"""What decides who may say what: always needed."""


MEASURED: tuple[Table, ...] = (EvidenceRow, SmallGroupsRow, RedoRow, CaseRow, TrustRow, SandboxWaiverRow)
"""What was measured about a version, and by whose decision its code ran."""


def seqs_about(rows: Rows, version: Row) -> tuple[int, ...]:
    """The positions of the leaves about a version itself: its registration, tags, evidence, verdicts, reviews, places."""
    name = version["id"]
    found = [version, *rows.every(TagRow, subject=name), *rows.every(AliasRow, model=version["model"], version=name)]
    tables: tuple[Table, ...] = (*MEASURED, VerdictRow, WaiverRow, DeploymentRow)
    for table in tables:
        found += rows.every(table, version=name)
    for review in rows.every(ReviewRow, version=name):
        found.append(review)
        found += rows.every(DecisionRow, review=review["id"]) + rows.every(CommentRow, review=review["id"])
    return _positions(found)


def seqs_of_version(rows: Rows, version: Row) -> tuple[int, ...]:
    """The positions of the leaves about a version, its model's entry, and its data."""
    found = [*rows.every(ModelRow, id=version["model"]), *rows.every(TagRow, subject=version["model"])]
    for edge in rows.every(EdgeRow, target=version["id"]):
        if edge["source_kind"] == "dataset":
            found += rows.every(DatasetRow, id=edge["source"])
        elif edge["source_kind"] == "run":
            found += rows.every(RunRow, id=edge["source"])
    return tuple(sorted({*_positions(found), *seqs_about(rows, version)}))


def seqs_of_nodes(rows: Rows, nodes: Iterable[Node]) -> tuple[int, ...]:
    """The positions of the leaves that made the nodes of a lineage, and the models they belong to."""
    found: list[Row] = []
    for node in nodes:
        if node.kind == "version":
            for version in rows.every(VersionRow, id=node.id):
                found += [version, *rows.every(ModelRow, id=version["model"])]
        elif node.kind == "dataset":
            found += rows.every(DatasetRow, id=node.id)
        elif node.kind == "run":
            found += rows.every(RunRow, id=node.id)
    return _positions(found)


def seqs_of_measured(rows: Rows, version: str) -> tuple[int, ...]:
    """The positions of the datasets that a version's evidence was measured on."""
    names = {row["dataset"] for row in rows.every(EvidenceRow, version=version)}
    return _positions(row for name in sorted(names) for row in rows.every(DatasetRow, id=name))


def seqs_of_everybody(rows: Rows) -> tuple[int, ...]:
    """The positions of all leaves about people, teams, roles, routes and packs."""
    found: set[int] = {0}
    for table in EVERYBODY:
        columns = table.__table__.c  # type: ignore[attr-defined]
        names = [columns[name] for name in ("since", "until") if name in columns]
        for row in rows.connection.execute(select(*names)).all():
            found.update(int(seq) for seq in row if seq is not None)
    return tuple(sorted(found))


def _positions(found: Iterable[Row]) -> tuple[int, ...]:
    seqs = set()
    for row in found:
        seqs.add(int(row["since"]))
        if row.get("until") is not None:
            seqs.add(int(row["until"]))
    return tuple(sorted(seqs))
