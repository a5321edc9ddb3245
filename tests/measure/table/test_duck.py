"""What a hostile query could reach, if one got through."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest

from registry_app.errors import RegistryError, StorageFull
from registry_app.measure.table.duck import kind
from registry_app.measure.table.files import Files
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.source import open_source


@pytest.fixture
def source(tmp_path: Path) -> Files:
    (tmp_path / "t.csv").write_text("y,p\n1,1\n0,0\n")
    (tmp_path / "other.csv").write_text("secret\n1\n")
    opened = open_source(str(tmp_path / "t.csv"))
    assert isinstance(opened, Files)
    return opened


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('{folder}/other.csv')",
        "SELECT * FROM '{folder}/other.csv'",
        "SELECT * FROM glob('{folder}/*')",
        "COPY data TO '{folder}/out.csv'",
        "ATTACH '{folder}/out.db'",
        "EXPORT DATABASE '{folder}/out'",
        "INSTALL httpfs",
        "LOAD '{folder}/evil.duckdb_extension'",
        "SELECT * FROM read_csv('https://example.org/t.csv')",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
        "SET allowed_paths = ['/etc/passwd']",
        "RESET lock_configuration",
    ],
)
def test_nothing_but_the_table_is_in_reach(source: Files, tmp_path: Path, sql: str) -> None:
    before = sorted(tmp_path.iterdir())
    with pytest.raises(RegistryError):
        source.run(sql.format(folder=tmp_path))
    assert sorted(tmp_path.iterdir()) == before


def test_no_variable_of_the_program_is_a_table(source: Files) -> None:
    treasure = {"a": np.array([1])}
    with pytest.raises(duckdb.CatalogException, match="treasure"):
        source.connection.execute("SELECT * FROM treasure")
    assert treasure


def test_memory_and_disk_have_limits(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("y,p\n1,1\n0,0\n")
    with open_source(str(tmp_path / "t.csv"), Limits(memory=32 << 20, disk=1 << 20)) as source:
        assert isinstance(source, Files)
        with pytest.raises(StorageFull, match="more memory or disk"):
            source.run("SELECT list(hash(range)) FROM range(100000000)")


def test_what_is_set_aside_on_disk_is_private_and_goes_with_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    (tmp_path / "t.csv").write_text("y,p\n1,1\n0,0\n")
    with open_source(str(tmp_path / "t.csv")) as source:
        (folder,) = (tmp_path / "scratch").iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
        source.described()
    assert not list((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize(
    ("described", "known"),
    [
        ("BIGINT", "number"), ("DECIMAL(18,3)", "number"), ("BOOLEAN", "truth"), ("VARCHAR", "text"), ("UUID", "named"),
        ("TIMESTAMP WITH TIME ZONE", "named"), ("ENUM('a', 'b')", "named"), ("INTEGER[]", "other"),
        ("STRUCT(a INTEGER)", "other"), ("BLOB", "other"), ("MAP(VARCHAR, INTEGER)", "other"),
    ],
)  # fmt: skip
def test_types_are_of_five_kinds(described: str, known: str) -> None:
    assert kind(described) == known
