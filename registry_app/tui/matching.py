"""Versions of the models whose name holds some words, newest first, by key; or those with a tag."""

from __future__ import annotations

from dataclasses import dataclass, replace

from registry_app.ledger.meaning import Reader, View
from registry_app.models.shapes import VersionSummary
from registry_app.models.views import ModelPage, VersionPage

MODELS = 20
"""At most this many models are looked into."""


@dataclass(frozen=True, slots=True)
class VersionsMatching(View[tuple[VersionSummary, ...]]):
    """One page of versions; a deep page costs what the first one does."""

    words: str = ""
    """Part of a model's name, or ``key=value`` for a tag; empty: every version."""
    after: str = ""
    limit: int = 50

    def ask(self, reader: Reader) -> tuple[VersionSummary, ...]:
        page = VersionPage(after=self.after, limit=self.limit)
        key, equal, value = self.words.partition("=")
        if not self.words:
            return page.ask(reader)
        if equal:
            return replace(page, tag=(key.strip(), value.strip())).ask(reader)
        models = ModelPage(contains=self.words, limit=MODELS).ask(reader)
        found = [line for model in models for line in replace(page, model=model.id).ask(reader)]
        found.sort(key=lambda line: (line.seq, line.id), reverse=True)
        return tuple(found[: self.limit])
