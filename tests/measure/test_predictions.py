from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from registry_app.errors import UsageError
from registry_app.measure.predictions import Mapping, Predictions
from registry_app.measure.table.limits import Limits

MAPPING = Mapping("y", "1", prediction="p", sensitive=("g",))
GOOD = "y,p,g\n1,1,a\n0,1,b\n1,0,a\n0,0,b\n"


def lay(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def what(path: Path, mapping: Mapping = MAPPING, limits: Limits | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        Predictions.from_file(path, mapping, limits)
    words = "; ".join((caught.value.what, *caught.value.details))
    assert words.isprintable()
    assert caught.value.todo.endswith(".")
    return words


def test_a_good_table_is_read_into_arrays(tmp_path: Path) -> None:
    found = Predictions.from_file(lay(tmp_path / "t.csv", GOOD), MAPPING)
    assert found.labels.tolist() == [True, False, True, False]
    assert found.predicted.tolist() == [True, True, False, False]
    assert found.sensitive["g"].tolist() == ["a", "b", "a", "b"]
    assert (found.rows, found.scores, found.row_ids) == (4, None, None)
    assert found.digest == hashlib.sha256(GOOD.encode()).hexdigest()


def test_a_gzipped_table_is_told_by_its_bytes_and_digested_as_it_lies(tmp_path: Path) -> None:
    packed = gzip.compress(GOOD.encode())
    found = Predictions.from_file(lay(tmp_path / "t.csv", packed), MAPPING)
    assert found.rows == 4
    assert found.digest == hashlib.sha256(packed).hexdigest()


def test_a_score_with_a_threshold_predicts(tmp_path: Path) -> None:
    content = "y,s,id\n1,0.5,a\n0,0.49,b\n"
    mapping = Mapping("y", "1", score="s", threshold=0.5, row_id="id")
    found = Predictions.from_file(lay(tmp_path / "t.csv", content), mapping)
    assert found.predicted.tolist() == [True, False]
    assert found.row_ids == ("a", "b")
    assert found.described()["threshold"] == "0.5"


def test_an_empty_sensitive_cell_is_a_group_of_its_own(tmp_path: Path) -> None:
    found = Predictions.from_file(lay(tmp_path / "t.csv", "y,p,g\n1,1,a\n0,0,\n"), MAPPING)
    assert found.sensitive["g"].tolist() == ["a", "(missing)"]


def test_a_table_is_checked_as_every_table_is(tmp_path: Path) -> None:
    assert "row 3: there are 2 cells, not 3" in what(lay(tmp_path / "t.csv", "y,p,g\n1,1,a\n0,0\n"))
    assert "a header and no rows" in what(lay(tmp_path / "u.csv", "y,p,g\n"))
    assert "longer than 10 bytes" in what(lay(tmp_path / "v.csv", GOOD + "1" * 11), limits=Limits(line=10))


def test_a_parquet_file_has_no_rows_for_curves(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 1 y, 1 p, 'a' g UNION ALL SELECT 0, 0, 'b') TO '{tmp_path}/t.parquet'")
    assert "from the rows of a CSV file" in what(tmp_path / "t.parquet")


def test_a_frame_and_a_dictionary_give_what_their_csv_gives(tmp_path: Path) -> None:
    columns = {"y": [1, 0, 1, 0], "p": [1, 1, 0, 0], "g": ["a", "b", "a", "b"], "more": [1.5, None, 2, 3]}
    from_file = Predictions.from_file(lay(tmp_path / "t.csv", GOOD), MAPPING)
    for frame in (columns, pd.DataFrame(columns), {name: np.array(values) for name, values in columns.items()}):
        found = Predictions.from_frame(frame, MAPPING)
        assert found.digest == from_file.digest
        assert found.labels.tolist() == from_file.labels.tolist()


def test_a_frame_is_checked_like_a_file() -> None:
    mapping = Mapping("y", "1", score="s", threshold=0.5)
    with pytest.raises(UsageError, match="row 3, column 's': the score is missing"):
        Predictions.from_frame({"y": [1, 0], "s": [0.5, float("nan")]}, mapping)
    with pytest.raises(UsageError, match="different lengths"):
        Predictions.from_frame({"y": [1, 0], "s": [0.5]}, mapping)
    with pytest.raises(UsageError, match="no such column"):
        Predictions.from_frame({"y": [1, 0]}, mapping)


def test_a_mapping_that_cannot_predict_or_names_a_column_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="no prediction"):
        Mapping("y", "1", score="s")
    with pytest.raises(UsageError, match="outside 0 to 1"):
        Mapping("y", "1", score="s", threshold=50)
    with pytest.raises(UsageError, match="one column twice"):
        Mapping("y", "1", prediction="y")


def test_scores_may_be_numpys_numbers_which_print_with_their_type() -> None:
    columns = {"y": [1, 0], "s": np.array([0.125, 0.75])}
    found = Predictions.from_frame(columns, Mapping("y", "1", score="s", threshold=0.5))
    assert found.scores is not None
    assert found.scores.tolist() == [0.125, 0.75]
