"""Lists page by key without a gap or a repeat, in every order and from either end; searches mean what is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_app.errors import UsageError
from registry_app.models import lists
from registry_app.models.actions import ImportVersions, RegisterModel, RegisterVersion
from registry_app.models.lists import ModelPage, VersionPage
from registry_app.models.shapes import ModelSummary, VersionSummary
from registry_app.people.actions import FormTeam, Grant
from tests.stage import Stage

NAMES = (
    "ab",
    "a%b",
    "a_b",
    "axb",
    "credit risk",
    "Credit Risk",
    'quo"te',
    "it's",
    "100%",
    "ünïcode",
    "zz",
    "c\\d",
    "ab*",
)


TIERS = ("critical", "high", "medium", "low")
MODELS: dict[str, Callable[[ModelSummary], object]] = {
    "name": lambda row: row.name,
    "tier": lambda row: TIERS.index(row.risk_tier),
    "team": lambda row: row.team,
    "domain": lambda row: row.domain,
    "newest": lambda row: -row.newest,
}
VERSIONS: dict[str, Callable[[VersionSummary], object]] = {
    "registered": lambda row: -row.seq,
    "version": lambda row: (row.model, row.number),
    "scan": lambda row: ("dangerous", "suspicious", "clean").index(row.scan),
    "format": lambda row: row.format,
    "author": lambda row: row.author,
    "artifact": lambda row: row.artifact,
}


@cache
def library() -> Stage:
    stage = Stage().people()
    stage.enrol("eve")
    stage.run("admin", Grant("eve", "developer"))
    stage.join("credit", "eve")
    stage.run("admin", FormTeam("alms", "dev"))
    for place, name in enumerate(NAMES):
        stage.run(
            "dev",
            RegisterModel(
                name=name,
                team=("credit", "alms")[place % 2],
                tier=TIERS[place % 3],
                tier_rationale="r",
                purpose="p",
                domain=("", "retail", "Retail")[place % 3],
                tags=(("kind", "even" if place % 2 == 0 else "odd"), ("a%", "_")),
            ),
        )
    for number in range(23):
        stage.run(
            ("dev", "eve")[number % 5 == 0 and number % 3 != 1],
            RegisterVersion(
                model=NAMES[number % 3],
                artifact=f"{number % 4}" * 64,
                format=("onnx", "skops")[number % 2],
                scan=("clean", "dangerous", "suspicious")[number % 7 % 3],
                tags=(("gate", "pass"),) if number % 2 else (),
            ),
        )
    return stage


def names(stage: Stage, page: ModelPage, at: int | None = None) -> list[str]:
    return [line.name for line in stage.ask("audit", page, at)]


def models(page: ModelPage, at: int | None = None) -> list[ModelSummary]:
    """All pages, one after another."""
    found: list[ModelSummary] = []
    while rows := library().ask("audit", page, at):
        found += rows
        page = replace(page, after=rows[-1].cursor)
    return found


def versions(page: VersionPage, at: int | None = None) -> list[VersionSummary]:
    """All pages, one after another."""
    found: list[VersionSummary] = []
    while rows := library().ask("audit", page, at):
        found += rows
        page = replace(page, after=rows[-1].cursor)
    return found


@pytest.mark.parametrize("common", [0, 3_000])
@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("order", MODELS)
def test_pages_of_models_are_complete_in_every_order_and_from_either_end(
    order: str, backward: bool, common: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "_COMMON", common)
    middle = library().ask("audit", VersionPage(limit=9))[-1].seq
    for tagged, limit, at in product((False, True), (1, 4, 30), (None, middle)):
        tag = ("kind", "even") if tagged else None
        found = models(ModelPage(tag=tag, limit=limit, order=order, backward=backward), at)
        assert sorted(row.name for row in found) == sorted(NAMES[::2] if tagged else NAMES)
        assert found == sorted(found, key=lambda row: (MODELS[order](row), row.name), reverse=backward)


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("order", VERSIONS)
def test_pages_of_versions_are_complete_in_every_order_and_from_either_end(order: str, backward: bool) -> None:
    every = library().ask("audit", VersionPage(limit=100))
    assert [row.model for row in every] == [NAMES[number % 3] for number in range(22, -1, -1)]
    every_gated = {row.id for row in every[::-1][1::2]}
    for model, contains, tagged, limit, at in product(
        ("", "a%b"), ("", "a_b"), (False, True), (3, 30), (None, every[9].seq)
    ):
        tag = ("gate", "pass") if tagged else None
        found = versions(VersionPage(model, tag, "", limit, contains, order, backward), at)
        kept = [
            row
            for row in every
            if (not model or row.model == model)
            and contains in row.model
            and (not tagged or row.id in every_gated)
            and (at is None or row.seq <= at)
        ]
        kept.sort(key=lambda row: (VERSIONS[order](row), -row.seq), reverse=backward)
        assert [row.id for row in found] == [row.id for row in kept]


def test_versions_of_one_import_stand_newest_first_too() -> None:
    stage = Stage().people()
    stage.run("dev", RegisterModel(name="m", team="credit", tier="low", tier_rationale="r", purpose="p"))
    stage.run("dev", ImportVersions(model="m", source="s", versions=tuple((f"{n:064x}", "onnx", 1) for n in range(5))))
    first = stage.ask("audit", VersionPage("m", limit=2))
    assert [row.number for row in (*first, *stage.ask("audit", VersionPage("m", after=first[1].cursor)))] == [
        *range(5, 0, -1)
    ]


@pytest.mark.parametrize("after", ["x", "[]", '["a","b"]', "[1,2]", "{}", '[1,["a"]]', "\x00"])
def test_what_is_no_place_in_a_list_is_refused(after: str) -> None:
    for page in (
        VersionPage(after=after),
        VersionPage("ab", after=after),
        VersionPage(tag=("gate", "pass"), after=after),
    ):
        with pytest.raises(UsageError, match="no place in this list"):
            library().ask("audit", page)


def test_an_order_that_no_list_has_is_refused_with_those_it_has() -> None:
    for ask in (lambda: models(ModelPage(order="size")), lambda: versions(VersionPage(order="size"))):
        with pytest.raises(UsageError, match="No list goes by 'size'"):
            ask()


@settings(max_examples=150)
@given(words=st.text(alphabet="ab%_x\"' *?ü\\crtiedk0", min_size=1, max_size=6) | st.sampled_from(NAMES))
def test_a_search_finds_what_holds_the_words_and_nothing_else(words: str) -> None:
    found = names(library(), ModelPage(contains=words))
    exact = [name for name in sorted(NAMES) if words in name]
    folded = [name for name in sorted(NAMES) if words.casefold() in name.casefold()]
    assert set(exact) <= set(found) <= set(folded)


@settings(max_examples=60)
@given(words=st.sampled_from(NAMES) | st.text(alphabet="a%_b", max_size=3))
def test_a_prefix_is_taken_as_typed(words: str) -> None:
    assert names(library(), ModelPage(prefix=words)) == [name for name in sorted(NAMES) if name.startswith(words)]


def test_tags_are_compared_whole() -> None:
    stage = library()
    assert len(names(stage, ModelPage(tag=("kind", "even")))) == 7
    assert names(stage, ModelPage(tag=("kind", "ev%"))) == []
    assert len(names(stage, ModelPage(tag=("a%", "_")))) == len(NAMES)
    assert names(stage, ModelPage(tag=("kind", "odd"), contains="axb")) == ["axb"]
