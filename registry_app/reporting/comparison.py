"""What the dossier says against what the replayed ledger says: attachments byte by byte, pages run by run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from registry_app.errors import RegistryError
from registry_app.ledger import envelope
from registry_app.ledger.canonical import parse, parse_canonical
from registry_app.ledger.finding import Finding
from registry_app.ledger.statement import read
from registry_app.reporting.bundle import Bundle
from registry_app.reporting.bundled import Replayed
from registry_app.reporting.content import DossierContent, attachments
from registry_app.reporting.dossier import Dossier
from registry_app.reporting.pagetext import page_texts
from registry_app.reporting.printed import absent
from registry_app.text import counted
from registry_app.vault import clock

_MOST = 20
"""Places where two documents differ that are listed."""


def compare(
    bundle: Bundle, again: Replayed, named: Mapping[str, tuple[int, str]], files: Mapping[str, bytes], pdf: bytes
) -> tuple[Mapping[str, Any] | None, list[Finding], list[str]]:
    """``dossier.json`` as read (or ``None``), what differs, and what is worth knowing.

    Args:
        named: what :func:`payloads_named` gives.
        files: the attachments by name.
        pdf: the file itself, whose pages are read.
    """
    said = parse_canonical(files["dossier.json"])
    issued = str(said["issued"])
    clock.parse(issued)
    if issued < again.log.state()[2]:
        return said, [Finding("content", None, "It claims to be older than the ledger in it.")], []
    content = Dossier(bundle.version).ask(again.reader(bundle.issuer, issued))
    found = list(_files(content, files))
    lacking, unread = absent(content, page_texts(pdf))
    found += [Finding("content", None, f"The pages do not say {what} as the ledger has it.") for what in lacking]
    notices = []
    if unread:
        notices.append(f"Compared in dossier.json alone, for it runs from right to left: {counted(unread, 'text')}.")
    kept_back = _kept_back(bundle, named, content)
    if kept_back:
        notices.append(f"Not in it, for it was shredded or kept back: {counted(kept_back, 'content')} of this version.")
    return said, found, notices


def payloads_named(bundle: Bundle) -> dict[str, tuple[int, str]]:
    """The salted digest of each payload that a leaf names, with the leaf's position and the kind of fact."""
    found = {}
    for leaf in bundle.leaves:
        try:
            said = read(envelope.decode(leaf.envelope).payload)
        except RegistryError:
            continue
        for each in said.facts:
            if each.payload:
                found[each.payload] = (leaf.seq, each.kind)
    return found


def _files(content: DossierContent, files: Mapping[str, bytes]) -> Iterator[Finding]:
    expected = attachments(content)
    for name in sorted(expected.keys() | (files.keys() - {"bundle.json"})):
        if name not in expected:
            yield Finding("content", None, f"The attachment {name[:80]} is none that belongs to this dossier.")
        elif name not in files:
            yield Finding("content", None, f"The attachment {name} is missing.")
        elif files[name] != expected[name]:
            places = list(_different(parse(expected[name]), parse(files[name]), ""))[:_MOST]
            where = f" at {', '.join(places)}" if places else ""
            yield Finding("content", None, f"The attachment {name} is not what the ledger says{where}.")


def _different(left: Any, right: Any, path: str) -> Iterator[str]:
    """Where two JSON values differ."""
    if type(left) is not type(right):
        yield path or "the top"
    elif isinstance(left, dict):
        for key in sorted(left.keys() | right.keys()):
            here = f"{path}.{key}".lstrip(".")
            if key not in left or key not in right:
                yield here
            else:
                yield from _different(left[key], right[key], here)
    elif isinstance(left, list):
        if len(left) != len(right):
            yield path
        else:
            for place, (one, other) in enumerate(zip(left, right, strict=True)):
                yield from _different(one, other, f"{path}.{place}")
    elif left != right:
        yield path


def _kept_back(bundle: Bundle, named: Mapping[str, tuple[int, str]], content: DossierContent) -> int:
    """How many contents named by the leaves about this version the bundle does not hold."""
    about = {line.seq for line in content.positions}
    ours = ("person-", "team-", "role-", "payload-", "waiver-revoked")
    return sum(
        seq in about and not kind.startswith(ours) and name not in bundle.payloads
        for name, (seq, kind) in named.items()
    )
