"""The head outside: what this machine has seen of a ledger, so that nobody can show it an older or another one.

SQLCipher does not see a lost WAL, a page put back, or a whole old file (each opens clean). So after each commit the head,
signed by whoever acted, is kept where the place says (beside the database's file, in the user's own state folder), and
compared at every opening.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from registry_app.errors import Damaged, IntegrityError, RolledBack
from registry_app.ledger.checkpoint import ORIGIN, Checkpoint, SignedCheckpoint, parse
from registry_app.ledger.entry import Head
from registry_app.ledger.log import Log
from registry_app.ledger.saying import Signer
from registry_app.text import counted
from registry_app.vault.head import HeadFile


@dataclass(frozen=True, slots=True)
class Seen:
    """How far the heads outside reach."""

    size: int
    """The size of the newest head kept outside; 0 when none was."""
    places: int
    """How many files held one."""

    @property
    def anchored(self) -> bool:
        """Whether anything was there to compare with."""
        return self.places > 0


class Anchor:
    """The heads kept outside one registry's database.

    Args:
        files: where they are kept.
        registry: the registry's id.
    """

    def __init__(self, files: Iterable[Path], registry: str) -> None:
        self._registry = registry
        self._files = tuple(HeadFile(path) for path in files)

    def compare(self, log: Log, keys_of: Callable[[str], Sequence[bytes]]) -> Seen:
        """Check that the ledger extends every head kept outside.

        Args:
            keys_of: the public keys a person ever held.

        Raises:
            RolledBack: it is shorter than a head that was seen, or another one.
            Damaged: a kept head is broken, of another registry, or signed by nobody known here.
        """
        newest = places = 0
        for file in self._files:
            kept = [_parsed(text, file) for text in file.texts()]
            for signed in kept:
                self._extends(log, signed, keys_of, file)
                newest = max(newest, signed.checkpoint.size)
            places += bool(kept)
        return Seen(newest, places)

    def keep(self, head: Head, signer: Signer, *, durable: bool = False) -> None:
        """Keep the head after a commit; a place that cannot be written is passed over, for the head may lag."""
        text = Checkpoint.of(self._registry, head.size, head.root).sign([signer])
        for file in self._files:
            try:
                file.write(text, head.size, durable=durable)
            except (OSError, IntegrityError):  # a damaged one is found at the next opening; the commit stands
                continue

    def _extends(
        self, log: Log, signed: SignedCheckpoint, keys_of: Callable[[str], Sequence[bytes]], file: HeadFile
    ) -> None:
        seen = signed.checkpoint
        size = log.head().size
        if seen.origin != ORIGIN + self._registry:
            raise Damaged(f"The head in {file.path} is of another registry.", "Find out who put it there.")
        if seen.size > size and not log.is_present():
            with log.present() as present:  # somebody may have committed since this snapshot was taken
                self._extends(present, signed, keys_of, file)
            return
        if seen.size > size:
            lost = seen.size - size
            gone = "the last one is gone" if lost == 1 else f"the last {lost:,} are gone"
            raise RolledBack(
                f"The ledger has {counted(size, 'leaf', 'leaves')}, but {seen.size:,} have been seen: {gone}.",
                "Restore the newest copy and do not go on with this one; 'registry-app verify' says what else is wrong.",
            )
        if log.root_at(seen.size) != seen.root:
            raise RolledBack(
                f"The first {seen.size} leaves of the ledger are not those that have been seen.",
                "Somebody put another history in place: restore the newest copy; 'registry-app verify' says what differs.",
            )
        names = [signature.name for signature in signed.signatures]
        if not any(signed.verified_by(name, key) for name in names for key in keys_of(name)):
            raise Damaged(f"The head in {file.path} is signed by nobody known here.", "Find out who put it there.")


def _parsed(text: str, file: HeadFile) -> SignedCheckpoint:
    try:
        return parse(text)
    except Damaged as error:
        raise Damaged(f"The head in {file.path} is damaged: {error.what}", error.todo) from error
