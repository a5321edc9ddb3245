"""What becomes of the terminal, the registry and the program when it is told to end, stopped, or loses its terminal."""

from __future__ import annotations

import errno
import io
import os
import signal
import termios
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any, cast

import pytest
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from registry_app import custody
from registry_app.tui.terminal import Forgiving
from tests.tui.backstage import PATIENCE, played

SECRET = "correct horse battery staple river"
LEAVES = b"\x1b[?1049l"
"""Back to the screen that was there before."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("founded")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REGISTRY_APP_KDF", "floor")
        patch.setenv("XDG_STATE_HOME", str(place / "state"))
        custody.found(place / "registry", "Retail credit", "ada", "Ada Admin", SECRET).workspace.close()
        (place / "secret").write_text(SECRET)
        yield place / "registry"


def opened(folder: Path) -> tuple[str, ...]:
    secret = str(folder.with_name("secret"))
    return ("-m", "registry_app", "-r", str(folder), "--as", "ada", "--passphrase-file", secret)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT], ids=lambda number: str(number.name))
def test_a_signal_ends_the_program_leaves_the_terminal_as_it_was_and_puts_the_database_to_rest(
    folder: Path, number: signal.Signals
) -> None:
    with played(*opened(folder)) as stage:
        before = termios.tcgetattr(stage.slave)
        stage.hear("Nothing waits for you")
        assert termios.tcgetattr(stage.slave) != before
        stage.tell(number)
        assert stage.ended() == 128 + number
        assert LEAVES in stage.heard
        assert termios.tcgetattr(stage.slave) == before
    assert not folder.joinpath("registry.db-wal").exists()
    assert not folder.joinpath("registry.db-shm").exists()


def test_a_program_whose_terminal_goes_away_ends(folder: Path) -> None:
    with played(*opened(folder)) as stage:
        stage.hear("Nothing waits for you")
        stage.type("aaaa123123")
        os.close(stage.slave)
        os.close(stage.master)
        assert stage.process.wait(PATIENCE) == 128 + signal.SIGHUP
    assert not folder.joinpath("registry.db-wal").exists()


def test_a_program_that_was_stopped_goes_on_and_leaves_the_terminal_as_it_was() -> None:
    with played("-m", "registry_app") as stage:
        before = termios.tcgetattr(stage.slave)
        stage.hear("Passphrase")
        for number in (signal.SIGCONT, signal.SIGSTOP, signal.SIGCONT):
            stage.tell(number)
        stage.heard.clear()
        stage.hear("\x1b[?1049h")
        stage.type("/srv/reg")
        stage.hear("reg")
        stage.type("\x11")
        assert stage.ended() == 0
        assert termios.tcgetattr(stage.slave) == before


def test_a_fault_of_ours_ends_with_two_sentences_and_shows_nothing_that_variables_held() -> None:
    code = (
        "from registry_app.tui.app import RegistryApp\n"
        "def fails(self):\n    held = 'hush, hush'\n    raise ZeroDivisionError('no number')\n"
        "RegistryApp.on_ready = fails\n"
        "from registry_app.front import run\nrun()"
    )
    with played("-c", code) as stage:
        assert stage.ended() == 1
        said = bytes(stage.heard).rpartition(LEAVES)[2].decode()
    assert "This is a bug of ours: ZeroDivisionError: no number." in said
    assert "hush" not in said
    assert "Traceback" not in said


class Gone(io.StringIO):
    """A terminal that is gone."""

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")

    def flush(self) -> None:
        raise OSError(errno.EIO, "Input/output error")


def test_last_words_for_a_terminal_that_is_gone_are_not_waited_for() -> None:
    writer = WriterThread(cast("Any", Forgiving(Gone())))

    def write_and_stop() -> None:
        for _ in range(3 * MAX_QUEUED_WRITES):
            writer.write("words")
        writer.stop()

    writer.start()
    speaker = Thread(target=write_and_stop, daemon=True)
    speaker.start()
    speaker.join(PATIENCE)
    assert not speaker.is_alive()


def test_what_is_written_to_a_terminal_that_is_there_arrives() -> None:
    kept = io.StringIO()
    Forgiving(kept).write("words")
    assert kept.getvalue() == "words"
