"""Two results of one kind side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from registry_app.errors import UsageError
from registry_app.measure.beside import beside
from registry_app.measure.result import Result
from tests.golden.story import result


def having(**metrics: Any) -> Result:
    """The golden result with these metrics and no others."""
    return replace(result(), result={"metrics": metrics})


def number(value: float, *ci: float) -> dict[str, Any]:
    """A number as results write it."""
    return {"value": repr(value), **({"ci": [repr(end) for end in ci]} if ci else {})}


@pytest.mark.parametrize(
    ("first", "second", "change"),
    [
        (number(0.5, 0.4, 0.6), number(0.5, 0.4, 0.6), "same"),
        (number(0.5, 0.4, 0.6), number(0.55, 0.45, 0.65), "within intervals"),
        (number(0.5, 0.4, 0.6), number(0.7, 0.65, 0.8), "beyond intervals"),
        (number(0.7, 0.65, 0.8), number(0.5, 0.4, 0.6), "beyond intervals"),
        (number(0.5), number(0.7), "no interval"),
        (number(0.5), number(0.5, 0.4, 0.6), "same"),
        (number(0.5), {"undefined": "no rows", "n": 0}, "undefined"),
        ({"undefined": "no rows", "n": 0}, {"undefined": "no rows", "n": 0}, "same"),
    ],
)  # fmt: skip
def test_a_number_moved_beyond_its_interval_or_not(first: Any, second: Any, change: str) -> None:
    (line,) = beside(having(auc=first), having(auc=second)).lines
    assert (line.place, line.change) == ("metrics / auc", change)


def test_a_number_that_stands_in_one_alone_is_said_so() -> None:
    found = beside(having(a=number(1.0), b=number(2.0)), having(b=number(2.0), c=number(3.0)))
    assert [(line.place.split()[-1], line.change) for line in found.lines] == [
        ("b", "same"), ("c", "only in the second"), ("a", "only in the first")
    ]  # fmt: skip
    assert len(found.moved) == 2


def test_what_was_chosen_otherwise_and_other_data_are_said() -> None:
    other = replace(result(), data={**result().data, "digest": "c" * 64, "label": "outcome"})
    found = beside(result(), other)
    assert not found.same_data
    assert ("label", "label", "outcome") in found.chosen
    run = replace(result(), data={**result().data, "model": {"digest": "d" * 64}})
    assert beside(result(), run).chosen == (("model", "", "sha256:dddddddddddddddd"),)


def test_two_kinds_do_not_stand_side_by_side() -> None:
    with pytest.raises(UsageError, match="of performance and the other of load"):
        beside(result(), replace(result(), kind="load"))
