from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from registry_app.errors import UsageError
from registry_app.vault import clock


def test_texts_sort_as_times_do_and_read_back() -> None:
    start = datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    moments = [start + timedelta(days=401 * n, microseconds=n) for n in range(60)]
    texts = [clock.text(moment) for moment in moments]
    assert texts == sorted(texts)
    assert [clock.parse(each) for each in texts] == moments
    assert {len(each) for each in texts} == {27}


def test_other_zones_become_utc() -> None:
    moment = datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2)))
    assert clock.text(moment) == "2026-03-29T01:30:00.000000Z"


@pytest.mark.parametrize(
    "stamp", ["", "2026-11-21", "2026-11-21T10:17:22Z", "2026-11-21T10:17:22.123Z", "2026-11-21T10:17:22.123456+00:00",
              "2026-02-29T10:17:22.123456Z", " 2026-11-21T10:17:22.123456Z", "2026-11-21T10:17:22.123456Z\n", "٢٠٢٦-11-21T10:17:22.123456Z"],
)  # fmt: skip
def test_any_other_form_is_refused(stamp: str) -> None:
    with pytest.raises(UsageError):
        clock.parse(stamp)


def test_another_clock_is_used_within_the_block_alone() -> None:
    fixed = datetime(2000, 1, 1, tzinfo=UTC)
    with clock.use(lambda: fixed):
        assert clock.now() == fixed
    assert clock.now() > fixed
    assert clock.now().tzinfo is UTC
