"""What an issuer with a program of their own could hand out: any page, any attachment, any bundle, any key."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pikepdf

from registry_app.ledger.checkpoint import Checkpoint
from registry_app.ledger.meaning import Reader, View
from registry_app.people.standing import public_key
from registry_app.reporting.bundle import WHOLE, Bundle, gather
from registry_app.reporting.certificate import make
from registry_app.reporting.content import DossierContent, attachments
from registry_app.reporting.dossier import Dossier
from registry_app.reporting.html import render
from registry_app.reporting.issue import BUNDLE
from registry_app.reporting.pdf import write_pdf
from registry_app.reporting.seal import seal
from tests.reporting.story import Desk
from tests.stage import Actor


class Prepared(View[tuple[DossierContent, Bundle, bytes]]):
    """Content, bundle and key from one snapshot."""

    def __init__(self, version: str, key: str, whole: int) -> None:
        self._version, self._key, self._whole = version, key, whole

    def ask(self, reader: Reader) -> tuple[DossierContent, Bundle, bytes]:
        content = Dossier(self._version).ask(reader)
        return content, gather(reader, content, whole=self._whole), public_key(reader.rows, self._key) or b""


def prepared(desk: Desk, version: str = "credit-scoring:1", whole: int = WHOLE) -> tuple[DossierContent, Bundle, bytes]:
    return desk.ask(Prepared(version, desk.signer.key_id, whole))


class Note:
    """A signer of checkpoints."""

    def __init__(self, actor: Actor) -> None:
        self.person, self.public_key, self.sign = actor.person, bytes.fromhex(actor.public), actor.sign


def signed_bundle(bundle: Bundle, content: DossierContent, actor: Actor) -> Bundle:
    head = Checkpoint.of(bundle.registry, bundle.size, bytes.fromhex(content.registry.root))
    return replace(bundle, checkpoint=head.sign([Note(actor)]))


def forged(
    desk: Desk,
    *,
    page: Callable[[str], str] = lambda html: html,
    files: Callable[[dict[str, bytes]], Mapping[str, bytes]] = lambda files: files,
    bundle: Callable[[Bundle], Bundle] = lambda bundle: bundle,
    key: Actor | None = None,
    person: str = "",
    version: str = "credit-scoring:1",
    whole: int = WHOLE,
) -> bytes:
    """A dossier that was sealed as it is.

    Args:
        key: whose key seals it and signs the checkpoint.
        person: whose id the certificate claims.
    """
    content, honest, _ = prepared(desk, version, whole)
    signer = key or desk.signer
    told = bundle(signed_bundle(honest, content, signer))
    plain = write_pdf(page(render(content)), files({**attachments(content), BUNDLE: told.encode()}), content.issued)
    return sealed(plain, signer, content, person)


def sealed(plain: bytes, signer: Actor, content: DossierContent, person: str = "") -> bytes:
    claimed = Actor(person or signer.person, signer.key)
    keys = make(claimed, bytes.fromhex(signer.public), content.registry.id, content.issuer, content.issued)
    return seal(plain, keys, content.issuer, content.issued, "forged")


_spec: Any = pikepdf.AttachedFileSpec


def with_file(pdf: bytes, name: str, content: bytes) -> bytes:
    """The PDF with one attachment swapped, written again."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.attachments[name] = _spec(opened, content, filename=name)
        opened.save(out)
    return out.getvalue()
