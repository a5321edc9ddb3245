"""Small groups put together, so that no subtraction brings one back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_app.measure.cells.cells import Groups
from registry_app.measure.fairness.pooling import called, pool, small


def alone(*rows: int) -> tuple[Groups, np.ndarray]:
    """Groups of one feature, of so many rows."""
    return Groups(("race",), tuple((f"g{place}",) for place in range(len(rows)))), np.array(rows)


def remaining(groups: Groups, rows: np.ndarray, below: int) -> dict[tuple[str, ...], int]:
    """Rows by the groups that remain."""
    found = pool(groups, rows, below)
    assert found is not None
    return dict(zip(found.groups.names, found.summed(rows).tolist(), strict=True))


def test_groups_that_are_large_enough_stand_by_themselves() -> None:
    assert pool(*alone(10, 11, 500), 10) is None
    assert pool(*alone(1, 2, 3), 0) is None


def test_two_small_groups_become_one() -> None:
    assert remaining(*alone(5, 100, 6), 10) == {("(groups under 10 rows)",): 11, ("g1",): 100}


def test_a_small_group_alone_takes_the_next_smallest_with_it() -> None:
    assert remaining(*alone(3, 100, 40), 10) == {("(groups under 10 rows)",): 43, ("g1",): 100}


def test_small_groups_that_are_few_together_take_one_more() -> None:
    assert remaining(*alone(2, 3, 100, 40), 10) == {("(groups under 10 rows)",): 45, ("g2",): 100}


def test_no_margin_gives_an_intersection_back() -> None:
    names = (("a", "f"), ("a", "m"), ("b", "f"), ("b", "m"))
    groups, rows = Groups(("race", "sex"), names), np.array([3, 60, 50, 70])
    assert remaining(groups, rows, 10) == {(called(10), called(10)): 183}
    far = Groups(("race", "sex"), (*names, ("c", "f"), ("c", "m")))
    kept = remaining(far, np.array([3, 60, 50, 70, 80, 90]), 10)
    assert kept == {(called(10), called(10)): 183, ("c", "f"): 80, ("c", "m"): 90}


@given(st.lists(st.integers(1, 40), min_size=2, max_size=12), st.integers(2, 20))
def test_what_is_put_together_has_at_least_two_groups_and_as_many_rows_as_asked(rows: list[int], below: int) -> None:
    groups, counted = alone(*rows)
    found = pool(groups, counted, below)
    if found is None:
        assert min(rows) >= below
        return
    sums = found.summed(counted)
    assert sums.sum() == sum(rows)
    together = found.groups.names.index((called(below),))
    assert (found.which == together).sum() >= 2
    assert sums[together] >= below or len(found.groups) == 1
    assert all(n >= below for place, n in enumerate(sums) if place != together)


@pytest.mark.parametrize("axis", [0, 1])
def test_sums_are_taken_along_the_groups(axis: int) -> None:
    groups, rows = alone(5, 100, 6)
    found = pool(groups, rows, 10)
    assert found is not None
    table = np.arange(6).reshape((3, 2) if axis == 0 else (2, 3))
    merged = [[4, 6], [2, 3]] if axis == 0 else [[2, 1], [8, 4]]
    assert found.summed(table, axis).tolist() == merged


def test_a_document_tells_of_no_group_under_the_size_and_of_all_rows() -> None:
    from registry_app.measure.fairness.document import fairness
    from registry_app.measure.table.mapping import Feature, Mapping
    from registry_app.measure.table.memory import Memory

    rng = np.random.default_rng(1)
    rows = 600
    frame = {
        "y": rng.choice(["0", "1"], rows).tolist(),
        "s": rng.random(rows).tolist(),
        "race": rng.choice(["a", "b", "c", "d"], rows, p=[0.6, 0.385, 0.01, 0.005]).tolist(),
        "sex": rng.choice(["f", "m"], rows).tolist(),
        "site": rng.choice(["x", "y"], rows, p=[0.9, 0.1]).tolist(),
    }
    mapping = Mapping(
        "y",
        positive="1",
        score="s",
        threshold=0.5,
        sensitive=(Feature("race"), Feature("sex")),
        control=(Feature("site"),),
    )
    with Memory(frame, mapping.columns) as source:
        found = fairness(source, mapping, 3, hide_below=10)
        whole = fairness(source, mapping, 3)
    assert found.parameters["hidden_below"] == 10
    assert min(each["n"] for each in whole.result["groups"]) < 10
    blocks = [found.result, *found.result["within"]]
    for block in blocks:
        for by in ({"race"}, {"sex"}, {"race", "sex"}):
            groups = [each for each in block["groups"] if set(each["by"]) == by]
            assert sum(each["n"] for each in groups) == block["n"]
            assert all(each["n"] >= 10 for each in groups) or len(groups) == 1
    tables = [*found.result["bias_audit"], *found.result["four_fifths"]]
    assert all(
        "c" not in each["by"].values() for table in tables for each in table.get("rows", table.get("groups", []))
    )
    for race in ("c", "d"):
        together = {name: block["n"] for name, block in _seen(whole.result, race).items()}
        assert together
        assert not _seen(found.result, race)


def _seen(result: dict[str, object], race: str) -> dict[str, dict[str, int]]:
    """Blocks and groups in which a race is told of by itself."""
    blocks = [result, *result["within"]]  # type: ignore[misc]
    return {
        f"{place} {each['by']}": each
        for place, block in enumerate(blocks)
        for each in block["groups"]
        if each["by"].get("race") == race
    }


@given(st.data())
def test_no_group_is_what_is_left_when_all_others_are_subtracted(data: st.DataObject) -> None:
    names = [(a, b, c) for a in "xy" for b in "pqr" for c in "mn"]
    counts = np.array([data.draw(st.integers(1, 60)) for _ in names])
    groups = Groups(("a", "b", "c"), tuple(names))
    kept = small(groups, counts, 10)
    for place in range(len(names)):
        if counts[place] < 10:
            assert names[place] in kept
    for features in ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2)):
        for key in {tuple(name[each] for each in features) for name in names}:
            inside = [at for at, name in enumerate(names) if tuple(name[each] for each in features) == key]
            gone = [at for at in inside if names[at] in kept]
            if gone and len(gone) < len(inside):
                assert len(gone) > 1
                assert counts[gone].sum() >= 10
