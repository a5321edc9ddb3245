from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, Tabs

from registry_app.evidence.actions import RecordEvidence
from registry_app.evidence.views import EvidenceOf, ShowWhole
from registry_app.measure.progress import SILENT, Progress
from registry_app.measure.requests.fairness import FairnessRequest
from registry_app.measure.result import Result
from registry_app.tui.screens.evaluate import Evaluate
from registry_app.tui.screens.explain import Explain
from registry_app.tui.screens.record import Record
from registry_app.tui.screens.version import VersionScreen
from tests.tui.playhouse import House, playing, press, same_picture, screen_text, settle


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Predictions for 200 people, in the folder that the program was started in."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{'male' if place % 3 else 'female'},{place % 2},{int(place % 5 > 1)}" for place in range(200)]
    (tmp_path / "scored.csv").write_text("\n".join(("sex,good,said", *rows)) + "\n")
    return tmp_path / "scored.csv"


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that stands still, so that pictures are the same."""
    monkeypatch.setattr("registry_app.tui.app.RegistryApp.steady", property(lambda _: lambda: 0.0))


class Slow:
    """A measurement that waits for its test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.began, self.go_on, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.thread: int | None = None
        run = FairnessRequest.run

        def slow(request: FairnessRequest, progress: Progress = SILENT) -> Result:
            self.thread = threading.get_ident()
            progress.step("counting", 3, 10)
            self.began.set()
            try:
                assert self.go_on.wait(60)
                progress.step("computing")
                return run(request, progress)
            finally:
                self.ended.set()

        monkeypatch.setattr(FairnessRequest, "run", slow)


def fill(app: Any, **values: str) -> None:
    for name, value in values.items():
        app.screen.query_one(f"#{name}", Input).value = value


def filled(app: Any) -> None:
    fill(app, data="scored.csv", label="good", positive="1", prediction="said", sensitive="sex")


def evidence(house: House) -> tuple[Any, ...]:
    return house.do(lambda: house.stage.ask("val", EvidenceOf("credit-risk:1")))


async def opened(pilot: Any) -> Any:
    await press(pilot, "enter", "e")
    assert isinstance(pilot.app.screen, Evaluate)
    return pilot.app


async def heard(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 60)


def test_what_is_measured_and_signed_is_evidence(house: House, table: Path) -> None:
    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot)
            filled(app)
            await press(pilot, "ctrl+s")
            assert "Fairness of credit-risk:1, not recorded" in screen_text(app)
            assert not evidence(house)
            await press(pilot, "s")
            assert isinstance(app.screen, Record)
            await press(pilot, "ctrl+s")
            assert isinstance(app.screen, VersionScreen)
            assert "Recorded: credit-risk:1 evidence recorded" in screen_text(app)
            await press(pilot, "3")
            assert "Fairness on data that is not registered" in screen_text(app)

    asyncio.run(story())
    (found,) = evidence(house)
    assert found.summary.kind == "fairness"
    assert found.summary.author == "Val Person"
    assert found.result.result["n"] == 200


@pytest.mark.parametrize("size", [(100, 32), (80, 24)], ids=["wide", "narrow"])
def test_form_result_and_dialog_look_like_this(house: House, table: Path, size: tuple[int, int]) -> None:
    ending = "" if size[0] == 100 else "-narrow"

    async def story() -> None:
        async with playing(house.app(), size) as pilot:
            app = await opened(pilot)
            same_picture(app, f"evaluate{ending}")
            app.screen.set_focus(app.screen.query_one("#data"))
            fill(app, data="scored.csv", limit="half", label="goood")
            await press(pilot, "down", "ctrl+s")
            same_picture(app, f"evaluate-problems{ending}")
            filled(app)
            fill(app, limit="0.8")
            await press(pilot, "ctrl+s")
            same_picture(app, f"evaluate-result{ending}")
            await press(pilot, "s")
            same_picture(app, f"evaluate-record{ending}")

    asyncio.run(story())


def test_a_measurement_runs_beside_the_screen(house: House, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)

    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot)
            filled(app)
            await pilot.press("ctrl+s")
            await heard(slow.began)
            assert slow.thread != threading.get_ident()
            await pilot.press("f1")
            assert isinstance(app.screen, Explain)
            await pilot.press("escape")
            evaluate: Any = app.screen
            evaluate._draw_run()
            await pilot.pause()
            same_picture(app, "evaluate-running")
            slow.go_on.set()
            await settle(pilot)
            assert "not recorded" in screen_text(app)

    asyncio.run(story())


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
def test_a_key_cancels_and_nothing_is_recorded(
    house: House, table: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    slow = Slow(monkeypatch)

    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot)
            filled(app)
            await pilot.press("ctrl+s")
            await heard(slow.began)
            await pilot.press(key)
            assert not slow.ended.is_set()
            assert "Cancelled. Nothing was recorded." in screen_text(app)
            assert app.screen.query_one("#label", Input).value == "good"
            slow.go_on.set()
            await heard(slow.ended)
            await settle(pilot)
            assert "Cancelled. Nothing was recorded." in screen_text(app)

    asyncio.run(story())
    assert not evidence(house)


def test_locking_and_leaving_end_a_measurement(house: House, table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)

    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot)
            filled(app)
            await pilot.press("ctrl+s")
            await heard(slow.began)
            measuring = app.screen._measuring
            await pilot.press("ctrl+l")
            await pilot.pause()
            assert app.locked
            assert measuring.progress.cancelled()
            slow.go_on.set()
            await settle(pilot)

    asyncio.run(story())
    assert not evidence(house)


