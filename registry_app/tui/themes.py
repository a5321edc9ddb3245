"""The two themes of the house: a quiet dark one, and one of high contrast. Screens name roles, never colours."""

from __future__ import annotations

from textual.theme import Theme

QUIET = Theme(
    name="registry",
    primary="#5aa9e6",
    secondary="#7f9bb3",
    accent="#e3b23c",
    warning="#e6a23c",
    error="#f2757a",
    success="#4fc08d",
    foreground="#e4e8ec",
    background="#11161c",
    surface="#171e26",
    panel="#202a35",
    dark=True,
    variables={
        "block-cursor-text-style": "bold",
        "block-cursor-background": "#2d4a63",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-blurred-background": "#253443",
        "footer-key-foreground": "#e3b23c",
        "text-muted": "#9fb0bf",
        "text-success": "#63d1a0",
        "text-warning": "#f0b95a",
        "text-error": "#ff8f94",
        "text-primary": "#7cc0f2",
        "text-accent": "#f0c65a",
        "border": "#5aa9e6",
        "border-blurred": "#33414f",
    },
)

CONTRAST = Theme(
    name="registry-high-contrast",
    primary="#ffffff",
    secondary="#ffffff",
    accent="#ffff00",
    warning="#ffd700",
    error="#ff9090",
    success="#7fff7f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1c1c1c",
    dark=True,
    variables={
        "block-cursor-text-style": "bold",
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "block-cursor-blurred-background": "#5f5f00",
        "footer-key-foreground": "#ffff00",
        "text-muted": "#e0e0e0",
        "text-success": "#7fff7f",
        "text-warning": "#ffd700",
        "text-error": "#ff9090",
        "text-primary": "#9fd7ff",
        "text-accent": "#ffff00",
        "border": "#ffffff",
        "border-blurred": "#a0a0a0",
    },
)

THEMES = (QUIET, CONTRAST)
