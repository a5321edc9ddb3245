"""Small groups put together, so that a document that leaves the registry tells of nobody alone.

Within one set of features, the groups with fewer rows than the limit become one. So that no subtraction brings one back, more are
added, the smallest first: until those put together are two or more and have as many rows as the limit, and until the same holds
within each choice of values of fewer features (those totals stand in the same document); and until no sum of such totals gives one
back either. What this does not stop is somebody who subtracts another document of the same data with other features or other cut
points, or who reckons between which ends a group must lie.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from itertools import chain, combinations
from typing import TYPE_CHECKING, Any

from registry_app.measure.cells.cells import Cells, Groups, Moments, Scores

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Pool:
    """Which groups become one."""

    groups: Groups
    """The groups that remain, sorted, the one put together among them."""
    which: NDArray[np.intp]
    """Shape (groups before,): the place of each among those that remain."""

    def summed(self, values: Array, axis: int = 0) -> Array:
        """The sums of ``values``, whose groups lie along ``axis``."""
        import numpy as np

        moved = np.moveaxis(values, axis, 0)
        total = np.zeros((len(self.groups), *moved.shape[1:]), dtype=values.dtype)
        np.add.at(total, self.which, moved)
        return np.moveaxis(total, 0, axis)

    def cells(self, cells: Cells) -> Cells:
        """The same counts by the groups that remain."""
        sums = (self.summed(each) for each in (cells.rows, cells.weight, cells.square))
        return Cells(self.groups, cells.classes, *sums)

    def moments(self, moments: Moments) -> Moments:
        """The same sums by the groups that remain."""
        sums = {name: self.summed(values) for name, values in moments.sums.items()}
        return Moments(self.groups, self.summed(moments.rows), sums)

    def scores(self, scores: Scores) -> Scores:
        """The same scores by the groups that remain; the area of those put together is not known from their areas."""
        import numpy as np

        area = np.full(len(self.groups), np.nan)
        for place, value in zip(self.which, scores.auc, strict=True):
            area[place] = value if (self.which == place).sum() == 1 else np.nan
        rows, weight, total, squares = (
            self.summed(each) for each in (scores.rows, scores.weight, scores.total, scores.squares)
        )
        return Scores(self.groups, scores.edges, rows, weight, total, squares, area)


def called(below: int) -> str:
    """What the groups put together are called."""
    return f"(groups under {below} rows)"


def pool(groups: Groups, rows: Array, below: int) -> Pool | None:
    """Which groups become one; ``None`` where each may stand by itself.

    Args:
        rows: of each group, shape (groups,); counted, not weighted.
        below: groups with fewer rows do not stand by themselves; less than 2 puts none together.
    """
    return together(groups, small(groups, rows, below), below)


def pooled(cells: Cells, below: int) -> Cells:
    """``cells`` with the groups that are too small become one."""
    found = pool(cells.groups, cells.rows.sum(axis=(-2, -1)), below)
    return cells if found is None else found.cells(cells)


def together(groups: Groups, names: Set[tuple[str, ...]], below: int) -> Pool | None:
    """The groups with these names become one; ``None`` where there is none of them."""
    if not names & set(groups.names):
        return None
    one = tuple(called(below) for _ in groups.by)
    return _as(groups, [one if each in names else each for each in groups.names])


def within(cells: Cells, control: tuple[str, ...], below: int) -> Cells:
    """``cells`` with the strata of ``control`` that are too small become one, for they are told of as groups are."""
    strata = cells.over(control)
    few = small(strata.groups, strata.rows.sum(axis=(-2, -1)), below)
    if not few:
        return cells
    at = [cells.groups.by.index(feature) for feature in control]
    named = [
        tuple(called(below) if place in at else value for place, value in enumerate(name))
        if tuple(name[place] for place in at) in few
        else name
        for name in cells.groups.names
    ]
    return _as(cells.groups, named).cells(cells)


def _as(groups: Groups, named: list[tuple[str, ...]]) -> Pool:
    """The groups under other names, one for those of the same name."""
    import numpy as np

    kept = sorted(set(named))
    at = {each: place for place, each in enumerate(kept)}
    return Pool(Groups(groups.by, tuple(kept)), np.array([at[each] for each in named], dtype=np.intp))


def small(groups: Groups, rows: Iterable[int], below: int) -> frozenset[tuple[str, ...]]:
    """Names of the groups that become one; see the module's own words."""
    counts = [int(each) for each in rows]
    found = {place for place, n in enumerate(counts) if n < below}
    slices = _slices(groups) if found else []
    while added := _added(slices, counts, found, below) or _summed(slices, counts, found, below):
        found |= added
    return frozenset(groups.names[place] for place in found)


def _slices(groups: Groups) -> list[list[int]]:
    """Places of the groups that make up each total that may be known: all, and by each choice of some features but not all."""
    found: dict[tuple[tuple[int, str], ...], list[int]] = {}
    features = range(len(groups.by))
    for kept in chain.from_iterable(combinations(features, size) for size in range(len(groups.by))):
        for place, name in enumerate(groups.names):
            found.setdefault(tuple((each, name[each]) for each in kept), []).append(place)
    return list(found.values())


def _added(slices: list[list[int]], rows: list[int], found: set[int], below: int) -> set[int]:
    """The next group to be added, so that those put together cannot be told from what else is known of a slice."""
    for places in slices:
        inside = [place for place in places if place in found]
        outside = [place for place in places if place not in found]
        if inside and outside and (len(inside) == 1 or sum(rows[place] for place in inside) < below):
            return {min(outside, key=lambda place: (rows[place], place))}
    return set()


def _summed(slices: list[list[int]], rows: list[int], found: set[int], below: int) -> set[int]:
    """The next groups to be added, so that no sum of totals, each added or subtracted, is what one small group has alone.

    Each slice whose total is known gives one equation over the groups put together; the rows of a group follow from them when its
    unit vector lies in the space that they span, that is when its projection onto that space is as long as itself.
    """
    import numpy as np

    inside, outside = sorted(found), {place for place in range(len(rows)) if place not in found}
    told_of = (set(places) for places in slices if sum(rows[at] for at in places) >= below)
    known = {tuple(place in places for place in inside) for places in told_of}
    if not outside or len(known) < 3:  # what one total or two give back, _added has seen
        return set()
    table = np.array(sorted(known), dtype=np.float64)
    sizes, bases = np.linalg.eigh(table.T @ table)
    lengths = np.square(bases[:, sizes > sizes[-1] * 1e-10]).sum(axis=1)
    told = [place for place, length in zip(inside, lengths, strict=True) if length > 1 - 1e-9 and rows[place] < below]
    near = ({place for places in slices[1:] if one in places for place in places if place in outside} for one in told)
    return {min(each or outside, key=lambda place: (rows[place], place)) for each in near}
