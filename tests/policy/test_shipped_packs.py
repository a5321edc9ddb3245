"""Every shipped pack loads, and every one of its examples comes out as its file says."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from registry_app.errors import UsageError
from registry_app.policy.cases import Case, load_case
from registry_app.policy.judge import encode_verdicts
from registry_app.policy.pack import Pack, shipped_pack, shipped_packs
from registry_app.shipped import shipped

CASES = sorted(shipped("policies").glob("*/cases/*.yaml"))


def read_case(path: Path) -> Case:
    return load_case(path.read_bytes(), path.name, lambda name: (path.parent / name).read_bytes())


def cases_of(pack: Pack) -> list[Case]:
    return [read_case(path) for path in CASES if path.parents[1].name == pack.id]


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parents[1].name}/{path.stem}")
def test_a_case_comes_out_as_it_says(path: Path) -> None:
    pack = shipped_pack(path.parents[1].name)
    case = read_case(path)
    assert {verdict.control: verdict.outcome for verdict in case.verdicts(pack)} == case.expect
    assert encode_verdicts(case.verdicts(pack)) == encode_verdicts(case.verdicts(shipped_pack(pack.id)))


def test_there_is_a_shipped_pack_and_it_bears_its_folder_s_name() -> None:
    assert "credit-model-risk" in shipped_packs()
    assert [shipped_pack(name).id for name in shipped_packs()] == list(shipped_packs())


@pytest.mark.parametrize("name", shipped_packs())
def test_each_control_has_cases_that_meet_it_and_that_do_not(name: str) -> None:
    pack = shipped_pack(name)
    seen: dict[str, set[str]] = defaultdict(set)
    for case in cases_of(pack):
        for ref, outcome in case.expect.items():
            seen[ref].add(outcome)
    assert all({"met", "not_met"} <= seen[control.ref] for control in pack.controls)
    assert all("insufficient_evidence" in seen[control.ref] for control in pack.controls if control.needs)


@pytest.mark.parametrize("name", shipped_packs())
def test_a_met_verdict_always_says_what_was_observed(name: str) -> None:
    pack = shipped_pack(name)
    for case in cases_of(pack):
        for verdict in case.verdicts(pack):
            assert verdict.observed or verdict.outcome == "insufficient_evidence", (case.name, verdict)
            assert verdict.reason.endswith(".")
            assert verdict.citations


@pytest.mark.parametrize("name", shipped_packs())
def test_no_shipped_word_promises_that_a_law_is_complied_with(name: str) -> None:
    for path in (shipped("policies") / name).rglob("*"):
        if path.is_file():
            assert "complian" not in path.read_text("utf-8").lower(), path


def test_a_pack_that_is_not_shipped_is_named() -> None:
    with pytest.raises(UsageError, match="'\\.\\./x\\\\x1b'") as caught:
        shipped_pack("../x\x1b")
    assert "credit-model-risk" in caught.value.todo
