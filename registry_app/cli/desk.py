"""An open registry at a terminal: who works at it, what they are asked, what they are told."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from registry_app.cli.options import NEW_PASSPHRASE, PASSPHRASE, Wishes, moment, wishes
from registry_app.cli.table import as_json, plain
from registry_app.errors import StorageReadOnly, UsageError
from registry_app.text import harmless

if TYPE_CHECKING:
    from registry_app.ledger.entry import Head
    from registry_app.ledger.meaning import Action, View
    from registry_app.receipt import Receipt
    from registry_app.workspace import Workspace

T = TypeVar("T")
Progress = Callable[[str, int, int], None]

MOST_BYTES = 4096
"""A file with a passphrase is at most this long."""


def say(words: str) -> None:
    """Talk: a line on stderr."""
    sys.stderr.write(harmless(words, lines=True) + "\n")


def give(wanted: Wishes, data: object, text: str | Callable[[], str]) -> None:
    """Data: the answer on stdout, as JSON when that was asked for."""
    print(as_json(data) if wanted.as_json else text if isinstance(text, str) else text())


def interactive() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def ask_line(question: str) -> str:
    """A line typed by the person, asked for on stderr."""
    sys.stderr.write(f"{question}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")


def ask_secret(question: str, otherwise: str) -> str:
    """A secret typed without being shown.

    Args:
        otherwise: what to do where nobody can be asked.

    Raises:
        UsageError: nobody can be asked.
    """
    if not interactive():
        raise UsageError(f"{question} is needed, and there is no terminal to ask at.", otherwise)
    from getpass import getpass

    return getpass(f"{question}: ", stream=sys.stderr)


def read_secret(path: str, what: str = "passphrase") -> str:
    """The first line of a file with a secret in it, called ``what``; warns when others may read the file.

    Raises:
        UsageError: it cannot be read, or is no short text.
    """
    try:
        with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(MOST_BYTES + 1)
        secret = content.decode().split("\n", 1)[0].rstrip("\r")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise UsageError(f"The {what} file {path[:200]!r} cannot be read: {reason}.", "Name another file.") from None
    if len(content) > MOST_BYTES or not secret:
        raise UsageError(f"The {what} file {path[:200]!r} is empty or too long.", f"Put the {what} on its first line.")
    if stat.S_ISREG(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
        say(f"Warning: others may read {path[:200]!r}; run 'chmod 600' on it.")
    return secret


def present_passphrase(wanted: Wishes, question: str = "Passphrase") -> str:
    """The passphrase of whoever works: from the file, from the environment, or typed."""
    if wanted.passphrase_file:
        return read_secret(wanted.passphrase_file)
    return os.environ.get(PASSPHRASE) or ask_secret(question, f"Give --passphrase-file or set {PASSPHRASE}.")


def new_passphrase(file: str | None, whose: str, variable: str = NEW_PASSPHRASE) -> str:
    """A new passphrase: from a file, from the environment, or typed twice.

    Raises:
        UsageError: the two differ, or nobody can be asked.
    """
    if file:
        return read_secret(file)
    given = os.environ.get(variable)
    if given:
        return given
    option = "--passphrase-file" if variable == PASSPHRASE else "--new-passphrase-file"
    otherwise = f"Give {option} or set {variable}."
    first = ask_secret(f"New passphrase {whose} (15 characters or more)", otherwise)
    if ask_secret("The same again", otherwise) != first:
        raise UsageError("The two passphrases differ.", "Try again.")
    return first


def handle_of(wanted: Wishes) -> str:
    """Who works.

    Raises:
        UsageError: it was not said, and nobody can be asked.
    """
    found = wanted.who()
    if found:
        return found
    if not interactive():
        raise UsageError("It is not said who you are.", "Give --as HANDLE or set REGISTRY_APP_USER.")
    return ask_line("Your handle")


class Desk:
    """One person at one open registry, in a terminal."""

    def __init__(self, workspace: Workspace, wanted: Wishes) -> None:
        self.workspace = workspace
        self.wanted = wanted

    def ask(self, view: View[T], as_of: str = "") -> T:
        """The answer to ``view``, now or at the end of a day."""
        return self.workspace.ask(view, as_of=moment(as_of) if as_of else None)

    def show(self, data: object, text: str | Callable[[], str]) -> None:
        """The answer on stdout."""
        give(self.wanted, data, text)

    def do(
        self,
        action: Action,
        words: Callable[[Receipt], str] | str = "",
        *,
        passphrase: str | None = None,
        seen: Head | None = None,
    ) -> Receipt:
        """Run ``action`` and print its receipt; see :meth:`receipt`."""
        receipt = self.workspace.run(action, passphrase=passphrase, seen=seen)
        self.receipt(receipt, words)
        return receipt

    def receipt(self, receipt: Receipt, words: Callable[[Receipt], str] | str = "", **more: object) -> None:
        """Say that something is recorded: ``words`` (what to call it) as data, the rest as talk."""
        for notice in receipt.notices:
            say(f"Note: {notice}")
        text = words if isinstance(words, str) else words(receipt)
        if self.wanted.as_json:
            print(as_json({**described(receipt), **more}))
            return
        if text:
            print(harmless(text, lines=True))
        say(f"Recorded and signed, ledger position {receipt.seq}.")

    def again(self, meaning: str) -> str:
        """The passphrase once more, as the act of signing."""
        return present_passphrase(self.wanted, f"Passphrase, to sign '{meaning}'")


def described(receipt: Receipt) -> dict[str, Any]:
    """A receipt as JSON; what is sealed is left out."""
    from registry_app.ledger.fact import public

    return {
        "statement": receipt.statement,
        "seq": receipt.seq,
        "time": receipt.time,
        "head": plain(receipt.head),
        "facts": [{"kind": fact.KIND, **plain(public(fact))} for fact in receipt.facts],
        "notices": list(receipt.notices),
    }


@contextmanager
def opened(ctx: typer.Context, *, examining: bool = False) -> Iterator[Desk]:
    """The registry that was named, open for whoever works; where it cannot be written, it is open for reading."""
    wanted = wishes(ctx)
    folder, handle = wanted.folder(), handle_of(wanted)
    from registry_app.workspace import Workspace

    passphrase = present_passphrase(wanted)
    try:
        workspace = Workspace.open(folder, handle, passphrase, examining=examining)
    except StorageReadOnly:
        workspace = Workspace.open(folder, handle, passphrase, read_only=True)
    with workspace:
        for notice in workspace.notices:
            say(f"Note: {notice}")
        yield Desk(workspace, wanted)


@contextmanager
def progress() -> Iterator[Progress | None]:
    """Something to tell how far it is: bars on stderr when that is a terminal, ``None`` otherwise."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                for before in (
                    tasks.values()
                ):  # a step that cannot say how far it is, such as reading, is over when the next begins
                    bars.update(before, visible=bool(bars.tasks[before].total))
                tasks[what] = bars.add_task(harmless(what), total=total or None)
            bars.update(tasks[what], completed=done, total=total or None)

        yield tell


def write_new(path: str, content: bytes, *, private: bool = False) -> None:
    """Write a file that is not there yet.

    Raises:
        UsageError: it is there already, or its folder is not.
        StorageError: it cannot be written; nothing is left of it.
    """
    from registry_app.vault.engine import from_os

    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600 if private else 0o644)
    except FileExistsError:
        raise UsageError(f"{path[:200]!r} is there already.", "Name a new file.") from None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        raise UsageError(
            f"{path[:200]!r} cannot be made: its folder is not there.", "Name a file in a folder that is."
        ) from None
    except OSError as error:
        raise from_os(error) from error
    try:
        with open(file, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        os.unlink(path)
        raise from_os(error) from error


def read_file(path: str, what: str, most: int) -> bytes:
    """The bytes of a file of at most ``most`` bytes.

    Raises:
        UsageError: it is not there, is not a file, or is longer.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no path"
        raise UsageError(
            f"The {what} {path[:200]!r} cannot be read: {reason}.", "Check the path and try again."
        ) from None
    if len(content) > most:
        raise UsageError(f"The {what} {path[:200]!r} has more than {most:,} bytes.", "Check that it is the right file.")
    return content
