from __future__ import annotations

import csv
import gzip
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_app.errors import UsageError
from registry_app.measure.table import lines
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.problem import Problem

LIMITS = Limits(line=100, columns=5)


def read(content: bytes, limits: Limits = LIMITS) -> list[Any]:
    return list(lines.rows("t.csv", io.BytesIO(content), limits))


def said(content: bytes) -> list[tuple[int | None, str]]:
    return [(each.row, each.sentence) for each in read(content) if isinstance(each, Problem)]


cell = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)


@settings(max_examples=60, deadline=None)
@given(table=st.lists(st.tuples(cell, cell), min_size=1, max_size=6), packed=st.booleans())
def test_rows_are_those_that_were_written(table: list[tuple[str, str]], packed: bool) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([("a", "b"), *table])
    content = text.getvalue().encode()
    found = read(gzip.compress(content) if packed else content)
    assert found == [(place, list(row)) for place, row in enumerate(table, start=2)]


def test_the_header_is_read_without_its_mark() -> None:
    assert lines.header("t.csv", io.BytesIO(b"\xef\xbb\xbfa,b\n1,2\n"), LIMITS) == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" , \n", "is empty"),
        (b'"a\nb",c\n', "line break in the name"),
        (b"a,b,c,d,e,f\n", "more than 5 columns"),
        (b'"a" b\n', "is no CSV file"),
        (b"\xff\n", "is no CSV file"),
        (b"a" * 101, "longer than 100 bytes"),
    ],
)
def test_a_header_that_is_none_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        lines.header("t.csv", io.BytesIO(content), LIMITS)


def test_each_problem_is_told_with_its_row_and_the_rest_is_read_on() -> None:
    content = b"a,b\n1,2\n3\n\xff,4\n5\0,6\n\n7,8\n"
    assert said(content) == [
        (3, "there are 1 cells, not 2"),
        (4, "byte 1 is not UTF-8: save the table as UTF-8"),
        (5, "byte 2 is a NUL: save the table as UTF-8"),
        (6, "the row is blank"),
    ]
    assert read(content)[-1] == (7, ["7", "8"])


def test_blank_rows_at_the_end_are_none() -> None:
    assert read(b"a,b\n1,2\n\n\n") == [(2, ["1", "2"])]


def test_what_is_no_csv_ends_the_reading_with_its_row() -> None:
    assert said(b'a,b\n1,"2" 3\n4,5\n')[0][0] == 2


def test_half_a_gzip_file_is_refused() -> None:
    packed = gzip.compress(b"a,b\n" + b"1,2\n" * 500)
    for content in (packed[:-9], packed[:20], packed[:-8] + bytes(8)):
        with pytest.raises(UsageError, match="not a whole gzip file"):
            read(content)


def test_a_line_without_an_end_is_not_taken_into_memory() -> None:
    endless = io.BytesIO(b"a,b\n" + b"x" * 1_000_000)
    with pytest.raises(UsageError, match=r"Row 2 of 't\.csv' is longer than 100 bytes"):
        list(lines.rows("t.csv", endless, LIMITS))
    assert endless.tell() < 1_000


def test_each_blank_row_is_told_once() -> None:
    assert said(b"a,b\n\n1,2\n\n\n3,4\n") == [(row, "the row is blank") for row in (2, 4, 5)]
