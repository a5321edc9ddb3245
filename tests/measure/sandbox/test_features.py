"""The table that goes in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from registry_app.errors import UsageError
from registry_app.measure.sandbox.features import features, from_bodies, kind_of


def test_a_table_crosses_with_its_kinds_and_its_missing_values() -> None:
    given = pd.DataFrame(
        {
            "age": [1, 2, 3],
            "income": [1.5, float("nan"), -0.0],
            "member": [True, False, True],
            "region": ["nørth", None, "so\x00uth"],
        }
    )
    sent = features(given)
    found = from_bodies(sent.head(), list(sent.bodies()))
    assert [kind_of(each) for each in found.columns.values()] == ["int", "float", "bool", "text"]
    assert found.rows == 3
    assert found.columns["region"].tolist() == ["nørth", None, "so\x00uth"]
    assert np.array_equal(found.columns["income"], given["income"], equal_nan=True)
    assert found.frame()["age"].tolist() == [1, 2, 3]
    assert str(found.frame("category")["region"].dtype) == "category"


def test_a_matrix_is_numbers_alone() -> None:
    assert features({"a": [1, 2], "b": [True, False]}).matrix().tolist() == [[1.0, 1.0], [2.0, 0.0]]
    with pytest.raises(UsageError, match="the column 'b' is text"):
        features({"a": [1, 2], "b": ["x", "y"]}).matrix()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "no row"),
        ({"a": []}, "no row"),
        ({"a": [1], "b": [1, 2]}, "not of one length"),
        ({"a": [[1, 2]]}, "more than one dimension"),
        ({"a": [object()]}, "holds object in row 1"),
        ({"\x1b[2J": ["x", 3j]}, r"u001b\[2J' holds complex in row 2"),
    ],
    ids=["no columns", "no rows", "unequal", "nested", "object", "escape"],
)
def test_what_is_no_table_is_refused(columns: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        features(
            {
                name: np.array(each, dtype=object) if each and isinstance(each[-1], complex) else each
                for name, each in columns.items()
            }
        )
