"""A data frame, or a dictionary of equally long sequences, as a table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry_app.errors import UsageError
from registry_app.measure.table.check import duplicate_headers, unknown_columns
from registry_app.measure.table.column import Kind
from registry_app.measure.table.duck import FILE, ROW, DuckSource
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.problem import refuse
from registry_app.vault import digest


class Memory(DuckSource):
    """Columns in memory. Only those named are taken.

    Values are taken as they are when a column holds numbers alone or truths alone, else as ``str(value)`` writes them; ``None`` and NaN are
    missing cells. The digest is that of the CSV that the columns make, in the order in which they are named (``csv`` defaults, LF).

    Raises:
        UsageError: a column is not there, or they are not equally long.
    """

    digest = ""
    digest_of = "columns"

    def __init__(self, frame: Any, names: Iterable[str], limits: Limits | None = None) -> None:
        import numpy as np

        wanted = list(dict.fromkeys(names))
        keys = list(frame.keys() if isinstance(frame, Mapping) else frame.columns)
        header = [str(key) for key in keys]
        refuse("the frame", (*duplicate_headers(header), *unknown_columns(header, wanted)))
        columns = [list(frame[keys[header.index(name)]]) for name in wanted]
        if len({len(values) for values in columns}) > 1:
            raise UsageError("The columns are of different lengths.", "Give one value per row in each column.")
        super().__init__("the frame", limits or Limits())
        written = Written(wanted)
        written.add(zip(*columns, strict=True))
        self.digest = written.hex()
        taken = [_taken(values) for values in columns]
        arrays = {f"c{place}": values for place, (_, values) in enumerate(taken)}
        self.connection.register("rows", arrays | {ROW: np.arange(len(columns[0]))})
        self.run(f"CREATE VIEW data AS SELECT *, NULL AS {FILE} FROM rows")
        self.columns(wanted, [kind for kind, _ in taken])


def cell(value: Any) -> str:
    """A value as it stands in a CSV file; empty for ``None``, NaN and what pandas calls missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("<NA>", "NaT"):
        return ""
    return str(value)


def _taken(values: Sequence[Any]) -> tuple[Kind, Any]:
    import numpy as np

    present = [value for value in values if cell(value)]
    if present and all(isinstance(value, (bool, np.bool_)) for value in present):
        kind: Kind = "truth"
    elif present and all(isinstance(value, (int, float, np.integer, np.floating)) for value in present):
        kind = "number"
    else:
        return "text", np.array([cell(value) or None for value in values], dtype=object)
    if len(present) == len(values):
        return kind, np.array(values)
    if kind == "number":
        return kind, np.array([float(value) if cell(value) else math.nan for value in values])
    return kind, np.ma.array(
        [bool(value) if cell(value) else False for value in values], mask=[not cell(v) for v in values]
    )


class Written:
    """The digest of rows as they stand in a CSV file (``csv`` defaults, LF)."""

    def __init__(self, names: Sequence[str]) -> None:
        self._running, self._text = digest.Running(), io.StringIO()
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._writer.writerow(names)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Rows after those there are."""
        for row in rows:
            self._writer.writerow(map(cell, row))
            if self._text.tell() > 1 << 20:
                self._flush()

    def hex(self) -> str:
        """SHA-256 of all of it, 64 hexadecimal digits."""
        self._flush()
        return self._running.hex()

    def _flush(self) -> None:
        self._running.update(self._text.getvalue().encode("utf-8", "surrogatepass"))
        self._text.seek(0)
        self._text.truncate()
