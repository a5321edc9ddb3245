"""Drift, load and data quality are measured without a registry, for people and for programs."""

from __future__ import annotations

import json
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
