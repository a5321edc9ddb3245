from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from registry_app.measure.result import Result
from registry_app.models.shapes import Card
from registry_app.reporting.content import DossierContent
from registry_app.reporting.html import folder, render
from registry_app.reporting.letters import shown
from registry_app.reporting.pagetext import page_texts, squeezed
from registry_app.reporting.pdf import violations, write_pdf
from registry_app.reporting.printed import absent
from tests.reporting.conftest import Handed

HOSTILE = (
    "<script>alert(1)</script>",
    "</svg></style><img src=file:///etc/passwd>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;\"'`",
    "name\x1b[31m\x00\x07\u202egnp.exe",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 hello",
    "\u4e2d\u6587 \U0001f600 \u2713 \u2265",
    "x" * 4_000,
    "word " * 800,
    "e\u0301\u0301\u0301" * 40,
)


def hostile(content: DossierContent, text: str) -> DossierContent:
    """The content with ``text`` wherever people type."""
    card = Card(text, text, text, text, text)
    reviews = tuple(
        replace(
            review,
            note=text,
            decisions=tuple(replace(line, person=text, comment=text, conditions=text) for line in review.decisions),
            comments=tuple(replace(line, person=text, text=text) for line in review.comments),
        )
        for review in content.reviews
    )
    return replace(
        content,
        issuer=text,
        registry=replace(content.registry, name=text),
        model=replace(content.model, card=card, team=text, lead=text, domain=text[:60]),
        version=replace(
            content.version,
            note=text,
            parameters=((text, text),),
            summary=replace(content.version.summary, author=text),
            data=tuple(replace(use, name=text, sensitive=(text,)) for use in content.version.data),
        ),
        nodes=tuple(replace(node, label=text) for node in content.nodes),
        reviews=reviews,
        signatures=tuple(replace(line, person=text) for line in content.signatures),
        evidence=tuple(replace(item, result=_renamed(item.result, text)) for item in content.evidence),
    )


def _renamed(result: Result | None, text: str) -> Result | None:
    """The result with ``text`` as the name of a group and a feature."""

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: text if key == "feature" else renamed(item) for key, item in value.items()}
        if isinstance(value, list):
            return [renamed(item) for item in value]
        return text if value == "female" else value

    return replace(result, result=renamed(result.result)) if result else None


def test_what_people_type_is_never_markup(handed: Handed) -> None:
    plain = _tags(render(handed.content))
    for text in HOSTILE:
        html = render(hostile(handed.content, text))
        assert _tags(html) <= plain | {"br"}
        assert "<script" not in html
        assert shown(text).count("{{") * 3 <= html.count("{{")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", html)


def _tags(html: str) -> set[str]:
    return set(re.findall(r"<([a-zA-Z][a-zA-Z0-9]*)", html))


def test_hostile_names_come_out_on_paper_harmlessly(handed: Handed) -> None:
    for text in HOSTILE:
        content = hostile(handed.content, text)
        pdf = write_pdf(render(content), {}, content.issued)
        assert violations(pdf) == ()
        pages = page_texts(pdf)
        letters = "".join(pages)
        assert "\ufffd" not in letters
        lacking, unread = absent(content, pages)
        assert lacking == ()
        assert (unread > 0) == any("\u0590" < letter < "\u0700" for letter in text)
        if len(text) < 100 and not unread:
            assert squeezed(shown(text)) in letters


def test_letters_without_a_glyph_are_written_out() -> None:
    assert shown("中 ✓ é Ω") == "[U+4E2D] ✓ é Ω"
    assert shown("a\u202eb\x1b") == "a\\u202eb\\u001b"


def test_no_page_says_compliant(handed: Handed) -> None:
    page = render(handed.content).lower()
    template = (folder() / "dossier" / "page.html").read_text("utf-8").lower()
    assert "complian" not in page + template
    assert "comply" not in page + template
    assert "complies" not in page + template


def test_tables_have_a_fixed_layout_and_nothing_lies_in_a_grid() -> None:
    css = (folder() / "dossier" / "page.css").read_text("utf-8")
    assert "table-layout: fixed" in css
    assert not re.search(r"display:\s*(grid|flex|inline-flex)|table-layout:\s*auto|https?:", css)
    assert set(re.findall(r"url\(([^)]*)\)", css)) <= {
        f"../fonts/{file.name}" for file in (folder() / "fonts").iterdir()
    }
    assert "<script" not in (folder() / "dossier" / "page.html").read_text("utf-8")
