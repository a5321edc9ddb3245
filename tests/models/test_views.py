"""What is shown of a model, a version or a dataset, now and as of a day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

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
from registry_app.models.lists import ModelPage
from registry_app.models.views import (
    DatasetPage,
    Deployments,
    ShowDataset,
    ShowModel,
    ShowVersion,
)
from registry_app.vault import clock
from tests.stage import Stage


def model(stage: Stage, name: str, **more: object) -> None:
    stage.run("dev", RegisterModel(name=name, team="credit", tier="low", tier_rationale="r", purpose="p", **more))  # type: ignore[arg-type]


def names(stage: Stage, page: ModelPage, at: int | None = None) -> list[str]:
    return [line.name for line in stage.ask("audit", page, at)]


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
