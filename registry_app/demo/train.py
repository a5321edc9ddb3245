"""Two data sets, four models, their artifacts and tables of predictions. The same on every run: everything is seeded.

The threshold of a credit model is chosen on its training data alone, by cross-validation: the highest one at which the
selection rates of every sensitive feature's groups still lie within :data:`WISHED_RATIO` of each other. That leaves room
below four fifths for what 400 held-out rows scatter.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from registry_app.measure.requests.explanation import ExplanationRequest
from registry_app.measure.requests.fairness import FairnessRequest
from registry_app.measure.requests.modelled import Modelled
from registry_app.measure.requests.performance import PerformanceRequest
from registry_app.measure.requests.request import Inputs
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.shipped import dataset
from registry_app.vault import clock

if TYPE_CHECKING:
    from pandas import DataFrame

SEED = 2026
"""Of the split, the folds, the trees and every measurement."""

HELD_OUT = 0.4
"""The share of German Credit that no model learns from; Adult comes with its own split."""

WISHED_RATIO = 0.95
"""Lowest selection rate over the highest, in cross-validation, for a threshold to be chosen."""

FOLDS = 5

PLACES = range(40, 71)
"""Thresholds tried, in hundredths."""

SCORE = "score"
ROW = "row"
_THREADS = "OMP_NUM_THREADS"


@dataclass(frozen=True, slots=True)
class Task:
    """What is learned from a data set."""

    model: str
    """The model's name in the registry."""
    file: str
    """The shipped file."""
    label: str
    """Column of the outcome."""
    positive: str
    """The favourable outcome."""
    sensitive: tuple[str, ...]
    """Columns measured for fairness; no model learns from them."""
    numbers: tuple[str, ...]
    """Features that are numbers; the others are words."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a version is trained."""

    model: str
    number: int
    features: tuple[str, ...]
    algorithm: str
    """``logistic regression`` or ``gradient boosting``."""
    settings: dict[str, Any]
    """Arguments of the classifier."""
    threshold: float | None = None
    """``None``: chosen on the training data."""

    @property
    def label(self) -> str:
        """As ``credit-risk:1``."""
        return f"{self.model}:{self.number}"

    @property
    def stem(self) -> str:
        """As in file names."""
        return f"{self.model}-{self.number}"


@dataclass(frozen=True, slots=True)
class Tables:
    """A data set in two parts, each with its number of row in the original."""

    training: DataFrame
    held_out: DataFrame
    file: Path
    """The training part as CSV."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained version and the files it left."""

    recipe: Recipe
    pipeline: Any = field(repr=False)
    """The fitted scikit-learn pipeline."""
    threshold: float
    """A score of at least this is the favourable outcome."""
    artifact: Path
    """The pipeline as a file."""
    predictions: Path
    """The held-out rows: features, sensitive columns, true outcome and score, as CSV."""
    rows: int
    """How many rows are held out."""
    started: str
    ended: str
    tables: Tables = field(repr=False)

    @property
    def mapping(self) -> Mapping:
        """What the columns of :attr:`predictions` mean."""
        task = TASKS[self.recipe.model]
        return Mapping(
            label=task.label,
            positive=task.positive,
            score=SCORE,
            threshold=self.threshold,
            sensitive=tuple(map(Feature, task.sensitive)),
            row_id=ROW,
        )

    @property
    def performance(self) -> PerformanceRequest:
        """How well it predicts the held-out rows."""
        return PerformanceRequest(str(self.predictions), self.mapping, SEED)

    @property
    def fairness(self) -> FairnessRequest:
        """How it treats groups of the held-out rows."""
        return FairnessRequest(str(self.predictions), self.mapping, SEED)

    @property
    def explanation(self) -> ExplanationRequest:
        """What moves its scores of the held-out rows; the file is run in the sandbox."""
        return ExplanationRequest(
            str(self.predictions), self._modelled, str(self.tables.file), sensitive=self.mapping.sensitive, seed=SEED
        )

    def inputs(self, kind: str) -> Inputs:
        """Where what a measurement of this kind was made from lies."""
        if kind == "explanation":
            return Inputs(str(self.predictions), str(self.tables.file), self._modelled)
        return Inputs(str(self.predictions))

    @property
    def _modelled(self) -> Modelled:
        return Modelled(str(self.artifact), "skops", self.recipe.features)


CREDIT = Task(
    model="credit-risk",
    file="german_credit.csv.gz",
    label="credit",
    positive="good",
    sensitive=("sex", "age_group"),
    numbers=(
        "duration", "credit_amount", "installment_rate", "present_residence_since",
        "number_of_existing_credits", "number_of_people_liable_for",
    ),
)  # fmt: skip

INCOME = Task(
    model="income",
    file="adult.csv.gz",
    label="income",
    positive=">50K",
    sensitive=("sex", "race"),
    numbers=("age", "education_num", "capital_gain", "capital_loss", "hours_per_week"),
)

TASKS = {task.model: task for task in (CREDIT, INCOME)}

_CREDIT_CORE = ("status", "duration", "credit_history", "purpose", "credit_amount", "savings")
_INCOME_CORE = (*INCOME.numbers, "workclass", "occupation")

