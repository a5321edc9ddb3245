from __future__ import annotations

import pytest

from registry_app.errors import UsageError
from registry_app.measure.table.problem import Problem, refuse


def test_the_first_twenty_problems_are_listed_and_the_rest_counted() -> None:
    problems = [Problem(row, "y", "the label is missing") for row in range(2, 29)]
    with pytest.raises(UsageError) as caught:
        refuse("t.csv", problems)
    assert caught.value.what.startswith("'t.csv' has 27 problems: row 2, column 'y': the label is missing; row 3")
    assert caught.value.what.endswith("row 21, column 'y': the label is missing; and 7 more.")


def test_no_problems_raise_nothing() -> None:
    refuse("t.csv", ())


def test_a_problem_names_its_file_row_and_column_harmlessly() -> None:
    assert Problem(7, "a\x1b[31m\u202e", "it is odd", "b.parquet").text() == (
        "'b.parquet', row 7, column 'a\\u001b[31m\\u202e': it is odd"
    )
