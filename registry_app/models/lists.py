"""Models and versions in lists: in an order, from either end, page by page. A page by an index costs what the first one costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Integer, Select, and_, case, column, func, literal_column, or_, select, text, true, tuple_

from registry_app.errors import UsageError
from registry_app.ledger.meaning import Reader, View
from registry_app.models.facts import TIERS
from registry_app.models.finding import model_named
from registry_app.models.scan import OUTCOMES
from registry_app.models.shapes import ModelSummary, VersionSummary
from registry_app.models.tables import ModelRow, TagRow, VersionRow
from registry_app.people.tables import PersonRow, TeamRow
from registry_app.vault.rows import Row, Rows

PAGE = 50
_COMMON = 3_000
"""Models with a tag, from which on a page is found sooner by looking at models in turn than by sorting those with the tag."""
_LAST = "\U0010ffff"
_TRIGRAM = 3

_MODEL: Any = ModelRow.__table__.c  # type: ignore[attr-defined]
_VERSION: Any = VersionRow.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class ModelPage(View[tuple[ModelSummary, ...]]):
    """Models: those whose name begins with ``prefix`` or holds ``contains``, or that have a tag."""

    prefix: str = ""
    contains: str = ""
    tag: tuple[str, str] | None = None
    after: str = ""
    """The cursor of the last row seen."""
    limit: int = PAGE
    order: str = "name"
    """``name``, ``tier``, ``team``, ``domain`` or ``newest``; each but the first looks at every model."""
    backward: bool = False
    """From the other end."""

    def ask(self, reader: Reader) -> tuple[ModelSummary, ...]:
        rows = reader.rows
        query = select(*_MODEL, _newest(rows).label("newest")).where(_holds(_MODEL, rows))
        if self.prefix:
            query = query.where(_MODEL.name >= self.prefix, _MODEL.name < self.prefix + _LAST)
        if self.contains:
            query = query.where(_contains(rows, self.contains))
        if self.tag:
            query = query.where(_model_has(rows, self.tag))
        order = _models_by(self.order, rows)
        return _model_summaries(rows, _mappings(rows, order.page(query, self.after, self.backward, self.limit)), order)


@dataclass(frozen=True, slots=True)
class VersionPage(View[tuple[VersionSummary, ...]]):
    """Versions, newest first or in another order: those of one model (by name), or of the models whose name holds
    ``contains``, those with a tag, or all."""

    model: str = ""
    tag: tuple[str, str] | None = None
    after: str = ""
    """The cursor of the last row seen."""
    limit: int = PAGE
    contains: str = ""
    order: str = "registered"
    """``registered``, ``version``, ``scan``, ``format``, ``author`` or ``artifact``; each but the first two looks at every
    version."""
    backward: bool = False
    """From the other end."""

    def ask(self, reader: Reader) -> tuple[VersionSummary, ...]:
        rows = reader.rows
        query = select(VersionRow.__table__).where(_then(_VERSION, rows))  # type: ignore[attr-defined]
        if self.model:
            query = query.where(_VERSION.model == model_named(rows, self.model)["id"])
        if self.contains:
            named = select(_MODEL.id).where(_holds(_MODEL, rows), _contains(rows, self.contains))
            query = query.where(_VERSION.model.in_(named))
        order = _versions_by(self.order, rows)
        newest = self.order == "registered" and not self.contains
        if newest and self.tag and not self.model:
            return version_summaries(reader, _mappings(rows, _newest_tagged(rows, query, self, self.tag)))
        if self.tag:
            query = query.where(_VERSION.id.in_(_tagged(rows, "version", self.tag)))
        elif newest and self.model:
            return version_summaries(reader, _mappings(rows, _newest_of_one(query, self)))
        if self.order == "version":
            query = query.join(ModelRow, and_(_MODEL.id == _VERSION.model, _holds(_MODEL, rows)))
        page = order.page(query, self.after, self.backward, self.limit)
        return version_summaries(reader, _mappings(rows, page), order)


@dataclass(frozen=True, slots=True)
class Order:
    """What a list goes by."""

    keys: tuple[tuple[str, Any], ...]
    """Names and expressions; together they are unique."""
    falling: bool = False
    """Whether it begins with the greatest."""

    def page(self, query: Select[Any], after: str, backward: bool, limit: int) -> Select[Any]:
        """At most ``limit`` rows of ``query``, after the row whose cursor is ``after``.

        Raises:
            UsageError: ``after`` is no cursor of this order.
        """
        falls = self.falling != backward
        held = {each.name for each in query.selected_columns}
        query = query.add_columns(*(key.label(name) for name, key in self.keys if name not in held))
        keys = [key for _, key in self.keys]
        query = query.order_by(*(key.desc() if falls else key for key in keys)).limit(limit)
        if not after:
            return query
        last = self.last(after)
        return query.where(tuple_(*keys) < last if falls else tuple_(*keys) > last)

    def cursor(self, row: Row) -> str:
        """What asks for the page after ``row``."""
        return orjson.dumps([row[name] for name, _ in self.keys]).decode()

    def last(self, cursor: str) -> tuple[Any, ...]:
        """The keys of the row with that cursor.

        Raises:
            UsageError: it is no cursor of this order.
        """
        kinds = [int if isinstance(key.type, Integer) else str for _, key in self.keys]
        try:
            keys = orjson.loads(cursor)
        except orjson.JSONDecodeError:
            keys = None
        if not isinstance(keys, list) or [type(key) for key in keys] != kinds:
            raise UsageError("That is no place in this list.", "Begin with its first page.")
        return tuple(keys)


BY_NAME = Order((("name", _MODEL.name), ("id", _MODEL.id)))
"""The order of the inventory."""
NEWEST_FIRST = Order((("since", _VERSION.since), ("id", _VERSION.id)), falling=True)
"""The order of versions."""


def version_summaries(reader: Reader, found: Sequence[Row], order: Order = NEWEST_FIRST) -> tuple[VersionSummary, ...]:
    """Rows of versions with the names of their models and authors."""
    rows = reader.rows
    models: dict[str, str] = {
        row["id"]: row["name"] for row in rows.among(ModelRow, "id", {row["model"] for row in found})
    }
    people: dict[str, str] = {
        row["id"]: row["name"] for row in rows.among(PersonRow, "id", {row["author"] for row in found})
    }
    return tuple(
        VersionSummary(
            id=row["id"],
            model=models.get(row["model"], str(row["model"])),
            number=row["number"],
            artifact=row["artifact"],
            format=row["format"],
            scan=row["scan"],
            author=people.get(row["author"], str(row["author"])),
            registered=row["registered"],
            seq=row["since"],
            cursor=order.cursor(row),
        )
        for row in found
    )


def _model_summaries(rows: Rows, found: Sequence[Row], order: Order) -> tuple[ModelSummary, ...]:
    teams = {row["id"]: row["name"] for row in rows.among(TeamRow, "id", {row["owner_team"] for row in found})}
    return tuple(
        ModelSummary(
            id=row["id"],
            name=row["name"],
            team=teams.get(row["owner_team"], ""),
            risk_tier=row["risk_tier"],
            domain=row["domain"],
            newest=row["newest"],
            cursor=order.cursor(row),
        )
        for row in found
    )


def _models_by(order: str, rows: Rows) -> Order:
    """The order of models by a column; those that are equal there stand by name."""
    if order == "name":
        return BY_NAME
    team = TeamRow.__table__.c  # type: ignore[attr-defined]
    owner = select(func.max(team.name)).where(team.id == _MODEL.owner_team, _holds(team, rows)).scalar_subquery()
    keys = {
        "tier": case({tier: -place for place, tier in enumerate(TIERS)}, value=_MODEL.risk_tier, else_=1),
        "team": func.coalesce(owner, ""),
        "domain": _MODEL.domain,
        "newest": -_newest(rows),
    }
    return Order((("by", _key(keys, order, "name")), *BY_NAME.keys))


def _versions_by(order: str, rows: Rows) -> Order:
    """The order of versions by a column; those that are equal there stand newest first."""
    if order == "registered":
        return NEWEST_FIRST
    if order == "version":
        return Order((("by", _MODEL.name), ("model", _MODEL.id), ("number", _VERSION.number)))
    person = PersonRow.__table__.c  # type: ignore[attr-defined]
    author = select(func.max(person.name)).where(person.id == _VERSION.author, _holds(person, rows)).scalar_subquery()
    keys = {
        "scan": case({outcome: -place for place, outcome in enumerate(OUTCOMES)}, value=_VERSION.scan, else_=1),
        "format": _VERSION.format,
        "author": func.coalesce(author, _VERSION.author),
        "artifact": _VERSION.artifact,
    }
    key = _key(keys, order, "registered, version")
    return Order((("by", key), ("newest", -_VERSION.since), ("id", _VERSION.id)))


def _key(keys: dict[str, Any], order: str, first: str) -> Any:
    if order not in keys:
        raise UsageError(f"No list goes by {order[:40]!r}.", f"Use {first}, {', '.join(keys)}.")
    return keys[order]


def _newest(rows: Rows) -> Any:
    """The number of a model's newest version, 0 when it has none."""
    counted = select(func.max(_VERSION.number)).where(_VERSION.model == _MODEL.id, _then(_VERSION, rows))
    return func.coalesce(counted.scalar_subquery(), 0)


