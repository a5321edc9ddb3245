from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.widgets import Button, TextArea

from registry_app.evidence.actions import RecordEvidence, RecordRedo
from registry_app.evidence.views import EvidenceOf
from registry_app.measure.result import Result
from registry_app.models.actions import RegisterVersion
from registry_app.policy.actions import AdoptPack
from registry_app.reviews.actions import Comment, Decide, Submit, Withdraw
from registry_app.shipped import shipped
from registry_app.tui.pages.evidence import result_part
from registry_app.tui.pen import Pen
from registry_app.tui.prose import Prose
from registry_app.tui.screens.peek import Peek
from registry_app.tui.screens.say import Say
from registry_app.tui.screens.version import VersionScreen
from registry_app.tui.table import VirtualTable
from tests.measure.six import explanation, six
from tests.tui.playhouse import House, playing, press, same_picture, screen_text, settle

PAGES = {"1": "overview", "2": "lineage", "3": "evidence", "4": "verdicts", "5": "review", "6": "history"}


def number(value: str, low: str = "", high: str = "") -> dict[str, object]:
    return {"value": value, "ci": [low, high]} if low else {"value": value}


def performance() -> Result:
    names = ("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1", "selection_rate")
    return Result(
        kind="performance",
        data={
            "digest": "a" * 64,
            "rows": 300,
            "label": "good",
            "positive": "1",
            "prediction": "p",
            "score": None,
            "threshold": None,
            "sensitive": [],
        },
        parameters={"draws": 1000},
        seed=7,
        libraries={"numpy": "2.4.6"},
        platform="Linux",
        duration_ms=12,
        result={
            "n": 300,
            "positives": 210,
            "confusion": {"true_positive": 180, "false_positive": 30, "true_negative": 60, "false_negative": 30},
            "metrics": {name: number("0.8", "0.75", "0.85") for name in names[:-1]}
            | {"selection_rate": {"undefined": "nobody is selected", "n": 0}},
            "curves": None,
            "calibration": None,
        },
    )


def scored() -> Result:
    """The same, measured with scores."""
    made = performance()
    line = [
        {"false_positive_rate": f"{x / 4}", "true_positive_rate": f"{(x / 4) ** 0.5}", "threshold": None}
        for x in range(5)
    ]
    bins = [
        {
            "from": f"{x / 10}",
            "to": f"{(x + 1) / 10}",
            "n": 9,
            "mean_score": number(f"{x / 10}"),
            "positive_rate": number(f"{x / 10}", f"{x / 20}", "1.0"),
        }
        for x in range(10)
    ]
    metrics = made.result["metrics"] | {"roc_auc": number("0.8", "0.75", "0.85")}
    shown = made.result | {"metrics": metrics, "curves": {"roc": line, "precision_recall": []}, "calibration": bins}
    return replace(made, result=shown)


def test_evidence_with_scores_is_drawn_as_curves(house: House) -> None:
    house.run("dev", RecordEvidence("credit-risk:1", scored()))

    async def story() -> None:
        app = house.app()
        async with playing(app, (100, 90)) as pilot:
            await press(pilot, "enter", "3")
            shown = screen_text(app)
            assert "this version, AUC 0.800 (0.750 to 0.850)" in shown
            assert "share of positives over mean score" in shown
            assert shown.count("●") == 1 + 10 + 1  # the standing, the bins, and what they mean

    asyncio.run(story())


def test_evidence_stands_newest_first_and_is_gone_through_piece_by_piece(house: House) -> None:
    house.run("dev", RecordEvidence("credit-risk:1", scored()), RecordEvidence("credit-risk:1", performance()))

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "3")
            shown = screen_text(app)
            assert "2 pieces of evidence, newest first" in shown
            assert "leaf 16" in shown
            assert "leaf 15" not in shown
            for keys, leaf in (("n", 16), ("n", 15), ("p", 16)):
                await press(pilot, keys)
                top = screen_text(app).split("\n")[3:5]
                assert "Performance on german-credit" in top[0]
                assert f"leaf {leaf}" in top[1]
            await press(pilot, "n", "n", "y")
            (first, _) = house.do(lambda: house.stage.ask("val", EvidenceOf("credit-risk:1")))
            assert f"Copied evidence id: {first.summary.id}" in screen_text(app)

    asyncio.run(story())


