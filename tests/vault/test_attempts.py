from __future__ import annotations

import os
from pathlib import Path

from registry_app.vault import attempts


def test_what_was_noted_is_read_and_cleared(tmp_path: Path) -> None:
    assert attempts.read(tmp_path) is None
    for handle in ("ada", "bob", "ada"):
        attempts.note(tmp_path, handle)
    found = attempts.read(tmp_path)
    assert found is not None
    assert (found.count, found.handles) == (3, ("ada", "bob"))
    assert found.first <= found.last
    attempts.clear(tmp_path)
    attempts.clear(tmp_path)
    assert attempts.read(tmp_path) is None


def test_a_handle_with_control_characters_is_written_out_on_one_line(tmp_path: Path) -> None:
    attempts.note(tmp_path, "a\n2026-11-21T10:17:22.123456Z b\x1b[31m" + "x" * 500)
    assert (tmp_path / "attempts.log").read_bytes().count(b"\n") == 1
    found = attempts.read(tmp_path)
    assert found is not None
    assert found.count == 1
    assert len(found.handles[0]) <= 64


def test_lines_of_another_form_are_passed_over(tmp_path: Path) -> None:
    attempts.note(tmp_path, "ada")
    good = (tmp_path / "attempts.log").read_bytes()
    (tmp_path / "attempts.log").write_bytes(b"\xff\x00 junk\n\nnonsense ada\n2026-13-99 x\n" + good + b"half a li")
    found = attempts.read(tmp_path)
    assert found is not None
    assert (found.count, found.handles) == (1, ("ada",))


def test_a_flood_stays_small(tmp_path: Path) -> None:
    (tmp_path / "attempts.log").write_bytes(b"x" * (1 << 20))
    attempts.note(tmp_path, "ada")
    assert (tmp_path / "attempts.log").stat().st_size == 1 << 20


def test_a_link_a_pipe_and_a_missing_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("2026-11-21T10:17:22.123456Z secret\n")
    os.symlink(tmp_path / "target", tmp_path / "attempts.log")
    attempts.note(tmp_path, "ada")
    assert attempts.read(tmp_path) is None
    assert (tmp_path / "target").read_text().count("\n") == 1
    (tmp_path / "attempts.log").unlink()
    os.mkfifo(tmp_path / "attempts.log")
    attempts.note(tmp_path, "ada")
    assert attempts.read(tmp_path) is None
    attempts.note(tmp_path / "none", "ada")
    assert attempts.read(tmp_path / "none") is None
