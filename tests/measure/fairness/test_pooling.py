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


def test_no_sum_of_several_totals_gives_a_group_back() -> None:
    """Every row and column has two groups put together; yet the rows 1 and 2 less the columns w and x are the group (1, y) alone."""
    few = {("1", "y"): 1}
    for name in ("1w", "1x", "2w", "2x", "3y", "3z", "4y", "4z"):
        few[name[0], name[1]] = 6
    names = tuple((a, b) for a in "1234" for b in "wxyz")
    kept = small(Groups(("a", "b"), names), [few.get(name, 100) for name in names], 10)
    assert kept > few.keys()
    assert not _told_alone(names, [few.get(name, 100) for name in names], kept) & few.keys()


@given(st.lists(st.integers(1, 60), min_size=20, max_size=20))
def test_no_small_group_follows_from_all_totals_together(rows: list[int]) -> None:
    names = tuple((a, b) for a in "12345" for b in "wxyz")
    kept = small(Groups(("a", "b"), names), rows, 10)
    few = {name for name, n in zip(names, rows, strict=True) if n < 10}
    assert len(kept) == len(names) or not _told_alone(names, rows, kept) & few


def _told_alone(
    names: tuple[tuple[str, str], ...], rows: list[int], kept: frozenset[tuple[str, ...]]
) -> set[tuple[str, str]]:
    """Groups put together whose rows follow from the totals of the table, its rows and its columns: adding their own equation tells nothing new."""
    inside = [name for name in names if name in kept]
    slices = [set(names), *({n for n in names if n[at] == key} for at in (0, 1) for key in {n[at] for n in names})]
    size = dict(zip(names, rows, strict=True))
    known = [[float(name in each) for name in inside] for each in slices if sum(size[name] for name in each) >= 10]
    if not known or not inside:
        return set()
    rank = np.linalg.matrix_rank(np.array(known))
    return {
        name
        for place, name in enumerate(inside)
        if np.linalg.matrix_rank(np.array([*known, [float(at == place) for at in range(len(inside))]])) == rank
    }


def test_a_stratum_of_few_is_told_of_no_more_than_a_group_of_few() -> None:
    from registry_app.measure.fairness.document import fairness
    from registry_app.measure.table.mapping import Feature, Mapping
    from registry_app.measure.table.memory import Memory

    regions = [("isle", 2), ("north", 150), ("south", 200)]
    rows = [(region, place) for region, many in regions for place in range(many)]
    frame = {
        "y": [str(place % 2) for _, place in rows],
        "p": [str(int(place % 5 == 0)) for _, place in rows],
        "sex": ["fm"[place % 2] for _, place in rows],
        "region": [region for region, _ in rows],
    }
    mapping = Mapping("y", positive="1", prediction="p", sensitive=(Feature("sex"),), control=(Feature("region"),))
    with Memory(frame, mapping.columns) as source:
        found = fairness(source, mapping, 3, hide_below=10).result["within"]
        whole = fairness(source, mapping, 3).result["within"]
    assert {each["within"]["region"]: each["n"] for each in found} == {called(10): 152, "south": 200}
    assert {each["within"]["region"]: each["n"] for each in whole} == dict(regions)
