"""The seal on a PDF: PAdES B-B (ETSI EN 319 142-1) that certifies the file with no change allowed.

Made by pyHanko. The file stays PDF/A-3: a newline closes the unsigned file, and the version in its catalog is kept.
Without a time stamp authority the printed time is the signer's claim, and nothing here says otherwise.
"""

from __future__ import annotations

import asyncio
import io
from typing import Any

from registry_app.reporting.certificate import SealKeys
from registry_app.vault import clock

FIELD = "registry-app"
"""The name of the signature field."""

ROOM = 16_384
"""Hexadecimal digits kept free for the signature."""


def seal(pdf: bytes, keys: SealKeys, name: str, moment: str, reason: str) -> bytes:
    """``pdf`` with one invisible certification signature that covers the entire file.

    Args:
        name: the issuer's printed name.
        moment: the time claimed, as :func:`registry_app.vault.clock.text` writes it.
        reason: what the signature means.
    """
    from asn1crypto import keys as asn1keys
    from asn1crypto import x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    leaf, root = x509.Certificate.load(keys.leaf), x509.Certificate.load(keys.root)
    make_store: Any = SimpleCertificateStore
    store = make_store()
    store.register(root)
    signer = signers.SimpleSigner(
        signing_cert=leaf, signing_key=asn1keys.PrivateKeyInfo.load(keys.private), cert_registry=store, embed_roots=True
    )
    claimed = clock.parse(moment)

    class Dated(signers.PdfSigner):
        def init_signing_session(self, *given: Any, **named: Any) -> Any:
            session = super().init_signing_session(*given, **named)
            session.system_time = claimed
            return session

    writer: Any = IncrementalPdfFileWriter(io.BytesIO(pdf if pdf.endswith(b"\n") else pdf + b"\n"), strict=True)
    writer.ensure_output_version = lambda *_, **__: None  # a P-256 key would make it PDF 2.0, which PDF/A-3 is not
    writer._update_meta = lambda: None  # the page's own metadata stay as they are
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        name=name,
        reason=reason,
    )
    out = io.BytesIO()
    asyncio.run(Dated(metadata, signer=signer).async_sign_pdf(writer, bytes_reserved=ROOM, output=out))
    return out.getvalue()
