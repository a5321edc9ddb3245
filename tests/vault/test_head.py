from __future__ import annotations

import os
from pathlib import Path

import pytest

from registry_app.errors import Damaged, Tampered
from registry_app.vault.head import HeadFile


def test_nothing_was_kept_at_first(tmp_path: Path) -> None:
    assert HeadFile(tmp_path / "head").texts() == []
    (tmp_path / "head").write_bytes(b"")
    assert HeadFile(tmp_path / "head").texts() == []
    (tmp_path / "head").write_bytes(bytes(1024))
    assert HeadFile(tmp_path / "head").texts() == []
    assert HeadFile(tmp_path / "head" / "below").texts() == []


def test_the_two_newest_are_kept_whoever_writes(tmp_path: Path) -> None:
    for size in range(1, 30):
        HeadFile(tmp_path / "deep" / "head").write(f"of {size}", size, durable=size == 1)
        assert f"of {size}" in HeadFile(tmp_path / "deep" / "head").texts()
    assert sorted(HeadFile(tmp_path / "deep" / "head").texts()) == ["of 28", "of 29"]
    assert (tmp_path / "deep" / "head").stat().st_size == 1024
    assert (tmp_path / "deep" / "head").stat().st_mode & 0o777 == 0o600


def test_an_older_one_never_takes_the_place_of_a_newer(tmp_path: Path) -> None:
    head = HeadFile(tmp_path / "head")
    for size in (5, 9, 7, 8, 9):
        head.write(f"of {size}", size)
    assert sorted(head.texts()) == ["of 5", "of 9"]


def test_any_flipped_bit_is_found_by_reading_and_stops_writing(tmp_path: Path) -> None:
    path = tmp_path / "head"
    head = HeadFile(path)
    head.write("one", 1)
    head.write("two", 2)
    whole = path.read_bytes()
    for place in range(0, 1024, 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        with pytest.raises(Damaged):
            head.texts()
        with pytest.raises(Damaged):
            head.write("three", 3)
    path.write_bytes(whole)
    assert head.texts() == ["one", "two"]


@pytest.mark.parametrize("size", [1, 512, 1023, 1025, 5000])
def test_another_length_is_damage(tmp_path: Path, size: int) -> None:
    (tmp_path / "head").write_bytes(bytes(size))
    with pytest.raises(Damaged):
        HeadFile(tmp_path / "head").texts()


def test_a_link_is_refused_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"")
    os.symlink(tmp_path / "target", tmp_path / "head")
    with pytest.raises(Tampered):
        HeadFile(tmp_path / "head").texts()
    with pytest.raises(OSError, match="symbolic"):
        HeadFile(tmp_path / "head").write("x", 1)
    assert (tmp_path / "target").read_bytes() == b""


def test_a_text_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    HeadFile(tmp_path / "head").write("x" * 470, 1)
    with pytest.raises(OverflowError):
        HeadFile(tmp_path / "head").write("x" * 471, 2)
