"""Words that mean harm, forged into every place that a screen shows."""

from __future__ import annotations

import asyncio
from dataclasses import fields
from typing import Any

import pytest
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import TextArea

from registry_app.ledger.canonical import canonical
from registry_app.ledger.fact import Fact
from registry_app.models import facts as models
from registry_app.people import facts as people
from registry_app.policy import facts as policy
from registry_app.reviews import facts as reviews
from registry_app.tui.screens.inbox import InboxScreen
from registry_app.tui.screens.sign import Sign
from registry_app.tui.screens.version import VersionScreen
from registry_app.vault import chance
from tests.tui.playhouse import House, playing, press, screen_text, settle

HARM = {
    "escape": "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "bidi": "risk\u202egnp.exe\u2066\u200f",
    "markup": "[red]x[/red] [@click=app.quit]quit[/] [/",
    "long": "n" * 4_000,
    "wide": "模型" * 300 + "e\u0301" * 200 + "👩‍👩‍👧‍👦",
    "lines": "a\nb\r\nc\td\x00e\u2028f",
    "hidden": "\u200bad\u00admin\ufeff\U000e0041",
}
FORBIDDEN = frozenset("\x1b\x07\x9b\u202e\u2066\u200f\x00\r\t\u200b\u00ad\ufeff\u2028")


def forge(house: House, harm: str) -> str:
    """The id of a version which, with its model and its review, says ``harm`` wherever there are words."""
    stage = house.stage
    dev = stage.cast["dev"].person
    team, model, version, review, data = (chance.uuid7() for _ in range(5))
    parts = (reviews.Part("artifact", version, harm),)
    route = (reviews.Stage(harm, "validator", 2),)
    verdict = {"control": harm, "title": harm, "observed": harm, "limit": harm, "reason": harm, "citations": [harm]}
    column, named = models.Column(harm, harm), models.Named(harm, harm)
    forged = (
        said(people.TeamFormed, team, dev, harm),
        said(models.DatasetRegistered, data, harm, 3, harm, (harm,), harm, harm, (column,)),
        said(models.ModelRegistered, model, team, "high", harm, (harm,), harm, harm, harm, harm, harm),
        said(
            models.VersionRegistered, version, model, 1, harm, harm, 5, harm, harm, harm, "", (),
            (models.Use(data, harm),), (column,), (column,), (named,), (named,), (harm,), harm,
        ),
        said(models.TagSet, "version", version, harm, harm),
        said(models.AliasSet, model, harm, version),
        said(models.DeploymentStarted, chance.uuid7(), version, harm),
        said(reviews.ReviewSubmitted, review, version, "high", route, harm),
        said(reviews.CommentMade, chance.uuid7(), review, harm),
        said(reviews.DecisionMade, chance.uuid7(), review, harm, "approve", harm, harm, parts, harm, harm),
        said(
            policy.VerdictsRecorded, version, harm, harm, harm, (), (policy.Outcome(harm, "not_met", harm),),
            canonical([verdict]).decode(),
        ),
    )  # fmt: skip
    house.do(lambda: stage.force("dev", *forged))
    return version


def said(kind: Any, *values: Any) -> Fact:
    made: Fact = kind(**dict(zip((each.name for each in fields(kind)), values, strict=True)))
    return made


async def harmless(pilot: Pilot[Any]) -> str:
    """What is on the screen; every line has exactly its cells, and nothing on it acts."""
    await settle(pilot)
    shown = screen_text(pilot.app)
    assert not FORBIDDEN & set(shown)
    assert {strip.cell_length for strip in pilot.app.screen._compositor.render_strips()} == {pilot.app.size.width}
    return shown


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_words_that_mean_harm_are_only_words_on_every_screen(house: House, harm: str) -> None:
    version = forge(house, harm)

    async def story() -> None:
        app = house.app()
        async with playing(app, (80, 24)) as pilot:
            for tab in "123":
                await press(pilot, tab)
                assert await harmless(pilot)
                for key in ("space", "escape", "slash", "escape", "s", "S"):
                    await press(pilot, key)
                    await harmless(pilot)
            app.push_screen(VersionScreen(version))
            for tab in "123456":
                await press(pilot, tab)
                await harmless(pilot)
                for key in ("pagedown", "G"):
                    await press(pilot, key)
                    await harmless(pilot)
            for key in ("space", "escape", "4", "space", "escape", "y"):
                await press(pilot, key)
                await harmless(pilot)
            await press(pilot, "c")
            app.post_message(Paste(harm))
            await harmless(pilot)
            assert app.screen.query_one(TextArea).text
            await press(pilot, "escape", "d")
            await harmless(pilot)
            assert isinstance(app.screen, Sign)
            await press(pilot, "end")
            await harmless(pilot)
            await press(pilot, "escape")
            await press(pilot, "ctrl+p")
            await harmless(pilot)
            await press(pilot, "escape", "f1")
            await harmless(pilot)
            await press(pilot, "escape", "escape")
            assert isinstance(app.screen, InboxScreen)
            assert not house.seats[0].ran

    asyncio.run(story())
