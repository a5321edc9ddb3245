from __future__ import annotations

import builtins
import io
import sys
from typing import Any

import pikepdf
import pytest

from registry_app.errors import UsageError
from registry_app.reporting.content import attachments
from registry_app.reporting.html import render
from registry_app.reporting.pdf import violations, write_pdf
from tests.reporting.conftest import Handed


def test_the_same_input_gives_the_same_bytes_and_passes_the_gate(handed: Handed) -> None:
    page, files = render(handed.content), attachments(handed.content)
    first = write_pdf(page, files, handed.content.issued)
    assert first == write_pdf(page, files, handed.content.issued)
    assert violations(first) == ()
    assert first != write_pdf(page, {**files, "more.json": b"{}"}, handed.content.issued)


def test_the_attachments_come_out_as_they_went_in(handed: Handed) -> None:
    with pikepdf.open(io.BytesIO(handed.pdf)) as pdf:
        found = {str(name): pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
        relations = {str(one.AFRelationship) for one in pdf.Root.AF}
        count = len(pdf.Root.AF)
    assert found.pop("bundle.json").startswith(b'{"checkpoint":"registry-app/')
    assert found == attachments(handed.content)
    assert relations == {"/Data"}
    assert count == len(found) + 1


def test_the_gate_finds_a_file_that_is_no_archive() -> None:
    plain = pikepdf.new()
    plain.add_blank_page()
    out = io.BytesIO()
    plain.save(out)
    assert violations(out.getvalue())


def test_a_page_reaches_nothing_outside_its_folder(handed: Handed, tmp_path: Any) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><text y="9">TOPSECRET</text></svg>'
    )
    from registry_app.reporting.pagetext import page_texts

    page = (
        '<html lang="en"><head><title>x</title><link rel="stylesheet" href="page.css"></head><body>'
        f'<img src="{secret.as_uri()}"><img src="http://127.0.0.1:9/x.png"><img src="../../pyproject.toml">'
        f'<object data="{secret.as_uri()}"></object><p>seen</p></body></html>'
    )
    assert page_texts(write_pdf(page, {}, handed.content.issued)) == ("seenModeldossier1/1",)


def test_a_missing_text_library_is_named_in_one_sentence(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    real = builtins.__import__

    def without(name: str, *given: Any, **more: Any) -> Any:
        if name == "weasyprint":
            print("a long banner")
            raise OSError("cannot load library 'libgobject-2.0-0'")
        return real(name, *given, **more)

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError) as caught:
        write_pdf("<p>x</p>", {}, "2026-11-21T10:00:00.000000Z")
    for word in ("libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0", "brew install pango", "MSYS2"):
        assert word in caught.value.todo
    assert capfd.readouterr() == ("", "")
