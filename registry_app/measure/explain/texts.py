"""The table of reason texts: what an applicant is told when a feature counted against them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from registry_app.errors import UsageError

MOST_BYTES = 1 << 20
"""A longer file is not read."""

MOST_LETTERS = 400
"""Of one text."""

_TODO = "Give a CSV with the columns feature and text, or a JSON object of texts by feature."


def read_texts(path: Path) -> dict[str, str]:
    """Feature to text, from a CSV (columns ``feature`` and ``text``) or a JSON object, both in UTF-8.

    Raises:
        UsageError: it cannot be read, is neither, names a feature twice, or holds a text that is empty or too long.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueError("it is too long")
        words = content.decode("utf-8-sig")
        pairs = _json(words) if path.suffix.lower() == ".json" else _csv(words)
        names = [name for name, _ in pairs]
        if not pairs or len(set(names)) != len(names):
            raise ValueError("it is empty, or a feature stands twice")
        for name, text in pairs:
            if not name.strip() or not text.strip() or len(text) > MOST_LETTERS:
                raise ValueError(f"the text of {name[:40]!r} is empty or longer than {MOST_LETTERS} letters")
    except OSError as error:
        raise UsageError(f"The reason texts cannot be read ({error.strerror}).", _TODO) from error
    except (ValueError, csv.Error, RecursionError) as error:
        said = str(error) if type(error) is ValueError else "it is not in UTF-8, or broken"
        raise UsageError(f"The reason texts are not usable: {said}.", _TODO) from error
    return dict(pairs)


def checked_texts(texts: Mapping[str, str], features: Sequence[str]) -> None:
    """See that every feature has a text: a reason must be specific (12 CFR 1002.9(b)(2)).

    Raises:
        UsageError: some have none; all are named.
    """
    lacking = [name for name in features if not str(texts.get(name, "")).strip()]
    if lacking:
        raise UsageError(
            f"{len(lacking)} features have no reason text.",
            "Add them to the table of texts.",
            [repr(each) for each in lacking],
        )


def _json(words: str) -> list[tuple[str, str]]:
    found = json.loads(words, object_pairs_hook=list)
    if not isinstance(found, list) or not all(
        isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], str) for pair in found
    ):
        raise ValueError("it is no JSON object of texts")
    return found


def _csv(words: str) -> list[tuple[str, str]]:
    lines = csv.reader(words.splitlines(), strict=True)
    if next(lines, None) != ["feature", "text"]:
        raise ValueError("its first line is not feature,text")
    rows = [row for row in lines if row]
    if any(len(row) != 2 for row in rows):
        raise ValueError("a line has not two columns")
    return [(row[0], row[1]) for row in rows]
