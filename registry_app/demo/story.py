"""Play the whole story into a folder, verify it, and say what was done and how to go on."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry_app.demo.inventory import MODELS
from registry_app.demo.people import PEOPLE, Cast, Progress, passphrase
from registry_app.demo.scenes import Evidence, approved, gate_closed, measure, sent_back, waiting
from registry_app.demo.train import RECIPES, Trained, one_thread, train
from registry_app.errors import UsageError
from registry_app.evidence.views import EvidenceOf
from registry_app.house import MEANING
from registry_app.vault.engine import from_os
from registry_app.vault.folder import keep_private
from registry_app.verification import Verification, verify

UNFINISHED = ".unfinished"
"""Everything is made in here and moved up at the end."""

HANDED_OUT = "credit-risk:1"
"""The version the dossier is about."""

TO_REDO = "credit-risk:2"
"""The version whose evidence nobody has measured again yet."""


@dataclass(frozen=True, slots=True)
class Played:
    """What the demonstration left."""

    registry: Path
    """The registry's folder."""
    dossier: Path | None
    """The sealed PDF about :data:`HANDED_OUT`; ``None`` when it was not asked for or could not be drawn here."""
    passphrase: Path
    """The file with everybody's passphrase, mode 0600."""
    lines: tuple[str, ...]
    """What it did, and how to go on."""
    verification: Verification
    """The six answers, as the auditor got them."""

    def __str__(self) -> str:
        return "\n".join(self.lines)


def play(folder: Path, progress: Progress | None = None, pdf: bool = True) -> Played:
    """Play the story of four versions into the new or empty ``folder``.

    Args:
        progress: told what is being done, how far it is, and of how many (0: not known).
        pdf: whether the dossier is issued.

    Raises:
        UsageError: the folder is not empty or its parent is missing; nothing was written.
        StorageError: it cannot be written there; nothing is left.
    """
    tell = progress or (lambda *_: None)
    keep_private()
    try:
        with _place(folder) as place:
            secret = passphrase()
            _write_private(place / "passphrase.txt", secret + "\n")
            trained, measured = _prepared(place, tell)
            with Cast.gather(place / "registry", secret, tell) as cast:
                lines = list(_tell(cast, trained, measured, tell))
                dossier, said = _hand_out(cast, place / "dossier.pdf", tell) if pdf else (False, ())
                verification = verify(cast.desk("auditor"), progress=tell)
                evidence = cast.ask("auditor", EvidenceOf(TO_REDO))[0].summary.id if trained else ""
    except OSError as error:
        raise from_os(error) from error
    return Played(
        registry=folder / "registry",
        dossier=folder / "dossier.pdf" if dossier else None,
        passphrase=folder / "passphrase.txt",
        lines=(*lines, *said, *_verified(verification), *_onward(folder, dossier, evidence)),
        verification=verification,
    )


def _prepared(place: Path, tell: Progress) -> tuple[tuple[Trained, ...], tuple[Evidence, ...]]:
    """Everything that scikit-learn does: the trained versions, and what was measured of each."""
    for name in ("artifacts", "data"):
        (place / name).mkdir()
    with one_thread():
        trained = _train(place, tell)
        return trained, _measure(trained, tell)


def _train(place: Path, tell: Progress) -> tuple[Trained, ...]:
    tell("training", 0, len(RECIPES))
    trained = []
    for each in train(place / "artifacts", place / "data"):
        trained.append(each)
        tell("training", len(trained), len(RECIPES))
    return tuple(trained)


def _measure(trained: tuple[Trained, ...], tell: Progress) -> tuple[Evidence, ...]:
    total, done = 3 * len(trained), 0

    def count(_kind: str) -> None:
        nonlocal done
        done += 1
        tell("measuring", done, total)

    tell("measuring", 0, total)
    return tuple(measure(each, count) for each in trained)


def _tell(cast: Cast, trained: tuple[Trained, ...], measured: tuple[Evidence, ...], tell: Progress) -> Iterator[str]:
    """The four versions, and a line about each."""
    for model in MODELS:
        cast.run("developer", model)
    total = len(trained)
    tell("reviews", 0, total)
    yield approved(cast, trained[0], measured[0])
    tell("reviews", 1, total)
    yield waiting(cast, trained[1], measured[1], measured[0])
    tell("reviews", 2, total)
    yield sent_back(cast, trained[2], measured[2])
    tell("reviews", 3, total)
    yield gate_closed(cast, trained[3], measured[3], measured[2])
    tell("reviews", 4, total)


