from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from registry_app.evidence.actions import RecordEvidence
from registry_app.evidence.views import EvidenceOf
from registry_app.measure.requests.fairness import FairnessRequest
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.tui.screens.again import Again
from registry_app.tui.screens.version import VersionScreen
from tests.tui.playhouse import House, playing, press, same_picture, screen_text

MAPPING = Mapping("good", positive="1", prediction="said", sensitive=(Feature("sex"),))


@pytest.fixture
def table(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A table on which ``credit-risk:1`` was measured, in the folder that the program was started in."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{'male' if place % 3 else 'female'},{place % 2},{int(place % 5 > 1)}" for place in range(200)]
    (tmp_path / "scored.csv").write_text("\n".join(("sex,good,said", *rows)) + "\n")
    house.run("dev", RecordEvidence("credit-risk:1", FairnessRequest("scored.csv", MAPPING).run()))
    return tmp_path / "scored.csv"


def found(house: House) -> Any:
    (detail,) = house.do(lambda: house.stage.ask("val", EvidenceOf("credit-risk:1")))
    return detail


async def opened(pilot: Any, data: str) -> Any:
    await press(pilot, "enter", "3", "m")
    assert isinstance(pilot.app.screen, Again)
    pilot.app.screen.query_one("#data", Input).value = data
    await press(pilot, "ctrl+s")
    return pilot.app


def test_evidence_that_is_measured_again_and_signed_says_that_it_matches(house: House, table: Path) -> None:
    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot, "scored.csv")
            assert "Measured again: matches, not recorded" in screen_text(app)
            assert not found(house).redone
            await press(pilot, "s")
            same_picture(app, "again-record")
            await press(pilot, "ctrl+s")
            assert isinstance(app.screen, VersionScreen)
            assert "measured again   matches" in screen_text(app)

    asyncio.run(story())
    assert [each.outcome for each in found(house).redone] == ["matches"]


def test_other_data_is_refused_and_the_form_stays(house: House, table: Path) -> None:
    table.write_text(table.read_text().replace("female,0,0", "female,1,0", 1))

    async def story() -> None:
        async with playing(house.app()) as pilot:
            app = await opened(pilot, "scored.csv")
            assert "Give the very file that was measured." in screen_text(app)
            assert app.screen.query_one("#data", Input).value == "scored.csv"

    asyncio.run(story())
    assert not found(house).redone


def test_where_it_differs_is_listed(house: House, table: Path) -> None:
    before = found(house).result
    house.run("dev", RecordEvidence("credit-risk:1", replace(before, result=before.result | {"n": 199})))

    async def story() -> None:
        async with playing(house.app()) as pilot:
            await press(pilot, "enter", "3", "n")
            await press(pilot, "m")
            pilot.app.screen.query_one("#data", Input).value = "scored.csv"
            await press(pilot, "ctrl+s")
            shown = screen_text(pilot.app)
            assert "Measured again: differs, not recorded" in shown
            assert "1 place not equal." in shown
            assert "result / n\n" in shown
            assert "199, now 200" in shown

    asyncio.run(story())


def test_only_the_evidence_tab_of_who_may_record_offers_it(house: House, table: Path) -> None:
    async def story(who: str, *keys: str) -> bool:
        async with playing(house.app(who)) as pilot:
            await press(pilot, *keys, "m")
            return isinstance(pilot.app.screen, Again)

    assert asyncio.run(story("val", "enter", "3"))
    assert not asyncio.run(story("val", "enter"))
    assert not asyncio.run(story("audit", "a", "enter", "3"))
