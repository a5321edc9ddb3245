"""What a stranger needs to check a dossier without the registry: leaves, the checkpoint, and what is disclosed.

A small ledger is handed out whole, with everything sealed that is not about this version. Of a large one, the bundle
carries the leaves about people, roles, routes and packs and those about this version, each with its inclusion path.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry_app.errors import Damaged
from registry_app.evidence.tables import EvidenceRow
from registry_app.ledger import envelope
from registry_app.ledger.canonical import canonical, parse_canonical
from registry_app.ledger.meaning import Reader
from registry_app.ledger.proof import inclusion_path
from registry_app.ledger.statement import Statement, read
from registry_app.models.finding import version_named
from registry_app.models.tables import ModelRow
from registry_app.people.tables import TeamRow
from registry_app.reporting.content import DossierContent
from registry_app.reporting.relevance import seqs_of_everybody, seqs_of_measured, seqs_of_nodes, seqs_of_version

FORM = "registry-app/bundle/v1"
"""The form of ``bundle.json``."""

KEPT_BACK = ("small-groups-recorded", "case-kept")
"""Facts that speak of few people or of one: a dossier has their leaves, and what they seal stays in the registry."""

WHOLE = 3_000
"""A ledger of at most so many leaves is handed out whole: that many are verified within two seconds from a cold start."""


@dataclass(frozen=True, slots=True)
class BundleLeaf:
    """One leaf of the ledger."""

    seq: int
    """Its position."""
    envelope: bytes
    """The signed statement, as it stands in the ledger."""
    path: tuple[bytes, ...]
    """Its inclusion path up to the checkpoint's root; empty when all leaves are there."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What ``bundle.json`` holds."""

    registry: str
    """The registry's id: the hash of the first leaf, hexadecimal."""
    version: str
    """The id of the version the dossier is about."""
    issuer: str
    """The id of the person who issued it."""
    checkpoint: str
    """The head of the ledger as a signed note by the issuer; empty until it is signed."""
    size: int
    """How many leaves the ledger had."""
    whole: bool
    """Whether all of them are here."""
    leaves: tuple[BundleLeaf, ...]
    """By position."""
    payloads: Mapping[str, bytes]
    """Salted digest (hexadecimal) to salt and content of what is disclosed."""

    def encode(self) -> bytes:
        """Canonical JSON (RFC 8785)."""
        leaves = [
            {"envelope": _text(leaf.envelope), "path": [_text(node) for node in leaf.path], "seq": leaf.seq}
            for leaf in self.leaves
        ]
        return canonical(
            {
                "form": FORM,
                "registry": self.registry,
                "version": self.version,
                "issuer": self.issuer,
                "checkpoint": self.checkpoint,
                "size": self.size,
                "whole": self.whole,
                "leaves": leaves,
                "payloads": {name: _text(kept) for name, kept in self.payloads.items()},
            }
        )


def decode(data: bytes) -> Bundle:
    """The bundle that :meth:`Bundle.encode` wrote.

    Raises:
        Damaged: it is of another form.
        Tampered: it is not in its one canonical form.
    """
    value = parse_canonical(data)
    try:
        if value["form"] != FORM or len(value) != 9:
            raise Damaged("The bundle is of a form this program does not know.", "Use the program that made it.")
        leaves = tuple(
            BundleLeaf(_whole(leaf["seq"]), _bytes(leaf["envelope"]), tuple(_bytes(node) for node in leaf["path"]))
            for leaf in value["leaves"]
        )
        payloads = {str(name): _bytes(kept) for name, kept in value["payloads"].items()}
        bundle = Bundle(
            registry=str(value["registry"]),
            version=str(value["version"]),
            issuer=str(value["issuer"]),
            checkpoint=str(value["checkpoint"]),
            size=_whole(value["size"]),
            whole=value["whole"] is True,
            leaves=leaves,
            payloads=payloads,
        )
        seqs = [leaf.seq for leaf in leaves]
        if bundle.encode() != data or seqs != sorted(set(seqs)):
            raise ValueError
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Damaged("The bundle cannot be read.", "Ask for the dossier again.") from error
    return bundle


