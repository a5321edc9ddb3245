"""What one reading of a table leaves behind: counts by group, label and prediction, and sums where there is nothing to count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NEGATIVE, POSITIVE = 0, 1
"""Places of the two classes of a binary task."""


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups that occur."""

    by: tuple[str, ...]
    """The features: sensitive ones, and control features before them."""
    names: tuple[tuple[str, ...], ...]
    """The value of each feature, per group; sorted, unique."""

    def __len__(self) -> int:
        return len(self.names)

    def named(self, place: int) -> dict[str, str]:
        """``{"sex": "female"}``."""
        return dict(zip(self.by, self.names[place], strict=True))


@dataclass(frozen=True, eq=False)
class Cells:
    """Rows of each group by label and prediction, of a binary or multiclass task."""

    groups: Groups
    classes: tuple[str, ...]
    """Names of the classes, K of them; for a binary task the negative, then the positive one."""
    rows: NDArray[np.int64]
    """Shape (groups, K, K): rows with this label (axis 1) and prediction (axis 2)."""
    weight: NDArray[np.float64]
    """Shape (groups, K, K): the sum of the rows' weights; without weights equal to ``rows``."""
    square: NDArray[np.float64]
    """Shape (groups, K, K): the sum of the squared weights."""

    @property
    def weighted(self) -> bool:
        """Whether any weight differs from one."""
        return bool((self.weight != self.rows).any() or (self.square != self.rows).any())

    def over(self, by: tuple[str, ...]) -> Cells:
        """The same counts by fewer features."""
        import numpy as np

        kept = [self.groups.by.index(feature) for feature in by]
        keys = [tuple(name[place] for place in kept) for name in self.groups.names]
        names = tuple(sorted(set(keys)))
        place = {name: number for number, name in enumerate(names)}
        which = np.array([place[key] for key in keys], dtype=np.intp)

        def summed(values: NDArray[np.generic]) -> NDArray[np.generic]:
            total = np.zeros((len(names), *values.shape[1:]), dtype=values.dtype)
            np.add.at(total, which, values)
            return total

        return Cells(Groups(by, names), self.classes, summed(self.rows), summed(self.weight), summed(self.square))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over the rows of each group, of a regression task; w weight, y label, p prediction, e = y - p; u and v are y and p
    less a number near their means, the same for all groups: squares of what is far from 0 would leave nothing of a small variance."""

    groups: Groups
    rows: NDArray[np.int64]
    """Shape (groups,)."""
    sums: dict[str, NDArray[np.float64]]
    """Each of shape (groups,): ``w``, ``ww``, ``wy``, ``wu``, ``wuu``, ``wp``, ``wv``, ``wvv``, ``wee``, ``weeee`` and ``wabs`` (of \\|e\\|)."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of each group by label, of a binary task."""

    groups: Groups
    edges: NDArray[np.float64]
    """Shape (bins + 1,): the edges of the bins, rising from 0 to 1; a score on an edge belongs to the bin above it."""
    rows: NDArray[np.int64]
    """Shape (groups, 2, bins): rows by label (negative, positive) and bin."""
    weight: NDArray[np.float64]
    """The same, weighted."""
    total: NDArray[np.float64]
    """Shape (groups, 2, bins): the weighted sum of the scores."""
    squares: NDArray[np.float64]
    """Shape (groups, 2): the weighted sum of (score - label) squared, for Brier's score."""
    auc: NDArray[np.float64]
    """Shape (groups,): the exact area under the ROC curve by mid-ranks; NaN, in this room only, without both classes."""
