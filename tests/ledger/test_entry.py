"""Where something stands, and which sealed payload is in hand."""

from __future__ import annotations

from registry_app.ledger.entry import Entry

AT = Entry(7, "p", "k", "2026-11-21T10:17:22.123456Z", "2026-11-21T10:17:22.123456Z")


def test_each_fact_of_a_statement_has_its_own_payload_in_hand_and_no_other() -> None:
    """A fact without sealed fields must not be judged, or folded, with the payload of the fact before it."""
    first = AT.holding("a" * 64)
    assert first.payload == "a" * 64
    assert first.holding("b" * 64).payload == "b" * 64
    assert first.holding(None).payload is None
    assert AT.holding(None).payload is None


def test_the_place_and_the_author_stay() -> None:
    held = AT.holding("a" * 64)
    assert (held.seq, held.person, held.key, held.time, held.reckoned) == (7, "p", "k", AT.time, AT.reckoned)
