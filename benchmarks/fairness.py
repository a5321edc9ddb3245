"""Group metrics from Parquet, against merely reading the file, against fairlearn, and what intervals and ten times the rows cost."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.clock import once
from registry_app.measure.cells.cells import Cells
from registry_app.measure.cells.count import cells
from registry_app.measure.cells.interval import bootstrap
from registry_app.measure.cells.metrics import metric_of
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.source import open_source

METRICS = ("selection_rate", "true_positive_rate", "false_positive_rate", "accuracy")
MAPPING = Mapping("y", positive="1", prediction="p", sensitive=(Feature("a"), Feature("b"), Feature("c")))
_ROWS = """COPY (SELECT 'a' || (hash(i, 1) % 100 // 21) AS a, CASE WHEN hash(i, 2) % 2 = 0 THEN 'f' ELSE 'm' END AS b,
'q' || (hash(i, 3) % 4) AS c, (hash(i, 4) % 10 < 3)::INT AS y, (hash(i, 5) % 10 < 4)::INT AS p FROM range({rows}) r(i))
TO '{path}' (FORMAT parquet, COMPRESSION zstd)"""
_MEMORY = """
import re, sys
from benchmarks import fairness
fairness.points(sys.argv[1])
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""
"""Not ``ru_maxrss``: a child begins with its parent's."""


def measure(rows: int = 1_000_000, draws: int = 10_000) -> dict[str, Any]:
    """Milliseconds of the counts with all point figures, of reading alone, of fairlearn, and of the bootstrap; peak memory."""
    import duckdb

    with tempfile.TemporaryDirectory() as place:
        small, large = (str(Path(place) / f"{size}.parquet") for size in (rows, 10 * rows))
        for size, path in ((rows, small), (10 * rows, large)):
            duckdb.sql(_ROWS.format(rows=size, path=path))
        reading = f"SELECT min(a), min(b), min(c), sum(y), sum(p) FROM '{small}'"
        floor = min(once(lambda: duckdb.sql(reading).fetchall()) for _ in range(7))
        figures = min(once(lambda: points(small)) for _ in range(7))
        counted = _counted(small)
        drawn = min(once(lambda: bootstrap(counted, 1, draws)) for _ in range(3))
        theirs = once(lambda: _fairlearn(small))
        memory = {size: _memory(path) for size, path in ((rows, small), (10 * rows, large))}
    return {
        "rows": rows,
        "read_ms": round(floor * 1e3, 1),
        "figures_ms": round(figures * 1e3, 1),
        "figures_over_read": round(figures / floor, 2),
        "fairlearn_ms": round(theirs * 1e3),
        "fairlearn_over_figures": round(theirs / figures),
        "draws": draws,
        "bootstrap_ms": round(drawn * 1e3, 1),
        "with_intervals_over_figures": round((figures + drawn) / figures, 2),
        "peak_memory_mb": {str(size): round(value, 1) for size, value in memory.items()},
        "memory_of_ten_times": round(memory[10 * rows] / memory[rows], 2),
    }


def points(path: str) -> list[Any]:
    """Every metric of every group: each feature alone, and all together."""
    whole = _counted(path)
    tables = [whole, *(whole.over((feature,)) for feature in MAPPING.by)]
    return [table.weight.sum(axis=(1, 2)) for table in tables] + [
        metric_of(table.weight, metric) for table in tables for metric in METRICS
    ]


def _counted(path: str) -> Cells:
    with open_source(path) as source:
        return cells(source, MAPPING)


def _memory(path: str) -> float:
    done = subprocess.run([sys.executable, "-c", _MEMORY, path], check=True, capture_output=True, text=True)
    return float(done.stdout)


def _fairlearn(path: str) -> None:
    import duckdb
    from fairlearn import metrics as fair
    from sklearn.metrics import accuracy_score

    frame = duckdb.sql(f"SELECT * FROM '{path}'").df()
    made = fair.MetricFrame(
        metrics={
            "count": fair.count,
            "selection_rate": fair.selection_rate,
            "true_positive_rate": fair.true_positive_rate,
            "false_positive_rate": fair.false_positive_rate,
            "accuracy": accuracy_score,
        },
        y_true=frame["y"],
        y_pred=frame["p"],
        sensitive_features=frame[["a", "b", "c"]],
    )
    assert len(made.by_group) == 40
