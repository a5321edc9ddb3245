"""Sealed payloads: named by a salted digest, opened only for what was signed."""

from __future__ import annotations

import pytest

from registry_app.errors import Tampered
from registry_app.ledger.canonical import canonical
from registry_app.ledger.payload import Payloads, matches, salted
from registry_app.vault.engine import reading, writing
from registry_app.vault.rows import Rows
from tests.stage import Stage


def kept(stage: Stage, content: object) -> str:
    name, salt_and_content = salted(canonical(content))
    with writing(stage.engine) as connection:
        Payloads(Rows(connection), stage.sealer).keep(name, salt_and_content)
    return name


def fields(stage: Stage, name: str) -> dict[str, object] | None:
    with reading(stage.engine) as connection:
        return Payloads(Rows(connection), stage.sealer).fields(name)


def test_the_same_words_twice_have_two_digests_and_neither_is_theirs() -> None:
    one, other = salted(b"no"), salted(b"no")
    assert one[0] != other[0]
    assert matches(*one)
    assert not matches(one[0], other[1])
    assert not matches(one[0], one[1][:31])
    assert not matches(one[0], one[1] + b" ")


def test_what_was_kept_is_read_back() -> None:
    stage = Stage()
    assert fields(stage, kept(stage, {"text": "words"})) == {"text": "words"}


@pytest.mark.parametrize("content", [[], "text", 7, None])
def test_a_payload_without_fields_is_refused(content: object) -> None:
    stage = Stage()
    with pytest.raises(Tampered, match="holds no fields"):
        fields(stage, kept(stage, content))


@pytest.mark.parametrize("body", [7, "text", b"", b"\0" * 80])
def test_a_body_of_another_kind_is_refused(body: object) -> None:
    stage = Stage()
    name = kept(stage, {"text": "words"})
    stage.sql("UPDATE payload SET body = ? WHERE digest = ?", body, name)
    with pytest.raises(Tampered):
        fields(stage, name)


def test_a_missing_payload_is_refused_and_an_emptied_one_is_nothing() -> None:
    stage = Stage()
    name = kept(stage, {"text": "words"})
    stage.sql("UPDATE payload SET body = NULL WHERE digest = ?", name)
    assert fields(stage, name) is None
    with pytest.raises(Tampered, match="missing"):
        fields(stage, "0" * 64)
