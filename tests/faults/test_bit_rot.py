"""T11: one bit of any file turned over; a page lost; what is intact exported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry_app.custody import salvage
from registry_app.errors import IntegrityError, RegistryError
from registry_app.ledger.meaning import View
from registry_app.models.views import ShowVersion
from registry_app.reviews.views import ReviewsOf
from registry_app.vault import check, keyfile
from registry_app.verification import verify
from tests.ground import Ground, dice, flip, many, phrase, tables

READ = ("registry.db", "keyring.json", "head")
"""Files that say something. The others are without authority: see the tests below that name them."""


def places(ground: Ground, names: tuple[str, ...], count: int, seed: str) -> list[tuple[Path, int, int]]:
    """``count`` bits anywhere in those files, each file as likely as it is large, and at least twenty in each."""
    draw = dice(seed)
    files = [ground.folder / name for name in names]
    sizes = [file.stat().st_size for file in files]
    chosen = [file for file in files for _ in range(20)]
    chosen += draw.choices(files, weights=sizes, k=max(0, count - len(chosen)))
    return [(file, draw.randrange(file.stat().st_size), draw.randrange(8)) for file in chosen]


def test_any_flipped_bit_is_found_at_the_opening_and_no_file_is_touched(small: Ground) -> None:
    missed = []
    for file, place, bit in places(small, READ, many(200, 1_000), "flips"):
        flip(file, place, bit)
        before = small.print()
        try:
            with pytest.raises(IntegrityError):
                small.open().close()
        except pytest.fail.Exception:
            missed.append((file.name, place, bit))
        assert small.print() == before, (file.name, place, bit)
        flip(file, place, bit)
    assert missed == []
    small.open().close()


def test_a_flipped_bit_in_the_users_own_copy_of_the_head_is_found(small: Ground) -> None:
    (kept,) = (small.state / "heads").iterdir()
    draw = dice("state")
    for _ in range(many(20, 200)):
        place, bit = draw.randrange(kept.stat().st_size), draw.randrange(8)
        flip(kept, place, bit)
        with pytest.raises(IntegrityError):
            small.open()
        flip(kept, place, bit)
    small.open().close()


def test_the_kept_keyring_and_the_lock_have_no_authority(small: Ground) -> None:
    before = None
    for name in ("keyring.previous.json", "registry.lock", "attempts.log"):
        (small.folder / name).write_bytes(b"\x00 anything \xff\n" * 3)
        with small.open("audit") as workspace:
            before = before or tables(workspace)
            assert tables(workspace) == before
            assert verify(workspace).ok


def test_a_damaged_keyring_offers_the_one_before_and_that_one_opens(small: Ground) -> None:
    current = small.folder / keyfile.CURRENT
    flip(current, 700, 3)
    with pytest.raises(IntegrityError, match=r"keyring\.previous\.json"):
        small.open()
    current.unlink()
    with pytest.raises(IntegrityError, match=r"keyring\.previous\.json"):
        small.open()
    keyfile.restore_previous(small.folder)
    small.open("val").close()


def test_two_exchanged_pages_are_found(small: Ground) -> None:
    path = small.folder / "registry.db"
    whole = path.read_bytes()
    pages = len(whole) // 4096
    draw = dice("pages")
    for _ in range(many(20, 100)):
        one, other = sorted(draw.sample(range(pages), 2))
        left, right = whole[one * 4096 : one * 4096 + 4096], whole[other * 4096 : other * 4096 + 4096]
        path.write_bytes(
            whole[: one * 4096] + right + whole[one * 4096 + 4096 : other * 4096] + left + whole[other * 4096 + 4096 :]
        )
        with pytest.raises(IntegrityError):
            small.open()


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 40960, 40961])
def test_a_shortened_database_is_found(small: Ground, size: int) -> None:
    path = small.folder / "registry.db"
    path.write_bytes(path.read_bytes()[:size])
    before = small.print()
    with pytest.raises(IntegrityError):
        small.open()
    assert small.print() == before


def test_a_lengthened_database_is_found(small: Ground) -> None:
    path = small.folder / "registry.db"
    for more in (b"\0", bytes(4096), b"\xff" * 8192):
        whole = path.read_bytes()
        path.write_bytes(whole + more)
        with pytest.raises(IntegrityError):
            small.open()
        path.write_bytes(whole)


def test_no_wrong_word_is_shown_from_a_bad_page_that_no_check_at_the_opening_saw(
    wordy: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "QUICK_LIMIT", 0)
    path = wordy.folder / "registry.db"
    questions: list[View[Any]] = [ReviewsOf("m:1"), *(ShowVersion(f"m:{number}") for number in range(1, 6))]
    with wordy.open() as workspace:
        truth = [workspace.ask(question) for question in questions]
    draw = dice("overflow")
    pages = path.stat().st_size // 4096
    shown = refused = 0
    for _ in range(many(25, 500)):
        page, offset, bit = draw.randrange(1, pages), draw.randrange(4096 - 80), draw.randrange(8)
        flip(path, page * 4096 + offset, bit)
        for question, right in zip(questions, truth, strict=True):
            try:
                with wordy.open(read_only=True) as workspace:
                    assert workspace.ask(question) == right
                    shown += 1
            except RegistryError:
                refused += 1
        flip(path, page * 4096 + offset, bit)
    assert shown
    assert refused


def test_one_bad_page_costs_at_most_one_statement_in_a_hundred(long: Ground, tmp_path: Path) -> None:
    path = long.folder / "registry.db"
    with long.open("audit") as workspace:
        size = workspace.head().size
    assert size >= 1_000
    whole = salvage(long.folder, "audit", phrase("audit"), tmp_path / "whole.jsonl")
    assert (whole.leaves, whole.lost) == (size, ())
    pages = path.stat().st_size // 4096
    draw = dice("salvage")
    for number, page in enumerate([0, *draw.sample(range(1, pages), min(pages - 1, many(25, 10_000)))]):
        place, bit = page * 4096 + draw.randrange(4096), draw.randrange(8)
        flip(path, place, bit)
        found = salvage(long.folder, "audit", phrase("audit"), tmp_path / f"{number}.jsonl")
        (tmp_path / f"{number}.jsonl").unlink()
        assert found.leaves >= size * 0.99, page
        assert found.payloads >= whole.payloads * 0.99, page
        flip(path, place, bit)
