"""How far two histograms over the same bins lie apart.

Population stability index (PSI; Siddiqi, Credit Risk Scorecards, 2006): the sum of (w - r) ln(w / r) over the bins, with half a row added to each
so that an empty bin does not make it infinite. Jensen-Shannon distance: the root of the divergence to the base 2, 0 to 1 (Lin 1991).
Kolmogorov-Smirnov: the largest distance of the two distribution functions at the bins' edges; between two edges the true one can be larger by
at most the share of rows in that bin (``resolution``). Chi-square: of homogeneity, with bins of too few expected rows merged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registry_app.measure.result import Undefined, decimal_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEW = 5
"""Rows that a bin is expected to have in both tables for the chi-square test (Cochran 1954)."""

DECILES = 10
"""Bins that PSI and Jensen-Shannon of a numeric column are computed over: neighbours are merged."""


def psi(reference: NDArray[np.int64], window: NDArray[np.int64]) -> float:
    """Population stability index of two histograms with rows in both, 0 or more."""
    import numpy as np

    r = (reference + 0.5) / (reference + 0.5).sum()
    w = (window + 0.5) / (window + 0.5).sum()
    return float(((w - r) * np.log(w / r)).sum())


def jensen_shannon(reference: NDArray[np.int64], window: NDArray[np.int64]) -> float:
    """Jensen-Shannon distance of two histograms with rows in both, 0 to 1."""
    import numpy as np

    r, w = reference / reference.sum(), window / window.sum()
    middle = (r + w) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(p > 0, p * np.log2(p / middle), 0.0).sum() for p in (r, w)]
    return float(np.sqrt(max(0.0, sum(parts) / 2)))


def kolmogorov_smirnov(reference: NDArray[np.int64], window: NDArray[np.int64]) -> dict[str, Any]:
    """Statistic, its resolution, and the asymptotic p-value, of histograms over bins in order."""
    import numpy as np
    from scipy.stats import kstwobign

    r, w = reference / reference.sum(), window / window.sum()
    apart = float(np.abs(np.cumsum(r) - np.cumsum(w)).max())
    rows = reference.sum() * window.sum() / (reference.sum() + window.sum())
    return {
        "value": decimal_text(apart),
        "resolution": decimal_text(max(r.max(), w.max())),
        "p_value": decimal_text(kstwobign.sf(apart * np.sqrt(rows))),
    }


def chi_square(reference: NDArray[np.int64], window: NDArray[np.int64]) -> dict[str, Any]:
    """Statistic, degrees of freedom and p-value; bins with few expected rows are put together."""
    import numpy as np
    from scipy.stats import chi2_contingency

    table = np.array([reference, window])
    table = table[:, table.sum(axis=0) > 0]
    expected = table.sum(axis=0) * min(reference.sum(), window.sum()) / table.sum()
    few = expected < FEW
    if few.any():
        table = np.concatenate([table[:, ~few], table[:, few].sum(axis=1, keepdims=True)], axis=1)
    expected = table.sum(axis=0) * min(reference.sum(), window.sum()) / table.sum()
    if table.shape[1] < 2 or (expected < FEW).any():
        return Undefined(f"fewer than two bins are expected to have {FEW} rows", int(table.sum())).encoded()
    found = chi2_contingency(table, correction=False)
    return {
        "value": decimal_text(found.statistic),
        "degrees": int(found.dof),
        "p_value": decimal_text(found.pvalue),
    }


def merged(counts: NDArray[np.int64], like: NDArray[np.int64]) -> NDArray[np.int64]:
    """``counts`` with neighbouring bins put together until each of about :data:`DECILES` has a tenth of ``like``'s rows."""
    import numpy as np

    if len(counts) <= DECILES:
        return counts
    before = (np.cumsum(like) - like) / like.sum()
    which = np.minimum((before * DECILES + 1e-9).astype(int), DECILES - 1)
    total = np.zeros(DECILES, np.int64)
    np.add.at(total, which, counts)
    return total
