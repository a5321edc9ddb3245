"""What a dossier says is one JSON text that loses nothing, and each measurement has a file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from registry_app.ledger.canonical import parse_canonical
from registry_app.reporting.content import DossierContent, attachments, evidence_names, plain
from tests.reporting.conftest import Handed


@pytest.fixture
def content(handed: Handed) -> DossierContent:
    return handed.content


def with_kinds(content: DossierContent, kinds: Sequence[str]) -> DossierContent:
    """The same dossier with evidence of those kinds, oldest first."""
    first = content.evidence[0]
    return replace(content, evidence=tuple(replace(first, summary=replace(first.summary, kind=kind)) for kind in kinds))


@pytest.mark.parametrize(
    ("kinds", "names"),
    [
        ((), ()),
        (("load",), ("evidence-load.json",)),
        (("load", "drift"), ("evidence-load.json", "evidence-drift.json")),
        (("load", "drift", "load"), ("evidence-load-1.json", "evidence-drift.json", "evidence-load.json")),
        (("load",) * 3, ("evidence-load-1.json", "evidence-load-2.json", "evidence-load.json")),
    ],
)
def test_the_newest_of_a_kind_has_no_number_and_no_two_share_a_name(
    content: DossierContent, kinds: Sequence[str], names: tuple[str, ...]
) -> None:
    assert evidence_names(with_kinds(content, kinds)) == names
    assert len(set(names)) == len(kinds)


def test_evidence_that_is_gone_has_no_file_and_takes_no_other_ones_name(content: DossierContent) -> None:
    twice = with_kinds(content, ("load", "load"))
    hollow = replace(twice, evidence=(twice.evidence[0], replace(twice.evidence[1], result=None)))
    assert set(attachments(hollow)) == {"dossier.json", "evidence-load-1.json"}


def test_every_field_stands_in_the_json_under_its_own_name(content: DossierContent) -> None:
    said = parse_canonical(content.encode())
    assert set(said) == set(DossierContent.__slots__)
    assert said["form"] == "registry-app/dossier/v1"
    assert said["registry"]["size"] == content.registry.size
    assert [line["person"] for line in said["signatures"]] == [line.person for line in content.signatures]
    assert said["model"]["jurisdictions"] == list(content.model.jurisdictions)


def test_two_dossiers_that_differ_anywhere_are_two_texts(content: DossierContent) -> None:
    changed = [
        replace(content, issuer="x"),
        replace(content, cut=not content.cut),
        replace(content, signatures=content.signatures[::-1]),
        replace(content, state=replace(content.state, sentence="x")),
        replace(content, missing=()),
    ]
    assert len({content.encode(), *(each.encode() for each in changed)}) == 1 + len(changed)


@dataclass(frozen=True)
class Inner:
    name: str


def test_rows_become_objects_and_tuples_lists_and_all_else_stays() -> None:
    value = {"a": (Inner("x"), [Inner("y")]), 3: None, "flag": True, "n": 7}
    assert plain(value) == {"a": [{"name": "x"}, [{"name": "y"}]], "3": None, "flag": True, "n": 7}
