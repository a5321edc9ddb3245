from __future__ import annotations

import pytest

from registry_app.errors import UsageError
from registry_app.measure.table.problem import Problem, refuse


def test_every_problem_is_listed_a_line_each() -> None:
    problems = [Problem(row, "y", "the label is missing") for row in range(2, 29)]
    with pytest.raises(UsageError) as caught:
        refuse("t.csv", problems)
    assert caught.value.what == "'t.csv' has 27 problems."
    assert caught.value.details == tuple(f"row {row}, column 'y': the label is missing" for row in range(2, 29))


def test_one_problem_is_counted_in_the_singular() -> None:
    with pytest.raises(UsageError, match=r"'t\.csv' has 1 problem and was not read further\.\n  row 1: it is odd"):
        refuse("t.csv", [Problem(1, None, "it is odd")], " and was not read further")


def test_no_problems_raise_nothing() -> None:
    refuse("t.csv", ())


def test_a_problem_names_its_file_row_and_column_harmlessly() -> None:
    assert Problem(7, "a\x1b[31m\u202e", "it is odd", "b.parquet").text() == (
        "'b.parquet', row 7, column 'a\\u001b[31m\\u202e': it is odd"
    )
