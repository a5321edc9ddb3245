from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from registry_app.tui.themes import THEMES

TEXTS = ("text-muted", "text-success", "text-warning", "text-error", "text-primary", "text-accent")


def luminance(color: Color) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    parts = [part / 255 for part in color.rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 to 21 (WCAG 2.2, 1.4.3)."""
    low, high = sorted((luminance(Color.parse(one)), luminance(Color.parse(other))))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: str(theme.name))
def test_every_text_can_be_read_on_every_ground(theme: Theme) -> None:
    limit = 7.0 if "contrast" in theme.name else 4.5
    for ground in (theme.background, theme.surface, theme.panel):
        assert ground
        for name in TEXTS:
            assert contrast(theme.variables[name], ground) >= limit, (name, ground)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: str(theme.name))
def test_the_row_under_the_cursor_can_be_read(theme: Theme) -> None:
    found = theme.variables
    assert contrast(found["block-cursor-foreground"], found["block-cursor-background"]) >= 7.0
