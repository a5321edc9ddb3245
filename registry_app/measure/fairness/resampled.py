"""How far the groups of each set lie apart, in every metric and every draw of the bootstrap: all sets from the same draws.

Groups of all sets, and all rows of each, stand in one table, so that a metric is computed once for all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from registry_app.measure.cells.cells import Cells, Groups
from registry_app.measure.cells.interval import SOME, bootstrap, percentiles
from registry_app.measure.cells.metrics import PROPORTIONS, metric_of
from registry_app.measure.fairness.distances import Spread, far, spreads
from registry_app.measure.fairness.measured import asked, of_cells
from registry_app.measure.progress import SILENT, Progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from registry_app.measure.cells.interval import Find
    from registry_app.measure.cells.metrics import Sums
    from registry_app.measure.fairness.pooling import Pool

    Values = NDArray[np.float64]
    Set = tuple[NDArray[np.intp], tuple[str, ...]]

MOST_CELLS = 1 << 23
"""Numbers that are held at once for some draws."""


@dataclass(frozen=True, eq=False)
class Part:
    """The groups of one set."""

    cells: Cells
    """Their counts."""
    members: tuple[tuple[int, ...], ...]
    """Of each group the places of those it is made of, among the finest groups."""

    def put(self, tables: Values, into: Values) -> None:
        """The tables of the groups, and that of all of them at the end, shape (groups + 1, K, K, draws)."""
        import numpy as np

        for place, members in enumerate(self.members):
            into[place] = tables[members[0]]
            for member in members[1:]:
                into[place] += tables[member]
        np.add.reduce(into[:-1], axis=0, out=into[-1])

    def pooled(self, few: Pool) -> Part:
        """The same with some groups become one."""
        members: list[tuple[int, ...]] = [() for _ in few.groups.names]
        for place, own in zip(few.which, self.members, strict=True):
            members[place] += own
        return Part(few.cells(self.cells), tuple(members))


def part(cells: Cells, places: NDArray[np.intp], by: tuple[str, ...]) -> Part:
    """Some of the finest groups, put together by some features."""
    at = places.tolist()
    groups = Groups(cells.groups.by, tuple(cells.groups.names[place] for place in at))
    held = Cells(groups, cells.classes, cells.rows[at], cells.weight[at], cells.square[at]).over(by)
    kept = [groups.by.index(feature) for feature in by]
    members: dict[tuple[str, ...], list[int]] = {name: [] for name in held.groups.names}
    for place, name in zip(at, groups.names, strict=True):
        members[tuple(name[each] for each in kept)].append(place)
    return Part(held, tuple(tuple(each) for each in members.values()))


def resampled(cells: Cells, parts: Sequence[Part], seed: int, progress: Progress = SILENT) -> list[list[Spread]]:
    """Every metric of each part, and how far its groups lie apart.

    Raises:
        Cancelled: ``progress`` said so.
    """
    import numpy as np

    names = asked(cells.classes)
    metrics = list(dict.fromkeys(names.values()))
    own = [place for place, (metric, _) in enumerate(metrics) if metric not in PROPORTIONS]
    stacked = _slices([len(each.members) + 1 for each in parts])
    found = _slices([4 * len(metrics) + len(own) * len(each.members) for each in parts])
    classes, groups = len(cells.classes), stacked[-1].stop
    most = min(SOME, max(1, MOST_CELLS // (groups * (classes * classes + len(metrics)))))

    def finder() -> Find:
        tables, values = np.empty((groups, classes, classes, most)), np.empty((len(metrics), groups, most))

        def find(drawn: Values, into: Values) -> None:
            some = drawn.shape[-1]
            for each, place in zip(parts, stacked, strict=True):
                each.put(drawn, tables[place, ..., :some])
            known: Sums = {}
            for at, (metric, of) in enumerate(metrics):
                progress.heed()
                values[at, :, :some] = metric_of(np.moveaxis(tables[..., :some], -1, 0), metric, of, known).T
            for place, rows in zip(stacked, found, strict=True):
                held = values[:, place, :some]
                distances = far(np.moveaxis(held[:, :-1], 1, -1), held[:, -1])
                into[rows] = np.concatenate([distances.reshape(-1, some), held[own, :-1].reshape(-1, some)])

        return find

    drawn = bootstrap(cells, seed, found[-1].stop, finder, most=most, progress=progress)
    ends = percentiles(drawn, progress)
    spread = []
    for each, rows in zip(parts, found, strict=True):
        far_ends, own_ends = ends[rows][: 4 * len(metrics)], ends[rows][4 * len(metrics) :]
        distances = drawn[rows][: 4 * len(metrics)]
        apart = {
            metric: (distances[place :: len(metrics)], far_ends[place :: len(metrics)])
            for place, metric in enumerate(metrics)
        }
        size = len(each.members)
        alone = {metrics[place]: own_ends[at * size : (at + 1) * size] for at, place in enumerate(own)}
        spread.append(spreads(of_cells(each.cells, alone), [apart[metric] for metric in names.values()]))
    return spread


def _slices(sizes: Sequence[int]) -> list[slice]:
    """One behind the other."""
    ends = list(accumulate(sizes))
    return [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