def test_a_discarded_result_is_not_recorded_and_can_be_shown_again(house: House, table: Path) -> None:
    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot)
            filled(app)
            await press(pilot, "ctrl+s", "escape")
            assert "Nothing was recorded." in screen_text(app)
            assert app.screen.query_one("#data", Input).value == "scored.csv"
            await press(pilot, "ctrl+r")
            assert "Fairness of credit-risk:1, not recorded" in screen_text(app)
            await press(pilot, "s", "escape", "escape", "escape")
            assert isinstance(app.screen, VersionScreen)

    asyncio.run(story())
    assert not any(isinstance(action, RecordEvidence) for seat in house.seats for action in seat.ran)


def test_all_that_is_wrong_is_listed_at_once(house: House, table: Path) -> None:
    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot)
            filled(app)
            fill(app, label="", positive="", sensitive="sex; agee", threshold="half", small="many")
            await press(pilot, "ctrl+s")
            shown = screen_text(app)
            assert "The form has 4 problems." in shown
            assert "label: it is missing" in shown
            assert "threshold: 'half' is no number" in shown
            assert "small group: 'many' is no whole number" in shown
            assert "column 'agee': there is no such column; there are 'sex', 'good', 'said'" in shown
            assert app.screen.query_one("#small", Input).value == "many"

    asyncio.run(story())


def test_what_is_wrong_with_the_rows_is_listed_too(house: House, table: Path) -> None:
    table.write_text(table.read_text().replace("male,1,0\n", "male,,0\n", 2))

    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot)
            filled(app)
            await press(pilot, "ctrl+s")
            assert "'scored.csv' has 2 problems." in screen_text(app)
            assert screen_text(app).count("the label is missing") == 2

    asyncio.run(story())


def test_the_columns_of_the_table_are_named_and_completed(house: House, table: Path) -> None:
    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot)
            app.screen.set_focus(app.screen.query_one("#data"))
            await press(pilot, *"scor", "right", "down")
            assert app.screen.query_one("#data", Input).value == "scored.csv"
            assert "Its columns: sex, good, said" in screen_text(app)
            fill(app, sensitive="sex; go")
            suggested = await app.screen.query_one("#sensitive", Input).suggester.get_suggestion("sex; go")
            assert suggested == "sex; good"

    asyncio.run(story())


def test_columns_are_saved_and_filled_in_again(house: House, table: Path) -> None:
    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot)
            await press(pilot, "ctrl+o")
            assert "Type one in the field mapping.json." in screen_text(app)
            filled(app)
            fill(app, mapping="mapping.json", sensitive="sex; age:25,60")
            await press(pilot, "ctrl+o")
            assert (table.parent / "mapping.json").exists()
            await press(pilot, "escape", "e")
            fill(app, mapping="mapping.json")
            app.screen.set_focus(app.screen.query_one("#mapping"))
            await press(pilot, "enter")
            assert app.screen.query_one("#label", Input).value == "good"
            assert app.screen.query_one("#sensitive", Input).value == "sex; age:25,60"
            fill(app, mapping="scored.csv")
            await press(pilot, "ctrl+o")
            assert "'scored.csv' holds something else." in screen_text(app)

    asyncio.run(story())
    assert table.read_text().startswith("sex,good,said")


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        ("drift", {"reference": "scored.csv"}, "Column by column"),
        ("quality", {"positive": ""}, "a label without its positive outcome."),
        ("load", {}, "The file is of no known load tool."),
    ],
)
def test_each_kind_is_measured_from_its_own_fields(
    house: House, table: Path, kind: str, values: dict[str, str], said: str
) -> None:
    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot)
            app.screen.query_one(Tabs).active = kind
            await settle(pilot)
            fill(app, data="scored.csv", **values)
            if kind == "quality":
                fill(app, label="good")
            await press(pilot, "ctrl+s")
            assert said in screen_text(app)

    asyncio.run(story())


def test_small_groups_are_put_together_in_what_leaves_and_kept_in_the_registry(house: House, table: Path) -> None:
    few = [f"{name},{place % 2},{place % 2}" for name in ("unknown", "other") for place in range(6)]
    table.write_text(table.read_text() + "\n".join(few) + "\n")

    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot)
            filled(app)
            await press(pilot, "ctrl+s")
            assert "Groups of fewer than 10 rows are put together here" in screen_text(app)
            await press(pilot, "s", "ctrl+s", "3")
            assert "Groups of fewer than 10 rows are put together in what leaves the registry." in screen_text(app)

    asyncio.run(story())
    (found,) = evidence(house)
    assert found.below == 10
    whole = house.do(lambda: house.stage.ask("val", ShowWhole(found.summary.id)))
    assert whole is not None
    kept, left = ({group["by"]["sex"]: group["n"] for group in one.result["groups"]} for one in (whole, found.result))
    assert kept["unknown"] == 6
    assert "unknown" not in left
    assert sum(left.values()) == sum(kept.values()) == 212


def test_whoever_may_not_record_is_not_offered_to_measure(house: House) -> None:
    async def story() -> None:
        async with playing(house.app("audit")) as pilot:
            await press(pilot, "a", "enter", "e")
            assert isinstance(pilot.app.screen, VersionScreen)
            assert "Evaluate" not in screen_text(pilot.app)

    asyncio.run(story())
