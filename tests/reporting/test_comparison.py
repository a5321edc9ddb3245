"""What a dossier carries against what its own leaves say: the place of each difference is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache

import orjson
import pytest

from registry_app.house import MEANING
from registry_app.ledger.canonical import canonical
from registry_app.ledger.entry import Head
from registry_app.reporting import comparison
from registry_app.reporting.bundle import Bundle
from registry_app.reporting.bundled import replayed
from registry_app.reporting.comparison import compare, payloads_named
from registry_app.reporting.content import attachments
from registry_app.reporting.pagetext import page_texts
from registry_app.vault import clock
from tests.reporting.conftest import Handed

_pages = cache(page_texts)


@pytest.fixture(autouse=True)
def read_once(handed: Handed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages do not change here, and reading them takes long."""
    pages = _pages(handed.pdf)
    monkeypatch.setattr(comparison, "page_texts", lambda _: pages)


def compared(handed: Handed, files: Mapping[str, bytes], bundle: Bundle | None = None) -> tuple[list[str], list[str]]:
    """What differs, and what is worth knowing."""
    bundle = bundle or handed.enclosed
    head = Head(handed.content.registry.size, bytes.fromhex(handed.content.registry.root))
    with replayed(bundle, bundle.payloads, head, MEANING) as again:
        _, findings, notices = compare(bundle, again, payloads_named(bundle), files, handed.pdf)
    assert {finding.answer for finding in findings} <= {"content"}
    return [finding.sentence for finding in findings], notices


def files(handed: Handed) -> dict[str, bytes]:
    return {**attachments(handed.content), "bundle.json": b""}


def dossier(handed: Handed, *path: str | int, put: object) -> dict[str, bytes]:
    """The attachments with one place of dossier.json changed."""
    told = files(handed)
    said = orjson.loads(told["dossier.json"])
    place = said
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = put
    return told | {"dossier.json": canonical(said)}


def test_an_honest_dossier_differs_nowhere(handed: Handed) -> None:
    assert compared(handed, files(handed)) == ([], [])


@pytest.mark.parametrize(
    ("path", "put", "where"),
    [
        (("state", "title"), "Approved", "state.title"),
        (("signatures", 0, "person"), "Somebody Else", "signatures.0.person"),
        (("signatures", 0, "seq"), 3, "signatures.0.seq"),
        (("verdicts",), [], "verdicts"),
        (("version", "summary", "artifact"), "0" * 64, "version.summary.artifact"),
        (("model", "jurisdictions"), ["EU", "DE", "US"], "model.jurisdictions"),
        (("cut",), "no", "cut"),
        (("more",), 1, "more"),
    ],
    ids=lambda each: str(each)[:30],
)
def test_where_it_differs_is_said(handed: Handed, path: tuple[str | int, ...], put: object, where: str) -> None:
    sentences, _ = compared(handed, dossier(handed, *path, put=put))
    assert sentences == [f"The attachment dossier.json is not what the ledger says at {where}."]


def test_so_many_places_are_named_and_no_more(handed: Handed) -> None:
    lines = [
        {**orjson.loads(canonical(one)), "kinds": []}
        for one in orjson.loads(files(handed)["dossier.json"])["positions"]
    ]
    (sentence,), _ = compared(handed, dossier(handed, "positions", put=lines))
    assert sentence.count("positions.") == min(20, len(lines))


def test_an_attachment_that_is_missing_foreign_or_changed_is_named(handed: Handed) -> None:
    told = files(handed)
    evidence = "evidence-fairness.json"
    assert compared(handed, {name: told[name] for name in told if name != evidence})[0] == [
        f"The attachment {evidence} is missing."
    ]
    assert compared(handed, told | {"x" * 200: b"{}"})[0] == [
        f"The attachment {'x' * 80} is none that belongs to this dossier."
    ]
    result = orjson.loads(told[evidence])
    result["seed"] += 1
    changed = told | {evidence: orjson.dumps(result, option=orjson.OPT_SORT_KEYS)}
    assert compared(handed, changed)[0] == [f"The attachment {evidence} is not what the ledger says at seed."]


def test_a_dossier_older_than_the_ledger_in_it_is_found_and_one_of_the_same_instant_is_not(handed: Handed) -> None:
    last = handed.content.positions[-1].time
    assert handed.content.issued > last
    with replayed(handed.enclosed, handed.enclosed.payloads, Head(1, bytes(32)), MEANING) as again:
        reckoned = again.log.state()[2]
    before = clock.text(clock.parse(reckoned) - timedelta(microseconds=1))
    assert compared(handed, dossier(handed, "issued", put=before))[0] == [
        "It claims to be older than the ledger in it."
    ]
    same, _ = compared(handed, dossier(handed, "issued", put=reckoned))
    assert "It claims to be older than the ledger in it." not in same


def test_a_content_kept_back_is_told_of_and_what_it_said_is_missing(handed: Handed) -> None:
    named = payloads_named(handed.enclosed)
    (name,) = [name for name, (_, kind) in named.items() if kind == "comment-made"]
    fewer = replace(
        handed.enclosed, payloads={key: kept for key, kept in handed.enclosed.payloads.items() if key != name}
    )
    sentences, notices = compared(handed, files(handed), fewer)
    assert notices == ["Not in it, for it was shredded or kept back: 1 content of this version."]
    assert any("dossier.json" in sentence and "comments" in sentence for sentence in sentences)


def test_every_payload_a_leaf_names_is_known_with_its_leaf(handed: Handed) -> None:
    named = payloads_named(handed.enclosed)
    assert set(handed.enclosed.payloads) <= set(named)
    assert {kind for _, kind in named.values()} >= {
        "person-enrolled",
        "decision-made",
        "comment-made",
        "evidence-recorded",
    }
    broken = replace(
        handed.enclosed, leaves=(replace(handed.enclosed.leaves[0], envelope=b"x"), *handed.enclosed.leaves[1:])
    )
    assert {seq for seq, _ in payloads_named(broken).values()} == {seq for seq, _ in named.values()} - {0}
