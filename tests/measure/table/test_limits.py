from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from registry_app.errors import RegistryError
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.source import open_source

CSV = "a,b,c\n" + "1,2,3\n" * 40


def test_no_limit_is_none_and_none_can_be_moved() -> None:
    assert all(value > 0 for value in dataclasses.asdict(Limits()).values())
    with pytest.raises(dataclasses.FrozenInstanceError):
        Limits().rows = 1  # type: ignore[misc]


@pytest.mark.parametrize("limits", [Limits(content=100), Limits(rows=39), Limits(columns=2), Limits(line=4)])
def test_what_is_beyond_a_limit_is_refused_and_not_cut_off(limits: Limits, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(CSV)
    with open_source(str(path), Limits(content=len(CSV), rows=40, columns=3, line=6)) as source:
        assert source.rows == 40
    with pytest.raises(RegistryError), open_source(str(path), limits) as source:
        assert source.rows
