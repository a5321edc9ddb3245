"""The page of all commands is what the program says itself."""

from __future__ import annotations

from pathlib import Path

from registry_app.cli.reference import document, pages

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_true() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), (
        "run: python -m registry_app.cli.reference > docs/commands.md"
    )


def test_every_verb_has_an_example() -> None:
    for path, text in pages():
        is_group = "COMMAND [ARGS]" in text and path != "registry-app"
        assert is_group or "Example: registry-app" in text.replace("\n", " ").replace("  ", " "), path


def test_examples_name_commands_that_exist() -> None:
    known = {path for path, _ in pages()}
    for path, text in pages():
        if "Example:" in text and path != "registry-app":
            assert path in known
            shown = " ".join(text.split("Example:")[1].split())
            assert path.removeprefix("registry-app ") in shown, path