def test_evidence_says_what_came_of_measuring_it_again(house: House) -> None:
    house.run("dev", RecordEvidence("credit-risk:1", performance()))
    (found,) = house.do(lambda: house.stage.ask("val", EvidenceOf("credit-risk:1")))
    other = replace(performance(), result=performance().result | {"n": 299})
    house.run("val", RecordRedo(found.summary.id, performance()), RecordRedo(found.summary.id, other))

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "3")
            assert "measured again   matches, 2026-11-21 10:18 UTC by Val Person, leaf 16" in screen_text(app)
            assert "measured again   differs, 2026-11-21 10:18 UTC by Val Person, leaf 17, 1 place" in screen_text(app)

    asyncio.run(story())


def test_an_explanation_is_compared_with_that_of_the_version_before(house: House) -> None:
    house.run("dev", RecordEvidence("credit-risk:1", explanation()))
    house.run("dev", RegisterVersion(model="credit-risk", artifact="c" * 64, format="skops", size=9))
    house.run("dev", RecordEvidence("credit-risk:2", explanation()))

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            for version, compared in (("credit-risk:1", False), ("credit-risk:2", True)):
                app.push_screen(VersionScreen(version))
                await settle(pilot)
                await press(pilot, "3")
                assert ("Compared with credit-risk:1, recorded on 2026-11-21." in screen_text(app)) is compared
                assert ("nothing changed beyond the intervals" in screen_text(app)) is compared
                await press(pilot, "escape")

    asyncio.run(story())


@pytest.mark.parametrize("size", [(100, 32), (80, 24)], ids=["wide", "narrow"])
def test_every_kind_of_evidence_is_drawn_within_the_screen(size: tuple[int, int]) -> None:
    for pen in (Pen(), Pen(ascii=True)):
        for result in six():
            page = Prose(pen, size[0] - 6)
            result_part(page, result)
            shown = page.content().plain
            assert max(map(cell_len, shown.split("\n"))) <= size[0] - 6
            assert shown.isascii() or not pen.ascii
            assert "seed" in shown


@pytest.mark.parametrize("key", PAGES)
@pytest.mark.parametrize("size", [(100, 32), (80, 24)], ids=["wide", "narrow"])
def test_each_tab_looks_like_this(house: House, key: str, size: tuple[int, int]) -> None:
    house.run("dev", RecordEvidence("credit-risk:1", performance()))
    house.run("admin", AdoptPack((shipped("policies") / "credit-model-risk" / "pack.yaml").read_bytes()))
    house.run("dev", Withdraw("credit-risk:1", "The evidence was missing."))
    house.run("dev", Submit("credit-risk:1", "Now with its evidence."))
    house.run("risk", Comment("credit-risk:1", "[bold]Which[/] quarter?"))

    async def story() -> None:
        app = house.app()
        async with playing(app, size) as pilot:
            await press(pilot, "enter", key)
            same_picture(app, f"version-{PAGES[key]}{'' if size[0] == 100 else '-narrow'}")

    asyncio.run(story())


def test_an_approval_that_lapsed_says_what_changed(house: House) -> None:
    house.run("val", Decide("credit-risk:1", "approve", "Fine."))
    house.run("risk", Comment("credit-risk:1", "Wait."))

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "5")
            assert "lapsed: a comment was added since it was signed" in screen_text(app)
            assert "0 of 1 approved" in screen_text(app)

    asyncio.run(story())


def test_the_ledger_entries_are_sorted_narrowed_copied_and_shown_in_full(house: House) -> None:
    house.run("risk", Comment("credit-risk:1", "Wait."))

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "6")
            shown = app.screen.query_one("#history-table", VirtualTable)

            def leaves() -> list[int]:
                return [shown.row(place).seq for place in range(shown.count)]

            newest_first = leaves()
            assert newest_first == sorted(newest_first, reverse=True)
            assert "leaf ↓" in screen_text(app)
            await press(pilot, "S")
            assert leaves() == newest_first[::-1]
            await press(pilot, "slash", *"comment", "enter", "y", "space")
            assert app.clipboard == shown.here.statement
            assert "comment made" in screen_text(app)
            await press(pilot, "escape", "escape")
            assert isinstance(app.screen, VersionScreen)
            assert leaves() == newest_first[::-1]
            await press(pilot, "escape")
            assert not isinstance(app.screen, VersionScreen)

    asyncio.run(story())


