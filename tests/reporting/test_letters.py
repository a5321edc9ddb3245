from __future__ import annotations

import pytest

from registry_app.reporting.letters import cut, mirrored, number, shown, tidy, when


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("0.8230000001", "0.823"),
        ("12", "12"),
        ("1200", "1,200"),
        ("0.00093", "0.00093"),
        ("0.0", "0.000"),
        ("8.9e-16", "8.9e-16"),
        ("none", "none"),
    ],
)
def test_a_number_is_rounded_for_reading(text: str, told: str) -> None:
    assert number(text) == told


def test_long_decimals_within_a_sentence_are_rounded() -> None:
    assert tidy("Observed 0.103965279148, limit 0.10 (8.881784197e-16).") == "Observed 0.1040, limit 0.10 (8.9e-16)."


def test_times_names_and_directions() -> None:
    assert when("2026-11-21T10:17:22.123456Z") == "2026-11-21 10:17:22 UTC"
    assert when("never") == "never"
    assert cut("a  b\nc", 10) == "a b c"
    assert cut("abcdef", 4) == "abc…"
    assert mirrored("שלום")
    assert not mirrored("hello")
    assert shown(None) == ""
