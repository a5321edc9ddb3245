"""The reference of all commands, made from the same help texts: ``python -m registry_app.cli.reference > docs/commands.md``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from registry_app.cli.main import NOUNS, app

_HEAD = """# All commands

Made from the program's own help by `python -m registry_app.cli.reference > docs/commands.md`; a test holds the two equal.
"""


def pages() -> Iterator[tuple[str, str]]:
    """Each command's path and help, the front door first."""
    command: Any = get_command(app)
    root = typer.Context(command, info_name="registry-app", terminal_width=100, max_content_width=100)
    yield "registry-app", command.get_help(root)
    for noun in NOUNS:
        yield from _below(command.get_command(root, noun), root, noun)


def _below(command: Any, parent: Any, name: str) -> Iterator[tuple[str, str]]:
    ctx = typer.Context(command, info_name=name, parent=parent, terminal_width=100, max_content_width=100)
    yield ctx.command_path, command.get_help(ctx)
    for verb in getattr(command, "commands", {}):
        yield from _below(command.get_command(ctx, verb), ctx, verb)


def document() -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD]
    for path, text in pages():
        level = "##" if path.count(" ") <= 1 else "###"
        parts.append(f"{level} {path}\n\n```text\n{text.rstrip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(document(), end="")
