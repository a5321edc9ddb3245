"""How a child ended, in one sentence what and one what to do: the one place that words a model's misbehaviour."""

from __future__ import annotations

import signal
from typing import Any

from registry_app.errors import RegistryError, SandboxError, UsageError
from registry_app.measure.sandbox.limits import Limits
from registry_app.text import harmless

_LOOK = "Look at where the model comes from before you try it again."
_MORE = "Give it more with the limits, if the model is honest and merely large."

_SHOWN = 300
_LINES = 5


def late(limits: Limits, said: bytes) -> SandboxError:
    """It did not finish in time."""
    return SandboxError(
        f"The model did not finish within {limits.seconds:g} seconds and was stopped.", _MORE, lines(said)
    )


def filled(said: bytes) -> SandboxError:
    """It wrote more than its scratch folder may hold."""
    return SandboxError("The model wrote more to its scratch folder than it may and was stopped.", _MORE, lines(said))


def talked(limits: Limits, said: bytes) -> SandboxError:
    """It printed too much."""
    return SandboxError(
        f"The model printed more than {limits.talk:,} bytes and was stopped.", "Make the model silent.", lines(said)
    )


def garbled(why: str, said: bytes) -> SandboxError:
    """What it answered does not fit."""
    return SandboxError(f"The model's answer is not usable: {harmless(why)[:_SHOWN]}.", _LOOK, lines(said))


def ended(status: int, limits: Limits, said: bytes) -> SandboxError:
    """It ended before it had answered.

    Args:
        status: exit status, or the negative number of the signal that ended it.
    """
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        what = f"The model used up its {limits.cpu:,} seconds of processor time, or all memory, and was stopped."
        return SandboxError(what, _MORE, lines(said))
    if status == -signal.SIGSYS:
        what = "The model made a system call of another kind of processor and was stopped."
        return SandboxError(what, _LOOK, lines(said))
    if status < 0:
        what = f"The model crashed ({_signal_name(-status)})."
        return SandboxError(what, _LOOK, lines(said))
    return SandboxError(f"The model ended without an answer (exit status {status}).", _LOOK, lines(said))


def hung_up(said: bytes) -> SandboxError:
    """It closed its pipe and stayed."""
    return SandboxError("The model closed the pipe it should answer on and was stopped.", _LOOK, lines(said))


def told(answer: dict[str, Any], said: bytes) -> RegistryError:
    """What the child says went wrong; words of a model, so shown as text and no more."""
    kind, name, words = (harmless(str(answer.get(each, "")))[:_SHOWN] for each in ("error", "type", "said"))
    if kind == "usage":
        return UsageError(words, harmless(str(answer.get("todo", "")))[:_SHOWN])
    if kind == "hostile":
        return SandboxError(words, harmless(str(answer.get("todo", "")))[:_SHOWN], lines(said))
    if kind == "memory":
        return SandboxError("The model asked for more memory than it may have.", _MORE, lines(said))
    if kind == "exit":
        return SandboxError("The model tried to end the program instead of answering.", _LOOK, lines(said))
    if kind == "system":
        what = f"The model tried something that the sandbox refuses ({name}: {words})."
        return SandboxError(what, _LOOK, lines(said))
    return UsageError(
        f"The model does not take this table ({name}: {words}).",
        "Check that the table has the columns the model learned from, and the library the version it was saved with.",
    )


def lines(said: bytes) -> tuple[str, ...]:
    """The last lines a child printed, harmless on a terminal."""
    text = said.decode("utf-8", "replace")
    return tuple(harmless(line)[:_SHOWN] for line in text.splitlines() if line.strip())[-_LINES:]


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
