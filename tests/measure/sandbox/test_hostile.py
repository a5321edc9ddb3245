"""A folder of hostile models: each is refused for its own reason, and nothing outside has changed.

Where the machine has no jail that holds, the promise is another: none of them is started, with exit code 7.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry_app.errors import RegistryError
from registry_app.measure.sandbox import level
from registry_app.measure.sandbox.limits import Limits
from registry_app.measure.sandbox.run import predict
from registry_app.measure.sandbox.trust import HOLDS
from tests.measure.sandbox.conftest import Bait
from tests.measure.sandbox.hostile import ANSWERS, AT_LOADING, QUICK, REFUSES, answering, pickled, trusted


def refusal(*given: Any, **more: Any) -> RegistryError:
    """The error that running a model ends in."""
    with pytest.raises(RegistryError) as caught:
        predict(*given, **more)
    return caught.value


def expect(error: RegistryError, words: str) -> None:
    """The words of its own reason where the jail holds; otherwise that nothing was started."""
    holds = level.probed().number >= HOLDS
    assert re.search(words if holds else "no sandbox that holds", str(error)), str(error)
    assert error.exit_code == 7
    assert error.todo
    assert all(line.isprintable() for line in str(error).splitlines())


@pytest.mark.parametrize("name", AT_LOADING)
def test_a_hostile_pickle_is_refused_for_its_own_reason(name: str, bait: Bait, rows: Any, tmp_path: Path) -> None:
    hostile, before = AT_LOADING[name], bait.state()
    path, trust = pickled(tmp_path, hostile, bait.folder, bait.port)
    expect(refusal(path, "pickle", rows, trust=trust, limits=hostile.limits), hostile.words)
    assert bait.state() == before


@pytest.mark.parametrize(
    "name", ["hangs", "forks", "removes a registry", "connects", "looks at home", "fills its folder"]
)
def test_landlock_and_seccomp_hold_without_bubblewrap_around_them(
    name: str, bait: Bait, rows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = level.probe(wrap=False)
    monkeypatch.setattr(level, "probed", lambda: bare)
    hostile, before = AT_LOADING[name], bait.state()
    path, trust = pickled(tmp_path, hostile, bait.folder, bait.port)
    expect(refusal(path, "pickle", rows, trust=trust, limits=hostile.limits), hostile.words)
    assert bait.state() == before


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_does_not_fit_is_refused(name: str, rows: Any, tmp_path: Path) -> None:
    folder = answering(tmp_path)
    expect(refusal(f"answers:{name}", "callable", rows, folder=folder), ANSWERS[name][1])


def test_a_pickle_without_a_decision_or_with_one_about_another_file_is_never_started(
    bait: Bait, rows: Any, tmp_path: Path
) -> None:
    path, trust = pickled(tmp_path, AT_LOADING["hangs"], bait.folder, bait.port)
    expect(refusal(path, "pickle", rows), "nobody has decided to trust this one")
    expect(refusal(path, "joblib", rows, trust=replace(trust, digest="0" * 64)), "about another file")


def test_code_needs_a_level_that_holds_or_a_waiver(rows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    none = replace(level.probed(), number=0, because="it did not contain: fork")
    monkeypatch.setattr(level, "probed", lambda: none)
    folder = answering(tmp_path)
    for format in ("pickle", "joblib", "callable"):
        error = refusal("answers:infinite", format, rows, folder=folder)
        assert "no sandbox that holds: it did not contain: fork" in error.what
        assert error.exit_code == 7


def test_a_run_by_waiver_still_has_its_limits_and_shows_the_waiver(
    rows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry_app.measure.sandbox.trust import Waiver

    none = replace(level.probed(), number=0, because="this system has no Landlock")
    monkeypatch.setattr(level, "probed", lambda: none)
    (tmp_path / "mine.py").write_text(
        "def ages(table):\n    return table['age']\ndef eats(table):\n    return bytearray(1 << 40)\n"
    )
    waiver = Waiver("ada", "no other machine for now")
    found = predict("mine:ages", "callable", rows, folder=tmp_path, waiver=waiver)
    assert (found.waiver, found.level.number) == (waiver, 0)
    assert found.labels is not None
    assert found.labels.tolist() == rows["age"]
    error = refusal("mine:eats", "callable", rows, folder=tmp_path, waiver=waiver, limits=QUICK)
    assert "more memory" in error.what


def test_a_folder_that_holds_home_or_a_registry_is_never_shown_to_code(bait: Bait, rows: Any, tmp_path: Path) -> None:
    folder = answering(tmp_path)
    for given, kept in ((Path.home(), ()), (Path("/"), ()), (folder, (bait.folder,)), (bait.folder, (folder,))):
        with pytest.raises(RegistryError) as caught:
            predict("answers:infinite", "callable", rows, folder=given, keep_out=kept)
        if level.probed().number >= HOLDS:
            assert "which it must not read" in caught.value.what
        else:
            expect(caught.value, "")


def test_files_that_are_no_models_are_refused_by_their_library_inside(rows: Any, tmp_path: Path) -> None:
    path = tmp_path / "model"
    path.write_bytes(b"\x08\x07\x12\x00 no model at all")
    for format in ("onnx", "skops", "xgboost", "lightgbm"):
        error = refusal(path, format, rows)
        assert error.exit_code in (2, 7)
        assert error.todo


def test_a_skops_file_with_strange_types_needs_a_decision(rows: Any, tmp_path: Path) -> None:
    import skops.io

    path = tmp_path / "model.skops"
    skops.io.dump(Strange(), path)
    error = refusal(path, "skops", rows)
    assert "Strange" in error.what
    assert "not known to be harmless" in error.what
    assert error.exit_code == 7


class Strange:
    """A type that nobody knows."""

    def predict(self, rows: Any) -> Any:
        return rows


def children() -> set[str]:
    """The processes that this one has started and not waited for."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if entry.read_text().rpartition(")")[2].split()[1] == str(os.getpid()):
                found.add(entry.parent.name)
    return found


