"""Where the tables of one document disagree, in words. They need not agree: they ask different questions of the same rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from registry_app.measure.cells.significance import CANNOT_TELL, NONE_BEYOND, SHOWN
from registry_app.measure.fairness.four_fifths import FOUR_FIFTHS


def disagreements(
    outcomes: Sequence[dict[str, Any]], fifths: Sequence[dict[str, Any]], audits: Sequence[dict[str, Any]]
) -> list[str]:
    """One sentence for each pair that does not say the same."""
    return [*_with_outcomes(outcomes, fifths), *_between_sets(fifths), *_between_audits(fifths, audits)]


def _with_outcomes(outcomes: Sequence[dict[str, Any]], fifths: Sequence[dict[str, Any]]) -> Iterator[str]:
    for outcome, table in zip(outcomes, fifths, strict=True):
        said, below = outcome["outcome"].split(":")[0], _below(table)
        if below and said == NONE_BEYOND:
            yield f"By {_named(table)} {_count(below)} below four fifths, and the outcome is: {said}."
        elif below and said == CANNOT_TELL:
            yield f"By {_named(table)} {_count(below)} below four fifths, but the outcome is that it cannot be told."
        elif not below and said == SHOWN:
            yield f"By {_named(table)} no group is below four fifths, and the outcome is: {said}."
        changed = [line for line in table["groups"] if line["below"] and line["one_more_changes_it"]]
        if changed:
            groups = "a group" if len(changed) == 1 else f"{len(changed)} groups"
            yield f"By {_named(table)} one more person selected would bring {groups} to four fifths."


def _between_sets(fifths: Sequence[dict[str, Any]]) -> Iterator[str]:
    single = [table for table in fifths if len(table["by"]) == 1]
    for table in fifths:
        if len(table["by"]) > 1 and _below(table) and not any(map(_below, single)):
            yield f"No group of one feature is below four fifths, but by {_named(table)} {_count(_below(table))}."
        elif len(table["by"]) > 1 and not _below(table) and any(map(_below, single)):
            yield f"A group of one feature is below four fifths, but none by {_named(table)}."


def _between_audits(fifths: Sequence[dict[str, Any]], audits: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The four-fifths ratio laid to the tables of Local Law 144, which have no mark of their own."""
    tables = {tuple(table["by"]): table for table in fifths}
    for audit in audits:
        table = tables.get(tuple(audit["by"]))
        if table is None:
            continue
        low = sum(
            "value" in row["impact_ratio"] and float(row["impact_ratio"]["value"]) < FOUR_FIFTHS
            for row in audit["rows"]
        )
        if low != _below(table):
            yield (
                f"By {_named(table)} {_count(_below(table))} below four fifths of the most selected group, and {low} in the "
                f"{audit['kind']} table of Local Law 144."
            )


def _below(table: dict[str, Any]) -> int:
    return sum(line["below"] for line in table["groups"])


def _count(groups: int) -> str:
    return {0: "no group is", 1: "one group is"}.get(groups, f"{groups} groups are")


def _named(table: dict[str, Any]) -> str:
    return " and ".join(table["by"])
