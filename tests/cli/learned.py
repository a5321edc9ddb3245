"""A model that really learned, in files, with the table it is measured on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import skops.io
from sklearn.linear_model import LogisticRegression


@dataclass(frozen=True)
class Files:
    """Where they lie."""

    folder: Path

    def __getattr__(self, name: str) -> str:
        """``skops`` is the path of ``model.skops``, and so on."""
        return str(self.folder / ("loans.csv" if name == "table" else f"model.{name}"))


def learned(folder: Path) -> Files:
    """300 loans, of which 6 went to people whose sex is not said, and a logistic regression of two numbers."""
    draws = np.random.default_rng(1)
    frame = pd.DataFrame({"age": draws.integers(20, 70, 300), "income": draws.normal(30, 8, 300).round(2)})
    frame["sex"] = ["x" if n < 6 else "fm"[n % 2] for n in range(300)]
    frame["repaid"] = (frame.income + draws.normal(0, 8, 300) > 30).astype(int)
    frame.to_csv(folder / "loans.csv", index=False)
    model = LogisticRegression().fit(frame[["age", "income"]], frame.repaid)
    skops.io.dump(model, folder / "model.skops")
    joblib.dump(model, folder / "model.joblib")
    return Files(folder)
