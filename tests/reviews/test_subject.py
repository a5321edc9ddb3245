"""What a decision is signed over: everything on the screen, in one order, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_app.evidence.actions import RecordEvidence
from registry_app.models.actions import RegisterModel, RegisterVersion, ReviseModel, SetAlias
from registry_app.policy.actions import GrantWaiver, Judge, RevokeWaiver
from registry_app.policy.views import WaiversOf
from registry_app.reviews.actions import Comment
from registry_app.reviews.facts import Part
from registry_app.reviews.routes import decode, encode, waiting
from registry_app.reviews.subject import Subject, changes
from tests.reviews.world import LATER, PACK, World, measured

parts = st.lists(
    st.builds(
        Part, st.sampled_from(("artifact", "evidence", "comment")), st.sampled_from("abc"), st.sampled_from("01")
    ),
    unique_by=lambda part: (part.kind, part.id),
)


@given(parts, parts)
def test_a_change_is_named_exactly_when_the_digests_differ(one: list[Part], other: list[Part]) -> None:
    before, after = (tuple(sorted(each, key=lambda part: (part.kind, part.id))) for each in (one, other))
    assert bool(changes(before, after)) == (Subject(before).digest != Subject(after).digest)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w.run("audit", Comment("m:1", "words")), ("a comment was added",)),
        (lambda w: w.run("dev", RecordEvidence("m:1", measured())), ("evidence was added",)),
        (lambda w: w.run("dev", ReviseModel(model="m", purpose="q")), ("the model's inventory entry changed",)),
        (lambda w: w.run("dev", Judge("m:1")), ("the verdicts changed",)),
        (lambda w: w.run("risk", GrantWaiver("m:1", PACK, "CMR-1", LATER, "r")), ("a waiver was added",)),
        (lambda w: w.run("risk", RevokeWaiver(w.ask("val", WaiversOf("m:1"))[0].id, "r")), ("a waiver is gone",)),
        (lambda w: w.run("dev", SetAlias("m:1", "champion")), ()),
        (lambda w: w.run("dev", RegisterVersion(model="m", artifact="c" * 64)), ()),
        (
            lambda w: w.run("dev", RegisterModel(name="n", team="credit", tier="low", tier_rationale="r", purpose="p")),
            (),
        ),
    ],
)
def test_each_thing_on_the_screen_is_part_of_it_and_nothing_else_is(
    change: Callable[[World], object], said: tuple[str, ...]
) -> None:
    world = World().waived()
    before = world.review
    change(world)
    assert changes(before.parts, world.review.parts) == said
    assert (before.subject == world.review.subject) == (not said)


def test_a_route_reads_back_and_waits_for_its_first_open_stage() -> None:
    stages = World().review.stages
    assert decode(encode(stages)) == stages
    signed = [{"person": "p", "stage": "validation", "outcome": "approve"}]
    assert waiting(stages, []) == stages[0]
    assert waiting(stages, signed) == stages[1]
    assert waiting(stages, [{**signed[0], "outcome": "reject"}]) == stages[0]
    assert waiting(stages, [*signed, {"person": "q", "stage": "risk acceptance", "outcome": "approve"}]) is None
