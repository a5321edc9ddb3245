"""What comes with the program is found; what does not is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_app import shipped
from registry_app.errors import UsageError
from tests.house.places import ROOT


@pytest.mark.parametrize("name", ["policies", "reports"])
def test_a_checkout_uses_its_own_folders(name: str) -> None:
    assert shipped.shipped(name) == ROOT / name  # type: ignore[arg-type]


def test_an_installed_package_uses_what_it_carries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "registry_app"
    (package / "_data" / "policies").mkdir(parents=True)
    (tmp_path / "policies").mkdir()
    monkeypatch.setattr(shipped, "_PACKAGE", package)
    assert shipped.shipped("policies") == package / "_data" / "policies"


def test_a_torn_installation_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped, "_PACKAGE", tmp_path / "registry_app")
    with pytest.raises(UsageError, match="'reports' is missing"):
        shipped.shipped("reports")


def test_the_demonstration_s_data_is_there_and_other_names_are_not() -> None:
    for name in ("german_credit.csv.gz", "adult.csv.gz", "german_credit_codes.json"):
        assert shipped.dataset(name).stat().st_size > 1000
    with pytest.raises(UsageError, match=r"'nothing\.csv' is missing"):
        shipped.dataset("nothing.csv")
