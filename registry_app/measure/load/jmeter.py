"""JMeter: the table of samples (``-l FILE.jtl`` in its default form, CSV with a header row)."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from itertools import chain

from registry_app.errors import UsageError
from registry_app.measure.load.requests import Requests, number

COLUMNS = ("timeStamp", "elapsed", "label", "success")
"""Columns without which a sample says too little."""


def from_csv(header: str, found: Iterable[str]) -> Requests:
    """The samples of a JTL file.

    Raises:
        UsageError: a row is not as JMeter writes it.
    """
    requests = Requests("JMeter")
    try:
        for line, row in enumerate(csv.DictReader(chain([header], (f"{each}\n" for each in found))), start=2):
            if any(row.get(column) is None for column in COLUMNS):
                raise UsageError(
                    f"Sample {line - 1} lacks one of {', '.join(COLUMNS)}.", "Let JMeter save these, as CSV with names."
                )
            began, elapsed = number(row["timeStamp"], line) / 1000, number(row["elapsed"], line)
            requests.add(row["label"] or "", began, elapsed, row["success"].strip().lower() != "true", line)
    except csv.Error as error:
        raise UsageError("The table is not as JMeter writes it.", "Write the file with -l FILE.jtl, as CSV.") from error
    return requests
