"""What a model goes by: importances, the checks of them, the gap between groups, single cases, and what changed."""

from __future__ import annotations

from typing import Any

from registry_app.measure import figure
from registry_app.measure.explain.comparison import compare
from registry_app.measure.result import Result
from registry_app.tui.pages.number import draw_around, said
from registry_app.tui.prose import Prose

CASES = 3
"""How many explained cases are drawn."""
GAPS = 4
"""How many groups' gaps are drawn for each sensitive feature."""


def explanation(page: Prose, result: Result) -> None:
    """The part of a page about one explanation, of any version."""
    found = result.result
    page.blank()
    page.say(f"Mean absolute contribution to the {found['output']}", "strong")
    draw_around(page, figure.importance_bars(result))
    page.blank()
    _checks(page, found)
    for told in found.get("groups", ()):
        _gaps(page, result, told)
    _proxies(page, found.get("associations", ()))
    for case in found["cases"][:CASES]:
        _case(page, case)


def changed(page: Prose, before: Result, now: Result, name: str) -> None:
    """What changed since the explanation of another version, called ``name``."""
    compared = compare(before, now)
    page.blank()
    beyond = len(compared.changed)
    words = f": {beyond} changed beyond their intervals" if beyond else ": nothing changed beyond its interval"
    page.item((("Importances before, in ", "strong"), (name, "strong"), (f", and now{words}", "")), 0)
    if compared.outputs[0] != compared.outputs[1]:
        page.say(f"Ranks alone can be compared: before it added up to the {compared.outputs[0]}.", "muted")
    draw_around(page, figure.moved_bars(compared))


def _checks(page: Prose, found: dict[str, Any]) -> None:
    page.pair(
        "additivity", f"at most {float(found['additivity']['max_abs_error']['value']):.2g} from the model's own output"
    )
    for name, held in (found.get("stability") or {}).items():
        words = f"rank correlation {said(held['spearman'])}, first five kept {said(held['top_overlap'])}"
        page.pair(
            {"seed": "other rows", "background": "other background"}.get(name, name),
            f"{words}, over {held['rows']:,} rows",
        )
    if found.get("sampling"):
        page.pair("rows taken", f"{found['n']:,}; stopped: {found['sampling']['stopped']}")
    for words in found.get("warnings", ()):
        page.pair("warning", words, "warning")


def _gaps(page: Prose, result: Result, told: dict[str, Any]) -> None:
    """Through which features a gap comes, group by group."""
    for each in told["differences"][:GAPS]:
        page.blank()
        page.item((
            ("Gap by ", "strong"), (told["by"], "strong"), (": ", "strong"), (each["group"], "strong"),
            (f" against {each['against']}, through", ""),
        ), 0)  # fmt: skip
        draw_around(page, figure.gap_bars(result, told["by"], each["group"]))
    if len(told["differences"]) > GAPS:
        page.say(f"and {len(told['differences']) - GAPS} more groups", "muted")


def _proxies(page: Prose, found: Any) -> None:
    """The strongest associations, proxies first by their very strength."""
    held = sorted((each for each in found if "value" in each), key=lambda each: -float(each["value"]))
    if not held:
        return
    page.blank()
    page.say("Features that go with a sensitive one", "strong")
    rows = [(each["feature"], each["sensitive"], said(each), "proxy" if each["proxy"] else "") for each in held]
    page.table(("feature", "sensitive", "0 to 1", ""), rows, most=8)


def _case(page: Prose, case: dict[str, Any]) -> None:
    page.blank()
    decision = case.get("decision")
    passes = "" if decision is None else ", passes" if decision["passes"] else ", does not pass"
    page.item(
        (("Case ", "strong"), (f"{case['row']}: {float(case['prediction']['value']):.3f}", "strong"), (passes, "")), 0
    )
    draw_around(page, figure.case_bars(case))
    for place, reason in enumerate((decision or {}).get("reasons", ()), start=1):
        flips = "turns the decision" if reason["flips"] else "does not turn it alone"
        page.item(((f"{place}. ", ""), (reason["text"], "strong"), (f" ({reason['feature']})", "")), 2)
        flags = "".join(f"; {flag}" for flag in reason["flags"])
        page.say(
            f"{flips}; in {said(reason['stability'])} of reruns{flags}", "warning" if reason["flags"] else "muted", 5
        )
