"""Is this dossier what was sealed, by whom, and is what it says what the ledger says? Offline, without the registry.

Eight separate answers. Whatever breaks while looking counts against the file: nothing here ends in a traceback.
"""

from __future__ import annotations

import io
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from registry_app.errors import Damaged, RegistryError, UsageError
from registry_app.ledger.checkpoint import ORIGIN, SignedCheckpoint, parse
from registry_app.ledger.entry import Entry, Head
from registry_app.ledger.finding import Finding
from registry_app.ledger.key_history import KeyHistory
from registry_app.ledger.meaning import Meaning
from registry_app.ledger.merkle import leaf_hash, tree_root
from registry_app.ledger.payload import matches
from registry_app.models.tables import VersionRow
from registry_app.reporting.actions import require_issuer
from registry_app.reporting.bundle import Bundle, decode
from registry_app.reporting.bundled import Replayed, replayed
from registry_app.reporting.comparison import compare, payloads_named
from registry_app.reporting.leaves import check_leaves
from registry_app.reporting.sealcheck import SealFacts, check_seal
from registry_app.text import counted
from registry_app.vault import digest

ANSWERS = {
    "seal": "The file is byte for byte as it was sealed, and no change is allowed.",
    "issuer": "The ledger gives the key that sealed it to the issuer, who could speak at the checkpoint.",
    "integrity": "Every leaf in it belongs under the root that the issuer signed.",
    "authenticity": "Every leaf in it is signed by the key its author held there.",
    "authority": "Every author was allowed to say it, at that place.",
    "evidence": "Everything disclosed is what its leaf names by a salted digest.",
    "content": "The pages and the attachments say what the ledger says.",
    "completeness": "The ledger extends the checkpoint you gave.",
}
"""The eight answers, and what each says when it holds."""

LARGEST = 256 << 20
"""Larger files are not read."""

MOST = 1_000
"""Findings listed for an answer."""

_MARKS = (b"%PDF-", b"endobj", b"startxref")
"""What is left of a PDF however it was damaged; a file without any of it never was one."""

_NAME = "Name the dossier's PDF file."


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers."""

    name: str
    """Which of :data:`ANSWERS`."""
    holds: bool | None
    """``None``: cannot tell."""
    sentence: str
    """What it means."""
    findings: tuple[Finding, ...]
    """Everything that was found, up to :data:`MOST`."""


@dataclass(frozen=True, slots=True)
class DossierVerification:
    """All answers about a dossier."""

    digest: str
    """SHA-256 of the file, hexadecimal: compare it with the ledger's ``dossier-issued``."""
    title: str
    """Model and version; empty when it could not be read."""
    state: str
    """Where the version stood, in words."""
    issuer: str
    """The issuer's name."""
    issued: str
    """The time the issuer claims."""
    registry: str
    """The registry's id: compare it with one you got elsewhere."""
    size: int
    root: str
    """Hexadecimal."""
    checkpoint: str
    """The signed head in it."""
    answers: tuple[Answer, ...]
    notices: tuple[str, ...]
    """What is worth knowing and no fault."""

    @property
    def ok(self) -> bool:
        """Whether no answer is no."""
        return all(answer.holds is not False for answer in self.answers)

    @property
    def first_bad(self) -> Finding | None:
        """The first finding, in the order of the answers."""
        return next((finding for answer in self.answers for finding in answer.findings), None)


@dataclass
class _Case:
    """What is known so far."""

    digest: str
    found: list[Finding] = field(default_factory=list)
    looked: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    seal: SealFacts | None = None
    bundle: Bundle | None = None
    head: Head | None = None
    title: str = ""
    state: str = ""
    issuer: str = ""
    issued: str = ""

    def say(self, answer: str, sentence: str, seq: int | None = None) -> None:
        self.found.append(Finding(answer, seq, sentence))


