"""What an entry field completes: paths, and names of columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.suggester import Suggester


class Paths(Suggester):
    """Completes a path with the first file or folder that begins with it.

    Args:
        folders: folders alone.
    """

    def __init__(self, *, folders: bool = False) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._folders = folders

    async def get_suggestion(self, value: str) -> str | None:
        typed = Path(value).expanduser()
        above, begun = (typed, "") if value.endswith("/") else (typed.parent, typed.name)
        try:
            found = sorted(
                one.name
                for one in above.iterdir()
                if one.name.startswith(begun) and (not self._folders or one.is_dir())
            )
        except (OSError, ValueError):
            return None
        shown = [name for name in found if name.isprintable() and (begun or not name.startswith("."))]
        return value[: len(value) - len(begun)] + shown[0] if shown else None


class Columns(Suggester):
    """Completes the name of a column; where a field takes several, the one after the last semicolon."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self.names: Sequence[str] = ()

    async def get_suggestion(self, value: str) -> str | None:
        begun = value.rpartition(";")[2].lstrip()
        before = value[: len(value) - len(begun)]
        found = next((name for name in self.names if begun and name.lower().startswith(begun.lower())), None)
        return None if found is None or not found.isprintable() else before + begun + found[len(begun) :]
