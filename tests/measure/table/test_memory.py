from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from registry_app.errors import UsageError
from registry_app.measure.cells.count import cells
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.memory import Memory

MAPPING = Mapping("y", positive="1", prediction="p", sensitive=(Feature("g"),))
COLUMNS = {"y": [1, 0, 1, 0], "p": [1, 1, 0, 0], "g": ["a", "b", "a", "b"], "more": [1.5, None, 2, 3]}


def test_a_frame_a_dictionary_and_arrays_count_alike_and_are_named_by_the_csv_they_make() -> None:
    csv = "y,p,g\n1,1,a\n0,1,b\n1,0,a\n0,0,b\n"
    for frame in (COLUMNS, pd.DataFrame(COLUMNS), {name: np.array(values) for name, values in COLUMNS.items()}):
        with Memory(frame, MAPPING.columns) as source:
            assert cells(source, MAPPING).rows.tolist() == [[[0, 0], [1, 1]], [[1, 1], [0, 0]]]
            assert source.described() == {
                "digest": hashlib.sha256(csv.encode()).hexdigest(), "digest_of": "columns", "rows": 4,
            }  # fmt: skip


def test_what_pandas_calls_missing_is_a_group_of_its_own() -> None:
    frame = pd.DataFrame(
        {"y": [1, 0, 0, 1], "p": [1, 0, 0, 1], "g": pd.array([True, None, False, True], dtype="boolean")}
    )
    assert cells(Memory(frame, MAPPING.columns), MAPPING).groups.names == (("(missing)",), ("False",), ("True",))


def test_columns_that_are_not_there_or_not_equally_long_are_refused() -> None:
    with pytest.raises(UsageError, match="different lengths"):
        Memory({"y": [1, 0], "p": [1]}, ["y", "p"])
    with pytest.raises(UsageError, match="no such column"):
        Memory({"y": [1, 0]}, ["y", "p"])
    with pytest.raises(UsageError, match="no rows"):
        cells(Memory({"y": [], "p": [], "g": []}, MAPPING.columns), MAPPING)
