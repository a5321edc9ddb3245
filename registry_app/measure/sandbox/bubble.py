"""The command line of bubblewrap, which gives the child namespaces of its own: files, processes, network, names, users.

It goes around the other locks, never in their place: alone it leaves several attempts open.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

from registry_app.measure.sandbox.lock import DEVICES

_SECONDS = 5


@cache
def version() -> str:
    """``bubblewrap 0.8.0``, or nothing where it is not installed."""
    program = shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin")
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={}, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    words = done.stdout[:100].decode("ascii", "replace").split()
    return " ".join(words) if done.returncode == 0 and words[:1] == ["bubblewrap"] else ""


def wrapped(command: list[str], readable: list[str], scratch: str, environment: dict[str, str]) -> list[str]:
    """``command`` inside namespaces: only ``readable`` is mounted, ``scratch`` alone is writable, nothing is inherited."""
    program = shutil.which("bwrap", path="/usr/bin:/usr/local/bin:/bin") or "bwrap"
    line = [program, "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--clearenv", "--proc", "/proc"]
    for name, value in environment.items():
        line += ["--setenv", name, value]
    for path in (*readable, "/etc/ld.so.cache", "/sys/devices/system/cpu"):
        line += ["--ro-bind-try", path, path]
    for device in DEVICES:
        line += ["--dev-bind-try", device, device]
    return [*line, "--bind", scratch, scratch, "--chdir", "/", "--", *command]
