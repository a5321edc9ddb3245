"""Whatever a reader relies on must stand on the pages; what runs from right to left is counted, not guessed at."""

from __future__ import annotations

from dataclasses import replace

import pytest

from registry_app.reporting.content import DossierContent
from registry_app.reporting.pagetext import squeezed
from registry_app.reporting.printed import absent, printed
from tests.reporting.conftest import Handed


@pytest.fixture
def content(handed: Handed) -> DossierContent:
    return handed.content


def page(content: DossierContent) -> str:
    """A page that says all of it, one run after the other."""
    return "\u00a7".join(squeezed(run) for _, run in printed(content))


def test_every_run_is_called_by_a_name_and_says_something(content: DossierContent) -> None:
    runs = list(printed(content))
    assert all(what and what[0].islower() for what, _ in runs)
    assert absent(content, [page(content)]) == ((), 0)
    lacking, unread = absent(content, [])
    assert unread == 0
    assert set(lacking) == {what for what, run in runs if run}


def test_whatever_is_altered_on_the_page_is_named(content: DossierContent) -> None:
    """Each by itself: the names, times, meanings, digests, outcomes and words that a decision rests on."""
    first = content.signatures[0]
    line = content.verdicts[0]
    for was, what in (
        (first.person, f"the decision at leaf {first.seq} (name, time, meaning)"),
        (first.subject, f"the decision at leaf {first.seq} (what was signed)"),
        (content.version.summary.artifact, "the artifact's digest"),
        (content.registry.root, "the ledger's root"),
        (content.registry.id, "the registry"),
        (content.state.title, "the state"),
        (line.title, f"the verdict of {line.control}"),
        (content.missing[0].what, f"what is missing: {content.missing[0].what}"),
        (content.reviews[0].comments[0].text, f"the comment at leaf {content.reviews[0].comments[0].seq}"),
        (
            content.reviews[0].decisions[1].conditions,
            f"the words of the decision at leaf {content.reviews[0].decisions[1].seq}",
        ),
    ):
        lying = page(content).replace(squeezed(was), "")
        assert what in absent(content, [lying])[0], what


def test_another_number_in_a_figure_is_found(content: DossierContent) -> None:
    runs = dict(printed(content))
    name = next(what for what in runs if what.startswith("the figures of ") and any(c.isdigit() for c in runs[what]))
    run = squeezed(runs[name])
    digit = next(c for c in run if c.isdigit())
    lying = page(content).replace(run, run.replace(digit, "7" if digit != "7" else "8"))
    assert name in absent(content, [lying])[0]


def test_a_run_may_go_on_over_the_edge_of_a_page(content: DossierContent) -> None:
    whole = page(content)
    assert absent(content, [whole[:1000], whole[1000:]]) == ((), 0)


def test_what_runs_from_right_to_left_is_counted_and_not_missed(content: DossierContent) -> None:
    review = content.reviews[0]
    comments = (replace(review.comments[0], text="שלום עולם"), *review.comments[1:])
    said = replace(content, reviews=(replace(review, comments=comments), *content.reviews[1:]))
    lacking, unread = absent(said, [page(content)])
    assert (lacking, unread) == ((), 1)


def test_what_is_missing_twice_is_named_once(content: DossierContent) -> None:
    lacking, _ = absent(content, [])
    assert len(lacking) == len(set(lacking))
