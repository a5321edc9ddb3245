from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path

import duckdb
import pytest

from registry_app.errors import StorageError, UsageError
from registry_app.measure.cells.count import cells
from registry_app.measure.table import files
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.source import open_source

MAPPING = Mapping("y", positive="1", prediction="p", sensitive=(Feature("g"),))
GOOD = "y,p,g\n1,1,a\n0,1,b\n1,0,a\n0,0,b\n"


def lay(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def parquet(path: Path, query: str) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def what(path: Path | str, mapping: Mapping = MAPPING, limits: Limits | None = None) -> str:
    with pytest.raises(UsageError) as caught, open_source(str(path), limits) as source:
        cells(source, mapping)
    words = "; ".join((caught.value.what, *caught.value.details))
    assert words.isprintable()
    assert caught.value.todo.endswith(".")
    assert "/tmp" not in words or "There is no file" in words
    return words


def names(path: Path | str) -> list[str]:
    with open_source(str(path)) as source:
        return [name for (name,) in cells(source, MAPPING).groups.names]


def test_one_file_is_named_by_the_hash_of_its_bytes_packed_or_not(tmp_path: Path) -> None:
    for content in (GOOD.encode(), gzip.compress(GOOD.encode())):
        with open_source(str(lay(tmp_path / "t.csv", content))) as source:
            wanted = {"digest": hashlib.sha256(content).hexdigest(), "digest_of": "file", "rows": 4}
            assert source.described() == wanted


def test_a_folder_and_a_glob_are_named_by_a_manifest_of_their_files(tmp_path: Path) -> None:
    for name, g in (("a", "x"), ("b", "y")):
        parquet(tmp_path / f"{name}.parquet", f"SELECT 1 y, 1 p, '{g}' g UNION ALL SELECT 0, 0, '{g}'")
    lines = []
    for name in ("a.parquet", "b.parquet"):
        content = (tmp_path / name).read_bytes()
        lines.append(f"{hashlib.sha256(content).hexdigest()} {len(content)} {name}\n")
    manifest = hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()
    for text in (tmp_path, tmp_path / "*.parquet"):
        with open_source(str(text)) as source:
            assert source.described() == {"digest": manifest, "digest_of": "files", "rows": 4}
            assert cells(source, MAPPING).rows.sum() == 4


def test_what_a_file_is_its_first_bytes_tell(tmp_path: Path) -> None:
    packed = gzip.compress(GOOD[:12].encode()) + gzip.compress(GOOD[12:].encode())
    assert names(lay(tmp_path / "t.parquet", packed)) == ["a", "b"]
    written = parquet(tmp_path / "t.csv", "SELECT 1 y, 1 p, 'a' g UNION ALL SELECT 0, 0, 'b'")
    assert names(written) == ["a", "b"]


def test_quotes_byte_order_mark_windows_lines_and_blank_ends_are_read(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfy,p,g\r\n" + b'"1",1,"a, ""x""\nb"\r\n0,1,b\r\n\r\n\r\n'
    assert names(lay(tmp_path / "t.csv", content)) == ['a, "x"\nb', "b"]


def test_a_cell_that_is_a_formula_or_looks_like_sql_is_a_group_like_any_other(tmp_path: Path) -> None:
    content = "y,p,g\n1,1,=cmd|' /C calc'!A0\n0,0,'; DROP TABLE data; --\n0,0,$1\n"
    assert names(lay(tmp_path / "t.csv", content)) == ["$1", "'; DROP TABLE data; --", "=cmd|' /C calc'!A0"]


def test_all_problems_of_all_columns_are_listed_at_once_in_order_of_rows(tmp_path: Path) -> None:
    content = "y,s,g\n,0.5,a\n1,nan,a\n1,2\n\n0,x,a\n"
    mapping = Mapping("y", positive="1", score="s", threshold=0.5, sensitive=(Feature("g"),))
    assert what(lay(tmp_path / "t.csv", content), mapping) == (
        "'t.csv' has 6 problems.; row 2, column 'y': the label is missing; "
        "row 3, column 's': the score 'nan' is not a finite number; row 4: there are 2 cells, not 3; "
        "row 5: the row is blank; row 6, column 's': the score 'x' is not a number; "
        "column 'g': all rows are in the group 'a': two groups are needed"
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
        ("y,p,g\n1,1,a\n0,1,b\n2,1,b\n", "there are 3 classes"),
        ("y,p,g\n1,1,a\n0,yes,b\n", "row 3, column 'p': the prediction 'yes' is none of the label's classes"),
        ("y,p,g\n1,1,a\n0,,b\n", "row 3, column 'p': the prediction is missing"),
        ('y,p,g\n1,1,"a\n', "the row is not CSV"),
        ('y,p,g\n1,1,"a"b\n', "the row is not CSV"),
        ("y,p,g\n1,1," + "a" * 200_000 + "\n0,0,b\n", "more than 200 characters"),
        ("y,p,g\n1,1,\x1b[31m\n0,0,\x1b[31m\n", "\\u001b"),
        ("y,p,g\n1,1,a\0b\n0,0,b\n", "row 2: byte 6 is a NUL"),
        ("y,p,g\n1,1,a\n0,0,b\r1,1,c\n", "not CSV"),
        ('y,p,"g\nh"\r\n1,1,a\r\n0,0,b\r\n', "a line break in the name of a column"),
        ("y,p,g\n\n1,1,a\n0,0,b\n", "row 2: the row is blank"),
    ],
)
def test_a_bad_table_is_refused_for_its_reason(tmp_path: Path, content: str, said: str) -> None:
    assert said in what(lay(tmp_path / "t.csv", content))


def test_no_row_is_lost_where_line_breaks_are_of_several_kinds(tmp_path: Path) -> None:
    for content in (
        GOOD.replace("\n", "\r\n", 2),
        GOOD.replace("\n", "\r\n", 1),
        GOOD[:-1].replace("\n", "\r\n") + "\n",
    ):
        with open_source(str(lay(tmp_path / "t.csv", content))) as source:
            try:
                assert cells(source, MAPPING).rows.sum() == 4
            except UsageError as error:
                assert "line breaks" in error.what or "cannot be read" in error.what  # noqa: PT017


def test_a_count_of_fewer_rows_than_there_are_is_not_believed(tmp_path: Path) -> None:
    path = str(lay(tmp_path / "t.csv", GOOD))
    with open_source(path) as source, pytest.raises(UsageError, match="line breaks of several kinds"):
        source.counted(3)
    with open_source(str(lay(tmp_path / "t.csv", GOOD.replace("a", '"a\n"')))) as source:
        source.counted(4)


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
    long = "y,p,g\n1,1,a\n0,0," + "b" * 5000 + "\n"
    assert "longer than 1,000 bytes" in what(lay(tmp_path / "v.csv", long), limits=Limits(line=1000))
    assert "more than 3 columns" in what(lay(tmp_path / "u.csv", "a,b,c,d\n"), limits=Limits(columns=3))


def test_listing_stops_when_there_are_too_many_problems(tmp_path: Path) -> None:
    path = lay(tmp_path / "t.csv", "y,p,g\n" + "1\n" * 1000)
    assert "has 50 problems in the part that was read" in what(path, limits=Limits(problems=50))


def test_half_a_gzip_file_is_refused(tmp_path: Path) -> None:
    assert "not a whole gzip file" in what(lay(tmp_path / "t.csv", gzip.compress(GOOD.encode() * 1000)[:-20]))
    assert "not a whole gzip file" in what(lay(tmp_path / "u.csv", b"\x1f\x8b" + b"\xff" * 50))


def test_what_is_no_plain_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(lay(tmp_path / "t.csv", GOOD))
    for path in (tmp_path / "pipe", tmp_path / "link", Path("/dev/zero")):
        assert "is not a file" in what(path)
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "absent", tmp_path / "empty", tmp_path / "*.parquet", Path("a\0b")):
        assert "There is no file" in what(path)


