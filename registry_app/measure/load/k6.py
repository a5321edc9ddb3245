"""k6: ``--out json=FILE`` (one object a line) and ``--out csv=FILE``."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import datetime
from itertools import chain

import orjson

from registry_app.errors import UsageError
from registry_app.measure.load.requests import Requests, number

DURATION = "http_req_duration"
"""The metric with one point per request."""


def from_json(found: Iterable[str]) -> Requests:
    """The requests among the points of ``--out json``.

    Raises:
        UsageError: a line is not as k6 writes it.
    """
    requests = Requests("k6")
    for line, text in enumerate(found, start=1):
        if DURATION not in text:
            continue
        try:
            point = orjson.loads(text)
            if point["type"] != "Point" or point["metric"] != DURATION:
                continue
            tags = point["data"]["tags"] or {}
            began = datetime.fromisoformat(point["data"]["time"]).timestamp()
            value, name = point["data"]["value"], str(tags.get("name", ""))
            failed = tags.get("expected_response") == "false"
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise UsageError(
                f"Line {line} is no point as k6 writes it.", "Write the file with --out json=FILE."
            ) from error
        requests.add(name, began, number(value, line), failed, line)
    return requests


def from_csv(header: str, found: Iterable[str]) -> Requests:
    """The requests among the rows of ``--out csv``.

    Raises:
        UsageError: a row is not as k6 writes it.
    """
    requests = Requests("k6")
    try:
        for line, row in enumerate(csv.DictReader(chain([header], found), strict=True), start=2):
            if row["metric_name"] == DURATION:
                failed = row.get("expected_response") == "false"
                began, value = number(row["timestamp"], line), number(row["metric_value"], line)
                requests.add(row.get("name") or "", began, value, failed, line)
    except (csv.Error, KeyError) as error:
        raise UsageError("The table is not as k6 writes it.", "Write the file with --out csv=FILE.") from error
    return requests
