"""Single decisions: at most four reasons each, and how far each reason can be relied on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from registry_app.measure.figure.attribution import case_bars
from registry_app.measure.figure.number import number, shown
from registry_app.measure.figure.part import Part, Table, table
from registry_app.measure.figure.plot import Leaning, Plot
from registry_app.measure.result import Result

CASES = 3
"""Cases that are drawn: the lowest, a middle and the highest prediction."""

REASONED = 6
"""Cases whose reasons are listed."""


def parts_of_cases(result: Result) -> tuple[Part, ...]:
    """The cases drawn, and the reasons of those that did not pass; nothing where no case was asked for."""
    cases: Sequence[Mapping[str, Any]] = result.result.get("cases", ())
    if not cases:
        return ()
    failed = [case for case in cases if (case.get("decision") or {}).get("reasons")]
    plots = tuple(_drawn(result, cases[at]) for at in sorted({0, len(cases) // 2, len(cases) - 1}))
    drawn = Part("Single cases", said=(_spread(cases),), tables=(_listed(cases),), plots=plots[:CASES])
    return (drawn, _reasons(result, failed)) if failed else (drawn,)


def _spread(cases: Sequence[Mapping[str, Any]]) -> str:
    many = "One case was" if len(cases) == 1 else f"{len(cases)} cases were"
    return f"{many} explained; drawn are the first, a middle and the last of them."


def _listed(cases: Sequence[Mapping[str, Any]]) -> Table:
    rows = []
    for case in cases:
        decision = case.get("decision") or {}
        passes = "not asked" if not decision else "passes" if decision["passes"] else "does not pass"
        first = case["contributions"][0] if case["contributions"] else None
        most = f"{first['feature']} ({float(first['value']):+.3f})" if first else "–"
        rows.append((str(case["row"]), shown(case["prediction"]), passes, most))
    columns = [("Case", 24, False), ("Prediction", 16, True), ("Decision", 22, False), ("Moved most by", 38, False)]
    return table(columns, rows, most=12)


def _drawn(result: Result, case: Mapping[str, Any]) -> Plot:
    title = f"One case, {case['row']}: predicted {shown(case['prediction'])}"
    return Leaning(title, case_bars(dict(case)), str(result.result["output"]))


def _reasons(result: Result, failed: Sequence[Mapping[str, Any]]) -> Part:
    """Reasons by Regulation B's accepted methods (12 CFR 1002.9(b)(2))."""
    chosen = result.parameters
    whom = "those just above the pass score" if chosen.get("reasons_against") == "just above" else "all applicants"
    passes = f"{chosen.get('passes', 'at least')} {number(str(chosen.get('pass_score', '')))}"
    said = [
        (
            f"A case passes at {passes}. Its reasons are the features, four at most, that fall furthest below the average of {whom}. "
            f"Each was looked for {chosen.get('reruns', 0)} more times against other backgrounds (kept), and set to its usual value (turns it)."
        )
    ]
    flagged = sum(bool(each["flags"]) for case in failed for each in case["decision"]["reasons"])
    outcome = "no reason is forbidden or a proxy"
    if flagged:
        outcome = f"{flagged} {'reason is' if flagged == 1 else 'reasons are'} forbidden or a proxy"
    if len(failed) > REASONED:
        said.append(f"Listed are {REASONED} cases; {len(failed) - REASONED} more stand in the attachment.")
    tables = tuple(_of_case(case) for case in failed[:REASONED])
    return Part("Reasons for decisions", outcome, "bad" if flagged else "good", tuple(said), tables)


def _of_case(case: Mapping[str, Any]) -> Table:
    decision = case["decision"]
    rows = [
        (
            f"{place}. {each['text']}", str(each["feature"]), shown(each["below"]),
            "yes" if each["flips"] else "no",
            f"{float(each['stability']['value']):.0%}" if "value" in each["stability"] else "not done again",
            ", ".join(map(str, each["flags"])) or "–",
        )
        for place, each in enumerate(decision["reasons"], 1)
    ]  # fmt: skip
    columns = [
        ("Reason", 36, False), ("Feature", 18, False), ("Below", 9, True), ("Turns it", 9, False), ("Kept", 12, True),
        ("Flags", 16, False),
    ]  # fmt: skip
    together = (
        "all of them together turn the decision"
        if decision["flips_together"]
        else "all of them together do not turn it"
    )
    return table(columns, rows, f"{case['row']}, predicted {shown(case['prediction'])}: {together}")
