"""Issuing: gather, lay out, check, seal, write, and only then put it on record. A full disk leaves no half file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, TypeVar

from registry_app.errors import Damaged, UsageError
from registry_app.ledger.checkpoint import Checkpoint
from registry_app.ledger.meaning import Action, Reader, View
from registry_app.people.standing import public_key
from registry_app.reporting.actions import RecordDossier
from registry_app.reporting.bundle import WHOLE, Bundle, gather
from registry_app.reporting.certificate import Signer, make
from registry_app.reporting.content import DossierContent, attachments
from registry_app.reporting.dossier import Dossier
from registry_app.reporting.html import render
from registry_app.reporting.pdf import violations, write_pdf
from registry_app.reporting.seal import seal
from registry_app.reporting.views import MayIssue
from registry_app.vault import digest
from registry_app.vault.engine import from_os

T = TypeVar("T")

BUNDLE = "bundle.json"
"""The attachment that holds the bundle."""

STEPS = ("gather", "pages", "check", "seal", "write", "record")
"""What progress tells of, in order."""

Progress = Callable[[str, int, int], None]
"""Told which step begins, its number from 0, and of how many."""


class Desk(Protocol):
    """Where somebody works: a workspace, as far as issuing needs one."""

    @property
    def signer(self) -> Signer:
        """Who issues."""

    def ask(self, view: View[T], /) -> T:
        """The answer to a view."""

    def run(self, action: Action, /) -> Any:
        """Do an action; gives its receipt."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A dossier that was handed out."""

    path: Path
    """Where it lies."""
    digest: str
    """SHA-256 of the file, hexadecimal."""
    size: int
    """Its bytes."""
    pages: int
    content: DossierContent
    """What it says."""
    receipt: Any
    """The receipt of putting it on record."""


@dataclass(frozen=True, slots=True)
class _Prepared(View[tuple[DossierContent, Bundle, bytes]]):
    """Content, bundle and the issuer's public key, all from one snapshot."""

    version: str
    key: str
    whole: int

    def ask(self, reader: Reader) -> tuple[DossierContent, Bundle, bytes]:
        content = Dossier(self.version).ask(reader)
        own = public_key(reader.rows, self.key)
        if own is None:
            raise Damaged(
                "The ledger does not know the issuer's key.", "Run 'registry-app verify' to see what is intact."
            )
        return content, gather(reader, content, whole=self.whole), own


def issue(
    desk: Desk,
    version: str,
    out: Path,
    *,
    overwrite: bool = False,
    whole: int = WHOLE,
    progress: Progress | None = None,
) -> Issued:
    """Make, seal, write and record a dossier about ``version`` (``model:3``).

    Args:
        out: the PDF file; its folder exists.
        overwrite: whether a file may be there already.
        whole: up to how many leaves the ledger is handed out whole.

    Raises:
        UsageError: no such version, Pango is missing, or ``out`` cannot be used.
        Refused: the person may not issue it.
        StorageError: the file could not be written; nothing was recorded and nothing half written stays.
    """
    tell = progress or (lambda *_: None)
    _require_place(out, overwrite)
    tell("gather", 0, len(STEPS))
    desk.ask(MayIssue(version))
    content, bundle, own = desk.ask(_Prepared(version, desk.signer.key_id, whole))
    bundle = replace(bundle, checkpoint=_checkpoint(desk.signer, own, content))
    tell("pages", 1, len(STEPS))
    plain = write_pdf(render(content), {**attachments(content), BUNDLE: bundle.encode()}, content.issued)
    tell("check", 2, len(STEPS))
    require_archive(plain, signed=False)
    tell("seal", 3, len(STEPS))
    reason = f"Issued: dossier of {content.model.card.name[:200]}, version {content.version.summary.number}"
    keys = make(desk.signer, own, content.registry.id, content.issuer, content.issued)
    sealed = seal(plain, keys, content.issuer, content.issued, reason)
    require_archive(sealed, signed=True)
    tell("write", 4, len(STEPS))
    _write(out, sealed)
    tell("record", 5, len(STEPS))
    named = digest.sha256_hex(sealed)
    try:
        receipt = desk.run(
            RecordDossier(
                version=content.version.summary.id,
                review=content.reviews[0].summary.id if content.reviews else "",
                digest=named,
                size=content.registry.size,
                certificate=digest.sha256_hex(keys.leaf),
            )
        )
    except BaseException:
        with contextlib.suppress(OSError):
            out.unlink()
        raise
    return Issued(out, named, len(sealed), _pages(plain), content, receipt)


def require_archive(pdf: bytes, *, signed: bool) -> None:
    """Refuse a file that breaks PDF/A-3.

    Raises:
        Damaged: it does; a bug of ours, or of a library that changed.
    """
    broken = violations(pdf, signed=signed)
    if broken:
        raise Damaged(f"The dossier would not be PDF/A-3: {broken[0][:200]}.", "Report this; nothing was written.")


def _checkpoint(signer: Signer, own: bytes, content: DossierContent) -> str:
    head = Checkpoint.of(content.registry.id, content.registry.size, bytes.fromhex(content.registry.root))
    return head.sign([_NoteSigner(signer, own)])


@dataclass(frozen=True, slots=True)
class _NoteSigner:
    """A signer with the public key that the ledger knows."""

    signer: Signer
    public_key: bytes

    @property
    def person(self) -> str:
        return self.signer.person

    def sign(self, message: bytes, /) -> bytes:
        return self.signer.sign(message)


def _require_place(out: Path, overwrite: bool) -> None:
    if not out.parent.is_dir():
        raise UsageError(f"There is no folder {out.parent}.", "Make it first, or name another file.")
    if out.is_dir() or (not overwrite and os.path.lexists(out)):
        raise UsageError(f"{out} is there already.", "Name another file, or let it be overwritten (--overwrite).")


def _write(out: Path, content: bytes) -> None:
    """``content`` at ``out``, durably, whole or not at all."""
    temporary = out.with_name(f".{out.name[:180]}.{os.getpid()}.part")
    try:
        file = os.open(
            temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0), 0o600
        )
        with os.fdopen(file, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, out)
        _sync_folder(out.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise from_os(error) from error


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # not every system opens folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _pages(pdf: bytes) -> int:
    import io

    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)
