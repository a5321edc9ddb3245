"""The page about the SDK is run as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registry_app.custody import enrol, found
from registry_app.people.actions import FormTeam, Grant

PAGE = Path(__file__).parents[1] / "docs" / "sdk.md"
PASSPHRASE = "seven quiet herons crossing 41"


def test_the_example_of_the_page_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    founding = found(tmp_path / "registry", "Bank", "admin", "Ada Admin", PASSPHRASE)
    with founding.workspace as admin:
        enrol(admin, "dev", "Dev Eloper", PASSPHRASE)
        admin.run(Grant("dev", "developer"))
        admin.run(FormTeam("credit", "dev"))
    (tmp_path / "passphrase.txt").write_text(PASSPHRASE + "\n")
    monkeypatch.chdir(tmp_path)
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert code is not None
    exec(compile(code.group(1), str(PAGE), "exec"), {"__name__": "page"})
    said = capsys.readouterr().out
    assert "['performance', 'fairness']" in said
    assert said.count("True") == 6
