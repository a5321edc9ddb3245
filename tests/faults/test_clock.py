"""T13: the clock jumps. Order comes from the ledger; a clock that was set back is recorded, flagged, and ends no grant later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from registry_app.errors import Refused
from registry_app.models.actions import RegisterVersion
from registry_app.people.actions import Grant, Revoke
from registry_app.people.views import Teams, WhoAmI
from registry_app.vault import clock
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.ground import Ground, dice, many

JUMPS = {
    "ten years back": timedelta(days=-3653),
    "a day back": timedelta(days=-1),
    "six minutes back": timedelta(minutes=-6),
    "a second back": timedelta(seconds=-1),
    "a day on": timedelta(days=1, minutes=1),
    "ten years on": timedelta(days=3653),
}
MOMENTS = {
    "summer time begins": datetime(2027, 3, 28, 1, 0, tzinfo=UTC),
    "summer time ends": datetime(2027, 10, 31, 1, 0, tzinfo=UTC),
    "a leap day": datetime(2028, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC),
    "2038": datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
}


def say(workspace: Workspace, number: int) -> tuple[int, str, tuple[str, ...]]:
    receipt = workspace.run(RegisterVersion(model="m", artifact=f"{number:064x}"))
    return receipt.seq, receipt.time, receipt.notices


@pytest.mark.parametrize("jump", JUMPS.values(), ids=JUMPS.keys())
def test_a_jump_keeps_the_order_and_is_flagged(small: Ground, jump: timedelta) -> None:
    start = datetime.now(UTC)
    with small.open() as workspace:
        with clock.use(lambda: start + timedelta(minutes=1)):
            before, _, notices = say(workspace, 1)
            assert notices == ()
        with clock.use(lambda: start + timedelta(minutes=1) + jump):
            seq, time, notices = say(workspace, 2)
        assert seq == before + 1
        assert time == clock.text(start + timedelta(minutes=1) + jump)
        assert bool(notices) == (jump < timedelta(minutes=-5))
        with clock.use(lambda: start + timedelta(minutes=2)):
            after, _, notices = say(workspace, 3)
            assert after == seq + 1
            assert bool(notices) == (jump > timedelta(minutes=5))
            verification = verify(workspace)
        assert verification.ok, verification.first_bad
        assert bool(verification.notices) == (abs(jump) > timedelta(minutes=5))
        assert all("clock" in notice for notice in verification.notices)


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
def test_odd_moments_are_moments_like_others(small: Ground, moment: datetime) -> None:
    with small.open() as workspace:
        for step in range(-2, 3):
            with clock.use(lambda step=step: moment + timedelta(seconds=step)):  # type: ignore[misc]
                _, time, notices = say(workspace, step + 5)
                assert clock.parse(time) == moment + timedelta(seconds=step)
                assert notices == ()
        with clock.use(lambda: moment + timedelta(minutes=1)):
            verification = verify(workspace)
        assert verification.ok
        assert verification.notices == ()


def test_random_jumps_keep_the_order_and_each_one_back_is_flagged(small: Ground) -> None:
    draw = dice("jumps")
    start = datetime.now(UTC)
    moment = latest = start
    seqs, flagged = [], 0
    with small.open() as workspace:
        for number in range(many(40, 400)):
            moment = start + timedelta(seconds=draw.randrange(-(10**8), 10**8))
            with clock.use(lambda moment=moment: moment):  # type: ignore[misc]
                seq, _, notices = say(workspace, number)
            assert bool(notices) == (moment < latest - timedelta(minutes=5)), number
            flagged += bool(notices)
            latest = max(latest, moment)
            seqs.append(seq)
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        with clock.use(lambda: latest):
            verification = verify(workspace)
        assert verification.ok, verification.first_bad
        assert len(verification.notices) == flagged > 0


def test_an_ended_role_does_not_come_back_with_the_clock(small: Ground) -> None:
    start = datetime.now(UTC)
    with small.open("admin") as admin, small.open("risk") as risk:
        ends = clock.text(start + timedelta(hours=1))
        (team,) = admin.ask(Teams())
        admin.run(Grant("risk", "developer", "team", team.id, ends))
        risk.run(RegisterVersion(model="m", artifact="a" * 64))
        with clock.use(lambda: start + timedelta(hours=2)):
            with pytest.raises(Refused):
                risk.run(RegisterVersion(model="m", artifact="b" * 64))
            admin.run(Grant("audit", "validator"))
        for back in (timedelta(minutes=30), timedelta(days=-3653)):
            with clock.use(lambda back=back: start + back), pytest.raises(Refused):  # type: ignore[misc]
                risk.run(RegisterVersion(model="m", artifact="c" * 64))
        with clock.use(lambda: start + timedelta(hours=2)):
            assert verify(admin).ok


def test_a_revoked_role_does_not_come_back_with_the_clock(small: Ground) -> None:
    start = datetime.now(UTC)
    with small.open("admin") as admin, small.open() as dev:
        (grant,) = dev.ask(WhoAmI()).grants
        admin.run(Revoke(grant.id, "moved on"))
        with clock.use(lambda: start - timedelta(days=1)), pytest.raises(Refused):
            dev.run(RegisterVersion(model="m", artifact="c" * 64))
