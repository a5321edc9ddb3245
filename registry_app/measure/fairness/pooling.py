"""Small groups put together, so that a document that leaves the registry tells of nobody alone.

Within one set of features, the groups with fewer rows than the limit become one. So that no subtraction brings one back, more are
added, the smallest first: until those put together have as many rows as the limit, and until the same holds within each value of
each feature that several of its groups share (the margins stand in the same document). What this does not stop is somebody who
subtracts another document of the same data with other features.
"""

from __future__ import annotations

from dataclasses import dataclass
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
        sums = (self.summed(each) for each in (scores.rows, scores.weight, scores.total, scores.squares))
        return Scores(self.groups, scores.edges, *sums, area)


def called(below: int) -> str:
    """What the groups put together are called."""
    return f"(groups under {below} rows)"


def pool(groups: Groups, rows: Array, below: int) -> Pool | None:
    """Which groups become one; ``None`` where each may stand by itself.

    Args:
        rows: of each group, shape (groups,); counted, not weighted.
        below: groups with fewer rows do not stand by themselves; less than 2 puts none together.
    """
    import numpy as np

    small = _small(groups, [int(each) for each in rows], below)
    if not small:
        return None
    name = tuple(called(below) for _ in groups.by)
    kept = sorted([each for place, each in enumerate(groups.names) if place not in small] + [name])
    at = {each: place for place, each in enumerate(kept)}
    which = [at[name if place in small else each] for place, each in enumerate(groups.names)]
    return Pool(Groups(groups.by, tuple(kept)), np.array(which, dtype=np.intp))


def _small(groups: Groups, rows: list[int], below: int) -> set[int]:
    """Places of the groups that become one."""
    small = {place for place, n in enumerate(rows) if n < below}
    slices = [list(range(len(rows)))]
    if len(groups.by) > 1:
        for feature in range(len(groups.by)):
            values = sorted({name[feature] for name in groups.names})
            slices += [[place for place, name in enumerate(groups.names) if name[feature] == value] for value in values]
    while True:
        added = _added(slices, rows, small, below)
        if added is None:
            return small
        small.add(added)


def _added(slices: list[list[int]], rows: list[int], small: set[int], below: int) -> int | None:
    """The next group to be added, so that those put together cannot be told from what else is known of a slice."""
    for places in slices:
        inside = [place for place in places if place in small]
        outside = [place for place in places if place not in small]
        if inside and outside and (len(inside) == 1 or sum(rows[place] for place in inside) < below):
            return min(outside, key=lambda place: (rows[place], place))
    return None
