from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry_app.errors import UsageError
from registry_app.measure.quality.rows import repeated, shared
from registry_app.measure.table.memory import Memory
from registry_app.measure.table.source import Source, open_source
from tests.measure.table.ground import Row, as_parquet, everywhere
from tests.postgres import Server

TRAIN: dict[str, Any] = {"a": ["x", "y", "x", "z", "x"], "b": [1, 2, 1, 3, 9]}
TEST: dict[str, Any] = {"b": [1, 7, 3, 1], "a": ["x", "x", "z", "x"]}


def common(first: dict[str, Any], second: dict[str, Any], *names: str) -> tuple[int, int]:
    with Memory(first, first) as one, Memory(second, second) as other:
        return shared(one, other, list(names))


def test_rows_that_stand_already_are_counted_once_less() -> None:
    with Memory(TRAIN, TRAIN) as source:
        assert repeated(source, [source.column("a"), source.column("b")]) == 1
        assert repeated(source, [source.column("a")]) == 2


def test_missing_cells_repeat_each_other() -> None:
    with Memory({"a": [None, None, "x"]}, ["a"]) as source:
        assert repeated(source, [source.column("a")]) == 1


def test_shared_rows_are_found_by_the_columns_named_in_whatever_order_they_stand() -> None:
    assert common(TEST, TRAIN, "a", "b") == (3, 2)
    assert common(TRAIN, TEST, "a", "b") == (3, 2)
    assert common(TRAIN, TEST, "b") == (3, 2)
    assert common(TRAIN, {"a": ["q"], "b": [1]}, "a", "b") == (0, 0)


def test_the_end_of_a_cell_counts() -> None:
    assert common({"a": ["x"], "b": ["yz"]}, {"a": ["xy"], "b": ["z"]}, "a", "b") == (0, 0)
    assert common({"a": [None], "b": ["x"]}, {"a": [""], "b": ["x"]}, "a", "b") == (1, 1)
    assert common({"a": ["x", "q"], "b": [None, "q"]}, {"a": [None, "q"], "b": ["x", "r"]}, "a", "b") == (0, 0)


def test_a_missing_cell_is_no_empty_text_where_the_table_tells_them_apart(tmp_path: Path) -> None:
    empty, missing = ((1, 1, 0.5, 1.0, cell, 30.0, "x") for cell in ("", None))
    with (
        open_source(str(as_parquet(tmp_path / "one.parquet", [empty]))) as one,
        open_source(str(as_parquet(tmp_path / "other.parquet", [missing]))) as other,
    ):
        assert shared(one, other, ["y", "g", "id"]) == (0, 0)
        assert shared(other, other, ["y", "g", "id"]) == (1, 1)


def test_too_many_rows_to_compare_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_app.measure.quality.rows.MOST", 3)
    with pytest.raises(UsageError, match="more than 3 rows"):
        common(TRAIN, TEST, "a", "b")


def test_every_engine_finds_the_same_rows_or_says_that_it_cannot(tmp_path: Path, server: Server) -> None:
    rows: list[Row] = [
        (1, 1, 0.5, 1.0, "a", 30.0, "x"),
        (0, 1, 0.5, 1.0, "é", None, "y"),
        (0, 1, 0.5, 1.0, "é", None, "y"),
    ]
    names = ["y", "g", "id"]
    with Memory({"y": [0, 1], "g": ["é", "b"], "id": ["y", "x"]}, names) as other:
        for source in everywhere(rows, tmp_path, server, server.database()):
            assert repeated(source, [source.column(name) for name in names]) == 1
            if source.digest_of == "counts" and not _has_md5(source):
                with pytest.raises(UsageError):
                    shared(source, other, names)
            else:
                assert shared(source, other, names) == (2, 1)


def _has_md5(source: Source) -> bool:
    from sqlalchemy import func, select

    try:
        return bool(source.ask(select(func.md5("x"))))
    except UsageError:
        return False
