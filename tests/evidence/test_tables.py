"""What stays of evidence: one row for each measurement, which nothing changes any more."""

from __future__ import annotations

from registry_app.evidence.actions import RecordEvidence
from registry_app.evidence.tables import EvidenceRow
from registry_app.ledger.payload import Payloads
from registry_app.models.actions import RegisterDataset
from tests.reviews.world import World, measured


def test_a_row_says_who_measured_what_on_which_bytes_and_names_the_sealed_result() -> None:
    world = World()
    data = str(measured().data["digest"])
    dataset = world.run("dev", RegisterDataset(name="d", digest=data)).facts[0].dataset  # type: ignore[attr-defined]
    saying = world.run("val", RecordEvidence("m:1", measured()))
    with world.rows() as rows:
        (row,) = rows.all(EvidenceRow)
        document = Payloads(rows, world.sealer).fields(row["document"])
    assert (row["author"], row["since"], row["version"]) == (world.id("val"), saying.at.seq, world.version)
    assert (row["kind"], row["form"], row["data"], row["dataset"]) == (
        measured().kind,
        measured().version,
        data,
        dataset,
    )
    assert document == {"document": measured().encode().decode()}
    assert world.replayed() == []


def test_the_same_measurement_twice_is_two_pieces_of_evidence_under_two_digests() -> None:
    world = World()
    for _ in range(2):
        world.run("dev", RecordEvidence("m:1", measured()))
    with world.rows() as rows:
        found = rows.all(EvidenceRow)
    assert len({row["id"] for row in found}) == len({row["document"] for row in found}) == 2
