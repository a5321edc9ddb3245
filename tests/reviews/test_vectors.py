"""What nobody may say is refused when it is said, and found when it stands in the ledger all the same."""

from __future__ import annotations

import pytest

from registry_app.errors import RegistryError
from tests.ledger.forger import Facts
from tests.reviews.vectors import VECTORS
from tests.reviews.world import World


def test_there_are_enough_of_them() -> None:
    assert len(VECTORS) >= 40


@pytest.mark.parametrize("name", VECTORS)
def test_it_is_refused_and_found(name: str) -> None:
    who, says, why = VECTORS[name]
    world = World()
    said = says(world)
    facts = said if isinstance(said, tuple) else (said,)
    with pytest.raises(RegistryError, match=why):
        world.run(who, Facts(*facts))
    assert world.replayed() == []
    try:
        seq = world.force(who, *facts).at.seq
    except (RegistryError, LookupError):
        return  # not even the tables take it: an id that stands already
    found = [finding for finding in world.replayed() if finding.seq == seq and finding.answer == "authority"]
    assert any(why in finding.sentence for finding in found), found