RECIPES = (
    Recipe("credit-risk", 1, _CREDIT_CORE, "logistic regression", {"C": 0.1}),
    Recipe(
        "credit-risk",
        2,
        (
            *_CREDIT_CORE, "present_employment", "installment_rate", "other_debtors", "present_residence_since", "property",
            "installment_plans", "housing", "number_of_existing_credits", "job", "number_of_people_liable_for", "telephone",
        ),
        "logistic regression",
        {"C": 0.1},
    ),
    Recipe(
        "income",
        1,
        (*_INCOME_CORE, "marital_status", "relationship", "native_country"),
        "logistic regression",
        {"class_weight": "balanced"},
        threshold=0.5,
    ),
    Recipe(
        "income",
        2,
        _INCOME_CORE,
        "gradient boosting",
        {"max_iter": 60, "max_leaf_nodes": 15},
        threshold=0.5,
    ),
)  # fmt: skip
"""In the order the story tells them."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Let scikit-learn work in one thread (enough for these tables) unless the user has set how many.

    Without a number it asks joblib to count the cores by other programs, which prints a traceback where /sys is not mounted.
    """
    given = os.environ.get(_THREADS)
    os.environ[_THREADS] = given or "1"
    try:
        yield
    finally:
        if given is None:
            del os.environ[_THREADS]
        else:
            os.environ[_THREADS] = given


def train(artifacts: Path, data: Path) -> Iterator[Trained]:
    """Train every recipe; files go into the two folders.

    Raises:
        UsageError: the installation lacks the data.
        OSError: a file cannot be written.
    """
    tables: dict[str, Tables] = {}
    for recipe in RECIPES:
        if recipe.model not in tables:
            tables[recipe.model] = _tables(TASKS[recipe.model], data)
        yield _trained(recipe, tables[recipe.model], artifacts, data)


def _tables(task: Task, data: Path) -> Tables:
    import pandas as pd
    from sklearn.model_selection import train_test_split

    whole = pd.read_csv(dataset(task.file), keep_default_na=False)
    whole.insert(0, ROW, range(1, len(whole) + 1))
    if task is CREDIT:
        whole["age_group"] = ["25 or younger" if age <= 25 else "over 25" for age in whole["age"]]
        strata = whole["credit"] + whole["sex"] + whole["age_group"]
        training, held_out = train_test_split(whole, test_size=HELD_OUT, random_state=SEED, stratify=strata)
        training, held_out = training.sort_values(ROW), held_out.sort_values(ROW)
    else:
        training, held_out = whole[whole["split"] == "train"], whole[whole["split"] == "test"]
    file = data / f"{task.model}-training.csv"
    training.to_csv(file, index=False, lineterminator="\n")
    return Tables(training, held_out, file)


def _trained(recipe: Recipe, tables: Tables, artifacts: Path, data: Path) -> Trained:
    task = TASKS[recipe.model]
    features = list(recipe.features)
    started = clock.text(clock.now())
    wanted = tables.training[task.label] == task.positive
    threshold = recipe.threshold
    if threshold is None:
        threshold = _threshold(recipe, tables.training, task)
    pipeline = _pipeline(recipe).fit(tables.training[features], wanted)
    ended = clock.text(clock.now())
    scored = tables.held_out[[ROW, *features, *task.sensitive, task.label]].copy()
    scored[SCORE] = pipeline.predict_proba(tables.held_out[features])[:, 1]
    predictions = data / f"{recipe.stem}-held-out.csv"
    scored.to_csv(predictions, index=False, lineterminator="\n")
    artifact = _saved(pipeline, artifacts / recipe.stem)
    return Trained(recipe, pipeline, threshold, artifact, predictions, len(scored), started, ended, tables)


def _pipeline(recipe: Recipe) -> Any:
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    task = TASKS[recipe.model]
    numbers = [name for name in recipe.features if name in task.numbers]
    words = [name for name in recipe.features if name not in task.numbers]
    prepare = ColumnTransformer(
        [
            ("numbers", StandardScaler(), numbers),
            ("words", OneHotEncoder(handle_unknown="ignore", sparse_output=False), words),
        ]
    )
    if recipe.algorithm == "logistic regression":
        classifier: Any = LogisticRegression(max_iter=1000, **recipe.settings)
    else:
        classifier = HistGradientBoostingClassifier(random_state=SEED, **recipe.settings)
    return Pipeline([("prepare", prepare), ("classifier", classifier)])


def _threshold(recipe: Recipe, training: DataFrame, task: Task) -> float:
    """The threshold the module speaks of; half when there is none such."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    wanted = training[task.label] == task.positive
    scores = cross_val_predict(
        _pipeline(recipe), training[list(recipe.features)], wanted, cv=folds, method="predict_proba"
    )[:, 1]
    groups = [training[name].to_numpy() for name in task.sensitive]
    fit = [place / 100 for place in PLACES if _ratio(scores >= place / 100, groups) >= WISHED_RATIO]
    return max(fit, default=0.5)


def _ratio(selected: Any, groups: Sequence[Any]) -> float:
    """The lowest of the features' selection-rate ratios."""
    ratios = []
    for names in groups:
        rates = [float(selected[names == name].mean()) for name in sorted(set(names))]
        ratios.append(min(rates) / max(rates) if max(rates) else 0.0)
    return min(ratios)


def _saved(pipeline: Any, stem: Path) -> Path:
    """The pipeline as a skops file, which holds no code."""
    from skops.io import dump

    file = stem.with_suffix(".skops")
    dump(pipeline, file)
    return file
