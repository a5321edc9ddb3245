"""Global SHAP importance: stopping early against the full pass, how often the intervals hold, and two processes against one (they take turns).

``python -m benchmarks.explain [rows]`` prints it for a table of another size, 50,000 rows by default.
"""

from __future__ import annotations

import json
import statistics
import sys
from typing import Any

import numpy as np
import shap
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from benchmarks.clock import once
from registry_app.measure.explain import explain
from registry_app.measure.explain.batches import batches
from registry_app.measure.explain.explainer import fitted
from registry_app.measure.explain.sampling import Sampled, sampled
from registry_app.measure.explain.subject import subject

FEATURES, SEEDS, NAIVE = 20, 200, 1.959963984540054


def measure(rows: int = 50_000) -> dict[str, Any]:
    """Seconds of both, rows used, coverage over :data:`SEEDS` orders, and the largest difference from shap's values."""
    table, labels = _table(rows)
    model = HistGradientBoostingClassifier(max_iter=100, random_state=0).fit(table, labels)
    names = [f"f{each}" for each in range(FEATURES)]
    explain(model, table[:100], table[:600], names, 0, 0)  # libraries are loaded, nothing else is kept
    what = fitted(subject(model, None), table[:100], table[:100], interventional=False)
    found: list[Any] = []
    seconds = {
        "full": once(lambda: found.append(shap.TreeExplainer(model).shap_values(table))),
        "early": once(lambda: found.append(explain(model, table[:100], table, names, 1, 0, checks=False))),
        "early_with_checks": once(lambda: found.append(explain(model, table[:100], table, names, 1, 5))),
    }
    with batches(what, 0, 1) as one, batches(what, 0, 2) as two:
        two.values(table[:2000], 0, rows)  # processes are started
        turns = [
            [once(lambda each=each: found.append(each.values(table, 0, rows))) for each in (one, two)]  # type: ignore[misc]
            for _ in range(3)
        ]
    seconds |= {f"processes_{n + 1}": statistics.median(turn[n] for turn in turns) for n in range(2)}
    values: NDArray[np.float64] = found[0]
    return {
        "rows": rows,
        "features": FEATURES,
        "rows_used": found[1].result["n"],
        "seconds": {name: round(each, 2) for name, each in seconds.items()},
        "full_over_early": round(seconds["full"] / seconds["early"], 1),
        "full_over_early_with_checks": round(seconds["full"] / seconds["early_with_checks"], 1),
        "two_processes_over_one": round(seconds["processes_1"] / seconds["processes_2"], 2),
        "largest_difference_from_shap": float(max(abs(each - values).max() for each in found[3:])),
        **_coverage(values),
    }


def _coverage(values: NDArray[np.float64]) -> dict[str, Any]:
    """How often all intervals hold the mean of all rows, ours and the naive one at each of our stops."""
    truth = abs(values).mean(axis=0)
    ours = naive = within = 0
    used = []
    for seed in range(SEEDS):
        found = _sampled(values[np.random.default_rng(seed).permutation(len(values))])
        assert found.half is not None
        off = abs(found.mean - truth)
        ours += bool((off <= found.half).all())
        naive += bool((off <= found.half * NAIVE / found.looks[-1].quantile).all())
        watched = np.argsort(-found.mean)[:10]
        within += bool((off[watched] <= 0.05 * truth[watched]).all())
        used.append(len(found.values))
    return {
        "seeds": SEEDS,
        "all_intervals_hold": ours / SEEDS,
        "naive_intervals_hold": naive / SEEDS,
        "first_ten_within_5_percent": within / SEEDS,
        "median_rows_used": int(np.median(used)),
    }


def _sampled(ordered: NDArray[np.float64]) -> Sampled:
    return sampled(lambda start, stop: ordered[start:stop], len(ordered), 0.05)


def _table(rows: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    draws = np.random.default_rng(11)
    table = draws.normal(0, 1, (rows, FEATURES))
    lean = table @ (1 / np.arange(1, FEATURES + 1)) + table[:, 0] * table[:, 1] / 2
    return table, (lean + draws.logistic(0, 1, rows) > 0).astype(np.int64)


if __name__ == "__main__":
    print(json.dumps(measure(*(int(each) for each in sys.argv[1:2])), indent=2))
