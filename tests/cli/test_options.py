"""The forms of values."""

from __future__ import annotations

import pytest

from registry_app.cli.options import Wishes, moment, pairs
from registry_app.errors import UsageError


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-03-31", "2026-03-31T23:59:59.999999Z"),
        ("2026-03-31T10:17:22Z", "2026-03-31T10:17:22.000000Z"),
        ("2026-03-31 10:17", "2026-03-31T10:17:00.000000Z"),
        ("2026-03-31T10:17:22.123456Z", "2026-03-31T10:17:22.123456Z"),
        ("2026-03-31T10:17:22+02:00", "2026-03-31T08:17:22.000000Z"),
    ],
)
def test_a_day_means_its_end_and_a_time_itself(given: str, meant: str) -> None:
    assert moment(given) == meant


@pytest.mark.parametrize(
    "given", ["", "yesterday", "2026-02-30", "9999-12-31T23:00:00-05:00", "31.03.2026", "2026-03-31T25:00:00Z"]
)
def test_what_is_no_date_is_refused(given: str) -> None:
    with pytest.raises(UsageError, match="is no day and no time"):
        moment(given)


def test_pairs_are_cut_at_the_first_equals_sign() -> None:
    assert pairs(["a=b=c", "d="], "--tag") == (("a", "b=c"), ("d", ""))
    for bad in ("a", "=b", ""):
        with pytest.raises(UsageError, match=r"not of the form KEY=VALUE\. Write both"):
            pairs([bad], "--tag")


def test_a_place_on_a_server_is_taken_as_it_is() -> None:
    assert Wishes("postgresql://localhost/x").folder() == "postgresql://localhost/x"
