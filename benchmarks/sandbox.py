"""What the sandbox costs: a prediction in it against the same child without locks, limits and bubblewrap."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.clock import once
from registry_app.measure.sandbox import level
from registry_app.measure.sandbox.run import predict

ROWS, REPEATS = 1_000, 15

MODEL = "def run(table):\n    return table['a'] + table['b']\n"

BARE = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy, pandas
from model import run
found = run(pandas.DataFrame({"a": numpy.arange(float(sys.argv[2])), "b": numpy.ones(int(sys.argv[2]))}))
sys.stdout.buffer.write(numpy.asarray(found).tobytes())
"""
"""The same work: the libraries that any model needs, a model that costs nothing, its answer on a pipe."""


def measure() -> dict[str, Any]:
    """Medians in milliseconds, taken in turn, and what the sandbox adds."""
    rows = {"a": np.arange(ROWS, dtype=float), "b": np.ones(ROWS)}
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "model.py").write_text(MODEL)
        command = [sys.executable, "-I", "-B", "-c", BARE, place, str(ROWS)]
        probing = once(level.probed)
        jailed, bare = [], []
        for _ in range(REPEATS):
            jailed.append(once(lambda: predict("model:run", "callable", rows, folder=Path(place))))
            bare.append(once(lambda: subprocess.run(command, check=True, capture_output=True)))
    inside, outside = (float(np.median(each)) * 1e3 for each in (jailed, bare))
    return {
        "level": level.probed().number,
        "attempts": len(level.probed().attempts),
        "probe_ms": round(probing * 1e3),
        "prediction_ms": round(inside),
        "bare_child_ms": round(outside),
        "overhead_ms": round(inside - outside),
    }


if __name__ == "__main__":
    print(measure())