def test_the_verdicts_are_sorted_worst_first_narrowed_copied_and_shown_in_full(house: House) -> None:
    house.run("admin", AdoptPack((shipped("policies") / "credit-model-risk" / "pack.yaml").read_bytes()))
    house.run("dev", Withdraw("credit-risk:1", "The pack changed."), Submit("credit-risk:1", "Once more."))

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "4", "s")
            shown = app.screen.query_one("#verdicts-table", VirtualTable)
            outcomes = [shown.row(place).outcome for place in range(shown.count)]
            assert outcomes == sorted(outcomes, key=["not_met", "insufficient_evidence", "met"].index)
            await press(pilot, "slash", *"explained", "enter")
            assert shown.count == 1
            await press(pilot, "y", "space")
            assert app.clipboard == shown.here.control
            assert isinstance(app.screen, Peek)
            assert f"{shown.here.control}: Explained" in screen_text(app)

    asyncio.run(story())


def test_a_comment_is_recorded_and_seen(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "5", "c")
            assert isinstance(app.screen, Say)
            assert "show as lapsed" in screen_text(app)
            app.screen.query_one(TextArea).text = "Which quarter?"
            await press(pilot, "ctrl+s")
            assert isinstance(app.screen, VersionScreen)
            assert "Recorded: credit-risk:1 comment made, leaf 15" in screen_text(app)
            assert "Val Person: Which quarter?" in screen_text(app)

    asyncio.run(story())


def test_a_developer_withdraws_with_a_reason_and_submits_again(house: House) -> None:
    async def story() -> None:
        app = house.app("dev")
        async with playing(app) as pilot:
            await press(pilot, "a", "enter", "w")
            app.screen.query_one(TextArea).text = "A column was wrong."
            await press(pilot, "escape")
            assert not house.seats[0].ran
            await press(pilot, "w")
            app.screen.query_one("#record", Button).press()
            await settle(pilot)
            assert "review withdrawn" in screen_text(app)
            await press(pilot, "u", "ctrl+s")
            assert "review submitted" in screen_text(app)

    asyncio.run(story())


def test_an_empty_comment_is_refused_in_the_dialog(house: House) -> None:
    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            await press(pilot, "enter", "c", "ctrl+s")
            assert isinstance(app.screen, Say)
            assert "The comment is empty." in screen_text(app)
            await press(pilot, "escape")
            assert isinstance(app.screen, VersionScreen)

    asyncio.run(story())


def test_keys_are_offered_to_those_who_may_use_them(house: House) -> None:
    async def story() -> None:
        for who, withdraw in (("val", False), ("dev", True)):
            app = house.app(who)
            async with playing(app) as pilot:
                await press(pilot, *(("a", "enter") if who == "dev" else ("enter",)))
                assert ("Withdraw" in screen_text(app)) is withdraw

    asyncio.run(story())


def test_a_plain_alphabet_is_used_when_it_is_asked_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGISTRY_APP_ASCII", "1")

    async def story() -> None:
        app = house.app()
        async with playing(app) as pilot:
            shown = [screen_text(app)]
            for keys in (
                ("2",),
                ("3",),
                ("1", "enter"),
                ("2",),
                ("3",),
                ("4",),
                ("5",),
                ("6",),
                ("d",),
                ("escape", "c"),
            ):
                await press(pilot, *keys)
                shown.append(screen_text(app))
            foreign = {(place, letter) for place, words in enumerate(shown) for letter in words if not letter.isascii()}
            assert foreign == set()

    try:
        asyncio.run(story())
    finally:
        from registry_app.tui.pane import plain_scrollbars

        plain_scrollbars(False)
