"""A verb takes each option of a group, and what it builds is handed on with what the verb alone knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from registry_app.cli.grouped import parameter, verb

Size = Annotated[int, typer.Option("--size", help="How large.")]


@dataclass(frozen=True)
class Paint:
    """A group of options."""

    colour: Annotated[str, typer.Option("--colour")]
    coats: Annotated[int, typer.Option("--coats")] = 1


def wall(
    paint: Paint, size: Size = 3, hole: Annotated[list[str] | None, typer.Option("--hole")] = None
) -> tuple[Any, ...]:
    """What is built."""
    return paint, size, hole


@pytest.fixture
def app() -> tuple[typer.Typer, list[Any]]:
    carried: list[Any] = []
    made = typer.Typer(add_completion=False)
    own = parameter("who", Annotated[str, typer.Argument()])
    made.command()(verb(wall, [own], lambda mine, built: carried.append((mine, built)), "Build a wall."))
    return made, carried


def test_options_come_together_as_the_group_they_are_of(app: tuple[typer.Typer, list[Any]]) -> None:
    made, carried = app
    assert CliRunner().invoke(made, ["ada", "--colour", "red", "--hole", "a", "--hole", "b"]).exit_code == 0
    assert CliRunner().invoke(made, ["val", "--size", "5", "--colour", "blue", "--coats", "2"]).exit_code == 0
    assert carried == [
        ({"who": "ada"}, (Paint("red"), 3, ["a", "b"])),
        ({"who": "val"}, (Paint("blue", 2), 5, None)),
    ]


def test_what_a_group_does_not_leave_out_must_be_given(app: tuple[typer.Typer, list[Any]]) -> None:
    made, carried = app
    missing = CliRunner().invoke(made, ["ada"])
    assert (missing.exit_code, carried) == (2, [])
    assert "--colour" in missing.output


def test_the_help_is_that_of_the_verb_with_every_option(app: tuple[typer.Typer, list[Any]]) -> None:
    shown = CliRunner().invoke(app[0], ["--help"]).output
    for part in ("Build a wall.", "{who}", "--colour", "--coats", "--size", "How large.", "--hole"):
        assert part in shown
