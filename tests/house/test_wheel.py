"""The wheel carries all it needs: built here, installed far from the checkout, and played through."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.house.places import ROOT, shown


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout with what is installed."""
    out = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it; its libraries are borrowed from this one."""
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(home / "bin" / "python"),
            "install",
            "--quiet",
            "--no-index",
            "--no-deps",
            str(wheel),
        ],
        check=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home


def test_the_wheel_carries_every_shipped_file(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("policies", "reports"):
        files = [shown(file) for file in (ROOT / folder).rglob("*") if file.is_file()]
        assert files
        assert {f"registry_app/_data/{file}" for file in files} <= inside
    for file in ("german_credit.csv.gz", "adult.csv.gz", "german_credit_codes.json", "NOTICE.md"):
        assert f"registry_app/data/{file}" in inside
    assert "registry_app/py.typed" in inside
    assert not [name for name in inside if name.startswith(("tests/", "benchmarks/"))]


def test_every_file_of_the_package_that_is_no_code_is_in_the_wheel(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    files = {
        shown(file)
        for file in (ROOT / "registry_app").rglob("*")
        if file.is_file() and not any(part == "__pycache__" or part.startswith(".") for part in file.parts)
    }
    assert files <= inside


def test_the_installed_program_plays_the_demonstration_outside_the_checkout(elsewhere: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}
    where = subprocess.run(
        [elsewhere / "bin" / "python", "-c", "import registry_app; print(registry_app.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=environment,
    )
    assert Path(where.stdout.strip()).is_relative_to(elsewhere)
    done = subprocess.run(
        [elsewhere / "bin" / "registry-app", "demo", str(tmp_path / "demo"), "--no-tui"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "demo" / "registry" / "registry.db").is_file()
    assert (tmp_path / "demo" / "registry" / "keyring.json").is_file()
    assert (tmp_path / "demo" / "dossier.pdf").read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE((tmp_path / "demo" / "passphrase.txt").stat().st_mode) == 0o600
