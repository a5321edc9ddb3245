"""``measure`` needs no registry: for people and for programs, with a model in the sandbox, and to be stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from registry_app.cli.main import main

ROWS = "age,region,y,p,at\n" + "".join(
    f"{20 + n % 50},{'ns'[n % 2]},{n % 3 == 0:d},{n % 3 == 0:d},2026-{1 + n // 200:02d}-10\n" for n in range(600)
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REGISTRY_APP_REGISTRY", raising=False)
    (tmp_path / "then.csv").write_text(ROWS)
    (tmp_path / "now.csv").write_text(ROWS.replace(",n,", ",w,"))
    jtl = "timeStamp,elapsed,label,success\n" + "".join(f"{1000 * n},{n + 1},score,true\n" for n in range(100))
    (tmp_path / "load.jtl").write_text(jtl)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> str:
    assert main(args) == code
    out, err = capsys.readouterr()
    return out if code == 0 else err


@pytest.mark.usefixtures("folder")
def test_drift_prints_each_column_and_performance_over_time(capsys: pytest.CaptureFixture[str]) -> None:
    over_time = ["--label", "y", "--positive", "1", "--prediction", "p", "--time", "at"]
    text = said(capsys, "measure", "drift", "--reference", "then.csv", "--data", "now.csv", *over_time)
    assert "drift shown: region" in text
    assert "2026-03" in text
    found = json.loads(said(capsys, "--json", "measure", "drift", "--reference", "then.csv", "--data", "now.csv"))
    assert found["outcome"] == "drift shown: region"
    assert found["columns"][1]["psi"]["value"] > 1
    assert found["over_time"] is None


@pytest.mark.usefixtures("folder")
def test_load_prints_percentiles(capsys: pytest.CaptureFixture[str]) -> None:
    assert "0 of 100 requests failed" in said(capsys, "measure", "load", "--data", "load.jtl")
    found = json.loads(said(capsys, "--json", "measure", "load", "--data", "load.jtl"))
    assert found["latency_ms"]["p90"]["value"] == 90


@pytest.mark.usefixtures("folder")
def test_quality_prints_findings_and_what_each_column_says(capsys: pytest.CaptureFixture[str]) -> None:
    args = ["--data", "then.csv", "--label", "y", "--positive", "1", "--sensitive", "age:30,50", "--against", "now.csv"]
    text = said(capsys, "measure", "quality", *args)
    assert "it gives the label away" in text
    assert "under 30  " in text
    found = json.loads(said(capsys, "--json", "measure", "quality", *args))
    assert {"column": "", "what": "50.0% of the rows stand in the other table too"} in found["findings"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["drift", "--reference", "then.csv", "--data", "none.csv"], "none.csv"),
        (["drift", "--reference", "then.csv", "--data", "now.csv", "--every", "week"], "no windows of one 'week'"),
        (["drift", "--reference", "then.csv", "--data", "now.csv", "--time", "at"], "--time and --label"),
        (["load", "--data", "then.csv"], "no known load tool"),
        (["quality", "--data", "then.csv", "--label", "y"], "positive outcome"),
        (["quality", "--data", "load.jtl", "--against", "then.csv"], "share no column"),
    ],
)
def test_wrong_input_is_said_in_words(args: list[str], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert what in said(capsys, "measure", *args, code=2)


SCORED = "race,sex,y,p,w\n" + "".join(
    f"{('Caucasian', 'African-American')[n % 2]},{'fm'[n // 2 % 2]},{n % 3 == 0:d},{n % 5 == 0 or n % 7 == 0:d},1\n"
    for n in range(400)
)
COLUMNS = ("--label", "y", "--positive", "1", "--prediction", "p")


@pytest.fixture
def scores(folder: Path) -> Path:
    (folder / "scored.csv").write_text(SCORED)
    return folder


@pytest.mark.usefixtures("scores")
def test_fairness_has_the_form_that_programs_read(capsys: pytest.CaptureFixture[str]) -> None:
    sensitive = ("--sensitive", "race", "--sensitive", "sex")
    found = json.loads(said(capsys, "--json", "measure", "fairness", "--data", "scored.csv", *COLUMNS, *sensitive))
    by = [group["by"] for group in found["groups"]]
    assert {"race": "Caucasian"} in by
    assert {"race": "African-American", "sex": "f"} in by
    for group in found["groups"]:
        assert type(group["n"]) is int
        rate = group["metrics"]["false_positive_rate"]
        low, high = rate["ci"]
        assert 0 <= low <= rate["value"] <= high <= 1
    assert {"demographic_parity_difference", "equalized_odds_ratio"} <= {
        each["metric"] for each in found["disparities"]
    }
    assert found["outcome"] in (
        "disparity shown", "no disparity beyond the limit"
    ) or found["outcome"].startswith("cannot tell: needs about ")  # fmt: skip


@pytest.mark.usefixtures("scores")
def test_fairness_prints_every_table_that_rules_ask_for(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "measure", "fairness", "--data", "scored.csv", *COLUMNS, "--sensitive", "race")
    for part in ("By race", "Disparities", "Four fifths", "Shortfall", "Local Law 144", "False positive rate"):
        assert part in text
    assert max(map(len, text.splitlines())) <= 120
    assert "\x1b" not in text


def test_a_mapping_is_checked_saved_and_used_and_options_beside_it_go_first(
    scores: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ("measure", "mapping", "--data", "scored.csv", *COLUMNS, "--sensitive", "race", "--save", "mapping.json")
    printed = said(capsys, *call)
    assert (scores / "mapping.json").read_text() == printed
    saved = ("--json", "measure", "fairness", "--data", "scored.csv", "--mapping", "mapping.json")
    first = json.loads(said(capsys, *saved))
    plain = ("--json", "measure", "fairness", "--data", "scored.csv", *COLUMNS)
    assert first["groups"] == json.loads(said(capsys, *plain, "--sensitive", "race"))["groups"]
    other = json.loads(said(capsys, *saved, "--sensitive", "sex", "--weights", "w"))
    assert [group["by"] for group in other["groups"]] == [{"sex": "f"}, {"sex": "m"}]
    assert other["data"]["weights"] == "w"
    assert "is there already" in said(capsys, *call, code=2)


def test_all_that_is_wrong_with_a_table_is_listed_before_a_mapping_is_saved(
    scores: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (scores / "wrong.csv").write_text(SCORED.replace("Caucasian,f,1,1,1", "Caucasian,f,1,2,-1", 1))
    call = ("measure", "mapping", "--data", "wrong.csv", *COLUMNS, "--weights", "w", "--save", "new.json")
    text = said(capsys, *call, code=2)
    assert "has 2 problems" in text
    assert "the prediction '2' is none of the label's classes" in text
    assert "the weight '-1' is below 0" in text
    assert not (scores / "new.json").exists()
    lost = said(capsys, "measure", "mapping", "--data", "scored.csv", "--label", "a", "--positive", "b", code=2)
    assert "column 'a': there is no such column" in lost


@pytest.mark.usefixtures("scores")
@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["fairness", "--positive", "1", "--prediction", "p"], "The label is not named."),
        (["fairness", *COLUMNS, "--model", "m", "--format", "skops"], "both named and made by a model"),
        (["performance", "--label", "y", "--positive", "1", "--model", "m"], "The format of the model is not said."),
        (["performance", *COLUMNS, "--feature", "w"], "--feature is about a model, and none is named."),
        (["performance", *COLUMNS, "--mapping", "scored.csv"], "This is not a column mapping"),
        (["performance", *COLUMNS, "--mapping", "none.json"], "cannot be read"),
        (
            ["performance", "--label", "y", "--positive", "1", "--model", "m", "--format", "word"],
            "no format of a model",
        ),
        (["performance", "--label", "y", "--positive", "1", "--model", "m", "--format", "skops"], "cannot be read"),
        (["explain"], "An explanation is of a model, and none is named."),
        (
            ["explain", "--model", "m", "--format", "skops", "--pass-score", "0.5"],
            "Reasons need a pass score and texts.",
        ),
        (["explain", "--model", "m", "--format", "skops", "--at-most"], "There is no pass score."),
        (["explain", "--model", "m", "--format", "skops", "--memory", "-1"], "cannot run with such limits"),
    ],
)
def test_what_does_not_fit_together_is_said(args: list[str], what: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert what in said(capsys, "measure", args[0], "--data", "scored.csv", *args[1:], code=2)


HOSTILE = {
    "shouts": "import os; os.write(2, b'\\x1b[2J\\x1b]0;mine\\x07' * 3); raise RuntimeError('\\x1b[31mred')",
    "leaves": "import os; os._exit(0)",
    "reads": "open('registry.db')",
    "hangs": "while True: pass",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_model_ends_with_7_or_2_and_the_terminal_is_untouched(
    name: str, scores: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (scores / "registry.db").write_text("secret")
    (scores / "code").mkdir()
    (scores / "code" / "m.py").write_text(f"def run(rows):\n    {HOSTILE[name]}\n")
    model = ("--model", "m:run", "--format", "callable", "--model-folder", "code", "--feature", "w", "--seconds", "9")
    label = ("--label", "y", "--positive", "1")
    code = main(["measure", "performance", "--data", "scored.csv", *label, *model])
    out, err = capfd.readouterr()
    assert code == (2 if name == "shouts" else 7)
    assert out == ""
    assert "\x1b" not in err
    assert len(err.splitlines()) <= 8


LOOPING = """
import os

