"""Children with the same model make together what one makes alone, and whatever becomes of one of them ends them all."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

from registry_app.errors import Cancelled, RegistryError, SandboxError, UsageError
from registry_app.measure.progress import Progress
from registry_app.measure.sandbox.crew import Children
from registry_app.measure.sandbox.limits import Limits
from tests.measure.sandbox.crews import explained, job, none_left, sandboxes, saved, turning


@pytest.mark.parametrize("model", [LogisticRegression(), GaussianNB()], ids=lambda model: type(model).__name__)
def test_two_children_find_what_one_finds(model: object, tmp_path: Path) -> None:
    before, path = sandboxes(), saved(tmp_path, model)
    heard: list[tuple[str, int, int]] = []
    alone = explained(path, progress=Progress(lambda *told: heard.append(told)))
    total = alone[0]["result"]["n"]
    assert [each for each in heard if each[1] <= total][-1] == ("explaining", total, total)
    heard.clear()
    assert explained(path, n_jobs=2, progress=Progress(lambda *told: heard.append(told))) == alone
    assert heard[-1] == ("explaining", total, total)
    assert none_left(before)


HOSTILE = {
    "ends": ("_prepare", "os._exit(0)", r"ended without an answer \(exit status 0\)"),
    "refuses": ("_prepare", "raise SystemExit", "tried to end the program"),
    "answers what is no number": (
        "_prepare",
        "import registry_app.measure.sandbox.explaining as e\ne.piece = lambda a, b: b'\\xff' * 16 * (b - a)",
        "no finite number",
    ),
    "answers too little": (
        "_prepare",
        "import registry_app.measure.sandbox.explaining as e\ne.piece = lambda a, b: bytes(16)",
        "it has 16 bytes where",
    ),
    "asks for rows beyond the last": ("_explain", "head(b'{\"wanted\":[0,4000,2,4000]}')", "rows that are not there"),
    "asks for rows that begin nowhere": ("_explain", "head(b'{\"wanted\":[7,9,2,900]}')", "rows that are not there"),
    "asks for more than memory": ("_explain", "head(b'{\"wanted\":[0,900,4000000000,900]}')", "more than an answer"),
    "asks in words": ("_explain", 'head(b\'{"wanted":["0",9,2,900]}\')', "of another form"),
    "tells of its progress in words": ("_explain", 'head(b\'{"explained":["\\x1b[2J",9]}\')', "not JSON|another form"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_model_that_is_hostile_in_one_of_them_ends_all(name: str, tmp_path: Path) -> None:
    before, (where, source, words) = sandboxes(), HOSTILE[name]
    path, trust = turning(tmp_path, where, source)
    with pytest.raises(SandboxError, match=words):
        explained(path, n_jobs=2, trust=trust)
    assert none_left(before)


def test_one_that_tells_of_its_progress_for_ever_is_ended_in_time(tmp_path: Path) -> None:
    heard: list[tuple[str, int, int]] = []
    path, trust = turning(tmp_path, "_explain", "while True: head(b'{\"explained\":[1,2]}')")
    with pytest.raises(SandboxError, match="did not finish within 15 seconds"):
        explained(path, trust=trust, limits=Limits(seconds=15), progress=Progress(lambda *told: heard.append(told)))
    assert ("explaining", 1, 2) in heard


def test_one_that_fills_its_folder_while_others_work_is_ended(tmp_path: Path) -> None:
    source = """
import threading
if '_prepare' in names: time.sleep(99)
def fill():
    time.sleep(1)
    for i in range(99): open(os.environ['TMPDIR'] + f'/{i}', 'wb').close()
threading.Thread(target=fill).start()
head(b'{"wanted":[0,200,2,200]}')
time.sleep(99)"""
    path, trust = turning(tmp_path, "main", source)
    with pytest.raises(SandboxError, match="scratch folder"):
        explained(path, n_jobs=2, trust=trust, limits=Limits(files=64))


def test_children_that_hang_end_when_nobody_waits_any_more(tmp_path: Path) -> None:
    before, heard = sandboxes(), [False]

    def tell(what: str, done: int, total: int) -> None:
        heard[0] = heard[0] or what == "explaining"

    path, trust = turning(tmp_path, "_prepare", "while True: pass")
    with pytest.raises(Cancelled):
        explained(path, n_jobs=2, trust=trust, progress=Progress(tell, lambda: heard[0]))
    assert none_left(before)


def test_children_that_hang_end_in_time(tmp_path: Path) -> None:
    before = sandboxes()
    path, trust = turning(tmp_path, "_prepare", "while True: pass")
    with pytest.raises(SandboxError, match="did not finish within 12 seconds"):
        explained(path, n_jobs=2, trust=trust, limits=Limits(seconds=12))
    assert none_left(before)


def test_a_child_that_is_killed_is_told_as_such(tmp_path: Path) -> None:
    before = sandboxes()

    def tell(what: str, done: int, total: int) -> None:
        for each in sandboxes() - before:
            os.kill(each, signal.SIGKILL)

    with pytest.raises(RegistryError) as caught:
        explained(saved(tmp_path, GaussianNB()), n_jobs=2, progress=Progress(tell))
    assert caught.value.exit_code == 7
    assert none_left(before)


def test_a_number_of_children_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="processes cannot be started"):
        explained(saved(tmp_path, GaussianNB()), n_jobs=0)


def test_another_file_or_other_libraries_explain_nothing_together(tmp_path: Path) -> None:
    path = saved(tmp_path, GaussianNB())
    work = job(path, versions=(("registry-app", "0.0.0"),))
    with pytest.raises(UsageError, match=r"registry-app .* and 0\.0\.0 is here"):
        Children(work, path).piece(0, 100, 2)
    work = job(path)
    saved(tmp_path, LogisticRegression())
    with pytest.raises(UsageError, match="changed meanwhile"):
        Children(work, path).piece(0, 100, 2)