def test_neither_descriptors_nor_children_nor_folders_are_left_behind(
    bait: Bait, rows: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    level.probed()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = len(os.listdir("/proc/self/fd")), children()
    for name in ("exits at once", "closes its pipes", "forks"):
        path, trust = pickled(tmp_path, AT_LOADING[name], bait.folder, bait.port)
        refusal(path, "pickle", rows, trust=trust, limits=AT_LOADING[name].limits)
    assert (len(os.listdir("/proc/self/fd")), children()) == before
    assert list(temporary.iterdir()) == []


def test_it_runs_from_a_thread_beside_others(bait: Bait, rows: Any, tmp_path: Path) -> None:
    path, trust = pickled(tmp_path, AT_LOADING["forks"], bait.folder, bait.port)
    found: list[str] = []
    work = [
        threading.Thread(target=lambda: found.append(str(refusal(path, "pickle", rows, trust=trust)))) for _ in range(2)
    ]
    for each in work:
        each.start()
    for each in work:
        each.join()
    words = REFUSES if level.probed().number >= HOLDS else "no sandbox that holds"
    assert len([each for each in found if re.search(words, each)]) == 2


def test_a_noisy_model_is_heard_harmlessly(rows: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "noisy.py").write_text(
        "import os\n"
        "def loud(table):\n"
        "    print('\\x1b]0;owned\\x07')\n"
        "    os.write(1, b'\\x00\\xff' * 100)\n"
        "    os.system('')\n"
        "    return table['age']\n"
    )
    if level.probed().number < HOLDS:
        expect(refusal("noisy:loud", "callable", rows, folder=tmp_path), "")
        return
    found = predict("noisy:loud", "callable", rows, folder=tmp_path, limits=Limits(seconds=60))
    assert found.labels is not None
    assert found.labels.tolist() == rows["age"]
    assert any("\\u001b]0;owned" in line for line in found.said)
    assert all(line.isprintable() for line in found.said)
    assert capfd.readouterr() == ("", "")


def test_a_decision_is_about_the_bytes_that_are_loaded(rows: Any, tmp_path: Path) -> None:
    path = tmp_path / "empty.pkl"
    path.write_bytes(b"\x80\x04N.")
    expect_usage = refusal(path, "pickle", rows, trust=trusted(path))
    if level.probed().number >= HOLDS:
        assert "has no predict" in expect_usage.what
        assert expect_usage.exit_code == 2
    else:
        expect(expect_usage, "")
