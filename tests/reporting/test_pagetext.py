from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

from registry_app.reporting.html import render
from registry_app.reporting.letters import when
from registry_app.reporting.pagetext import page_texts, squeezed
from registry_app.reporting.pdf import write_pdf
from registry_app.reporting.printed import absent, printed
from tests.reporting.conftest import Handed


def test_names_times_meanings_and_figures_stand_on_the_pages(handed: Handed) -> None:
    pages = page_texts(handed.pdf)
    letters = "".join(pages)
    assert absent(handed.content, pages) == ((), 0)
    runs = list(printed(handed.content))
    assert len(runs) > 60
    for line in handed.content.signatures:
        assert squeezed(f"{line.person}{when(line.time)}{line.meaning}") in letters


def test_a_changed_run_is_missed(handed: Handed) -> None:
    pages = page_texts(handed.pdf)
    runs = [(what, squeezed(run)) for what, run in printed(handed.content)]
    for what, run in (runs[2], runs[7], runs[20], runs[-1]):
        assert what in absent(handed.content, [page.replace(run, "") for page in pages])[0]


def test_prose_that_goes_on_over_the_page_is_compared_to_its_end(handed: Handed) -> None:
    words = " ".join(f"sentence {place} says something else." for place in range(220))
    review = handed.content.reviews[0]
    decisions = tuple(replace(line, comment=words) for line in review.decisions)
    content = replace(handed.content, reviews=(replace(review, decisions=decisions),))
    assert len(words) > 7_000
    pages = page_texts(write_pdf(render(content), {}, content.issued))
    assert squeezed(words) not in "".join(pages)
    assert absent(content, pages) == ((), 0)
    for place in (0, 219):
        lying = [page.replace(f"sentence{place}says", f"sentence{place}denies") for page in pages]
        assert len(absent(content, lying)[0]) == 2


def test_another_reader_sees_the_same_letters(handed: Handed) -> None:
    assert shutil.which("pdftotext"), "There is no pdftotext. Run 'sh setup.sh test', which installs poppler-utils."
    told = subprocess.run(["pdftotext", "-raw", str(handed.issued.path), "-"], capture_output=True, check=True)
    ours, theirs = "".join(page_texts(handed.pdf)), squeezed(told.stdout.decode())
    assert sorted(theirs) == sorted(ours)
    for line in handed.content.signatures:
        for run in (line.person, when(line.time), line.meaning):
            assert squeezed(run) in theirs
