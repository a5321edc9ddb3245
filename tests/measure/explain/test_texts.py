from __future__ import annotations

from pathlib import Path

import pytest

from registry_app.errors import UsageError
from registry_app.measure.explain import texts
from registry_app.measure.explain.texts import checked_texts, read_texts


def test_csv_and_json_give_the_same_table(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        'feature,text\nincome,"Income too low, as shown"\nage,Too short a history\n', "utf-8-sig"
    )
    (tmp_path / "a.json").write_text('{"income": "Income too low, as shown", "age": "Too short a history"}')
    expected = {"income": "Income too low, as shown", "age": "Too short a history"}
    assert read_texts(tmp_path / "a.csv") == read_texts(tmp_path / "a.json") == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"name,text\na,b\n"),
        ("a.csv", b"feature,text\n"),
        ("a.csv", b"feature,text\na,b\na,c\n"),
        ("a.csv", b"feature,text\na\n"),
        ("a.csv", b"feature,text\na, \n"),
        ("a.csv", b'feature,text\n"a,b\n'),
        ("a.csv", b"feature,text\na,\xff\n"),
        ("a.csv", b"feature,text\na," + b"x" * 401),
        ("a.json", b"{"),
        ("a.json", b'{"a": 1}'),
        ("a.json", b'["a"]'),
        ("a.json", b'{"a": "x", "a": "y"}'),
        ("a.json", b"[" * 100_000),
    ],
)
def test_what_is_no_table_of_texts_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UsageError, match="reason texts are not usable"):
        read_texts(tmp_path / name)


def test_a_file_that_is_too_long_or_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_texts(tmp_path / "none.csv")
    monkeypatch.setattr(texts, "MOST_BYTES", 10)
    (tmp_path / "a.csv").write_text("feature,text\na,b\n")
    with pytest.raises(UsageError, match="too long"):
        read_texts(tmp_path / "a.csv")


def test_features_without_a_text_are_all_named() -> None:
    with pytest.raises(UsageError, match="2 features have no reason text") as caught:
        checked_texts({"a": "x", "b": " "}, ["a", "b", "c"])
    assert caught.value.details == ("'b'", "'c'")
    checked_texts({"a": "x"}, ["a"])
