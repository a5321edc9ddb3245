"""Everything that is on the screen when somebody signs, and the digest over it.

The parts are named by digests that the ledger already holds, so the subject can be put together again at any position,
by the rule that allows a decision and by a stranger with the ledger alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from registry_app.errors import Damaged
from registry_app.evidence.tables import EvidenceRow, RedoRow, SmallGroupsRow
from registry_app.ledger.canonical import canonical, parse
from registry_app.models.tables import DatasetRow, EdgeRow, ModelRow, VersionRow
from registry_app.policy.tables import VerdictRow, WaiverRow
from registry_app.reviews.facts import Part
from registry_app.reviews.tables import CommentRow
from registry_app.vault import digest
from registry_app.vault.rows import Row, Rows

WORDS = {
    "artifact": "the artifact",
    "details": "the version's details",
    "model": "the model's inventory entry",
    "dataset": "a dataset",
    "evidence": "evidence",
    "small groups": "the small groups of evidence",
    "redo": "evidence measured again that differs",
    "verdicts": "the verdicts",
    "waiver": "a waiver",
    "comment": "a comment",
    "route": "the route",
}
"""How each kind of part is called when it has changed."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a decision is signed over."""

    parts: tuple[Part, ...]
    """Each thing on the screen, in a fixed order."""

    @property
    def digest(self) -> str:
        """SHA-256 of the parts' canonical JSON, hexadecimal."""
        return digest.sha256_hex(canonical([[part.kind, part.id, part.digest] for part in self.parts]))


def subject_of(rows: Rows, review: Row) -> Subject:
    """The subject of a review, as things stand in ``rows``."""
    version = rows.one(VersionRow, id=review["version"])
    model = rows.one(ModelRow, id=review["model"])
    if version is None or model is None:
        raise Damaged("A review is of a version that is not there.", "Run 'registry-app verify' to find the leaf.")
    parts = [
        Part("artifact", version["id"], version["artifact"]),
        Part("details", version["id"], version["details"]),
        Part("model", model["id"], _digest([model["card"], model["owner_team"], model["risk_tier"], model["domain"]])),
        Part("route", review["tier"], digest.sha256_hex(review["stages"].encode())),
    ]
    for edge in rows.all(EdgeRow, target=version["id"], source_kind="dataset"):
        row = rows.one(DatasetRow, id=edge["source"])
        parts.append(Part("dataset", f"{edge['source']} {edge['relation']}", row["digest"] if row else ""))
    parts += [Part("evidence", row["id"], row["document"]) for row in rows.all(EvidenceRow, version=version["id"])]
    parts += [
        Part("small groups", row["evidence"], row["document"])
        for row in rows.all(SmallGroupsRow, version=version["id"])
    ]
    parts += [
        Part("redo", row["id"], row["document"])
        for row in rows.all(RedoRow, version=version["id"])
        if row["outcome"] == "differs"
    ]
    for pack, judged in _by_pack(rows.all(VerdictRow, version=version["id"])):
        said = [[row["control"], row["outcome"], row["severity"]] for row in judged]
        first = judged[0]
        content = [first["pack_version"], first["pack_digest"], first["details"], first["evidence"], said]
        parts.append(Part("verdicts", pack, _digest(content)))
    for waiver in rows.all(WaiverRow, version=version["id"]):
        parts.append(Part("waiver", waiver["id"], _digest([waiver["control"], waiver["ends"], waiver["reason"]])))
    parts += [Part("comment", row["id"], row["text"]) for row in rows.all(CommentRow, review=review["id"])]
    return Subject(tuple(sorted(parts, key=lambda part: (part.kind, part.id))))


def read_parts(text: str) -> tuple[Part, ...]:
    """The parts that a decision's row keeps."""
    return tuple(Part(*part) for part in parse(text.encode()))


def changes(signed: Sequence[Part], present: Sequence[Part]) -> tuple[str, ...]:
    """What became different between two subjects, in words; empty when nothing did."""
    before = {(part.kind, part.id): part.digest for part in signed}
    after = {(part.kind, part.id): part.digest for part in present}
    said = []
    for key in sorted(before.keys() | after.keys()):
        word = WORDS.get(key[0], key[0])
        added, gone = ("were added", "are gone") if key[0] == "verdicts" else ("was added", "is gone")
        if key not in before:
            said.append(f"{word} {added}")
        elif key not in after:
            said.append(f"{word} {gone}")
        elif before[key] != after[key]:
            said.append(f"{word} changed")
    return tuple(dict.fromkeys(said))


def _by_pack(verdicts: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in sorted(verdicts, key=lambda row: (row["pack"], row["place"])):
        found.setdefault(row["pack"], []).append(row)
    return list(found.items())


def _digest(content: object) -> str:
    return digest.sha256_hex(canonical(content))
