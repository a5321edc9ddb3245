from __future__ import annotations

from registry_app.models.actions import (
    EndDeployment,
    RegisterModel,
    RegisterVersion,
    RemoveAlias,
    SetAlias,
    SetTag,
    StartDeployment,
)
from registry_app.reporting.actions import RecordDossier
from registry_app.reporting.history import HistoryOf
from registry_app.reviews.actions import Comment, Submit, Withdraw
from tests.stage import Stage


def played() -> tuple[Stage, list[int]]:
    """A version with a neighbour, and the places of the leaves about it."""
    stage = Stage().people()

    def model(name: str) -> RegisterModel:
        return RegisterModel(name=name, team="credit", tier="low", tier_rationale="r", purpose="p")

    stage.run("dev", model("m"))
    stage.run("dev", model("n"))
    about = [stage.run("dev", RegisterVersion(model="m", artifact="a" * 64)).at.seq]
    stage.run("dev", RegisterVersion(model="n", artifact="b" * 64))
    stage.run("dev", SetAlias("n:1", "champion"))
    stage.run("dev", SetTag("version", "n:1", "gate", "pass"))
    about += [
        stage.run("dev", action).at.seq
        for action in (
            SetTag("version", "m:1", "gate", "pass"),
            SetTag("version", "m:1", "gate", ""),
            StartDeployment("m:1", "staging"),
            EndDeployment("m:1", "staging"),
            SetAlias("m:1", "champion"),
            RemoveAlias("m", "champion"),
            Submit("m:1", "Please."),
            Comment("m:1", "Soon."),
            Withdraw("m:1", "A column was wrong."),
        )
    ]
    about.append(stage.run("audit", RecordDossier("m:1", "", "c" * 64, 3, "d" * 64)).at.seq)
    stage.run("dev", RegisterVersion(model="m", artifact="e" * 64, parents=("m:1",)))
    stage.run("dev", SetAlias("m:2", "champion"))
    return stage, about


def test_every_leaf_about_a_version_is_told_newest_first_and_no_other() -> None:
    stage, about = played()
    told = stage.ask("audit", HistoryOf("m:1"))
    assert [line.seq for line in told] == about[::-1]
    assert (told[0].author, told[0].kinds) == ("Audit Person", ("dossier-issued",))
    assert (told[-1].author, told[-1].kinds) == ("Dev Person", ("version-registered",))
    with_id = stage.ask("audit", HistoryOf("m:1"))[0].statement
    assert len(with_id) == 36


def test_the_history_as_of_a_day_ends_on_that_day() -> None:
    stage, about = played()
    assert [line.seq for line in stage.ask("audit", HistoryOf("m:1"), about[3])] == about[3::-1]
