"""A folder of hostile models, made when it is asked for: what each does, and the words it must be refused with.

Most are pickles that run their source when they are loaded; those that lie in their answers are functions of a module.
"""

from __future__ import annotations

import pickle
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry_app.measure.sandbox.limits import Limits
from registry_app.measure.sandbox.trust import Trust
from registry_app.vault import digest

QUICK = Limits(seconds=60.0, cpu=30, memory=2 << 30, file=1 << 20, disk=4 << 20, files=64, talk=1 << 20)
"""Limits that a hostile model reaches soon; its time only where that is what it wastes."""

SHORT = Limits(seconds=3.0, cpu=30)
"""For those that waste time."""

REFUSES = r"refuses \((PermissionError|OSError|FileNotFoundError|ConnectionRefusedError)"


@dataclass(frozen=True)
class Hostile:
    """One hostile model."""

    source: str
    """What it runs when it is loaded; ``BAIT`` is a folder with a file ``registry.db``, ``PORT`` a listening socket."""
    words: str
    """A regular expression that the error has."""
    limits: Limits = QUICK


SAYING = """
import os, struct, time
def say(data):
    for way in range(3, 9):
        try: os.write(way, data)
        except OSError: pass
def head(data):
    say(struct.pack('<4sQ', b'head', len(data)) + data)
"""


class _Payload:
    def __init__(self, source: str) -> None:
        self.source = source

    def __reduce__(self) -> Any:
        return exec, (self.source, {})


AT_LOADING = {
    "hangs": Hostile("while True: pass", "did not finish within 3 seconds", SHORT),
    "sleeps deaf to signals": Hostile(
        "import signal, time; signal.pthread_sigmask(0, signal.valid_signals()); time.sleep(9999)",
        "did not finish",
        SHORT,
    ),
    "stops itself": Hostile("import os; os.kill(os.getpid(), 19)", "did not finish", SHORT),
    "eats the processor": Hostile(
        "import signal; signal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass",
        "used up its 1 seconds of processor time",
        Limits(seconds=60.0, cpu=1),
    ),
    "eats memory at once": Hostile("bytearray(1 << 40)", "more memory than it may"),
    "eats memory bit by bit": Hostile(
        "kept = []\nwhile True: kept.append(bytearray(1 << 26))", "more memory than it may"
    ),
    "crashes": Hostile("import ctypes; ctypes.string_at(0)", r"crashed \(SIGSEGV\)"),
    "aborts": Hostile("import os; os.abort()", r"crashed \(SIGABRT\)"),
    "exits": Hostile("raise SystemExit(0)", "tried to end the program"),
    "exits at once": Hostile("import os; os._exit(0)", r"ended without an answer \(exit status 0\)"),
    "kills itself": Hostile("import os; os.kill(os.getpid(), 9)", "and was stopped"),
    "kills its parent": Hostile("import os; os.kill(os.getppid(), 9)", REFUSES),
    "forks": Hostile("import os\nwhile True: os.fork()", REFUSES),
    "runs a program": Hostile("import subprocess; subprocess.run(['/bin/sh', '-c', 'id > BAIT/id'])", REFUSES),
    "reads a registry": Hostile("open('BAIT/registry.db').read()", REFUSES),
    "writes to a registry": Hostile("open('BAIT/registry.db', 'a').write('x')", REFUSES),
    "removes a registry": Hostile("import os; os.unlink('BAIT/registry.db')", REFUSES),
    "opens a registry to all": Hostile("import os; os.chmod('BAIT/registry.db', 0o777)", REFUSES),
    "looks at home": Hostile("import os; os.listdir(os.path.dirname('BAIT'))", REFUSES),
    "connects": Hostile("import socket; socket.create_connection(('127.0.0.1', PORT), 2)", REFUSES),
    "sends by UDP": Hostile("import socket; socket.socket(2, 2).sendto(b'x', ('127.0.0.1', PORT))", REFUSES),
    "opens the terminal": Hostile("open('/dev/tty', 'wb').write(b'\\x1b]0;x\\x07')", REFUSES),
    "looks into other processes": Hostile("import os; os.listdir('/proc')", REFUSES),
    "links out of its folder": Hostile(
        "import os, tempfile; os.symlink('BAIT', tempfile.gettempdir() + '/x')", REFUSES
    ),
    "writes one large file": Hostile(
        "import os\nfile = open(os.environ['TMPDIR'] + '/x', 'wb')\nwhile True: file.write(bytes(1 << 16))",
        "File too large",
    ),
    "writes many files": Hostile(
        "import os, time\nfor i in range(99): open(os.environ['TMPDIR'] + f'/{i}', 'wb').close()\ntime.sleep(60)",
        "scratch folder",
    ),
    "fills its folder": Hostile(
        "import os, time\nfor i in range(9): open(os.environ['TMPDIR'] + f'/{i}', 'wb').write(bytes(1 << 20))\ntime.sleep(60)",
        "scratch folder",
    ),
    "prints without end": Hostile(
        "import os\nwhile True: os.write(1, b'\\x1b[2J\\x00\\xff' * 9999)", "printed more than"
    ),
    "closes its pipes": Hostile(
        "import os, time; os.closerange(0, 64); time.sleep(60)", "closed the pipe|did not finish", SHORT
    ),
    "answers with rubbish": Hostile("say(b'rubbish ' * 9); time.sleep(60)", "no frame"),
    "announces a huge answer": Hostile(
        "say(struct.pack('<4sQ', b'head', 1 << 62)); time.sleep(60)", "announces 4,611,686,018,427,387,904 bytes"
    ),
    "answers half": Hostile("say(b'head\\x09'); os._exit(0)", "ended without an answer"),
    "announces more than it sends": Hostile(
        'head(b\'{"labels":[3],"words":null,"scores":null,"classes":[]}\'); say(struct.pack(\'<4sQ\', b\'body\', 8) + bytes(8))',
        "a body has 8 bytes where 24 belong",
    ),
    "nests its answer": Hostile("head(b'[' * 99999)", "head is not JSON"),
    "names a key twice": Hostile('head(b\'{"a":1,"a":2}\')', "head is not JSON"),
    "counts beyond counting": Hostile("head(b'{\"labels\":[1e999]}')", "head is not JSON"),
    "uses another processor's calls": Hostile(
        "import ctypes; ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 | 39))", "system call of another kind"
    ),
    "fails with a picture": Hostile(
        "raise OSError(1, '\\x1b]0;owned\\x07' * 99)", r"refuses \(PermissionError: .*u001b"
    ),
    "fails where failing is told": Hostile(
        "class E(OSError):\n def __str__(self): raise SystemExit\nraise E", "an error that cannot be shown"
    ),
}
"""By what it does."""

