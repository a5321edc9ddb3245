"""What the ledger itself keeps. Leaves and nodes are append-only: triggers refuse any change."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary
from sqlmodel import Field, SQLModel

from registry_app.vault.sealed import SealedType


class LeafRow(SQLModel, table=True):
    """One signed statement."""

    __tablename__ = "leaf"
    __table_args__ = (Index("leaf_id", "id", unique=True), Index("leaf_reckoned", "reckoned"))

    seq: int = Field(primary_key=True)
    id: str
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    person: str
    time: str
    reckoned: str
    envelope: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class NodeRow(SQLModel, table=True):
    """The hash of a perfect subtree of ``2**level`` leaves, the ``place``-th of its level, from 0."""

    __tablename__ = "node"
    __table_args__ = ({"sqlite_with_rowid": False},)

    level: int = Field(primary_key=True)
    place: int = Field(primary_key=True)
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class HeadRow(SQLModel, table=True):
    """The one row that says where the ledger ends, so that appending does not read the tree."""

    __tablename__ = "head"

    one: int = Field(primary_key=True)
    genesis: str
    """Hash of the genesis leaf, hexadecimal."""
    size: int
    frontier: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    reckoned: str


class PayloadRow(SQLModel, table=True):
    """The sealed part of a fact, named by its salted digest; ``body`` is ``NULL`` once shredded."""

    __tablename__ = "payload"
    __table_args__ = ({"sqlite_with_rowid": False},)

    digest: str = Field(primary_key=True)
    body: bytes | None = Field(default=None, sa_column=Column(SealedType, nullable=True))
