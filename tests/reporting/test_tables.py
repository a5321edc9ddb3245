"""What stays of a dossier that was handed out."""

from __future__ import annotations

from registry_app.reporting.actions import RecordDossier
from registry_app.reporting.tables import DossierRow
from tests.reviews.world import World


def test_a_row_says_which_file_who_issued_and_what_it_showed() -> None:
    world = World()
    review = world.review.summary.id
    saying = world.run("audit", RecordDossier("m:1", review, "a" * 64, 3, "b" * 64))
    version = world.version
    with world.rows() as rows:
        (row,) = rows.all(DossierRow)
    assert (row["author"], row["since"], row["version"]) == (world.id("audit"), saying.at.seq, version)
    assert (row["review"], row["digest"], row["size"], row["certificate"]) == (review, "a" * 64, 3, "b" * 64)
    with world.rows(saying.at.seq - 1) as rows:
        assert rows.all(DossierRow) == []
    assert world.replayed() == []
