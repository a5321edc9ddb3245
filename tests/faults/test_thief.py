"""T1: what a copy of the folder shows to whoever has no passphrase."""

from __future__ import annotations

import math
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from registry_app.custody import enrol
from registry_app.errors import AuthenticationError, IntegrityError
from registry_app.vault.place import state_folder
from registry_app.workspace import Workspace
from tests.ground import Ground, dice, flip, many, phrase

WRITER = """
import sys
from tests.faults.canaries import write
workspace = write(sys.argv[1], sys.argv[2])
print("written", flush=True)
sys.stdin.read()
"""


def hits(words: list[str], *folders: Path) -> list[tuple[str, str]]:
    """Each of the words that stands in clear in a file below the folders, in UTF-8, UTF-16 or base64."""
    found = []
    for file in (f for folder in folders if folder.exists() for f in folder.rglob("*") if f.is_file()):
        content = file.read_bytes()
        wide = content.replace(b"\0", b"")
        found += [(word, file.name) for word in words if word.encode() in content or word.encode() in wide]
    return found


def entropy(data: bytes) -> float:
    """Bits a byte."""
    return -sum(n / len(data) * math.log2(n / len(data)) for n in Counter(data).values())


def test_two_hundred_words_written_through_every_feature_stand_nowhere_in_clear(
    small: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.faults.canaries import WORDS

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    tempfile.tempdir = None
    assert len(set(WORDS)) >= 200
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(small.folder), small.recovery_key],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "written\n"
    places = (small.folder, state_folder(), scratch)
    assert (small.folder / "registry.db-wal").stat().st_size > 100_000
    assert hits(WORDS, *places) == []
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    assert hits(WORDS, *places) == []
    with small.open("dev") as workspace:
        from tests.faults.canaries import read_back

        missing = [word for word in WORDS if word not in read_back(workspace)]
        assert missing == []
    assert hits(WORDS, *places) == []
    tempfile.tempdir = None


def test_files_are_for_their_owner_alone(small: Ground) -> None:
    os.umask(0o022)
    try:
        small.open().close()
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
        with pytest.raises(AuthenticationError):
            Workspace.open(small.folder, "dev", "wrong, quite wrong")
        with small.open("admin") as admin:
            enrol(admin, "late", "Late Person", phrase("late"))
            for folder in (small.folder, state_folder()):
                for each in (folder, *folder.rglob("*")):
                    wanted = 0o700 if each.is_dir() else 0o600
                    assert each.stat().st_mode & 0o777 == wanted, each
    finally:
        os.umask(0o077)


def test_the_database_looks_like_noise(small: Ground) -> None:
    with small.open() as workspace:
        assert workspace.head().size
        for name in ("registry.db", "registry.db-wal"):
            content = (small.folder / name).read_bytes()
            assert b"SQLite format 3" not in content
            if len(content) > 65_536:
                assert entropy(content) > 7.99


def test_a_wrong_passphrase_and_a_damaged_keyring_are_told_apart(small: Ground) -> None:
    path = small.folder / "keyring.json"
    size = path.stat().st_size
    draw = dice("apart")
    for number in range(many(30, 100)):
        with pytest.raises(AuthenticationError):
            Workspace.open(small.folder, "dev", f"{phrase('dev')}{number}")
        place, bit = draw.randrange(size), draw.randrange(8)
        flip(path, place, bit)
        with pytest.raises(IntegrityError):
            small.open()
        flip(path, place, bit)


def test_a_passphrase_typed_for_a_handle_is_not_noted(small: Ground) -> None:
    with pytest.raises(AuthenticationError):
        Workspace.open(small.folder, phrase("dev"), "dev")
    assert (small.folder / "attempts.log").read_text().split(" ", 1)[1] == "(unknown)\n"
    with pytest.raises(AuthenticationError):
        Workspace.open(small.folder, "dev", "wrong, quite wrong")
    with small.open() as workspace:
        assert "2 attempts to sign in failed" in workspace.notices[0]
