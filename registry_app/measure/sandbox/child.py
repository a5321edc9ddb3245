"""In the child: take the pipes, lock, then do the tasks it is asked for, until nobody asks any more.

The first head says where things are and what is allowed; the answer to it says what was locked, before anything of the model
has been read. What the model prints goes to standard error, whichever way it prints it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from registry_app.errors import SandboxError, UsageError
from registry_app.measure.sandbox.frames import BODY, HEAD, body_prefix, head_frame, read_head, receive
from registry_app.measure.sandbox.lock import lock

if TYPE_CHECKING:
    from registry_app.measure.sandbox.features import Features

Ask = Callable[[dict[str, Any]], list[bytes]]
"""Asks the parent something in the middle of a task: from a head to the bodies it answers with."""

Task = Callable[[dict[str, Any], dict[str, Any], list[bytes], Ask], tuple[dict[str, Any], list[bytes]]]
"""From the setting, the head and the bodies of a request to the head and the bodies of the answer."""

_WORDS = 500


def main() -> None:
    """What the child runs; ends when its parent closes the pipe."""
    asked, answered = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    os.closerange(max(asked, answered) + 1, os.sysconf("SC_OPEN_MAX"))
    setting = read_head(_received(asked, HEAD))
    locked = lock(setting["readable"], setting["scratch"], setting["limits"], setting["parent"])
    sys.path[:] = [*sys.path, *(each for each in setting["packages"] if each not in sys.path)]
    _send(answered, {"locked": asdict(locked)}, [])

    def ask(head: dict[str, Any]) -> list[bytes]:
        _send(answered, head, [])
        return [_received(asked, BODY) for _ in range(read_head(_received(asked, HEAD))["bodies"])]

    while True:
        try:
            request = read_head(_received(asked, HEAD))
        except EOFError:
            return
        bodies = [_received(asked, BODY) for _ in range(request["bodies"])]
        try:
            head, answer = _TASKS[request["task"]](setting, request, bodies, ask)
        except BaseException as error:  # noqa: BLE001  whatever foreign code raises is told, and nothing of it gets out
            head, answer = _told(error), []
        _send(answered, head, answer)


def _probe(
    setting: dict[str, Any], request: dict[str, Any], bodies: list[bytes], ask: Ask
) -> tuple[dict[str, Any], list[bytes]]:
    from registry_app.measure.sandbox.attempts import attempt

    return {"attempts": attempt(request["bait"])}, []


def _hang(
    setting: dict[str, Any], request: dict[str, Any], bodies: list[bytes], ask: Ask
) -> tuple[dict[str, Any], list[bytes]]:
    import signal
    import time

    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    while True:
        time.sleep(3600)


def _predict(
    setting: dict[str, Any], request: dict[str, Any], bodies: list[bytes], ask: Ask
) -> tuple[dict[str, Any], list[bytes]]:
    from registry_app.measure.sandbox.features import from_bodies
    from registry_app.measure.sandbox.loading import loaded

    return loaded(setting["model"]).predict(from_bodies(request["tables"][0], bodies)).encoded()


def _explain(
    setting: dict[str, Any], request: dict[str, Any], bodies: list[bytes], ask: Ask
) -> tuple[dict[str, Any], list[bytes]]:
    from registry_app.measure.sandbox.explaining import explained
    from registry_app.measure.sandbox.loading import loaded

    data = explained(loaded(setting["model"]), request["asked"], _tables(request, bodies), ask, request["shared"])
    return {"bytes": len(data)}, [data]


def _prepare(
    setting: dict[str, Any], request: dict[str, Any], bodies: list[bytes], ask: Ask
) -> tuple[dict[str, Any], list[bytes]]:
    from registry_app.measure.sandbox.explaining import prepared
    from registry_app.measure.sandbox.loading import loaded

    prepared(loaded(setting["model"]), request["asked"], _tables(request, bodies))
    return {}, []


def _piece(
    setting: dict[str, Any], request: dict[str, Any], bodies: list[bytes], ask: Ask
) -> tuple[dict[str, Any], list[bytes]]:
    from registry_app.measure.sandbox.explaining import piece

    data = piece(request["start"], request["stop"])
    return {"bytes": len(data)}, [data]


def _tables(request: dict[str, Any], bodies: list[bytes]) -> list[Features]:
    from registry_app.measure.sandbox.features import from_bodies

    left = iter(bodies)
    return [from_bodies(head, [next(left) for _ in head["columns"]]) for head in request["tables"]]


_TASKS: dict[str, Task] = {
    "probe": _probe, "hang": _hang, "predict": _predict, "explain": _explain, "prepare": _prepare, "piece": _piece,
}  # fmt: skip


def _told(error: BaseException) -> dict[str, Any]:
    if isinstance(error, (UsageError, SandboxError)):
        return {
            "error": "usage" if isinstance(error, UsageError) else "hostile",
            "said": error.what,
            "todo": error.todo,
        }
    kinds: dict[type, str] = {MemoryError: "memory", SystemExit: "exit", KeyboardInterrupt: "exit", OSError: "system"}
    kind = next((kinds[each] for each in type(error).__mro__ if each in kinds), "raised")
    try:
        words = str(error)[:_WORDS]
    except BaseException:  # noqa: BLE001  an error of the model's own making may fail to be told
        words = "an error that cannot be shown"
    return {"error": kind, "type": type(error).__name__[:_WORDS], "said": words}


def _received(way: int, kind: bytes) -> bytes:
    return receive(lambda most: os.read(way, most), kind)


def _send(way: int, head: dict[str, Any], bodies: list[bytes]) -> None:
    for piece in (head_frame(head), *(part for body in bodies for part in (body_prefix(len(body)), body))):
        left = memoryview(piece)
        while left:
            left = left[os.write(way, left) :]
