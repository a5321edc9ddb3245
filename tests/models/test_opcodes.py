"""Every import of a pickle is named, however it is packed and wherever it hides; nothing is ever loaded."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import pickle
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from registry_app.errors import UsageError
from registry_app.models import opcodes

SYSTEM = pickle.dumps(os.system)


def imports(data: bytes) -> set[str]:
    return set(opcodes.look(io.BytesIO(data)).imports)


def streams(path: Path, data: bytes) -> dict[str, set[str]]:
    """What each stream in a file of those bytes imports."""
    path.write_bytes(data)
    return {name: set(opcodes.look(stream).imports) for name, stream in opcodes.streams(path)}


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_an_import_is_named_in_every_protocol(protocol: int) -> None:
    assert imports(pickle.dumps(os.system, protocol)) == {"posix.system"}


@pytest.mark.parametrize(
    "pack",
    [bytes, gzip.compress, bz2.compress, lzma.compress, zlib.compress],
    ids=["plain", "gzip", "bz2", "lzma", "zlib"],
)
def test_an_import_is_named_however_the_file_is_packed(tmp_path: Path, pack: Any) -> None:
    assert list(streams(tmp_path / "model", pack(SYSTEM)).values()) == [{"posix.system"}]


def test_a_pickle_without_a_mark_is_told_by_its_files_name(tmp_path: Path) -> None:
    old = pickle.dumps(os.system, 0)
    assert streams(tmp_path / "model.PKL", old) == {"": {"posix.system"}}
    assert streams(tmp_path / "model.txt", old) == {}
    assert streams(tmp_path / "model.txt", SYSTEM) == {"": {"posix.system"}}


def test_the_members_of_a_zip_are_looked_at_by_content_and_by_name(tmp_path: Path) -> None:
    archive = zipped(
        notes__txt=SYSTEM, deep__pkl=pickle.dumps(os.system, 0), weights__bin=b"\x00\x01", readme__md=b"cos\n"
    )
    found = streams(tmp_path / "model.pt", archive)
    assert found == {"notes.txt": {"posix.system"}, "deep.pkl": {"posix.system"}}


def test_a_zip_of_too_many_members_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opcodes, "MOST_MEMBERS", 2)
    assert set(streams(tmp_path / "a.zip", zipped(a__pkl=SYSTEM, b__pkl=SYSTEM))) == {"a.pkl", "b.pkl"}
    with pytest.raises(UsageError, match="more than 2 members"):
        streams(tmp_path / "b.zip", zipped(a__pkl=SYSTEM, b__pkl=SYSTEM, c__pkl=SYSTEM))


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, zlib.compress], ids=["gzip", "bz2", "lzma", "zlib"]
)
def test_what_unpacks_to_more_than_is_read_is_not_half_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Any
) -> None:
    monkeypatch.setattr(opcodes, "MOST_UNPACKED", len(SYSTEM))
    assert list(streams(tmp_path / "fits", pack(SYSTEM)).values()) == [{"posix.system"}]
    with pytest.raises(UsageError, match="unpacks to more"):
        streams(tmp_path / "over", pack(SYSTEM + b"0"))


def test_an_import_hidden_behind_the_memo_is_followed() -> None:
    stream = b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94h\x00h\x01\x93."
    assert opcodes.look(io.BytesIO(stream)).imports == {"os.system"}


def test_an_import_that_cannot_be_followed_is_named_unknown() -> None:
    stream = b"\x80\x04\x8c\x02os\x8c\x06system2\x85\x93."
    assert opcodes.judge(opcodes.look(io.BytesIO(stream)).imports) == "dangerous"


def test_a_second_pickle_after_the_first_is_read() -> None:
    found = opcodes.look(io.BytesIO(pickle.dumps(1) + pickle.dumps(os.system)))
    assert found.imports == {"posix.system"}


def test_a_stream_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opcodes, "MOST_OPCODES", 10)
    assert "longer than 10 opcodes" in opcodes.look(io.BytesIO(pickle.dumps(list(range(100))))).problem


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        ("os.system", "dangerous"), ("builtins.eval", "dangerous"), ("builtins.set", "innocuous"),
        ("numpy.load", "dangerous"), ("numpy._core.multiarray._reconstruct", "innocuous"),
        ("mylib.Model", "suspicious"), ("unknown", "dangerous"), ("Model", "suspicious"),
    ],
)  # fmt: skip
def test_imports_are_weighed_by_module(name: str, weight: str) -> None:
    assert opcodes.weigh(name) == weight


@pytest.mark.parametrize(
    "code",
    [
        b"\x80\x04\x8c\x05numpy\x8c\x05array\x8c\x02os\x8c\x06system00\x93.",  # pushed and popped again
        b"\x80\x04\x8c\x05numpy\x8c\x05array22\x93.",  # copied on the stack
        b"\x80\x04\x8c\x02os\x8c\x06system\x86\x93.",  # behind a tuple
        b"\x80\x04h\x00h\x01\x93.",  # from a memo that was never written
    ],
)
def test_what_moves_on_the_stack_is_never_taken_for_a_harmless_name(code: bytes) -> None:
    assert opcodes.judge(frozenset(imports(code))) == "dangerous"


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff\xff", b"\x80\x04K", SYSTEM[:-1], SYSTEM + b"junk"])
def test_what_is_not_read_to_its_end_says_so(data: bytes) -> None:
    assert "pickle" in opcodes.look(io.BytesIO(data)).problem


def test_the_types_of_a_schema_are_named_at_any_depth() -> None:
    schema = b'{"content": [{"__class__": "LogisticRegression", "__module__": "sklearn.linear_model", "x": {"__class__": "system", "__module__": "os"}}]}'
    found = opcodes.look_at_schema(io.BytesIO(schema))
    assert found.imports == {"sklearn.linear_model.LogisticRegression", "os.system"}
    assert not found.problem
    for odd in (b"", b"{", b"[" * 100_000, b"\xff"):
        assert opcodes.look_at_schema(io.BytesIO(odd)).problem == "the schema is not JSON"


@pytest.mark.parametrize(
    ("names", "outcome"),
    [
        ((), "clean"),
        (("numpy.ndarray",), "clean"),
        (("numpy.ndarray", "mylib.Model"), "suspicious"),
        (("mylib.Model", "os.system"), "dangerous"),
    ],
)
def test_one_alarming_import_is_enough(names: tuple[str, ...], outcome: str) -> None:
    assert opcodes.judge(frozenset(names)) == outcome
