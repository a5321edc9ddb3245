"""What a model artifact is, without ever loading it: digests, sizes and a guess at the format.

A file's digest is the SHA-256 of its bytes. A folder's digest is the OpenSSF model-signing subject digest (model-signing
1.1, predicate ``https://model_signing/signature/v1.0``, serialization ``files`` with ``sha256`` and the default settings):
the SHA-256 over the 32-byte SHA-256 digests of all files, in the order of their POSIX paths compared part by part
(so ``a/b`` comes before ``a-b``). As there, ``.git``, ``.gitattributes``, ``.github`` and ``.gitignore`` right inside
the folder are left out (deeper ones count), other hidden files count, empty folders do not, and links are refused even
inside what is left out. So the digest shown here can be compared with one that model-signing signed elsewhere.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from registry_app.errors import StorageError, UsageError
from registry_app.text import harmless
from registry_app.vault import digest

IGNORED = frozenset({".git", ".gitattributes", ".github", ".gitignore"})
"""Names right inside the folder that model-signing leaves out by default."""

PIECE = 1 << 20
"""Bytes read at once."""

MOST_FILES = 100_000
"""More files than this in one folder are refused."""

_HEAD = 4096
_TAIL = 1 << 16


@dataclass(frozen=True)
class FileDigest:
    """One file of an artifact."""

    name: str
    """POSIX path relative to the folder; the file's own name when the artifact is a single file."""
    size: int
    """Bytes."""
    sha256: str
    """64 lower-case hexadecimal digits."""


@dataclass(frozen=True)
class Artifact:
    """An artifact as it was at the moment it was read."""

    digest: str
    """64 lower-case hexadecimal digits; see the module for what they cover."""
    kind: Literal["file", "folder"]
    """What the digest was made from."""
    size: int
    """Bytes of all files that count."""
    files: tuple[FileDigest, ...]
    """The files that count, in the order the digest takes them."""
    format: str
    """skops, onnx, safetensors, joblib, pickle, pytorch, xgboost-json, xgboost-ubj, lightgbm, keras, gguf, mixed, unknown."""


@dataclass(frozen=True)
class _Found:
    parts: tuple[str, ...]
    path: Path
    size: int
    mtime: int


def measure_artifact(path: Path) -> Artifact:
    """Hash the file or folder at ``path``, streaming, and guess its format from the first and last bytes.

    Raises:
        UsageError: missing, empty, a link or a folder with a link in it, a device, pipe or socket, a name that cannot be
            shown, or something that changed while it was read.
        StorageError: the operating system could not read it.
    """
    path = Path(os.path.abspath(path))
    try:
        status = path.lstat()
        if stat.S_ISDIR(status.st_mode):
            return _folder(path)
        _only_files(path, status.st_mode, path.name)
        return _file(path)
    except FileNotFoundError as error:
        raise UsageError(f"There is no artifact at {show(str(path))}.", "Check the path and try again.") from error
    except ValueError as error:
        raise UsageError(f"{show(str(path))} is not a path.", "Check the path and try again.") from error
    except PermissionError as error:
        raise UsageError(
            f"The artifact {show(str(path))} cannot be read by this user.", "Give yourself read access to it."
        ) from error
    except OSError as error:
        raise StorageError(
            f"Reading the artifact {show(str(path))} failed: {show(error.strerror or 'unknown reason')}.",
            "Check the disk and try again.",
        ) from error


def show(text: str, limit: int = 120) -> str:
    """``text`` in quotes, harmless on a terminal, cut to ``limit`` characters."""
    return f"'{harmless(text if len(text) <= limit else text[: limit - 1] + '…')}'"


def _file(path: Path) -> Artifact:
    _showable(path.name)
    found, head, tail = _read(path)
    if found.size == 0:
        raise UsageError(f"The artifact {show(path.name)} is empty.", "Save the model again and name the new file.")
    return Artifact(found.sha256, "file", found.size, (found,), guess_format(path.name, head, tail))


def _folder(root: Path) -> Artifact:
    before = _walk(root)
    total = digest.Running()
    files: list[FileDigest] = []
    formats: set[str] = set()
    for found in before:
        one, head, tail = _read(found.path)
        total.update(bytes.fromhex(one.sha256))
        files.append(FileDigest("/".join(found.parts), one.size, one.sha256))
        formats.add(guess_format(found.parts[-1], head, tail))
    if before != _walk(root):
        raise _changed(root.name)
    size = sum(file.size for file in files)
    if size == 0:
        raise UsageError(
            f"The folder {show(root.name)} holds no bytes of a model.", "Name the folder that the model was saved to."
        )
    formats.discard("unknown")
    name = "unknown" if not formats else formats.pop() if len(formats) == 1 else "mixed"
    return Artifact(total.hex(), "folder", size, tuple(files), name)


