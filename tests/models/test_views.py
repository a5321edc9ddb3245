"""Lists page by key without a gap or a repeat; searches mean what is typed; the past is answered from history."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry_app.errors import UsageError
from registry_app.models.actions import (
    EndDeployment,
    RecordRun,
    RegisterDataset,
    RegisterModel,
    RegisterVersion,
    RemoveAlias,
    ReviseModel,
    SetAlias,
    SetTag,
    StartDeployment,
)
from registry_app.models.facts import Column
from registry_app.models.views import (
    DatasetPage,
    Deployments,
    ModelPage,
    ShowDataset,
    ShowModel,
    ShowVersion,
    VersionPage,
)
from registry_app.vault import clock
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


def model(stage: Stage, name: str, **more: object) -> None:
    stage.run("dev", RegisterModel(name=name, team="credit", tier="low", tier_rationale="r", purpose="p", **more))  # type: ignore[arg-type]


@cache
def library() -> Stage:
    stage = Stage().people()
    for place, name in enumerate(NAMES):
        model(stage, name, tags=(("kind", "even" if place % 2 == 0 else "odd"), ("a%", "_")))
    for number in range(23):
        stage.run("dev", RegisterVersion(model=NAMES[number % 3], artifact="b" * 64, tags=(("gate", "pass"),)))
    return stage


def names(stage: Stage, page: ModelPage, at: int | None = None) -> list[str]:
    return [line.name for line in stage.ask("audit", page, at)]


@settings(max_examples=40)
@given(limit=st.integers(1, 30))
def test_pages_of_models_are_complete_and_repeat_nothing(limit: int) -> None:
    stage, found, after = library(), [], ""
    while page := stage.ask("audit", ModelPage(after=after, limit=limit)):
        found += [line.name for line in page]
        after = page[-1].cursor
    assert found == sorted(NAMES)


@settings(max_examples=40)
@given(limit=st.integers(1, 30), tagged=st.booleans(), of=st.sampled_from(("", *NAMES[:3])))
def test_pages_of_versions_are_complete_and_repeat_nothing(limit: int, tagged: bool, of: str) -> None:
    stage, found, after = library(), [], ""
    tag = ("gate", "pass") if tagged else None
    while page := stage.ask("audit", VersionPage(model=of, tag=tag, after=after, limit=limit)):
        found += [(line.model, line.number) for line in page]
        after = page[-1].cursor
    assert len(found) == len(set(found)) == (23 if not of else len(range(NAMES.index(of), 23, 3)))
    assert [number for name, number in found if name == "ab"] == sorted(
        (n for m, n in found if m == "ab"), reverse=True
    )


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


def test_what_was_in_production_on_a_day_is_answered_from_history() -> None:
    stage = Stage().people()

    def on(month: int, day: int, *actions: object) -> int:
        with clock.use(lambda: datetime(2036, month, day, 12, tzinfo=UTC)):
            return [stage.run("dev", action).at.seq for action in actions][-1]  # type: ignore[arg-type]

    model(stage, "m")
    on(
        1,
        1,
        RegisterVersion(model="m", artifact="a" * 64),
        StartDeployment("m:1", "production"),
        SetAlias("m:1", "champion"),
    )
    march = on(3, 1, RegisterVersion(model="m", artifact="b" * 64))
    switched = on(
        4, 2, EndDeployment("m:1", "production"), StartDeployment("m:2", "production"), SetAlias("m:2", "champion")
    )
    renamed = on(5, 1, ReviseModel(model="m", name="n"))

    def running(at: int | None) -> list[str]:
        return [line.version for line in stage.ask("audit", Deployments("production"), at)]

    assert running(march) == ["m:1"]
    assert running(switched) == ["m:2"]
    assert running(None) == ["n:2"]
    assert stage.ask("audit", ShowVersion("m:champion"), march).summary.number == 1
    assert stage.ask("audit", ShowVersion("n:champion")).summary.number == 2
    assert stage.ask("audit", ShowModel("m"), march).aliases == (("champion", 1),)
    assert [line.number for line in stage.ask("audit", ShowModel("m"), march).versions] == [2, 1]
    assert names(stage, ModelPage(), march) == ["m"]
    assert names(stage, ModelPage(contains="m"), renamed) == []
    with pytest.raises(UsageError, match="no model"):
        stage.ask("audit", ShowModel("n"), march)
    assert stage.replayed() == []


def test_an_alias_moves_and_goes_and_comes_back() -> None:
    stage = Stage().people()
    model(stage, "m")
    for _ in range(2):
        stage.run("dev", RegisterVersion(model="m", artifact="a" * 64))
    first = stage.run("dev", SetAlias("m:1", "champion")).at.seq
    gone = stage.run("dev", RemoveAlias("m", "champion")).at.seq
    stage.run("dev", SetAlias("m:2", "champion"))
    assert stage.ask("audit", ShowModel("m"), first).aliases == (("champion", 1),)
    assert stage.ask("audit", ShowModel("m"), gone).aliases == ()
    assert stage.ask("audit", ShowVersion("m:champion")).aliases == ("champion",)
    with pytest.raises(UsageError, match="no alias"):
        stage.ask("audit", ShowVersion("m:champion"), gone)


def test_a_tag_has_one_value_at_a_time_and_an_empty_one_takes_it_away() -> None:
    stage = Stage().people()
    model(stage, "m", tags=(("k", "one"),))
    before = stage.run("dev", SetTag("model", "m", "k", "two")).at.seq
    stage.run("dev", SetTag("model", "m", "k", ""))
    assert stage.ask("audit", ShowModel("m"), before).tags == (("k", "two"),)
    assert stage.ask("audit", ShowModel("m")).tags == ()
    assert names(stage, ModelPage(tag=("k", "one"))) == []
    assert stage.replayed() == []


def test_datasets_are_listed_by_name_and_as_of() -> None:
    stage = Stage().people()
    first = stage.run("dev", RegisterDataset(name="d", digest="a" * 64, sensitive=("sex", "age"))).at.seq
    stage.run("dev", RegisterDataset(name="c", digest="b" * 64))
    assert [line.name for line in stage.ask("audit", DatasetPage())] == ["c", "d"]
    assert [line.sensitive for line in stage.ask("audit", DatasetPage(), first)] == [("sex", "age")]


def test_a_dataset_is_shown_with_its_columns_and_what_used_it() -> None:
    stage = Stage().people()
    columns = (Column("sex", "text"), Column("income", "number"))
    stage.run("dev", RegisterDataset(name="d", digest="a" * 64, description="From the branch.", columns=columns))
    before = stage.ask("audit", ShowDataset("d"))
    assert (before.columns, before.used_by) == ((("sex", "text"), ("income", "number")), ())
    assert (before.description, before.author) == ("From the branch.", "Dev Person")
    model(stage, "m")
    stage.run("dev", RecordRun(name="nightly", data=(("d", "training"),)))
    stage.run("dev", RegisterVersion(model="m", artifact="b" * 64, data=(("d", "training"), ("d", "test"))))
    used = (("run nightly", "training"), ("m:1", "test"), ("m:1", "training"))
    assert stage.ask("audit", ShowDataset(before.id)).used_by == used
