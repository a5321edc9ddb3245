"""Rows of another table, put beside what was computed from them, some at a time: in a DuckDB of our own, on disk where there are many.

It stands for the table it came from, and so has its digest; that of a server's table, which has no bytes, is taken of the rows as they
were read, as :class:`~registry_app.measure.table.memory.Memory` does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.table.column import Kind
from registry_app.measure.table.duck import FILE, ROW, DuckSource
from registry_app.measure.table.limits import Limits

_TYPES: dict[Kind, str] = {"number": "DOUBLE", "truth": "BOOLEAN", "text": "VARCHAR"}


class Collected(DuckSource):
    """Columns that grow."""

    digest = ""
    digest_of = ""

    def __init__(
        self, name: str, header: Sequence[tuple[str, Kind]], limits: Limits, progress: Progress = SILENT
    ) -> None:
        """No row yet.

        Args:
            header: name and kind of each column: ``number``, ``truth`` or ``text``.
        """
        super().__init__(name, limits, progress=progress)
        self._kinds = [kind for _, kind in header]
        self._many = 0
        self.more = {}
        places = "".join(f", c{place} {_TYPES[kind]}" for place, kind in enumerate(self._kinds))
        self.run(f"CREATE TABLE data ({FILE} VARCHAR, {ROW} BIGINT{places})")
        self.columns([name for name, _ in header], self._kinds)

    more: dict[str, Any]
    """What else :meth:`described` says."""

    def add(self, columns: Sequence[Sequence[Any]]) -> None:
        """Rows after those there are, as columns; ``None`` is a missing cell."""
        import numpy as np

        rows = np.arange(self._many, self._many + len(columns[0]))
        taken = {
            f"c{place}": _array(kind, each) for place, (kind, each) in enumerate(zip(self._kinds, columns, strict=True))
        }
        self.connection.register("fresh", {ROW: rows} | taken)
        self.run("INSERT INTO data BY NAME SELECT * FROM fresh")
        self.connection.unregister("fresh")
        self._many += len(rows)

    def described(self) -> dict[str, Any]:
        return super().described() | self.more


def _array(kind: Kind, values: Sequence[Any]) -> Any:
    import numpy as np

    if kind == "number":
        return np.array([math.nan if value is None else float(value) for value in values])
    if kind == "truth":
        return np.ma.array([bool(value) for value in values], mask=[value is None for value in values])
    return np.array([None if value is None else str(value) for value in values], dtype=object)
