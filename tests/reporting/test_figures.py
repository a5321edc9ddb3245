"""The evidence on the pages: all six kinds in their order, the newest whole, each with what it needs to be made again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from registry_app.evidence.views import CaseLine, EvidenceDetail, RedoLine
from registry_app.measure.figure.part import ROWS
from registry_app.measure.result import Result
from registry_app.reporting.content import DossierContent
from registry_app.reporting.figures import KEPT, OLDER, ORDER, REDONE, Figure, figures_of, newest
from registry_app.reporting.html import render
from registry_app.reporting.pagetext import page_texts
from registry_app.reporting.pdf import violations, write_pdf
from registry_app.reporting.printed import absent
from tests.measure import six
from tests.reporting.conftest import Handed


@pytest.fixture
def content(handed: Handed) -> DossierContent:
    return handed.content


def with_results(content: DossierContent, *found: Result) -> DossierContent:
    """The same dossier about other evidence."""
    one = content.evidence[0]
    evidence = tuple(
        replace(one, summary=replace(one.summary, kind=each.kind, id=f"evidence-{place}"), result=each)
        for place, each in enumerate(found)
    )
    return replace(content, evidence=evidence)


def only(content: DossierContent, found: Result) -> Figure:
    (figure,) = figures_of(with_results(content, found))
    return figure


def titles(figure: Figure) -> list[str]:
    return [passage.part.title for passage in figure.passages]


def kinds(figures: Sequence[Figure]) -> list[str]:
    return [figure.detail.summary.kind for figure in figures]


def test_all_six_kinds_are_printed_in_the_order_in_which_they_are_read(content: DossierContent) -> None:
    figures = figures_of(with_results(content, *reversed(six.six())))
    assert kinds(figures) == list(ORDER)
    for figure in figures:
        assert figure.passages
        assert any(passage.charts or passage.pairs for passage in figure.passages)
        told = dict(figure.needed)
        assert str(figure.detail.result.data["digest"]) in told["Data"] if figure.detail.result else False
        assert {"Seed", "Libraries", "Platform", "Chosen"} <= told.keys()


def test_everything_of_all_six_kinds_stands_on_the_pages(content: DossierContent) -> None:
    whole = with_results(
        content, six.run(six.performance(), waived=True), *six.six()[1:], six.classes(26), six.numbers()
    )
    pdf = write_pdf(render(whole), {}, whole.issued)
    assert violations(pdf) == ()
    assert absent(whole, page_texts(pdf)) == ((), 0)


def test_tables_of_hundreds_and_thousands_are_cut_and_say_so(content: DossierContent) -> None:
    whole = with_results(content, six.groups(200), six.columns(2_000))
    page = render(whole)
    assert "and 140 more, in the attachment evidence-fairness.json" in page
    assert f"{2_000 - ROWS:,} more, in the attachment evidence-drift.json" in page
    assert page.count("<tr>") < 900


def test_the_newest_measurement_of_a_kind_comes_first_and_the_older_one_in_short(content: DossierContent) -> None:
    later = replace(six.performance(), seed=99)
    figures = figures_of(with_results(content, six.performance(), six.fairness(), later))
    assert [(figure.detail.summary.kind, figure.number) for figure in figures] == [
        ("performance", 3), ("performance", 1), ("fairness", 2),
    ]  # fmt: skip
    found = newest(figures, "performance")
    assert found is not None
    assert found.seed == 99
    assert len(figures[0].passages) > 1
    assert len(figures[1].passages) == 1
    assert figures[1].notes == (OLDER,)
    assert OLDER not in figures[0].notes


def test_a_waiver_stands_before_all_other_passages_even_of_an_older_measurement(content: DossierContent) -> None:
    waived = six.run(six.performance(), waived=True)
    first, second = figures_of(with_results(content, waived, waived))
    for figure in (first, second):
        part = figure.passages[0].part
        assert (part.outcome, part.tone) == ("run under a waiver, signed by Risk Person", "bad")
        assert "The build machine has no sandbox yet." in part.said[0]
    page = render(with_results(content, waived))
    assert page.index("run under a waiver, signed by Risk Person") < page.index("How well it predicts")


def test_an_explanation_is_laid_beside_the_one_before_it(content: DossierContent) -> None:
    figures = figures_of(with_results(content, six.explanation(12), six.explanation()))
    assert "What changed" in titles(figures[0])
    assert "What changed" not in titles(only(content, six.explanation()))


def test_shredded_evidence_keeps_its_number_and_its_file_and_shows_nothing(content: DossierContent) -> None:
    hollow: tuple[EvidenceDetail, ...] = tuple(replace(item, result=None) for item in content.evidence)
    figures = figures_of(replace(content, evidence=hollow))
    assert sorted(figure.number for figure in figures) == [1, 2, 3]
    assert {figure.attachment for figure in figures} == {
        "evidence-performance.json", "evidence-fairness.json", "evidence-explanation.json",
    }  # fmt: skip
    for figure in figures:
        assert (figure.passages, figure.needed) == ((), ())
    assert render(replace(content, evidence=hollow)).count("The content of this evidence was shredded") == 3


def test_who_measured_again_is_said_and_what_came_of_it(content: DossierContent) -> None:
    times = [
        RedoLine(f"r{place}", "Val Person", f"2026-11-2{place}T10:00:00.000000Z", 30 + place, outcome, differences)
        for place, (outcome, differences) in enumerate([("matches", 0), ("within tolerance", 0), ("differs", 3)])
    ]
    detail = replace(content.evidence[0], redone=tuple(times))
    (figure,) = figures_of(replace(content, evidence=(detail,)))
    assert figure.notes[0] == "Measured again by Val Person, 2026-11-20 10:00:00 UTC, leaf 30: matches."
    assert figure.notes[2].endswith("leaf 32: differs in 3 places.")
    many = replace(detail, redone=tuple(times * 4))
    (figure,) = figures_of(replace(content, evidence=(many,)))
    assert len(figure.notes) == REDONE + 1
    assert "7 times before" in figure.notes[-1]


def test_kept_rows_are_named_by_pseudonym_and_groups_put_together_are_said(content: DossierContent) -> None:
    cases = tuple(CaseLine(f"c{place}", f"case-{place}", "Val Person", "", 40) for place in range(KEPT + 2))
    detail = replace(content.evidence[0], cases=cases, below=10)
    (figure,) = figures_of(replace(content, evidence=(detail,)))
    assert figure.notes[0].startswith("Groups of fewer than 10 rows were put together")
    assert "case-0, case-1" in figure.notes[1]
    assert figure.notes[1].endswith("case-19 and 2 more.")
    page = render(replace(content, evidence=(detail,)))
    assert all(note.split(":")[0] in page for note in figure.notes)


def test_the_same_evidence_gives_the_same_pages(content: DossierContent) -> None:
    whole = with_results(content, *six.six())
    assert render(whole) == render(whole)
