"""What a pickle names and calls, read opcode by opcode with ``pickletools``: a second opinion beside the scanner's.

The opcodes are listed, never run. Strings are followed through the memo, so that an import hidden behind a memo
reference is still named; one that cannot be followed is named ``unknown``.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import pickletools
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Literal, cast

from registry_app.errors import UsageError

MOST_OPCODES = 3_000_000
"""Opcodes read in one stream before giving up."""

MOST_UNPACKED = 256 << 20
"""Bytes of one compressed stream that are read."""

MOST_MEMBERS = 10_000
"""Members of one zip that are looked at."""

_PLAIN = frozenset({".pkl", ".pickle", ".joblib", ".dat", ".data", ".p", ".model", ".bin", ".pt", ".pth", ".ckpt"})
_SAFE = ("numpy", "sklearn", "scipy", "pandas", "collections", "joblib", "copyreg", "xgboost", "lightgbm", "_codecs")
_STACK_GLOBAL = re.compile(rb"\x8c.([\w.]{1,200})\x94?\x8c.([\w.]{1,200})\x94?\x93", re.DOTALL)
_GLOBAL = re.compile(rb"c([A-Za-z_][\w.]{0,200})\n([A-Za-z_][\w.]{0,200})\n")
_HARMLESS_BUILTINS = frozenset(
    [
        "bool",
        "int",
        "float",
        "complex",
        "str",
        "bytes",
        "bytearray",
        "list",
        "dict",
        "set",
        "frozenset",
        "tuple",
        "slice",
        "range",
        "object",
    ]
)
_DANGEROUS = frozenset(
    [
        "os",
        "posix",
        "nt",
        "subprocess",
        "sys",
        "socket",
        "shutil",
        "runpy",
        "importlib",
        "pty",
        "ctypes",
        "pickle",
        "_pickle",
        "marshal",
        "types",
        "code",
        "codeop",
        "webbrowser",
        "requests",
        "urllib",
        "http",
        "asyncio",
        "multiprocessing",
        "threading",
        "signal",
        "tempfile",
        "pathlib",
        "builtins",
        "__builtin__",
        "commands",
        "operator",
        "functools",
        "pip",
        "pydoc",
        "timeit",
        "cProfile",
        "profile",
        "pdb",
        "bdb",
        "imp",
        "zipimport",
        "torch.hub",
        "numpy.testing",
        "numpy.f2py",
        "numpy.distutils",
        "numpy.load",
        "numpy.fromfile",
        "pandas.read_pickle",
        "pandas.eval",
        "pandas.io.pickle",
        "joblib.load",
        "joblib.numpy_pickle.load",
        "distutils",
        "unknown",
    ]
)

Weight = Literal["innocuous", "suspicious", "dangerous"]


@dataclass(frozen=True)
class Look:
    """What one stream of opcodes names."""

    imports: frozenset[str]
    """``module.name`` of each import; ``unknown`` where it could not be followed."""
    problem: str
    """Why not all of the stream could be read; empty when it was read to its end."""
    limit: str = ""
    """Why this look may have missed imports although nothing was wrong; empty when it cannot have."""


def streams(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The streams in a file that could be pickles: itself, unpacked, or the members of a zip, with the member's name."""
    with path.open("rb") as file:
        head = file.read(16)
        file.seek(0)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            yield from _members(file)
        elif head.startswith(b"\x1f\x8b"):
            yield "gzip", _unpacked(gzip.GzipFile(fileobj=file))
        elif head.startswith(b"BZh"):
            yield "bzip2", _unpacked(bz2.BZ2File(file))
        elif head.startswith((b"\xfd7zXZ", b"\x5d\x00\x00")):
            yield "lzma", _unpacked(lzma.LZMAFile(file))  # noqa: SIM115  it reads from the file above
        elif head[:1] == b"\x78" and int.from_bytes(head[:2], "big") % 31 == 0:
            packed = file.read(MOST_UNPACKED)
            yield "zlib", _unpacked(BytesIO(zlib.decompressobj().decompress(packed, MOST_UNPACKED + 1)))
        elif (head[:1] == b"\x80" and head[1:2] <= b"\x05") or path.suffix.lower() in _PLAIN:
            yield "", file