def run(rows):
    open(os.path.join(os.environ["HOME"], "here"), "w").close()
    while True: pass
"""


def test_ctrl_c_stops_a_model_and_leaves_nothing_running(scores: Path) -> None:
    (scores / "code").mkdir()
    (scores / "code" / "m.py").write_text(LOOPING)
    model = ("--model", "m:run", "--format", "callable", "--model-folder", "code", "--feature", "w")
    call = ("measure", "performance", "--data", "scored.csv", "--label", "y", "--positive", "1", *model)
    environment = {**os.environ, "TMPDIR": str(scores / "tmp")}
    (scores / "tmp").mkdir()
    program = [sys.executable, "-m", "registry_app", *call]
    with subprocess.Popen(program, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as running:
        while not list((scores / "tmp").glob("*/scratch/here")):
            assert running.poll() is None
        (child, *_) = _children(running.pid)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate()
    assert running.returncode == 130
    assert out == b""
    assert b"Interrupted" in err
    assert list((scores / "tmp").iterdir()) == []
    assert not Path(f"/proc/{child}").exists()


def _children(parent: int) -> list[str]:
    """The processes that a process has started, as the kernel lists them by thread."""
    found = []
    for each in Path(f"/proc/{parent}/task").iterdir():
        try:
            found += (each / "children").read_text().split()
        except FileNotFoundError:
            continue
    return found