def test_a_parquet_file_cut_short_or_overwritten_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path / "t.parquet", "SELECT range % 2 y, range % 3 % 2 p, range::VARCHAR g FROM range(100)")
    whole = path.read_bytes()
    for content in (whole[:-30], whole[: len(whole) // 2], b"PAR1" + b"\0" * 100 + b"PAR1", b"PAR1"):
        assert "'t.parquet' cannot be read" in what(lay(path, content))
    for place in range(4, len(whole), 97):
        lay(path, whole[:place] + b"\xff" * 8 + whole[place + 8 :])
        try:
            with open_source(str(path)) as source:
                cells(source, MAPPING)
        except (UsageError, StorageError) as error:
            assert error.what.isprintable()  # noqa: PT017


def test_parquet_files_that_were_not_written_alike_are_refused(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", "SELECT 1 y, 1 p, 'x' g")
    parquet(tmp_path / "b.parquet", "SELECT 0 y, 0.7 p, 'z' g")
    assert "'b.parquet' has other columns, or of other types, than 'a.parquet'" in what(tmp_path)
    lay(tmp_path / "b.parquet", GOOD)
    assert "'b.parquet' is no Parquet file" in what(tmp_path)


def test_a_problem_of_one_file_of_many_names_the_file(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", "SELECT 1 y, 1 p, 'x' g UNION ALL SELECT 0, 0, 'z'")
    parquet(tmp_path / "b.parquet", "SELECT 1 y, 1 p, 'x' g UNION ALL SELECT NULL, 0, 'z'")
    assert "'b.parquet', row 3, column 'y': the label is missing" in what(tmp_path)


def test_columns_of_a_parquet_file_go_by_their_own_names(tmp_path: Path) -> None:
    hostile = 'g"); DROP VIEW data; --\n$1'
    quoted = hostile.replace('"', '""')
    query = (
        f"""SELECT {{'y': 1}} s, [1] l, y, p, "{quoted}" FROM (VALUES (1, 1, 'a'), (0, 0, 'b')) t(y, p, "{quoted}")"""
    )
    path = parquet(tmp_path / "t.parquet", query)
    with open_source(str(path)) as source:
        mapping = Mapping("y", positive="1", prediction="p", sensitive=(Feature(hostile),))
        assert cells(source, mapping).groups.names == (("a",), ("b",))
    assert "holds bytes, lists or structures" in what(path, Mapping("l", positive="1", prediction="p"))


def test_a_disk_that_fails_is_a_storage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(files, "_hashed", fail)
    with pytest.raises(StorageError, match="Input/output error"):
        open_source(str(lay(tmp_path / "t.csv", GOOD)))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_that_changes_after_it_was_hashed_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "t"
    lay(path, GOOD) if kind == "csv" else parquet(path, "SELECT 1 y, 1 p, 'a' g UNION ALL SELECT 0, 0, 'b'")
    with open_source(str(path)) as source:
        lay(path, path.read_bytes())
        with pytest.raises(UsageError, match="changed while it was being read"):
            cells(source, MAPPING)
