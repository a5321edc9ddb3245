from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from registry_app.errors import StorageError, UsageError
from registry_app.measure import predictions as room
from registry_app.measure.predictions import Limits, Mapping, Predictions

MAPPING = Mapping("y", "1", prediction="p", sensitive=("g",))
GOOD = "y,p,g\n1,1,a\n0,1,b\n1,0,a\n0,0,b\n"


def lay(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def what(path: Path, mapping: Mapping = MAPPING, limits: Limits | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        Predictions.from_file(path, mapping, limits)
    assert caught.value.what.isprintable()
    assert caught.value.todo.endswith(".")
    return caught.value.what


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


def test_quotes_byte_order_mark_windows_lines_and_blank_ends_are_read(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfy,p,g\r\n" + b'"1",1,"a, ""x""\nb"\r\n0,1,b\r\n\r\n\r\n'
    found = Predictions.from_file(lay(tmp_path / "t.csv", content), MAPPING)
    assert found.sensitive["g"].tolist() == ['a, "x"\nb', "b"]


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


def test_all_problems_of_all_columns_are_listed_at_once_in_order_of_rows(tmp_path: Path) -> None:
    content = "y,s,g\n,0.5,a\n1,nan,a\n1,2\n\n0,x,a\n"
    said = what(lay(tmp_path / "t.csv", content), Mapping("y", "1", score="s", threshold=0.5, sensitive=("g",)))
    assert said == (
        "'t.csv' has 6 problems: row 2, column 'y': the label is missing; "
        "row 3, column 's': the score 'nan' is not a finite number; row 4: there are 2 cells, not 3; "
        "row 5: the row is blank; row 6, column 's': the score 'x' is not a number; "
        "column 'g': all rows are in the group 'a': two groups are needed."
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("y,p,g\n", "a header and no rows"),
        ("y,p,g,y\n1,1,a,1\n", "2 columns have this name"),
        ("y,g\n1,a\n", "column 'p': there is no such column"),
        ("y,p,g\n1,1,a\n1,1,b\n", "two classes are needed"),
        ("y,p,g\n1,1,a\n0,1,a\n", "two groups are needed"),
        ("y,p,g\nno,no,a\nyes,no,b\n", "the positive outcome '1' never occurs"),
        ('y,p,g\n1,1,"a\n', "the row is not CSV"),
        ('y,p,g\n1,1,"a"b\n', "the row is not CSV"),
        ("y,p,g\n1,1," + "a" * 200_000 + "\n", "the row is not CSV"),
        ("y,p,g\n1,1,\x1b[31m\n0,0,\x1b[31m\n", "\\u001b"),
    ],
)
def test_a_bad_table_is_refused_for_its_reason(tmp_path: Path, content: str, said: str) -> None:
    assert said in what(lay(tmp_path / "t.csv", content))


def test_wrong_encodings_are_named_by_row(tmp_path: Path) -> None:
    content = "y,p,g\n1,1,a\n0,0,M\u00fcller\n".encode("latin-1")
    assert "row 3: byte 6 is not UTF-8" in what(lay(tmp_path / "t.csv", content))
    assert "is not UTF-8" in what(lay(tmp_path / "u.csv", GOOD.encode("utf-16")))


def test_a_gzip_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    path = lay(tmp_path / "t.csv.gz", gzip.compress(b"y,p,g\n" + b"1,1,a\n" * 1_000_000))
    assert "holds more than 100,000 bytes" in what(path, limits=Limits(content=100_000))
    assert "has more than 10 rows" in what(path, limits=Limits(rows=10))


def test_a_line_without_end_and_too_many_columns_are_refused(tmp_path: Path) -> None:
    assert "longer than 100 bytes" in what(lay(tmp_path / "t.csv", b"y" * 1000), limits=Limits(line=100))
    assert "more than 3 columns" in what(lay(tmp_path / "u.csv", "a,b,c,d\n"), limits=Limits(columns=3))


def test_reading_stops_when_there_are_too_many_problems(tmp_path: Path) -> None:
    path = lay(tmp_path / "t.csv", "y,p,g\n" + "1\n" * 1000)
    assert "has 50 problems in the part that was read" in what(path, limits=Limits(problems=50))


def test_half_a_gzip_file_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(os.urandom(1000) + GOOD.encode())
    assert "not a whole gzip file" in what(lay(tmp_path / "t.csv", gzip.compress(GOOD.encode() * 1000)[:-20]))
    assert what(lay(tmp_path / "u.csv", whole[:2] + b"\xff" * 50))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        assert "is not a file" in what(path)
    assert "There is no file" in what(tmp_path / "absent")
    assert "There is no file" in what(Path("a\0b"))


def test_a_disk_that_fails_is_a_storage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(room, "_parse", fail)
    with pytest.raises(StorageError, match="Input/output error"):
        Predictions.from_file(lay(tmp_path / "t.csv", GOOD), MAPPING)


def test_a_table_that_grows_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = lay(tmp_path / "t.csv", GOOD)
    genuine = room._parse

    def meddle(*given: object) -> object:
        with path.open("a") as stream:
            stream.write("1,1,a\n")
        return genuine(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(room, "_parse", meddle)
    assert "changed while it was being read" in what(path)


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
