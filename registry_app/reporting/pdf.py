"""From a page to an archive file: PDF/A-3a with its attachments, the same bytes for the same input, checked before use."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Mapping
from typing import Any

from registry_app.errors import UsageError
from registry_app.reporting.html import folder
from registry_app.vault import clock, digest

VARIANT = "pdf/a-3a"
"""Archive, tagged, with attachments (ISO 19005-3, level A)."""

_LEVEL_RULE = "6.6.4-3"
"""pikepdf knows level B alone, and this rule asks for its letter; everything else must pass."""


def write_pdf(html: str, files: Mapping[str, bytes], moment: str) -> bytes:
    """The PDF of the page ``html`` with ``files`` attached by name.

    Args:
        moment: the only time that stands in the file, as :func:`registry_app.vault.clock.text` writes it.

    Raises:
        UsageError: the text library that lays out pages is missing on this machine.
    """
    weasyprint = _weasyprint()
    claimed = clock.parse(moment).replace(microsecond=0)
    attached = [
        weasyprint.Attachment(string=content, name=name, created=claimed, modified=claimed, relationship="Data")
        for name, content in files.items()
    ]
    names = "".join(f"{name}\0{digest.sha256_hex(content)}\0" for name, content in files.items())
    identifier = digest.sha256(html.encode() + names.encode())[:16]
    page = weasyprint.HTML(
        string=html, base_url=str(folder() / "dossier") + "/", media_type="print", url_fetcher=_fetcher(weasyprint)
    )
    with warnings.catch_warnings():  # WeasyPrint leaves its colour profile open for the collector
        warnings.simplefilter("ignore", ResourceWarning)
        raw = page.write_pdf(pdf_variant=VARIANT, attachments=attached, pdf_identifier=identifier)
    return _cleaned(raw)


def violations(pdf: bytes, *, signed: bool = False) -> tuple[str, ...]:
    """Which rules of PDF/A-3 the file breaks, as pikepdf's allow-list judges it.

    Args:
        signed: forms and signatures are beyond what pikepdf judges; then only plain violations count.
    """
    import tempfile
    from pathlib import Path

    import pikepdf.pdfa

    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "dossier.pdf"
        file.write_bytes(pdf)
        report = pikepdf.pdfa.validate_written(file, "3b")
    found = []
    for finding in report.findings:
        kind = str(getattr(finding.kind, "value", finding.kind)).lower()
        if _LEVEL_RULE in str(finding) or (signed and "violation" not in kind):
            continue
        found.append(str(finding))
    return tuple(found)


def _weasyprint() -> Any:
    """WeasyPrint; what it prints when a library is missing is kept quiet."""
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            import weasyprint
    except (OSError, ImportError) as error:
        raise UsageError(
            "A PDF needs the text library Pango, which is missing on this machine.",
            "Install it: on Debian or Ubuntu 'apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0', on macOS "
            "'brew install pango', on Windows MSYS2's mingw-w64-x86_64-pango or the GTK runtime; everything else works "
            "without it.",
        ) from error
    return weasyprint


def _fetcher(weasyprint: Any) -> Any:
    """Reads the template's own stylesheet and fonts, and refuses everything else: no page reaches out."""
    own = folder().resolve()

    class Own(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            from pathlib import Path
            from urllib.parse import unquote, urlsplit

            parts = urlsplit(url)
            file = Path(unquote(parts.path)).resolve()
            if parts.scheme != "file" or parts.netloc or own not in file.parents:
                raise ValueError(f"{url[:80]} is outside the report's folder")
            return super().fetch(url, headers)

    return Own(allowed_protocols=("file",), allow_redirects=False)


def _cleaned(raw: bytes) -> bytes:
    """The file without what PDF/A has no use for: empty resources, and attachments that are listed twice."""
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        for one in pdf.objects:
            if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
                for key in ("/Pattern", "/Shading", "/XObject", "/ColorSpace", "/ExtGState"):
                    if key in one and isinstance(one[key], pikepdf.Dictionary) and len(one[key]) == 0:
                        del one[key]
        if "/AF" in pdf.Root:
            seen: dict[tuple[int, int], Any] = {}
            for attached in pdf.Root.AF:
                seen.setdefault(attached.objgen, attached)
            pdf.Root.AF = pikepdf.Array(list(seen.values()))
        pdf.save(out, deterministic_id=True)
    return out.getvalue()
