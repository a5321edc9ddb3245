"""Small models and the table they learned from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FEATURES = ("age", "income", "home")


@dataclass(frozen=True, eq=False)
class Learned:
    """A table in a file, and models of it in files."""

    folder: Path
    """Where all of it lies."""
    frame: pd.DataFrame
    """The table: features, sex, credit (good or bad), home (three classes), amount (a number), row."""
    credit: Any
    """A classifier of ``credit``, in ``credit.skops``."""

    def path(self, name: str) -> str:
        return str(self.folder / name)


def learned(folder: Path, rows: int = 400) -> Learned:
    """Learn, and write the files."""
    draws = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "row": [f"r{n}" for n in range(rows)],
            "age": draws.integers(20, 70, rows),
            "income": draws.normal(30, 8, rows).round(2),
            "home": draws.choice(["own", "rent", "free"], rows),
            "sex": draws.choice(["f", "m"], rows),
        }
    )
    lean = (frame.income - 30) / 8 + (frame.home == "own") - 0.5 * (frame.sex == "f")
    frame["credit"] = np.where(draws.random(rows) < 1 / (1 + np.exp(-lean)), "good", "bad")
    frame["amount"] = (frame.income * 2 + draws.normal(0, 1, rows)).round(3)
    frame.to_csv(folder / "loans.csv", index=False)
    given = frame[list(FEATURES)]
    credit = make_pipeline(_prepared(), LogisticRegression()).fit(given, frame.credit)
    skops.io.dump(credit, folder / "credit.skops")
    skops.io.dump(make_pipeline(_prepared(), LinearRegression()).fit(given, frame.amount), folder / "amount.skops")
    forest = RandomForestClassifier(5, random_state=0).fit(given[["age", "income"]], frame.home)
    skops.io.dump(forest, folder / "home.skops")
    return Learned(folder, frame, credit)


def _prepared() -> Any:
    return make_column_transformer((StandardScaler(), ["age", "income"]), (OneHotEncoder(), ["home"]))
