"""Group metrics from Parquet, against merely reading the file, against fairlearn, and what intervals and ten times the rows cost.

Point figures, all intervals and whole documents take turns, so that a busy machine slows them alike.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.clock import once
from registry_app.measure.cells.cells import Cells
from registry_app.measure.cells.count import cells
from registry_app.measure.cells.interval import DRAWS
from registry_app.measure.cells.metrics import metric_of
from registry_app.measure.fairness.document import fairness
from registry_app.measure.fairness.resampled import part, resampled
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.source import open_source

METRICS = ("selection_rate", "true_positive_rate", "false_positive_rate", "accuracy")
MAPPING = Mapping("y", positive="1", prediction="p", sensitive=(Feature("a"), Feature("b"), Feature("c")))
_ROWS = """COPY (SELECT 'a' || (hash(5 * i) % 100 // 21) AS a, CASE WHEN hash(5 * i + 1) % 2 = 0 THEN 'f' ELSE 'm' END AS b,
'q' || (hash(5 * i + 2) % 4) AS c, (hash(5 * i + 3) % 10 < 3)::INT AS y, (hash(5 * i + 4) % 10 < 4)::INT AS p
FROM range({rows}) r(i)) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"""
"""A number for each cell: DuckDB's hashes of two values share their bits, and half of the 40 groups would be empty."""
_MEMORY = """
import re, sys
from benchmarks import fairness
fairness.points(sys.argv[1])
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024)
"""
"""Not ``ru_maxrss``: a child begins with its parent's."""


def measure(rows: int = 1_000_000) -> dict[str, Any]:
    """Milliseconds of the counts with all point figures, of reading alone, of fairlearn, of all intervals, and of the whole document; peak memory."""
    import duckdb

    with tempfile.TemporaryDirectory() as place:
        small, large = (str(Path(place) / f"{size}.parquet") for size in (rows, 10 * rows))
        for size, path in ((rows, small), (10 * rows, large)):
            duckdb.sql(_ROWS.format(rows=size, path=path))
        reading = f"SELECT min(a), min(b), min(c), sum(y), sum(p) FROM '{small}'"
        counted = _counted(small)
        points(small), _intervals(counted), _document(small)  # libraries are loaded
        turns = [
            [once(lambda: duckdb.sql(reading).fetchall()), once(lambda: points(small)), once(lambda: _intervals(counted)),
             once(lambda: _document(small))]
            for _ in range(9)
        ]  # fmt: skip
        floor, figures, intervals, document = (statistics.median(each) for each in zip(*turns, strict=True))
        theirs = once(lambda: _fairlearn(small))
        memory = {size: _memory(path) for size, path in ((rows, small), (10 * rows, large))}
    return {
        "rows": rows,
        "read_ms": round(floor * 1e3, 1),
        "figures_ms": round(figures * 1e3, 1),
        "figures_over_read": round(figures / floor, 2),
        "fairlearn_ms": round(theirs * 1e3),
        "fairlearn_over_figures": round(theirs / figures),
        "draws": DRAWS,
        "intervals_ms": round(intervals * 1e3, 1),
        "intervals_over_figures": round(intervals / figures, 2),
        "document_ms": round(document * 1e3, 1),
        "document_over_figures": round(document / figures, 2),
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


def _intervals(counted: Cells) -> None:
    """Of every group in every metric, and of every distance between groups; each feature alone, and all together."""
    every = np.arange(len(counted.groups))
    resampled(counted, [part(counted, every, by) for by in (*((feature,) for feature in MAPPING.by), MAPPING.by)], 1)


def _document(path: str) -> None:
    with open_source(path) as source:
        fairness(source, MAPPING, 1)


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
