"""The figure of an explanation: what moves the model, whether that holds, where a gap comes from, and single decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry_app.measure.figure.attribution import gap_bars, importance_bars
from registry_app.measure.figure.cases import parts_of_cases
from registry_app.measure.figure.number import both, cut, interval, number, shown, value_of, words
from registry_app.measure.figure.part import Part, Table, table
from registry_app.measure.figure.plot import Leaning, Plot
from registry_app.measure.result import Result

GAPS = 4
"""Groups of one feature whose gap is drawn."""


def parts(result: Result) -> tuple[Part, ...]:
    """All passages, in the order in which they are read."""
    found: list[Part | None] = [_importance(result), _checks(result)]
    found += [_gap(result, each) for each in result.result.get("groups", ())]
    found += [_proxies(result), *parts_of_cases(result)]
    return tuple(part for part in found if part is not None)


def _importance(result: Result) -> Part:
    unit, told = str(result.result["output"]), result.result["importance"]
    said = [
        (
            f"SHAP values of {result.result['n']:,} rows by the {result.parameters['explainer']} explainer, in {unit}. "
            f"They start from the base value {shown(result.result['base_value'])}."
        )
    ]
    said += [f"Note: {warning}" for warning in result.result.get("warnings", ())]
    rows = [(str(each["rank"]), str(each["feature"]), *both(each), _ranks(each)) for each in told]
    columns = [
        ("Rank", 8, True), ("Feature", 42, False), ("Mean |SHAP|", 14, True), ("95 % interval", 22, False),
        ("Ranks it may have", 14, False),
    ]  # fmt: skip
    title = "What moves the model: mean absolute SHAP value"
    plot = Leaning(title, importance_bars(result), unit)
    return Part("What moves the model", said=tuple(said), tables=(table(columns, rows),), plots=(plot,))


def _ranks(told: Mapping[str, Any]) -> str:
    best, worst = told.get("ranks", (told["rank"], told["rank"]))
    return str(best) if best == worst else f"{best} to {worst}"


def _checks(result: Result) -> Part:
    error = result.result["additivity"]["max_abs_error"]
    said = [f"Base value and contributions add up to the output within {shown(error, 6)}."]
    sampling = result.result.get("sampling")
    if sampling:
        said.append(_sampled(sampling))
    stability: Mapping[str, Any] | None = result.result.get("stability")
    tables: tuple[Table, ...] = ()
    if stability:
        tables = (_stability(stability),)
    else:
        said.append("Whether the ranking holds when it is made again was not checked.")
    return Part("Whether it holds", said=tuple(said), tables=tables)


def _stability(stability: Mapping[str, Any]) -> Table:
    rows = [
        (
            f"with another {name}", f"{each['rows']:,}", shown(each["spearman"]), shown(each["kendall"]),
            f"{float(each['top_overlap']['value']):.0%}" if "value" in each["top_overlap"] else "undefined",
        )
        for name, each in sorted(stability.items())
    ]  # fmt: skip
    columns = [
        ("The ranking made again", 34, False), ("Rows", 12, True), ("Spearman", 16, True), ("Kendall", 16, True),
        ("First five kept", 22, True),
    ]  # fmt: skip
    return table(columns, rows)


def _sampled(sampling: Mapping[str, Any]) -> str:
    looks: Sequence[Mapping[str, Any]] = sampling["looks"]
    why = words(str(sampling["stopped"]))
    last = looks[-1] if looks else None
    at = f" after {len(looks)} {'look' if len(looks) == 1 else 'looks'}" if looks else ""
    widest = None if last is None else value_of(last["widest"])
    wide = "" if widest is None else f"; the widest interval of the first ten is ±{widest:.1%} of its value"
    return f"Rows were taken in batches and stopped{at}: {why}{wide}."


def _gap(result: Result, told: Mapping[str, Any]) -> Part:
    by = str(told["by"])
    against = next((str(each["against"]) for each in told["differences"]), "")
    apart = {str(each["group"]): each for each in told["differences"]}
    rows = []
    for each in told["groups"]:
        gap = apart.get(str(each["group"]))
        widest = gap["contributions"][0] if gap and gap["contributions"] else None
        through = f"{widest['feature']} ({float(widest['value']):+.3f})" if widest else "–"
        rows.append(
            (
                str(each["group"]), f"{each['n']:,}{' (small)' if each['small'] else ''}", shown(each["mean_output"]),
                f"{float(gap['output']['value']):+.3f}" if gap and "value" in gap["output"] else "reference", through,
            )
        )  # fmt: skip
    columns = [
        ("Group", 28, False), ("Rows", 14, True), ("Mean output", 14, True), ("Difference", 14, True),
        ("Widest through", 30, False),
    ]  # fmt: skip
    plots: list[Plot] = []
    for group in list(apart)[:GAPS]:
        bars = gap_bars(result, by, group)
        title = f"From {cut(against, 30)} to {cut(group, 30)}: the difference in mean output, feature by feature"
        plots.append(Leaning(title, bars, str(result.result["output"])))
    said = [
        "The differences of the features sum to the difference in mean output; SHAP values add up, so this is exact."
    ]
    if len(apart) > GAPS:
        said.append(f"Drawn are {GAPS} groups; {len(apart) - GAPS} more stand in the attachment.")
    return Part(
        f"Through which features groups of {words(by)} differ",
        said=tuple(said),
        tables=(table(columns, rows),),
        plots=tuple(plots),
    )


def _proxies(result: Result) -> Part | None:
    near: Sequence[Mapping[str, Any]] = result.result.get("associations", ())
    forbidden = [str(name) for name in result.result.get("forbidden", ())]
    if not near and not forbidden:
        return None
    found = [each for each in near if each["proxy"]]
    limit = number(str(result.parameters.get("proxy_limit", "")), 2)
    outcome = "no feature stands in for a sensitive one beyond the limit"
    if found:
        names = (
            "one feature stands" if len(found) == 1 else f"{len(found)} pairs of a feature and a sensitive one stand"
        )
        outcome = f"{names} close enough to be a proxy"
    if not near:
        outcome = ""
    said = []
    if near:
        said.append(
            f"An association of at least {limit} with a sensitive feature is flagged; 0 is none, 1 is the same thing."
        )
    if forbidden:
        said.append(f"Must not be a reason: {cut(', '.join(forbidden), 400)}.")
    order = sorted(near, key=lambda each: (not each["proxy"], -(value_of(each) or 0.0), str(each["feature"])))
    rows = [
        (
            str(each["feature"]), str(each["sensitive"]), words(str(each["statistic"])), shown(each),
            "proxy" if each["proxy"] else interval(each) if "undefined" in each else "–",
        )
        for each in order
    ]  # fmt: skip
    columns = [
        ("Feature", 32, False), ("Sensitive", 22, False), ("Measure", 18, False), ("Association", 13, True),
        ("Flag", 15, False),
    ]  # fmt: skip
    tables = (table(columns, rows, most=15),) if rows else ()
    return Part(
        "Proxies and forbidden reasons", outcome, "warn" if found else "good" if near else "plain", tuple(said), tables
    )