def gather(reader: Reader, content: DossierContent, *, whole: int = WHOLE) -> Bundle:
    """The bundle for ``content``, from the snapshot that it was made from; its checkpoint is not signed yet.

    Args:
        whole: up to how many leaves a ledger is handed out whole.
    """
    size = content.registry.size
    all_of_it = size <= whole
    seqs = range(size) if all_of_it else _needed(reader, content)
    leaves = []
    disclosure = _Disclosure(reader, content)
    for seq in seqs:
        sealed = reader.log.leaf(seq).envelope
        path = () if all_of_it else tuple(inclusion_path(seq, size, reader.log.node))
        leaves.append(BundleLeaf(seq, sealed, path))
        disclosure.look(seq, read(envelope.decode(sealed).payload))
    payloads = {}
    for name in sorted(disclosure.names()):
        kept = reader.payloads.kept(name)
        if kept is not None:
            payloads[name] = kept
    return Bundle(
        content.registry.id, content.version.summary.id, reader.person, "", size, all_of_it, tuple(leaves), payloads
    )


def _needed(reader: Reader, content: DossierContent) -> list[int]:
    row = version_named(reader.rows, content.version.summary.id)
    about = seqs_of_version(reader.rows, row) + seqs_of_nodes(reader.rows, content.nodes)
    earlier = {content.earlier.seq} if content.earlier else set()
    return sorted({*seqs_of_everybody(reader.rows), *about, *seqs_of_measured(reader.rows, row["id"]), *earlier})


class _Disclosure:
    """Decides, statement by statement, what is disclosed: what is about this version, and who appears in it."""

    def __init__(self, reader: Reader, content: DossierContent) -> None:
        rows = reader.rows
        self._version = content.version.summary.id
        self._model = content.version.model_id
        self._reviews = {review.summary.id for review in content.reviews}
        measured = {row["dataset"] for row in rows.every(EvidenceRow, version=self._version)}
        self._nodes = {node.id for node in content.nodes} | measured
        self._owners = {row["owner_team"] for row in rows.every(ModelRow, id=self._model)}
        leads = {row["lead"] for owner in self._owners for row in rows.every(TeamRow, id=owner)}
        self._people = {reader.person, *leads}
        self._positions = {line.seq for line in content.positions}
        self._profiles: dict[str, str] = {}
        self._names = {content.earlier.digest} if content.earlier else set()

    def look(self, seq: int, statement: Statement) -> None:
        """Take note of the statement at ``seq``."""
        if seq in self._positions:
            self._people.add(statement.person)
        for said in statement.facts:
            if said.payload and said.kind == "person-enrolled":
                self._profiles[str(said.body.get("person"))] = said.payload
            elif said.payload and self._told(said.kind, said.body):
                self._names.add(said.payload)

    def names(self) -> set[str]:
        """The salted digests of what is disclosed."""
        return self._names | {name for person, name in self._profiles.items() if person in self._people}

    def _told(self, kind: str, body: Mapping[str, Any]) -> bool:
        if kind in ("registry-founded", "pack-adopted"):
            return True
        if kind == "team-formed":
            return body.get("team") in self._owners
        if kind in ("model-registered", "model-revised"):
            return body.get("model") == self._model
        if kind in ("dataset-registered", "run-recorded"):
            return body.get(kind.split("-", maxsplit=1)[0]) in self._nodes
        if kind in ("decision-made", "comment-made", "review-withdrawn"):
            return body.get("review") in self._reviews
        return kind not in KEPT_BACK and body.get("version") == self._version


def _text(data: bytes) -> str:
    return b64encode(data).decode()


def _bytes(text: Any) -> bytes:
    return b64decode(str(text), validate=True)


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError
    return value
