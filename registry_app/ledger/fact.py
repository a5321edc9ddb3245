"""Facts: what can be said. Frozen, past tense, versioned; declared in each room's ``facts.py``.

A fact is a frozen dataclass of strings, integers, booleans, ``None``, tuples and other frozen dataclasses. No floats:
RFC 8785 numbers do not survive a round trip in every language, so metrics are decimal strings. Fields declared with
:func:`sealed` leave the signed statement: they become one sealed payload that the statement names by a salted digest,
and that can be shredded while the ledger still verifies.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar, dataclass_transform

from registry_app.errors import Damaged

SHREDDED = "[shredded]"
"""What stands in a sealed text field after its payload was shredded."""


class Fact:
    """Something that happened. Subclasses are made by :func:`fact`."""

    KIND: ClassVar[str]
    VERSION: ClassVar[int]
    SEALED: ClassVar[frozenset[str]]


F = TypeVar("F", bound=Fact)

_KINDS: dict[tuple[str, int], type[Fact]] = {}
_ADAPTERS: dict[Any, Any] = {}


def sealed(**options: Any) -> Any:
    """A field that is kept as a sealed payload and never stands in a leaf."""
    return dataclasses.field(metadata={"sealed": True}, **options)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(sealed, dataclasses.field))
def fact(kind: str, version: int = 1) -> Callable[[type[F]], type[F]]:
    """Declare a fact under ``kind`` (kebab case, past tense) and ``version``."""

    def declare(cls: type[F]) -> type[F]:
        made = dataclasses.dataclass(frozen=True, kw_only=True, slots=True)(cls)
        made.KIND, made.VERSION = kind, version
        made.SEALED = frozenset(each.name for each in _fields(made) if each.metadata.get("sealed"))
        _KINDS[kind, version] = made
        return made

    return declare


def public(said: Fact) -> dict[str, Any]:
    """The fields that stand in the leaf."""
    hidden = said.SEALED
    return {key: value for key, value in _plain(said).items() if key not in hidden}


def private(said: Fact) -> dict[str, Any] | None:
    """The sealed fields, or ``None`` when the fact has none."""
    hidden = said.SEALED
    return {key: value for key, value in _plain(said).items() if key in hidden} if hidden else None


def read_fact(kind: str, version: int, body: Mapping[str, Any], hidden: Mapping[str, Any] | None) -> Fact:
    """The fact that a statement holds.

    Args:
        hidden: the opened sealed fields, or ``None`` when the payload was shredded (or there is none).

    Raises:
        Damaged: no such fact is known here, or the fields are not of its form.
    """
    cls = _KINDS.get((kind, version))
    if cls is None:
        raise Damaged(
            f"The ledger holds a fact this program does not know: {kind[:60]!r} version {version}.",
            "Use the program that wrote it, or a newer one.",
        )
    shut = cls.SEALED
    if hidden is None:
        hidden = _shredded(cls)
    if shut & body.keys() or hidden.keys() != shut:
        raise Damaged(f"A {kind} fact has fields in the wrong place.", "Run 'registry-app verify' to find the leaf.")
    from pydantic import ValidationError

    try:
        read: Fact = _adapter(cls).validate_json(_json({**body, **hidden}), strict=True)
        return read
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Damaged(
            f"A {kind} fact does not have the form of version {version}: {field[:80]}.",
            "Run 'registry-app verify' to find the leaf.",
        ) from error


def _shredded(cls: type[Any]) -> dict[str, Any]:
    stands: dict[str, Any] = {}
    for field in _fields(cls):
        if field.metadata.get("sealed"):
            kind = str(field.type)
            stands[field.name] = SHREDDED if kind.startswith("str") else () if kind.startswith("tuple") else {}
    return stands


def _plain(said: Fact) -> dict[str, Any]:
    return {each.name: _value(getattr(said, each.name)) for each in _fields(type(said))}


def _fields(cls: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls)


def _value(value: Any) -> Any:
    if isinstance(value, (str, int)) or value is None:
        return value
    if isinstance(value, (tuple, list)):
        return [_value(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value):
        return {f.name: _value(getattr(value, f.name)) for f in dataclasses.fields(value)}
    raise TypeError(f"a fact cannot hold a {type(value).__name__}")


def _adapter(cls: Any) -> Any:
    found = _ADAPTERS.get(cls)
    if found is None:
        from pydantic import ConfigDict, TypeAdapter, with_config

        strict = with_config(ConfigDict(extra="forbid", strict=True))
        found = _ADAPTERS[cls] = TypeAdapter(strict(cls))
    return found


def _json(value: Mapping[str, Any]) -> bytes:
    import orjson

    return orjson.dumps(value)