def _walk(root: Path) -> list[_Found]:
    """All files that count, sorted by path parts. Links are refused wherever they stand."""
    found: list[_Found] = []
    waiting: list[tuple[tuple[str, ...], bool]] = [((), True)]
    while waiting:
        parents, counts = waiting.pop()
        with os.scandir(root.joinpath(*parents)) as entries:
            for entry in entries:
                parts = (*parents, entry.name)
                name = "/".join(parts)
                status = entry.stat(follow_symlinks=False)
                kept = counts and not (not parents and entry.name in IGNORED)
                if stat.S_ISDIR(status.st_mode):
                    waiting.append((parts, kept))
                    continue
                _only_files(Path(entry.path), status.st_mode, name)
                if not kept:
                    continue
                _showable(name)
                found.append(_Found(parts, Path(entry.path), status.st_size, status.st_mtime_ns))
                if len(found) > MOST_FILES:
                    raise UsageError(
                        f"The folder {show(root.name)} holds more than {MOST_FILES:,} files.",
                        "Name the folder of the model alone, or pack it into one file.",
                    )
    return sorted(found, key=lambda one: one.parts)


def _only_files(path: Path, mode: int, name: str) -> None:
    if stat.S_ISLNK(mode):
        raise UsageError(
            f"{show(name)} is a link to {show(os.readlink(path))}, and links are not part of an artifact.",
            "Put the file itself in its place: a link can be pointed elsewhere after approval.",
        )
    if not stat.S_ISREG(mode):
        raise UsageError(f"{show(name)} is a device, pipe or socket, not a file.", "Name a file or a folder of files.")


def _showable(name: str) -> None:
    if len(name) > 1024 or harmless(name) != name:
        raise UsageError(
            f"The file name {show(name)} is too long or has hidden or broken characters.", "Rename the file."
        )


def _changed(name: str) -> UsageError:
    return UsageError(
        f"{show(name)} changed while it was being read.", "Wait until nothing writes to it and try again."
    )


def _read(path: Path) -> tuple[FileDigest, bytes, bytes]:
    """The digest of one file, with its first and last bytes; never follows a link, never waits on a pipe."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb", buffering=0) as stream:
        before = os.fstat(stream.fileno())
        _only_files(path, before.st_mode, path.name)
        running, size, head, tail = digest.Running(), 0, b"", b""
        while size <= before.st_size and (piece := stream.read(PIECE)):
            running.update(piece)
            size += len(piece)
            head = head or piece[:_HEAD]
            tail = (tail + piece)[-_TAIL:]
        after = os.fstat(stream.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
        raise _changed(path.name)
    return FileDigest(path.name, size, running.hex()), head, tail


def guess_format(name: str, head: bytes, tail: bytes) -> str:
    """The format that the first (up to 4 KiB) and last (up to 64 KiB) bytes look like; the suffix only breaks ties.

    What the bytes say wins over the suffix, so a pickle named ``model.onnx`` is a pickle.
    """
    suffix = os.path.splitext(name)[1].lower()
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return "joblib" if suffix == ".joblib" else "pytorch" if suffix in (".pt", ".pth", ".ckpt") else "pickle"
    if head.startswith(b"PK\x03\x04"):
        return _zip_format(suffix, tail)
    if head.startswith(b"GGUF"):
        return "gguf"
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        return "keras"
    if len(head) > 8 and head[8:9] == b"{" and int.from_bytes(head[:8], "little") <= 100_000_000:
        return "safetensors"
    if head.startswith(b"tree\nversion="):
        return "lightgbm"
    if head[:2] in (b"{L", b"{l", b"{i") and suffix == ".ubj":
        return "xgboost-ubj"
    if head.lstrip()[:1] == b"{" and b'"learner"' in head + tail:
        return "xgboost-json"
    if suffix == ".onnx" and head[:1] == b"\x08" and len(head) > 2 and head[2] in (0x12, 0x1A, 0x22, 0x2A, 0x3A, 0x42):
        return "onnx"
    if suffix == ".joblib":
        return "joblib"
    return "pickle" if suffix in (".pkl", ".pickle") else "unknown"


def _zip_format(suffix: str, tail: bytes) -> str:
    if suffix == ".skops" or b"schema.json" in tail:
        return "skops"
    if b"data.pkl" in tail:
        return "pytorch"
    if suffix == ".keras" or (b"metadata.json" in tail and b"config.json" in tail):
        return "keras"
    return "unknown"
