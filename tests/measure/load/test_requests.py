from __future__ import annotations

from pathlib import Path

import pytest

from registry_app.errors import RegistryError, UsageError
from registry_app.measure.load.requests import Requests, lines, number
from registry_app.vault import digest


def read(path: Path) -> tuple[list[str], str]:
    hashed = digest.Running()
    return list(lines(path, hashed)), hashed.hex()


def test_lines_come_without_their_ends_and_just_their_bytes_are_hashed(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"\xef\xbb\xbfone\r\ntwo\n\nf\xc3\xbcr")
    assert read(path) == (["one", "two", "", "für"], digest.sha256_hex(path.read_bytes()))


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"a\n\xff\n", "Line 2 is not UTF-8"), (b"a\n" + b"x" * 101, "Line 2 is longer than 100 bytes")],
)
def test_what_is_no_text_is_refused(content: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_app.measure.load.requests.LINE", 100)
    (tmp_path / "f").write_bytes(content)
    with pytest.raises(UsageError, match=said):
        read(tmp_path / "f")


@pytest.mark.parametrize("name", ["absent", "", ".", "a\0b"])
def test_what_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read(tmp_path / name)


def test_a_file_that_cannot_be_read_is_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_text("x")
    monkeypatch.setattr("builtins.open", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    with pytest.raises(RegistryError, match="Input/output error"):
        read(tmp_path / "f")


def test_requests_are_kept_as_columns_and_names_once() -> None:
    requests = Requests("k6")
    for place, name in enumerate(["a", "b", "a"]):
        requests.add(name, 100.0 + place, 5.0 * place, place == 1, place)
    assert (requests.names, list(requests.name)) == (["a", "b"], [0, 1, 0])
    assert (list(requests.began), list(requests.latency)) == ([100.0, 101.0, 102.0], [0.0, 5.0, 10.0])
    assert list(requests.failed) == [0, 1, 0]


@pytest.mark.parametrize(
    ("began", "latency"),
    [(-1.0, 1.0), (1e11, 1.0), (1.0, -0.1), (1.0, 1e9), (float("nan"), 1.0), (1.0, float("inf")), (1.0, float("nan"))],
)
def test_times_that_cannot_be_are_refused_by_their_line(began: float, latency: float) -> None:
    with pytest.raises(UsageError, match="Line 17 has a time that is out of range"):
        Requests("k6").add("a", began, latency, False, 17)


def test_too_many_requests_or_names_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_app.measure.load.requests.MOST", 3)
    monkeypatch.setattr("registry_app.measure.load.requests.NAMES", 2)
    requests = Requests("k6")
    requests.add("a", 1, 1, False, 1)
    requests.add("b", 1, 1, False, 2)
    with pytest.raises(UsageError, match="more than 2 names"):
        requests.add("c", 1, 1, False, 3)
    requests.add("a", 1, 1, False, 3)
    with pytest.raises(UsageError, match="more than 3 requests"):
        requests.add("a", 1, 1, False, 4)


@pytest.mark.parametrize("text", ["", "x", None, "1,5", [], {}, 10**400])
def test_what_is_no_number_is_refused_by_its_line(text: object) -> None:
    assert number("1.5", 3) == 1.5
    with pytest.raises(UsageError, match=r"Line 3 has .* where a number belongs"):
        number(text, 3)
