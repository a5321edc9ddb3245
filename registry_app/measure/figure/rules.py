"""The tables that rules ask for: four fifths (29 CFR 1607.4(D)) and New York City's Local Law 144 (6 RCNY 5-301)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry_app.measure.figure.groups import in_order, named_by, said_of
from registry_app.measure.figure.number import interval, number, shown
from registry_app.measure.figure.part import Part, Table, Tone, table
from registry_app.measure.result import Result

MOST = 12
"""Tables of a rule; the rest stand in the attachment."""


def part_of_four_fifths(result: Result) -> Part | None:
    """Rates against the most selected group, shortfall and significance; None where the task has no selection."""
    found: Sequence[Mapping[str, Any]] = result.result.get("four_fifths", ())
    if not found:
        return None
    below = [line for each in found for line in each["groups"] if line["below"]]
    firm = sum(line["statistically_significant"] and line["practically_significant"] for line in below)
    outcome = "no group is below four fifths"
    if below:
        groups = "one group is" if len(below) == 1 else f"{len(below)} groups are"
        both = "1 of them" if firm == 1 else f"{firm} of them"
        outcome = f"{groups} below four fifths; {both} with statistical and practical significance"
    said = (
        "A ratio below four fifths is a screen that asks for a closer look, not a pass mark. Shortfall is how many more would have "
        "to be selected. A gap is practically significant where one person more selected here, and one fewer there, would not close it."
    )
    tone: Tone = "warn" if below else "good"
    return Part("Four fifths (29 CFR 1607.4(D))", outcome, tone, (said,), tuple(_fifths(each) for each in found[:MOST]))


def part_of_audits(result: Result) -> Part | None:
    """The tables of Local Law 144, which has no pass mark; None where the task has no selection."""
    found: Sequence[Mapping[str, Any]] = result.result.get("bias_audit", ())
    if not found:
        return None
    said = ["The rule counts people and has no pass mark, so nothing is judged here."]
    if len(found) > MOST:
        said.append(f"{len(found) - MOST} more tables stand in the attachment.")
    tables = tuple(_audit(each) for each in found[:MOST])
    return Part("New York City, Local Law 144 (6 RCNY 5-301)", said=tuple(said), tables=tables)


def part_of_disagreements(result: Result) -> Part | None:
    """Where the tables do not say the same."""
    said: Sequence[str] = result.result.get("disagreements", ())
    if not said:
        return None
    why = "The tables ask different questions of the same rows, and need not agree."
    return Part("Where the tables disagree", said=(why, *map(str, said)))


def _fifths(found: Mapping[str, Any]) -> Table:
    rows = []
    for line in in_order(found["groups"], found["by"]):
        test = line["test"]
        p = "reference" if test is None else number(str(test["adjusted"]))
        rows.append(
            (
                said_of(line, found["by"]), f"{line['n']:,}", f"{line['selected']:,}", shown(line["selection_rate"]),
                shown(line["impact_ratio"]), f"{line['shortfall']:,}" if line["below"] else "–", p, _firmness(line),
            )
        )  # fmt: skip
    columns = [
        ("Group", 21, False), ("Applicants", 11, True), ("Selected", 10, True), ("Rate", 9, True), ("Ratio", 9, True),
        ("Shortfall", 10, True), ("p-value", 11, True), ("Significance", 19, False),
    ]  # fmt: skip
    return table(columns, rows, f"By {named_by(found['by'])}, against {said_of({'by': found['against']}, found['by'])}")


def _firmness(line: Mapping[str, Any]) -> str:
    said = []
    if line["below"]:
        kinds = [("statistically_significant", "statistical"), ("practically_significant", "practical")]
        held = [name for key, name in kinds if line[key]]
        said.append(" and ".join(held) if held else "none")
        if line["one_more_changes_it"]:
            said.append("one more changes it")
    if line["warning"]:
        said.append(str(line["warning"]))
    return "; ".join(said) or "–"


def _audit(found: Mapping[str, Any]) -> Table:
    selection = found["kind"] == "selection"
    rate = "selection_rate" if selection else "scoring_rate"
    rows = []
    for row in in_order(found["rows"], found["by"]):
        counts = [f"{row['applicants']:,}", *([f"{row['selected']:,}"] if selection else [])]
        ratio = row["impact_ratio"]
        said = f"left out: {row['left_out']}" if row.get("left_out") else ""
        said = said or (shown(ratio) if "value" in ratio else f"undefined: {interval(ratio)}")
        rows.append((said_of(row, found["by"]), *counts, shown(row[rate]), said))
    columns = (
        [("Category", 38, False), ("Applicants", 13, True), ("Selected", 13, True), ("Selection rate", 15, True)]
        if selection
        else [("Category", 46, False), ("Applicants", 15, True), ("Scoring rate", 18, True)]
    )
    title = f"{'Selection' if selection else 'Scoring'} by {named_by(found['by'])}"
    unknown = f"Of unknown category, and in no row: {found['unknown']:,}."
    return table([*columns, ("Impact ratio", 21, False)], rows, title, unknown)