ANSWERS = {
    "too_few": ("return [1.0] * (len(table) - 1)", "its labels have the shape"),
    "too_many": ("return np.zeros(10_000_000)", "its labels have the shape"),
    "a_table": ("return np.zeros((len(table), 3))", "its labels have the shape"),
    "not_numbers": ("return [float('nan')] * len(table)", "of its labels are no finite numbers"),
    "infinite": ("return [float('inf')] * len(table)", "of its labels are no finite numbers"),
    "a_screenful": ("return ['\\x1b[2J'] * len(table)", "no short list of numbers and plain words"),
    "a_novel": ("return ['x' * 10_000] * len(table)", "no short list of numbers and plain words"),
    "nothing": ("return None", "neither labels nor scores"),
}
"""By name of the function: its body, and the words it is refused with."""


def pickled(folder: Path, hostile: Hostile, bait: Path, port: int) -> tuple[Path, Trust]:
    """The hostile pickle as a file, and a decision to trust it: here somebody was fooled."""
    source = textwrap.dedent(hostile.source).replace("BAIT", str(bait)).replace("PORT", str(port))
    source = SAYING + source
    path = folder / "model.pkl"
    path.write_bytes(pickle.dumps(_Payload(source)))
    return path, trusted(path)


def trusted(path: Path) -> Trust:
    """A decision to trust exactly this file."""
    return Trust(digest.sha256_hex(path.read_bytes()), "somebody", "dangerous", "picklescan 1")


def answering(folder: Path) -> Path:
    """A folder with the module ``answers``."""
    lines = ["import numpy as np", *(f"def {name}(table):\n    {body}" for name, (body, _) in ANSWERS.items())]
    (folder / "answers.py").write_text("\n".join(lines))
    return folder