def _newest_of_one(query: Select[Any], page: VersionPage) -> Select[Any]:
    """Versions of one model were registered in the order of their numbers, and those have an index."""
    number = _VERSION.number
    query = query.order_by(number if page.backward else number.desc()).limit(page.limit)
    if not page.after:
        return query
    other = VersionRow.__table__.alias()  # type: ignore[attr-defined]
    last = select(other.c.number).where(other.c.id == NEWEST_FIRST.last(page.after)[1]).scalar_subquery()
    return query.where(number > last if page.backward else number < last)


def _newest_tagged(rows: Rows, query: Select[Any], page: VersionPage, tag: tuple[str, str]) -> Select[Any]:
    """In the order of the tag's own index: by id, which a version takes from the clock."""
    held = TagRow.__table__.c  # type: ignore[attr-defined]
    tagged = _tagged(rows, "version", tag).limit(page.limit)
    tagged = tagged.order_by(held.subject if page.backward else held.subject.desc())
    if page.after:
        last = NEWEST_FIRST.last(page.after)[1]
        tagged = tagged.where(held.subject > last if page.backward else held.subject < last)
    found = [str(subject) for (subject,) in rows.connection.execute(tagged)]
    return query.where(_VERSION.id.in_(found)).order_by(_VERSION.id if page.backward else _VERSION.id.desc())