def verify_dossier(
    path: Path, meaning: Meaning, against: str | None = None, progress: Callable[[str, int, int], None] | None = None
) -> DossierVerification:
    """Check the dossier at ``path``.

    Args:
        meaning: the folds and rules of the house.
        against: the text of a checkpoint from elsewhere that the ledger in it must extend.

    Raises:
        UsageError: there is no such file, it cannot be read, or it is no PDF at all.
        Damaged: ``against`` is no checkpoint.
    """
    outside = None if against is None else parse(against)
    return verify_bytes(_read(path), meaning, outside, progress)


def verify_bytes(
    data: bytes,
    meaning: Meaning,
    against: SignedCheckpoint | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> DossierVerification:
    """Check the dossier in ``data``; see :func:`verify_dossier`."""
    tell = progress or (lambda *_: None)
    case = _Case(digest.sha256_hex(data))
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("seal", lambda: _seal(case, data)),
        ("integrity", lambda: _ledger(case, data)),
        ("content", lambda: _replayed(case, data, meaning)),
        ("completeness", lambda: _complete(case, against)),
    )
    for place, (name, step) in enumerate(steps):
        tell(name, place, len(steps))
        try:
            step()
        except RegistryError as error:
            case.looked.add(name)
            case.say(name, error.what)
        except Exception as error:  # noqa: BLE001 - a hostile file may break any library in any way
            case.looked.add(name)
            case.say(name, f"It cannot be read ({type(error).__name__}).")
        if any(finding.answer == "seal" for finding in case.found):
            break
    return _told(case)


def _seal(case: _Case, data: bytes) -> None:
    case.looked.add("seal")
    case.seal = check_seal(data)


def _ledger(case: _Case, data: bytes) -> None:
    """Bundle, checkpoint, leaves and the issuer's key."""
    seal = case.seal
    assert seal is not None  # the seal comes first
    case.looked.add("integrity")
    bundle = case.bundle = decode(_attached(data)["bundle.json"])
    signed = parse(bundle.checkpoint)
    case.head = Head(signed.checkpoint.size, signed.checkpoint.root)
    if signed.checkpoint.origin != ORIGIN + bundle.registry or signed.checkpoint.size != bundle.size:
        case.say("integrity", "The checkpoint is of another registry or another size than the bundle says.")
    history = KeyHistory()
    case.found += check_leaves(bundle, case.head, history)
    case.looked |= {"authenticity", "issuer"}
    if (seal.person, seal.registry) != (bundle.issuer, bundle.registry):
        case.say("issuer", "The seal names another issuer or another registry than the bundle.")
    if history(seal.person, digest.sha256_hex(seal.public_key), bundle.size) != seal.public_key:
        case.say("issuer", "The key that sealed the file is not one the ledger gives to the issuer at the checkpoint.")
    if not signed.verified_by(seal.person, seal.public_key):
        case.say("integrity", "The checkpoint is not signed by the issuer.")


def _replayed(case: _Case, data: bytes, meaning: Meaning) -> None:
    """Authority, evidence and content, from the registry that the leaves make."""
    bundle, head = case.bundle, case.head
    if bundle is None or head is None:
        return
    case.looked |= {"evidence", "authority", "content"}
    named = payloads_named(bundle)
    good: dict[str, bytes] = {}
    for name, kept in bundle.payloads.items():
        if name not in named:
            case.say("evidence", f"The content {name[:16]} is disclosed, but no leaf names it.")
        elif not matches(name, kept):
            case.say("evidence", f"The content {name[:16]} is not what leaf {named[name][0]} names.", named[name][0])
        else:
            good[name] = kept
    with replayed(bundle, good, head, meaning) as again:
        case.found += again.findings
        _issuer(case, bundle, again)
        content, findings, notices = compare(bundle, again, named, _attached(data), data)
        case.found += findings
        case.notices += notices
        if content is not None:
            case.title = f"{content['model']['card']['name']}:{content['version']['summary']['number']}"
            case.state = str(content["state"]["title"])
            case.issuer, case.issued = str(content["issuer"]), str(content["issued"])
            if case.seal is not None and case.seal.claimed is not None:
                claimed = case.seal.claimed.strftime("%Y-%m-%dT%H:%M:%S")
                if claimed != case.issued[:19]:
                    case.say("content", "The seal claims another time than the pages.")
    if again.untold:
        case.notices.append(
            f"{_leaves(len(again.untold))} about other versions could not be judged: what their rules read is not in the bundle."
        )
    if not bundle.whole:
        case.words["authority"] = (
            "As far as the leaves that are in it show, every author was allowed to say it; the ledger was not handed out whole."
        )


