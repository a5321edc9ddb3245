"""The figure of the quality of a table: what was found, column by column, and the label by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry_app.measure.figure.groups import said_of
from registry_app.measure.figure.number import both, ends_of, share, shown, value_of, words
from registry_app.measure.figure.part import BARS, Part, table
from registry_app.measure.figure.plot import Bar, Bars, Plot
from registry_app.measure.result import Result


def parts(result: Result) -> tuple[Part, ...]:
    """All passages, in the order in which they are read."""
    return (_findings(result), _columns(result), *_balance(result))


def missing_bars(result: Result) -> tuple[Bar, ...]:
    """The share of missing cells of the columns that lack most; empty where none lacks any."""
    told: Sequence[Mapping[str, Any]] = result.result["columns"]
    order = sorted(told, key=lambda each: (-(value_of(each["missing"]) or 0.0), str(each["column"])))
    return tuple(
        Bar(str(each["column"]), value_of(each["missing"]), *ends_of(each["missing"]))
        for each in order[:BARS]
        if value_of(each["missing"])
    )


def balance_bars(result: Result, by: str) -> tuple[Bar, ...]:
    """The share of the positive outcome in each group of one feature."""
    return tuple(
        Bar(
            said_of(each, [by]),
            value_of(each["positive_rate"]),
            *ends_of(each["positive_rate"]),
            note=f"n = {each['n']:,}",
        )
        for each in result.result["balance"]
        if list(each["by"]) == [by]
    )[:BARS]


def _findings(result: Result) -> Part:
    told = result.result
    found: Sequence[Mapping[str, Any]] = told["findings"]
    said = [f"Rows that stand in the table already: {share(told['repeated_rows'])}."]
    overlap = told.get("overlap")
    if overlap:
        said.append(
            f"Rows that stand in the other table too, by {len(overlap['columns'])} columns they share: {share(overlap['rows'])} "
            f"({overlap['different']:,} different ones)."
        )
    rows = [(str(each["column"]) or "the whole table", str(each["what"])) for each in found]
    tables = (table([("Column", 32, False), ("What was found", 68, False)], rows),) if rows else ()
    return Part("What was found", str(told["outcome"]), "warn" if found else "good", tuple(said), tables)


def _columns(result: Result) -> Part:
    told: Sequence[Mapping[str, Any]] = result.result["columns"]
    rows = [
        (str(each["column"]), str(each["kind"]), *both(each["missing"]), f"{each['values']:,}", _says(each.get("says")))
        for each in told
    ]
    columns = [
        ("Column", 28, False), ("Kind", 11, False), ("Missing", 10, True), ("95 % interval", 17, False), ("Values", 11, True),
        ("Says about the label", 23, False),
    ]  # fmt: skip
    bars = missing_bars(result)
    plots: tuple[Plot, ...] = (Bars("Missing share, the largest first", bars),) if bars else ()
    label = result.data.get("label")
    said = () if label is None else (
        ("What a column alone says about the label: the area under its ROC curve for numbers (0.5 is nothing), Cramér's V for words (0 is "
        "nothing). A column that says nearly all was often written after the outcome was known."),
    )  # fmt: skip
    return Part("Column by column", said=said, tables=(table(columns, rows),), plots=plots)


_MEASURES = {"auc": "AUC", "cramers_v": "Cramér's V"}


def _says(told: Mapping[str, Any] | None) -> str:
    if told is None:
        return "–"
    return (
        f"{_MEASURES.get(str(told['measure']), words(str(told['measure'])))} {shown(told)}"
        if "value" in told
        else f"undefined: {told['undefined']}"
    )


def _balance(result: Result) -> tuple[Part, ...]:
    """One passage per sensitive feature."""
    held: Sequence[Mapping[str, Any]] = result.result.get("balance", ())
    parts = []
    for by in dict.fromkeys(next(iter(each["by"])) for each in held):
        rows = [
            (said_of(each, [by]), f"{each['n']:,}", *both(each["positive_rate"]))
            for each in held
            if list(each["by"]) == [by]
        ]
        columns = [("Group", 40, False), ("Rows", 18, True), ("Positive", 16, True), ("95 % interval", 26, False)]
        name = words(str(by))
        plot = Bars(f"Share of the positive outcome by {name}", balance_bars(result, str(by)))
        parts.append(Part(f"The label by {name}", tables=(table(columns, rows),), plots=(plot,)))
    return tuple(parts)