def _holds(held: Any, rows: Rows) -> Any:
    if rows.at is None:
        return held.until.is_(None)
    return and_(held.since <= rows.at, or_(held.until.is_(None), held.until > rows.at))


def _then(held: Any, rows: Rows) -> Any:
    """What stood already, in a table whose rows never change."""
    return true() if rows.at is None else held.since <= rows.at


def _contains(rows: Rows, words: str) -> Any:
    if rows.connection.dialect.name != "sqlite" or len(words) < _TRIGRAM:
        return _MODEL.name.contains(words, autoescape=True)
    quoted = '"' + words.replace('"', '""') + '"'
    matching = text("SELECT rowid FROM model_search WHERE name MATCH :words").bindparams(words=quoted)
    return literal_column("model.rowid").in_(matching.columns(column("rowid", Integer)))


def _model_has(rows: Rows, tag: tuple[str, str]) -> Any:
    tagged = _tagged(rows, "model", tag)
    few = tagged.limit(_COMMON).subquery()
    if rows.connection.execute(select(func.count()).select_from(few)).scalar_one() < _COMMON:
        return _MODEL.id.in_(tagged)
    held = TagRow.__table__.c  # type: ignore[attr-defined]
    value = select(held.value).where(held.subject == _MODEL.id, held.key == tag[0], _holds(held, rows))
    return value.scalar_subquery() == tag[1]


def _tagged(rows: Rows, kind: str, tag: tuple[str, str]) -> Select[Any]:
    held = TagRow.__table__.c  # type: ignore[attr-defined]
    return select(held.subject).where(held.kind == kind, held.key == tag[0], held.value == tag[1], _holds(held, rows))


def _mappings(rows: Rows, query: Select[Any]) -> list[Row]:
    return [dict(row) for row in rows.connection.execute(query).mappings()]