def _issuer(case: _Case, bundle: Bundle, again: Replayed) -> None:
    """Whether the issuer held a role that may issue."""
    at = Entry(-1, bundle.issuer, "", again.log.state()[2], again.log.state()[2])
    try:
        require_issuer(again.rows, at, again.rows.one(VersionRow, id=bundle.version))
    except RegistryError as error:
        case.say("issuer", f"The issuer may not issue this dossier: {error.what}")


def _complete(case: _Case, against: SignedCheckpoint | None) -> None:
    bundle, head = case.bundle, case.head
    if against is None or bundle is None or head is None:
        return
    seen = against.checkpoint
    if seen.origin != ORIGIN + bundle.registry:
        case.looked.add("completeness")
        case.say("completeness", "The checkpoint you gave is of another registry.")
    elif seen.size > head.size:
        case.words["completeness"] = (
            f"Cannot tell: the checkpoint you gave is newer ({_leaves(seen.size)}) than the one in the dossier ({head.size:,})."
        )
    elif seen.size == head.size or bundle.whole:
        case.looked.add("completeness")
        leaves = bundle.leaves[: seen.size]
        root = head.root if seen.size == head.size else tree_root(leaf_hash(leaf.envelope) for leaf in leaves)
        if root != seen.root:
            case.say(
                "completeness", f"It does not begin with the {_leaves(seen.size)} that the checkpoint you gave saw."
            )
    else:
        case.words["completeness"] = "Cannot tell: the ledger was not handed out whole, and the checkpoint is older."


def _leaves(number: int) -> str:
    return counted(number, "leaf", "leaves")


def _told(case: _Case) -> DossierVerification:
    answers = []
    for name, sentence in ANSWERS.items():
        mine = tuple(finding for finding in case.found if _answer(finding) == name)
        holds: bool | None = not mine if name in case.looked else None
        said = case.words.get(name, sentence)
        if mine:
            said = mine[0].sentence + (f" And {len(mine) - 1} more." if len(mine) > 1 else "")
        elif name == "completeness" and holds is None:
            said = case.words.get(
                name, "Cannot tell: compare the registry and the checkpoint with one you got elsewhere."
            )
        elif holds is None:
            said = "Not looked at, for what comes before does not hold."
        elif name in case.words:
            holds = None
        answers.append(Answer(name, holds, said, mine[:MOST]))
    bundle, head = case.bundle, case.head
    return DossierVerification(
        digest=case.digest,
        title=case.title,
        state=case.state,
        issuer=case.issuer,
        issued=case.issued,
        registry=bundle.registry if bundle else "",
        size=head.size if head else 0,
        root=head.root.hex() if head else "",
        checkpoint=bundle.checkpoint if bundle else "",
        answers=tuple(answers),
        notices=tuple(case.notices),
    )


def _answer(finding: Finding) -> str:
    return "integrity" if finding.answer == "projection" else finding.answer


def _attached(data: bytes) -> Mapping[str, bytes]:
    """The attachments by name."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = {str(name): bytes(pdf.attachments[name].get_file().read_bytes()) for name in pdf.attachments}
    if "bundle.json" not in found or "dossier.json" not in found:
        raise Damaged("The PDF carries no bundle.", "Name a dossier that registry-app issued.")
    return found


def _read(path: Path) -> bytes:
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"{path} is not a file.", _NAME)
        if found.st_size > LARGEST:
            raise UsageError(f"{path} is larger than any dossier.", _NAME)
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', 'that is no path')}.", _NAME) from error
    if not any(mark in data for mark in _MARKS):
        raise UsageError(f"{path} is no PDF.", _NAME)
    return data
