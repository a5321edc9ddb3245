"""What the sandbox costs: a prediction in it against the same child without locks, limits and bubblewrap."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from sklearn.linear_model import LogisticRegression

from benchmarks.clock import once
from registry_app.measure.sandbox import level
from registry_app.measure.sandbox.run import predict

ROWS, REPEATS = 1_000, 15

BARE = """
import sys
import numpy, skops.io
model = skops.io.load(sys.argv[1])
table = numpy.column_stack([numpy.arange(float(sys.argv[2])), numpy.ones(int(sys.argv[2]))])
sys.stdout.buffer.write(model.predict(table).tobytes())
sys.stdout.buffer.write(model.predict_proba(table).tobytes())
"""


def measure() -> dict[str, Any]:
    """Medians in milliseconds, taken in turn, and what the sandbox adds."""
    draws = np.random.default_rng(0)
    rows = {"a": np.arange(ROWS, dtype=float), "b": np.ones(ROWS)}
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "model.skops"
        skops.io.dump(LogisticRegression().fit(draws.normal(size=(200, 2)), draws.integers(0, 2, 200)), path)
        command = [sys.executable, "-I", "-c", BARE, str(path), str(ROWS)]
        probing = once(level.probed)
        jailed, bare = [], []
        for _ in range(REPEATS):
            jailed.append(once(lambda: predict(path, "skops", rows)))
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
