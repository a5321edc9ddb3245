"""Real measurements of all six kinds, of made-up applications for credit; each is made once in a process."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from registry_app.measure.drift.document import drift as measure_drift
from registry_app.measure.explain import explain
from registry_app.measure.explain.reasons import Reasons
from registry_app.measure.fairness.document import fairness as measure_fairness
from registry_app.measure.load.document import load as measure_load
from registry_app.measure.performance.document import performance as measure_performance
from registry_app.measure.quality.document import quality as measure_quality
from registry_app.measure.result import Result
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.memory import Memory

ROWS = 600
FEATURES = ("income", "duration", "savings", "age", "amount")
BINARY = Mapping(
    "label", positive="good", score="score", threshold=0.5, sensitive=(Feature("sex"), Feature("age_band"))
)
LEVEL = {
    "level": 2,
    "because": "bubblewrap is not installed",
    "landlock": 3,
    "seccomp": True,
    "wrapper": "",
    "system": "Linux 6.1.0 x86_64",
    "user": 1000,
    "attempts": {f"attempt {place}": "refused" for place in range(54)},
}
"""How sure a sandbox was of itself."""


@cache
def rows(seed: int = 5, moved: float = 0.0) -> dict[str, list[Any]]:
    """Applications with labels, two scores and a time; ``moved`` is added to all incomes."""
    draws = np.random.default_rng(seed)
    held = {name: draws.normal(size=ROWS) for name in FEATURES}
    sex = draws.choice(["female", "male"], size=ROWS, p=[0.4, 0.6])
    log_odds = 1.3 * held["income"] - 0.8 * held["duration"] + 0.4 * held["savings"]
    label = draws.random(ROWS) < 1 / (1 + np.exp(-log_odds - 0.35 * (sex == "male")))
    score = np.clip(1 / (1 + np.exp(-log_odds)) + 0.02 * (sex == "male"), 0, 1)
    months = [f"2026-{1 + place * 6 // ROWS:02d}-15" for place in range(ROWS)]
    return {
        **{name: (values + moved * (name == "income")).tolist() for name, values in held.items()},
        "sex": sex.tolist(),
        "age_band": np.where(held["age"] < -0.8, "up to 25", "over 25").tolist(),
        "label": np.where(label, "good", "bad").tolist(),
        "score": score.round(4).tolist(),
        "champion": np.clip(score * 0.5 + 0.5 * draws.random(ROWS), 0, 1).round(4).tolist(),
        "said": np.where(score >= 0.5, "good", "bad").tolist(),
        "when": months,
        "empty": [None if place % 3 else "x" for place in range(ROWS)],
    }


def table(names: tuple[str, ...], **more: Any) -> Memory:
    """Some columns of :func:`rows`."""
    return Memory(rows(**more), names)


@cache
def performance() -> Result:
    mapping = replace(BINARY, sensitive=(), champion_score="champion")
    return measure_performance(table(tuple(rows())), mapping, 11)


@cache
def classes(many: int) -> Result:
    """The performance of a task with so many classes."""
    draws = np.random.default_rng(3)
    names = [f"class {chr(65 + place % 26)}{place // 26 or ''}" for place in range(many)]
    label = draws.integers(0, many, 2_000)
    said = np.where(draws.random(2_000) < 0.7, label, (label + draws.integers(0, 3, 2_000)) % many)
    held = {"y": [names[at] for at in label], "p": [names[at] for at in said]}
    return measure_performance(Memory(held, held), Mapping("y", task="multiclass", prediction="p"), 11)


@cache
def numbers() -> Result:
    """The performance of a regression."""
    held = {"y": rows()["income"], "p": rows()["savings"]}
    return measure_performance(Memory(held, held), Mapping("y", task="regression", prediction="p"), 11)


@cache
def fairness() -> Result:
    return measure_fairness(table(tuple(rows())), BINARY, 11, left_out="Fewer than one in fifty.")


@cache
def groups(many: int) -> Result:
    """The fairness of a table with so many groups."""
    held = {
        "y": [("good", "bad")[place % 2] for place in range(many * 10)],
        "p": [("good", "bad")[place % 3 == 0] for place in range(many * 10)],
        "g": [f"group {place % many}" for place in range(many * 10)],
    }
    mapping = Mapping("y", positive="good", prediction="p", sensitive=(Feature("g"),))
    return measure_fairness(Memory(held, held), mapping, 11)


@cache
def explanation(seed: int = 11) -> Result:
    from sklearn.linear_model import LogisticRegression

    held = rows()
    inputs = np.column_stack([held[name] for name in FEATURES])
    label = [int(each == "good") for each in held["label"]]
    model = LogisticRegression().fit(inputs, label)
    texts = {name: f"The {name} given does not suffice" for name in FEATURES}
    return explain(
        model, inputs[:200], inputs, FEATURES, seed, 5, sensitive={"sex": held["sex"]}, proxy_limit=0.05,
        reasons=Reasons(0.5, texts), forbidden=("age",),
    )  # fmt: skip


@cache
def drift() -> Result:
    mapping = replace(BINARY, sensitive=(), time="when")
    names = (*FEATURES, "sex", "empty")
    with table(names) as before, table((*names, *mapping.columns), seed=8, moved=0.8) as window:
        return measure_drift(before, window, names, mapping=mapping)


@cache
def columns(many: int) -> Result:
    """The drift of a table with so many columns, as if it had been measured."""
    found = drift()
    (one, *_) = found.result["columns"]
    made = [{**one, "column": f"column {place}", "psi": {"value": repr(place / 1000)}} for place in range(many)]
    return replace(found, result={**found.result, "columns": made})


@cache
def quality() -> Result:
    with table(tuple(rows())) as source, table(tuple(rows())) as other:
        return measure_quality(source, "label", "good", (Feature("sex"),), other)


@cache
def load() -> Result:
    lines = ["timeStamp,elapsed,label,responseCode,success"]
    for place in range(1_000):
        name = ("score", "explain", "health")[place % 3]
        failed = "false" if place % 50 == 0 else "true"
        lines.append(f"{1_700_000_000_000 + place * 10},{place % 400 + 1},{name},200,{failed}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.jtl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return measure_load(path)


def run(result: Result, waived: bool = False, trusted: bool = False) -> Result:
    """``result`` as if its predictions came from a model that was run."""
    level = (
        LEVEL if not waived else {**LEVEL, "level": 0, "because": "there is no Landlock", "landlock": 0, "attempts": {}}
    )
    model = {
        "digest": "c" * 64,
        "format": "pickle" if trusted or waived else "skops",
        "features": list(FEATURES),
        "sandbox": level,
        "trust": {"by": "Risk Person", "scan": "clean", "scanner": "modelscan 0.8.5"} if trusted else None,
        "waiver": {"by": "Risk Person", "reason": "The build machine has no sandbox yet."} if waived else None,
    }
    return replace(result, data={**result.data, "model": model})


def six() -> tuple[Result, ...]:
    """One of each kind, in the order of a dossier."""
    return (performance(), fairness(), explanation(), drift(), quality(), load())
