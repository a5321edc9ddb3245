"""Options in groups: a function that takes a dataclass of options, made into one that takes each of them, as typer wants it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields, is_dataclass
from inspect import Parameter, Signature
from typing import Any, get_type_hints

Carry = Callable[..., None]
"""Takes what a verb takes before its options, and what was built from them."""


def parameter(name: str, kind: Any, default: Any = Parameter.empty) -> Parameter:
    """A parameter of a verb that is put together here."""
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)


def verb(
    build: Callable[..., Any], own: Sequence[Parameter], carry: Callable[[dict[str, Any], Any], None], words: str
) -> Any:
    """A verb with the options of ``build``, its groups taken apart, after ``own`` ones.

    Args:
        build: makes something from options and groups of options.
        own: parameters of the verb that ``build`` does not know.
        carry: takes the values of those, and what was built.
        words: the verb's help.
    """
    parts = {each.name: _parts(each, get_type_hints(build, include_extras=True)) for each in _parameters(build)}
    groups = {name: kind for name, (kind, _) in parts.items() if kind is not None}

    def run(**given: Any) -> None:
        mine = {each.name: given.pop(each.name) for each in own}
        asked: dict[str, Any] = {
            name: kind(**{each.name: given.pop(each.name) for each in fields(kind)}) for name, kind in groups.items()
        }
        carry(mine, build(**asked, **given))

    each = [*own, *(one for _, found in parts.values() for one in found)]
    run.__signature__ = Signature(each)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in each}
    run.__name__, run.__doc__ = build.__name__, words
    return run


def _parameters(build: Callable[..., Any]) -> Sequence[Parameter]:
    return tuple(inspect.signature(build).parameters.values())


def _parts(given: Parameter, hints: dict[str, Any]) -> tuple[Any, list[Parameter]]:
    """The group that a parameter is, and its options; or no group, and the parameter itself."""
    kind = hints[given.name]
    if not is_dataclass(kind):
        return None, [parameter(given.name, kind, given.default)]
    inner = get_type_hints(kind, include_extras=True)
    return kind, [
        parameter(each.name, inner[each.name], Parameter.empty if each.default is MISSING else each.default)
        for each in fields(kind)
    ]