def _hand_out(cast: Cast, file: Path, tell: Progress) -> tuple[bool, tuple[str, ...]]:
    """Issue the dossier as the auditor and verify it as a stranger would; whether there is one, and what to say about it."""
    from registry_app.reporting.issue import STEPS, issue
    from registry_app.reporting.verify import verify_dossier

    try:
        issued = issue(cast.desk("auditor"), HANDED_OUT, file, progress=_named("dossier", tell))
    except UsageError as error:  # the only one left is a missing Pango, and everything else works without it
        return False, (f"No dossier was issued: {error.what} {error.todo}",)
    tell("dossier", len(STEPS), len(STEPS))
    tell("dossier verified", 0, 1)
    found = verify_dossier(file, MEANING)
    tell("dossier verified", 1, 1)
    said = f"Dossier of {HANDED_OUT} issued by the auditor: {issued.pages} pages, sealed, with its evidence attached."
    return True, (said, _answered("Verified from the PDF alone", found.answers))


def _named(name: str, tell: Progress) -> Progress:
    """``tell`` with one name for all steps of what tells it."""
    return lambda _step, done, total: tell(name, done, total)


def _answered(how: str, answers: Sequence[Any]) -> str:
    """How many answers hold, and which do not."""
    holding = [answer.name for answer in answers if answer.holds]
    others = "".join(f" {answer.name}: {answer.sentence}" for answer in answers if not answer.holds)
    return f"{how}: {len(holding)} of {len(answers)} answers hold ({', '.join(holding)}).{others}"


def _verified(verification: Verification) -> tuple[str, ...]:
    how = f"Verified by the auditor over {verification.size} signed statements"
    return (_answered(how, verification.answers), *verification.notices)


def _onward(folder: Path, dossier: bool, evidence: str) -> Iterator[str]:
    start = f"  registry-app -r {shlex.quote(str(folder / 'registry'))} --as"
    secret = f"--passphrase-file {shlex.quote(str(folder / 'passphrase.txt'))}"
    handles = ", ".join(person.handle for person in PEOPLE)
    yield ""
    yield f"All five ({handles}) have the passphrase in {folder / 'passphrase.txt'}. Go on with:"
    yield f"{start} validator {secret}  # the screen"
    yield f"{start} validator {secret} review list  # what waits for the validator"
    yield f"{start} risk-officer {secret} review show credit-risk:2"
    yield f"{start} risk-officer {secret} review approve credit-risk:2  # the second signature"
    data = shlex.quote(str(folder / "data" / f"{TO_REDO.replace(':', '-')}-held-out.csv"))
    yield f"{start} validator {secret} evidence redo {evidence} --data {data}  # measures {TO_REDO} again"
    yield f"{start} auditor {secret} verify"
    if dossier:
        yield f"  registry-app verify {shlex.quote(str(folder / 'dossier.pdf'))}  # needs no registry"


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    """A folder to work in, whose content stands in ``folder`` at the end; nothing of it is left when something fails."""
    if not folder.is_dir() and (folder.exists() or folder.is_symlink()):
        raise UsageError(f"{folder} is not a folder.", "Name a new or empty folder.")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"The folder {folder} is not empty.", "Name a new or empty folder.")
    if not folder.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {folder.absolute().parent}.", "Make it first, or name another folder.")
    made = not folder.is_dir()
    place = folder.absolute() / UNFINISHED
    place.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        place.mkdir(mode=0o700)
        yield place
        for each in sorted(place.iterdir()):
            each.rename(place.parent / each.name)
        place.rmdir()
    except BaseException:
        _clear(place.parent)
        if made:
            place.parent.rmdir()
        raise


def _clear(folder: Path) -> None:
    """Remove what is in ``folder``, which was empty before."""
    for each in folder.iterdir():
        shutil.rmtree(each) if each.is_dir() and not each.is_symlink() else each.unlink()


def _write_private(file: Path, text: str) -> None:
    with open(
        os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w", encoding="utf-8"
    ) as stream:
        stream.write(text)
