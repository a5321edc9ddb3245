"""The probe: what the jail of this machine contains, as this user and as nobody."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_app.measure.sandbox import bubble, landlock, level
from registry_app.measure.sandbox.readable import readable
from registry_app.measure.sandbox.trust import HOLDS
from tests.house.places import PACKAGE

PROBING = (
    "import sys, json; sys.path.insert(0, sys.argv[1]); from registry_app.measure.sandbox import level;"
    "print(json.dumps([level.probe(wrap).encoded() for wrap in (False, True)]), flush=True)"
)
NOBODY = 65534


def locks_here() -> bool:
    """Whether the kernel has what level 2 needs, asked without the probe."""
    return landlock.abi() > 0 and "Seccomp_filters" in Path("/proc/self/status").read_text()


def test_the_jail_contains_every_attempt_or_the_level_is_none() -> None:
    found = level.probe(wrap=False)
    if locks_here():
        assert found.number == HOLDS
        assert len(found.attempts) >= 21
        assert not found.let_through
        assert found.because == ""
    else:
        assert found.number == 0
        assert found.because


def test_a_long_temporary_folder_leaves_the_level_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tmp_path / ("x" * 100) / "tmp"
    long.mkdir(parents=True)
    usual = level.probe(wrap=False)
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    found = level.probe(wrap=False)
    assert (found.number, found.because, found.attempts) == (usual.number, usual.because, usual.attempts)
    assert list(long.iterdir()) == []
    monkeypatch.setattr(level, "SHORT", ())
    assert "too long" in level.probe(wrap=False).because


def test_bubblewrap_raises_the_level_or_says_why_not() -> None:
    found = level.probed()
    if found.number == 3:
        assert found.wrapper == bubble.version()
        assert found.landlock > 0
        assert found.seccomp
    else:
        assert "bubblewrap" in found.because or not locks_here()
    assert level.probed() is found


def test_one_attempt_let_through_is_enough_for_no_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(level, "readable", lambda: [*readable(), os.path.realpath("/etc")])
    found = level.probe(wrap=False)
    assert found.number == 0
    if locks_here():
        assert found.let_through == ("read the system's settings",)
        assert found.because == "it did not contain: read the system's settings"


def test_a_machine_without_landlock_has_no_level_and_tries_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(level, "abi", lambda: 0)
    found = level.probe(wrap=False)
    assert (found.number, found.attempts, found.because) == (0, (), "this system has no Landlock")


def test_the_document_is_words_and_whole_numbers() -> None:
    document = level.probe(wrap=False).encoded()
    assert json.loads(json.dumps(document)) == document
    assert set(document) == {"level", "because", "landlock", "seccomp", "wrapper", "system", "user", "attempts"}
    assert document["user"] == os.getuid()
    assert all(isinstance(how, str) for how in document["attempts"].values())


@pytest.fixture
def seen_by_all() -> Iterator[Path]:
    """A copy of the package that every user can read."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(
            PACKAGE, Path(folder, "registry_app"), ignore=shutil.ignore_patterns("__pycache__", "data", "tui")
        )
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o755)
        yield Path(folder)


def as_nobody(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run it as nobody where this process may, otherwise as itself."""
    who = NOBODY if os.getuid() == 0 else os.getuid()
    return subprocess.run(
        command,
        user=who,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        env={"HOME": "/nonexistent", "LC_ALL": "C.UTF-8"},
    )


def interpreter() -> str:
    """A Python that nobody may run: this one, or the system's where this one lies in somebody's home."""
    try:
        as_nobody([sys.executable, "-c", ""])
    except PermissionError:
        return "/usr/bin/python3"
    return sys.executable


def test_it_holds_for_nobody_as_it_does_for_root(seen_by_all: Path) -> None:
    done = as_nobody([interpreter(), "-I", "-c", PROBING, str(seen_by_all)])
    bare, wrapped = json.loads(done.stdout)
    assert bare["user"] == (NOBODY if os.getuid() == 0 else os.getuid())
    if locks_here():
        assert (bare["level"], bare["because"]) == (2, "")
        assert len(bare["attempts"]) >= 21
        assert wrapped["level"] == 3 or wrapped["because"]
    else:
        assert (bare["level"], wrapped["level"]) == (0, 0)


def test_the_terminal_of_the_parent_is_not_written_to() -> None:
    master, slave = pty.openpty()
    code = (
        "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); tty = open('/dev/tty', 'w', buffering=1);"
        f"print('before', file=tty); {PROBING}; print('after', file=tty); sys.stdin.read()"
    )
    try:
        with subprocess.Popen(
            [sys.executable, "-I", "-c", code, str(PACKAGE.parent)],
            stdin=slave,
            stdout=subprocess.PIPE,
            start_new_session=True,
        ) as running:
            assert running.stdout is not None
            told = json.loads(running.stdout.readline())
            shown = b""
            while b"after" not in shown:
                shown += os.read(master, 4096)
            running.kill()
    finally:
        os.close(slave)
        os.close(master)
    assert shown.split() == [b"before", b"after"]
    for found in told:
        assert found["attempts"].get("use the terminal") != "open"
        assert found["level"] in (2, 3) or found["because"]