def _members(file: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(file) as archive:
        if len(archive.infolist()) > MOST_MEMBERS:
            raise UsageError(f"The zip has more than {MOST_MEMBERS:,} members.", "Pack the model again.")
        for member in archive.infolist():
            suffix = Path(member.filename).suffix.lower()
            with archive.open(member) as opened:
                first = opened.read(1)
                if member.filename == "schema.json" or first == b"\x80" or suffix in _PLAIN - {".data", ".dat", ".bin"}:
                    yield member.filename, _unpacked(opened, first)


def _unpacked(stream: Any, first: bytes = b"") -> IO[bytes]:
    content = first + cast(bytes, stream.read(MOST_UNPACKED + 1))
    if len(content) > MOST_UNPACKED:
        raise UsageError(f"A stream unpacks to more than {MOST_UNPACKED >> 20} MiB.", "Save the model uncompressed.")
    return BytesIO(content)


def look(stream: IO[bytes]) -> Look:
    """List the imports of every pickle in ``stream``, one after the other, until its end or its first nonsense.

    joblib writes the bytes of arrays between the opcodes, where no parser can follow without loading; from there on the
    stream is searched for imports as picklers usually write them.
    """
    imports: set[str] = set()
    seen = 0
    while True:
        memo: dict[int, str] = {}
        recent = ["unknown", "unknown"]
        try:
            for opcode, argument, _ in pickletools.genops(stream):
                seen += 1
                if seen > MOST_OPCODES:
                    return Look(frozenset(imports), f"longer than {MOST_OPCODES:,} opcodes, the rest was not read")
                name = opcode.name
                if name in ("PROTO", "FRAME"):
                    continue
                if name in ("MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"):
                    memo[len(memo) if argument is None else int(argument)] = recent[-1]
                    continue
                pushed = "unknown"
                if name in ("GLOBAL", "INST"):
                    imports.add(str(argument).replace(" ", ".", 1))
                elif name == "STACK_GLOBAL":
                    imports.add(".".join(recent))
                elif name in ("GET", "BINGET", "LONG_BINGET"):
                    pushed = memo.get(int(argument or 0), "unknown")
                elif isinstance(argument, str):
                    pushed = argument
                recent = [recent[-1], pushed]
        except Exception:  # noqa: BLE001  pickletools raises whatever the bytes lead it to
            if any(each.startswith("joblib.numpy_pickle.") for each in imports):
                return _searched(stream, imports)
            return Look(frozenset(imports), "not a whole pickle, or more than a pickle" if seen else "not a pickle")
        if not stream.read(1):
            return Look(frozenset(imports), "")
        stream.seek(-1, 1)


def _searched(stream: IO[bytes], imports: set[str]) -> Look:
    stream.seek(0)
    content = stream.read(MOST_UNPACKED)
    for module, name in (*_STACK_GLOBAL.findall(content), *_GLOBAL.findall(content)):
        imports.add(f"{module.decode()}.{name.decode()}")
    return Look(frozenset(imports), "", "holds raw arrays, so only imports written in the usual way were found")


def look_at_schema(stream: IO[bytes]) -> Look:
    """The types that a skops ``schema.json`` would build, as ``module.class``."""
    try:
        waiting: list[Any] = [json.loads(stream.read(MOST_UNPACKED))]
    except (ValueError, RecursionError):
        return Look(frozenset(), "the schema is not JSON")
    imports: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("__class__"), str) and isinstance(node.get("__module__"), str):
                imports.add(f"{node['__module__']}.{node['__class__']}")
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return Look(frozenset(imports), "")


def weigh(name: str) -> Weight:
    """How alarming an import is, by its module: a short list of what is known good and known bad, else suspicious."""
    module, _, function = name.rpartition(".")
    if module in ("builtins", "__builtin__"):
        return "innocuous" if function in _HARMLESS_BUILTINS else "dangerous"
    parts = (module or name).split(".")
    prefixes = {".".join(parts[: place + 1]) for place in range(len(parts))} | {name}
    if prefixes & _DANGEROUS or "unknown" in name.split("."):
        return "dangerous"
    return "innocuous" if parts[0] in _SAFE else "suspicious"


def judge(imports: frozenset[str]) -> Literal["clean", "suspicious", "dangerous"]:
    """The outcome that the most alarming import gives."""
    weights = {weigh(each) for each in imports}
    return "dangerous" if "dangerous" in weights else "suspicious" if "suspicious" in weights else "clean"
