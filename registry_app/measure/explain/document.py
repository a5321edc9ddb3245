"""An explanation put together: importance, its checks, the gap between groups, and single cases with their reasons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from registry_app.measure.explain import asked as asking
from registry_app.measure.explain import associations as associating
from registry_app.measure.explain import groups as grouping
from registry_app.measure.explain.asked import Tables
from registry_app.measure.explain.batches import Tell, batched, batches
from registry_app.measure.explain.cases import flagged, told_cases
from registry_app.measure.explain.ranking import Ranked, ranked
from registry_app.measure.explain.reasons import Reasons
from registry_app.measure.explain.run import Elsewhere, Run, begun
from registry_app.measure.explain.sampling import Sampled, simultaneous
from registry_app.measure.explain.stability import bootstrap, stability
from registry_app.measure.result import Result, checked_seed, decimal_text, finished
from registry_app.vault import clock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PRECISION = 0.05
"""Half width over value that ends the taking of rows."""


def explain(
    model: Any,
    background: Any,
    rows: Any,
    feature_names: Sequence[str],
    seed: int,
    cases: int | Sequence[int] = 5,
    feature_groups: Mapping[str, Sequence[str]] | None = None,
    positive: Any = None,
    *,
    sensitive: Mapping[str, Any] | None = None,
    reasons: Reasons | None = None,
    forbidden: Sequence[str] = (),
    proxy_limit: float = associating.LIMIT,
    interventional: bool = False,
    precision: float | None = PRECISION,
    checks: bool = True,
    hide_below: int | None = None,
    n_jobs: int = 1,
    dask: str | None = None,
    tell: Tell | None = None,
    cancelled: Callable[[], bool] | None = None,
    elsewhere: Elsewhere | None = None,
) -> Result:
    """Explain what ``model`` says about ``rows``.

    Args:
        model: fitted classifier with ``predict_proba``, or regressor, or a Pipeline that ends in one. It is called: only ever
            pass a model that you would run.
        background: table of shape (any, features) that "a feature is not known" is averaged over.
        rows: table of shape (rows, features) to explain; data frames or arrays.
        feature_names: name of each column of both tables.
        seed: of the background draw, the order of rows and permutations, 0 to 2^32 - 1.
        cases: how many single rows to explain, spread from the lowest to the highest prediction; or which, from 1.
        feature_groups: source feature to the transformed columns made from it; found by itself for a ColumnTransformer.
        positive: class explained; the second of two when not given.
        sensitive: sensitive feature to its value in each of ``rows``; by these the gap between groups is told.
        reasons: how to find the reasons of the cases that do not pass; without it none are told.
        forbidden: features that must not be a reason.
        proxy_limit: an association with a sensitive feature of at least this is flagged, above 0 to 1.
        interventional: explain trees against :data:`~registry_app.measure.explain.explainer.BACKGROUND` background rows.
        precision: half width over value at which importance is precise enough; ``None`` takes all rows.
        checks: make the ranking again with another seed and another background.
        hide_below: groups with fewer explained rows are put together, 2 or more; 0 or ``None`` puts none together.
        n_jobs: processes here; -1 is one per core.
        dask: address of a running Dask scheduler to work on instead.
        tell: hears how many rows are explained, of how many at most.
        cancelled: asked between batches; true ends the work.
        elsewhere: asked for the values that importance rests on, where others hold the same model and tables.

    Raises:
        UsageError: tables and names do not fit, the model cannot be explained, its columns cannot be traced back, or it
            was cancelled.
        StorageError: a worker or the cluster was lost.
    """
    began = clock.now()
    checked_seed(seed)
    names = tuple(str(name) for name in feature_names)
    features = names if feature_groups is None else tuple(feature_groups)
    asking.checked(names, background, rows, cases, precision, proxy_limit, reasons, features, forbidden)
    groups = {name: grouping.named(values, len(rows), name) for name, values in (sensitive or {}).items()}
    tables = Tables(names, background, rows, groups)
    run = begun(model, tables, feature_groups, positive, cases, seed, interventional)
    features = run.parted.features
    near = associating.associations(names, rows, groups, proxy_limit)
    with batches(run.explainer, seed, n_jobs, dask, tell, cancelled) as where:
        found = run.sampled(where, precision, elsewhere)
        order = ranked(features, found.mean, found.half)
        single = run.singles(where, found, cases)
        told = told_cases(run, where, found, single, reasons, flagged(near, forbidden))
    n = len(found.values)
    outputs = run.explainer.outputs(run.table[:n])
    taken = {
        name: grouping.hiding([given[at] for at in run.positions[:n]], hide_below or 0)
        for name, given in groups.items()
    }
    result = {
        "n": n,
        "task": run.explainer.subject.task,
        "output": run.explainer.output,
        "base_value": {"value": decimal_text(run.explainer.base)},
        "additivity": {"max_abs_error": {"value": decimal_text(run.error(found, outputs, single))}},
        "importance": [each.encoded(n) for each in order],
        "sampling": _sampling(found, precision),
        "stability": _stability(run, found) if checks else None,
        "groups": grouping.by_group(features, found.values, outputs, taken),
        "associations": near,
        "forbidden": list(forbidden),
        "cases": told,
        "warnings": _warnings(run, found),
    }
    data = {
        "digest": tables.digest(),
        "rows": len(rows),
        "background_digest": asking.table_digest(names, background),
        "background_rows": len(background),
        "features": list(names),
        "sensitive": list(groups),
        "positive": run.explainer.subject.positive,
    }
    parameters = _parameters(run, n, len(single.places), proxy_limit, precision, reasons)
    if hide_below is not None:
        parameters["hidden_below"] = hide_below
    return finished("explanation", data, parameters, seed, ("shap", "scikit-learn", "scipy"), began, result)


def _sampling(found: Sampled, precision: float | None) -> dict[str, Any]:
    return {
        "stopped": found.stopped,
        "precision": None if precision is None else decimal_text(precision),
        "correction": "Bonferroni over features and looks; no finite-population correction",
        "looks": [
            {
                "rows": look.rows,
                "error": decimal_text(look.error),
                "quantile": decimal_text(look.quantile),
                "widest": {"value": decimal_text(look.widest)},
            }
            for look in found.looks
        ],
    }


def _stability(run: Run, found: Sampled) -> dict[str, Any]:
    """The ranking against one from other rows and all else that the seed decides, and against another background."""
    features, most = run.parted.features, run.checked
    draws = run.draws(1)
    places = bootstrap(run.takeable, most, draws)
    other = run.again(draws)
    values = run.parted.summed(batched(other, run.table[places], run.another_seed(1)))
    seeded = stability(ranked(features, found.mean, found.half), _ranked(features, values), len(places), other.name)
    first = found.values[:most]
    against = run.again(run.draws(2), anew=True)
    values = run.parted.summed(batched(against, run.table[: len(first)], run.another_seed(2)))
    moved = stability(_ranked(features, first), _ranked(features, values), len(first), against.name)
    return {"seed": seeded, "background": moved}


def _ranked(features: Sequence[str], values: NDArray[np.float64]) -> tuple[Ranked, ...]:
    import numpy as np

    return ranked(features, np.abs(values).mean(axis=0), simultaneous(np.abs(values)))


def _warnings(run: Run, found: Sampled) -> list[str]:
    warnings = []
    rows = len(run.tables.rows)
    if found.stopped == "most rows":
        why = "the permutation explainer asks the model again and again" if run.permutes else "no more are taken"
        warnings.append(f"Only {len(found.values):,} of {rows:,} rows were explained: {why}.")
    if run.permutes and len(found.values) < 30:
        warnings.append("The intervals rest on fewer than 30 rows.")
    return warnings


def _parameters(
    run: Run, n: int, cases: int, proxy_limit: float, precision: float | None, reasons: Reasons | None
) -> dict[str, str | int]:
    told: dict[str, str | int] = {
        "explainer": run.explainer.name,
        "model": type(run.explainer.subject.estimator).__name__,
        "explained_rows": n,
        "background_used": 0 if run.explainer.background is None else len(run.explainer.background),
        "interval": "0.95, simultaneous",
        "precision": "all rows" if precision is None else decimal_text(precision),
        "proxy_limit": decimal_text(proxy_limit),
        "cases": cases,
    }
    if reasons is not None:
        told |= {
            "pass_score": decimal_text(reasons.pass_score),
            "passes": reasons.passes,
            "reasons_against": reasons.against,
            "reruns": reasons.reruns,
        }
    return told
