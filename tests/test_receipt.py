from __future__ import annotations

import pytest

from registry_app.receipt import clock_notices

REACHED = "2026-11-21T10:00:00.000000Z"


@pytest.mark.parametrize(
    ("claimed", "flagged"),
    [
        ("2026-11-21T10:00:00.000000Z", False),
        ("2026-11-21T09:55:00.000000Z", False),
        ("2026-11-21T09:54:59.999999Z", True),
        ("2016-11-21T10:00:00.000000Z", True),
        ("2036-11-21T10:00:00.000000Z", False),
    ],
)
def test_a_clock_more_than_five_minutes_back_is_flagged(claimed: str, *, flagged: bool) -> None:
    assert bool(clock_notices(REACHED, claimed)) == flagged


def test_the_first_statement_has_nothing_before_it() -> None:
    assert clock_notices("", REACHED) == ()
