"""T12: many processes at one registry; two reviewers and one place; a screen that is no longer true."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from registry_app.errors import RegistryError
from registry_app.models.actions import RegisterVersion, SetTag
from registry_app.policy.actions import WithdrawPack
from registry_app.receipt import Receipt
from registry_app.reviews.actions import Comment, Decide, Submit, Withdraw
from registry_app.reviews.views import ReviewsOf
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.ground import Ground, many, phrase

WRITER = """
import sys
from registry_app.models.actions import RegisterVersion
from registry_app.workspace import Workspace
for opening in range(2):
    with Workspace.open(sys.argv[1], "dev", sys.argv[2]) as workspace:
        for number in range(int(sys.argv[3]) // 2):
            print(workspace.run(RegisterVersion(model="m", artifact=f"{number:064x}")).seq, flush=True)
"""


def test_eight_processes_write_without_gap_and_without_double(small: Ground) -> None:
    each = many(20, 250)
    with small.open() as workspace:
        before = workspace.head().size
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(small.folder), phrase("dev"), str(each)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    told = [child.communicate() for child in children]
    assert [child.returncode for child in children] == [0] * 8, [error for _, error in told]
    seqs = sorted(int(line) for said, _ in told for line in said.split())
    assert seqs == list(range(before, before + 8 * each))
    with small.open("audit") as workspace:
        assert workspace.head().size == before + 8 * each
        verification = verify(workspace)
        assert verification.ok, verification.first_bad


def test_two_reviewers_race_for_the_last_place_and_one_transition_happens(small: Ground) -> None:
    with small.open("admin") as admin:
        admin.run(WithdrawPack("credit-model-risk", "this is about the quorum alone"))
    with small.open() as dev, small.open("val") as one, small.open("val2") as other, ThreadPoolExecutor(2) as pool:
        for number in range(many(40, 500)):
            version = dev.run(RegisterVersion(model="m", artifact=f"{number:064x}")).facts[0].number  # type: ignore[attr-defined]
            name = f"m:{version}"
            dev.run(Submit(name))
            (start,) = one.ask(ReviewsOf(name))
            together = Barrier(2)

            def decide(
                who: tuple[Workspace, str], name: str = name, together: Barrier = together
            ) -> Receipt | RegistryError:
                together.wait()
                workspace, handle = who
                try:
                    return workspace.run(Decide(name, "approve", "fine"), passphrase=phrase(handle))
                except RegistryError as error:
                    return error

            ends = list(pool.map(decide, [(one, "val"), (other, "val2")]))
            refused = [end for end in ends if isinstance(end, RegistryError)]
            (now,) = one.ask(ReviewsOf(name))
            assert len(refused) == 1, (number, ends)
            assert refused[0].exit_code == 5
            assert len(now.decisions) == 1
            assert now.summary.stage != start.summary.stage
        assert verify(dev).ok


def test_a_decision_about_what_has_changed_meanwhile_is_refused(small: Ground) -> None:
    with small.open() as dev, small.open("val") as val, small.open("val2") as other:
        for number in range(many(25, 100)):
            version = dev.run(RegisterVersion(model="m", artifact=f"{number:064x}")).facts[0].number  # type: ignore[attr-defined]
            name = f"m:{version}"
            dev.run(Submit(name))
            (seen,) = val.ask(ReviewsOf(name))
            other.run(Comment(name, "look at the third table"))
            with pytest.raises(RegistryError, match="changed meanwhile") as caught:
                val.run(Decide(name, "approve", "fine", subject=seen.subject), passphrase=phrase("val"))
            assert caught.value.exit_code == 5
            (now,) = val.ask(ReviewsOf(name))
            assert now.decisions == ()
            dev.run(Withdraw(name, "enough"))
        assert verify(dev).ok


def test_a_statement_said_twice_stands_once(small: Ground) -> None:
    from registry_app.vault import chance

    with small.open() as dev:
        for number in range(20):
            name = chance.uuid7()
            first = dev.run(SetTag("model", "m", "round", str(number)), statement=name)
            again = dev.run(SetTag("model", "m", "round", str(number)), statement=name)
            assert (again.seq, again.head, again.facts) == (first.seq, first.head, first.facts)
            assert again.notices == ("This was recorded before.",)
        assert verify(dev).ok
