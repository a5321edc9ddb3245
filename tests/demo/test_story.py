"""The demonstration keeps its promises, and leaves nothing when it cannot."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from registry_app.cli.main import main
from registry_app.demo import story, train
from registry_app.demo.people import Cast
from registry_app.errors import RegistryError, StorageFull, UsageError
from registry_app.house import MEANING
from registry_app.reporting.verify import verify_dossier
from registry_app.reporting.views import DossiersOf
from registry_app.reviews.views import ReviewsOf
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.demo.conftest import Stage


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_leaves_what_was_promised_and_nothing_else(stage: Stage) -> None:
    assert {each.name for each in stage.folder.iterdir()} == {
        "registry", "dossier.pdf", "passphrase.txt", "artifacts", "data",
    }  # fmt: skip
    assert {each.name for each in (stage.folder / "artifacts").iterdir()} == {
        "credit-risk-1.skops", "credit-risk-2.skops", "income-1.skops", "income-2.skops",
    }  # fmt: skip
    assert {each.name for each in (stage.folder / "data").iterdir()} == {
        "credit-risk-training.csv", "credit-risk-1-held-out.csv", "credit-risk-2-held-out.csv",
        "income-training.csv", "income-1-held-out.csv", "income-2-held-out.csv",
    }  # fmt: skip


def test_only_the_owner_may_read_what_it_leaves(stage: Stage) -> None:
    assert mode(stage.played.passphrase) == 0o600
    assert mode(stage.folder) == 0o700
    for each in stage.folder.rglob("*"):
        assert not mode(each) & 0o077, each


def test_a_fresh_verification_gives_six_good_answers(stage: Stage) -> None:
    with stage.open("auditor") as auditor:
        again = verify(auditor)
    assert [answer.holds for answer in again.answers] == [True] * 6
    assert (again.size, again.root) == (stage.played.verification.size, stage.played.verification.root)
    assert any("6 of 6 answers hold" in line for line in stage.played.lines)


def test_the_dossier_verifies_alone_and_is_on_record(stage: Stage) -> None:
    assert stage.played.dossier is not None
    found = verify_dossier(stage.played.dossier, MEANING)
    assert found.ok
    with stage.open("auditor") as auditor:
        (issued,) = auditor.ask(DossiersOf(story.HANDED_OUT))
    assert issued.author == "Aoife Ahern"


QUIETLY = """
import sys
from pathlib import Path
from registry_app.demo import story, train
train.RECIPES = story.RECIPES = train.RECIPES[3:]
trained, measured = story._prepared(Path(sys.argv[1]), lambda *_: None)
print(trained[0].recipe.algorithm, len(measured))
"""


def test_where_nobody_can_count_the_cores_nothing_is_said_of_it(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("OMP_NUM_THREADS", "PYTHONWARNINGS")
    }
    environment["PATH"] = str(tmp_path / "nothing")  # no lscpu: as where /sys is not mounted
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    command = [sys.executable, "-c", QUIETLY, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert (done.stdout, done.stderr) == ("gradient boosting 1\n", "")


def test_the_number_of_threads_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with train.one_thread():
        assert os.environ["OMP_NUM_THREADS"] == "1"
    assert "OMP_NUM_THREADS" not in os.environ
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with train.one_thread():
        assert os.environ["OMP_NUM_THREADS"] == "3"
    assert os.environ["OMP_NUM_THREADS"] == "3"


def commands(stage: Stage) -> list[list[str]]:
    """What the story says to type, without the program's name."""
    lines = [line for line in stage.played.lines if line.startswith("  registry-app ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def test_it_says_what_it_did_and_every_command_that_reads_works(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    text = str(stage.played)
    for version in ("credit-risk:1", "credit-risk:2", "income:1", "income:2"):
        assert f"\n{version} " in "\n" + text
    screen, *others = commands(stage)
    assert screen[-2:] == ["--passphrase-file", str(stage.played.passphrase)]
    reading = [arguments for arguments in others if not {"approve", "redo"} & set(arguments)]
    assert len(reading) == 4
    for arguments in reading:
        assert main(arguments) == 0, (arguments, capsys.readouterr())
        assert capsys.readouterr().out


def test_the_second_signature_it_speaks_of_approves_the_version(stage: Stage, tmp_path: Path) -> None:
    (signing,) = (arguments for arguments in commands(stage) if "approve" in arguments)
    shutil.copytree(stage.played.registry, tmp_path / "registry")
    there = [str(tmp_path / "registry") if each == str(stage.played.registry) else each for each in signing]
    assert main(there) == 0
    with Workspace.open(tmp_path / "registry", "auditor", stage.secret) as auditor:
        assert auditor.ask(ReviewsOf("credit-risk:2"))[0].standing == "approved"


def test_the_evidence_it_speaks_of_is_measured_again_and_matches(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (redoing,) = (arguments for arguments in commands(stage) if "redo" in arguments)
    shutil.copytree(stage.played.registry, tmp_path / "registry")
    there = [str(tmp_path / "registry") if each == str(stage.played.registry) else each for each in redoing]
    assert main(there) == 0
    assert "matches: equal in every place" in capsys.readouterr().out


def test_progress_is_told_for_every_stage_to_its_end(stage: Stage) -> None:
    last = {what: (done, total) for what, done, total in stage.told}
    assert list(last)[:4] == ["training", "measuring", "people", "reviews"]
    assert {"dossier", "dossier verified", "replay"} <= set(last)
    assert all(done == total for done, total in last.values())
    assert last["training"] == (4, 4)
    assert last["measuring"] == (12, 12)


def test_a_folder_with_something_in_it_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is not empty"):
        story.play(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_a_file_a_dead_link_and_a_missing_parent_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for place, said in (("file", "not a folder"), ("link", "not a folder"), ("missing/demo", "There is no folder")):
        with pytest.raises(UsageError, match=said):
            story.play(tmp_path / place)
    assert {each.name for each in tmp_path.iterdir()} == {"file", "link"}


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The story without its models: people gather in a real registry, and a file lies where an artifact would."""

    def train(place: Path, _tell: Any) -> tuple[()]:
        (place / "artifacts" / "model.skops").write_bytes(b"model")
        return ()

    monkeypatch.setattr(story, "_train", train)
    monkeypatch.setattr(story, "_measure", lambda *_: ())


def fails(error: BaseException) -> Any:
    def fail(*_: Any) -> NoReturn:
        raise error

    return fail


@pytest.mark.parametrize("error", [RuntimeError("a bug"), KeyboardInterrupt()], ids=["bug", "interrupt"])
@pytest.mark.parametrize("there", [True, False], ids=["empty folder", "no folder"])
@pytest.mark.usefixtures("untrained")
def test_whatever_stops_it_midway_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, there: bool
) -> None:
    folder = tmp_path / "demo"
    if there:
        folder.mkdir()
    monkeypatch.setattr(story, "_tell", fails(error))
    with pytest.raises(type(error)):
        story.play(folder)
    assert folder.exists() == there
    assert list(tmp_path.rglob("*")) == ([folder] if there else [])


@pytest.mark.usefixtures("untrained")
def test_a_full_disk_is_one_of_our_errors_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "_train", fails(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(StorageFull):
        story.play(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


@pytest.mark.usefixtures("untrained")
def test_without_the_library_for_pages_the_rest_is_there_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import registry_app.reporting.issue

    monkeypatch.setattr(story, "_tell", lambda *_: ("told",))
    monkeypatch.setattr(registry_app.reporting.issue, "issue", _no_pango)
    played = story.play(tmp_path / "demo")
    assert played.dossier is None
    assert any("Install it: pango" in line for line in played.lines)
    assert played.verification.ok
    assert (played.registry / "registry.db").is_file()
    assert not any("dossier.pdf" in line for line in played.lines)


def _no_pango(*_: Any, **__: Any) -> NoReturn:
    raise UsageError("A PDF needs the text library Pango.", "Install it: pango.")


@pytest.mark.usefixtures("untrained")
def test_without_a_dossier_wanted_none_is_issued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "_tell", lambda *_: ())
    monkeypatch.setattr(story, "_hand_out", fails(AssertionError("asked for")))
    played = story.play(tmp_path / "demo", pdf=False)
    assert played.dossier is None
    assert played.verification.ok


@pytest.mark.usefixtures("untrained")
def test_a_registry_that_does_not_verify_is_said_not_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def tampers(cast: Cast, *_: Any) -> tuple[str, ...]:
        with cast.desk("admin").store.writing() as rows:
            rows.connection.exec_driver_sql("UPDATE person SET state = 'disabled' WHERE handle = 'auditor'")
        return ()

    monkeypatch.setattr(story, "_tell", tampers)
    played = story.play(tmp_path / "demo", pdf=False)
    assert not played.verification.ok
    assert any("5 of 6 answers hold" in line and "projection: " in line for line in played.lines)


def test_every_refusal_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(RegistryError) as refused:
        story.play(tmp_path)
    assert refused.value.todo == "Name a new or empty folder."
