"""The one door: ``Workspace.run(action)`` gives a receipt, ``Workspace.ask(view)`` gives frozen rows."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from registry_app.errors import AuthenticationError, UsageError
from registry_app.ledger.entry import Head
from registry_app.ledger.log import Log
from registry_app.ledger.meaning import Action, Reader, View
from registry_app.ledger.payload import Payloads
from registry_app.ledger.saying import Signer
from registry_app.people.standing import require_active
from registry_app.receipt import Receipt, insist, unlock_notices
from registry_app.store import Store, open_store
from registry_app.vault import chance, clock
from registry_app.vault.folder import keep_private
from registry_app.vault.place import place_of, unlock

T = TypeVar("T")


class Workspace:
    """One person at one open registry. Use it as a context manager, or call :meth:`close`."""

    def __init__(self, store: Store, signer: Signer, handle: str) -> None:
        self.store = store
        self.signer = signer
        self.handle = handle
        self.notices: list[str] = []

    @classmethod
    def open(
        cls, path: Path | str, handle: str, passphrase: str, *, read_only: bool = False, examining: bool = False
    ) -> Self:
        """Open the registry at ``path``, a folder or a ``postgresql://`` URL, as the person ``handle``.

        Args:
            examining: to be verified: for reading only, and also where an older or another state was put back.

        Raises:
            UsageError: it is no registry, or a newer program wrote it.
            AuthenticationError: the handle or the passphrase is wrong, or the person is disabled.
            IntegrityError: it is not what was written or seen; nothing was written.
            StorageError: it cannot be read, or another process works on it.
        """
        keep_private()
        place = place_of(path)
        place.require()
        registry, unlocked = unlock(place, handle, passphrase)
        store = open_store(place, registry, unlocked.data_keys, read_only=read_only, examining=examining)
        workspace = cls(store, unlocked.identity, handle)
        try:
            workspace._enter()
        except BaseException:
            workspace.close()
            raise
        return workspace

    def run(
        self, action: Action, *, passphrase: str | None = None, seen: Head | None = None, statement: str | None = None
    ) -> Receipt:
        """Do ``action``: check it, sign it, append it and fold it, durably, or not at all.

        Args:
            passphrase: asked again for actions that sign a decision.
            seen: the head on the author's screen; ``None``: the present one.
            statement: a statement's id made before (:func:`registry_app.vault.chance.uuid7`): running the same one again
                after an unclear end gives the first one's receipt.

        Raises:
            Refused, UsageError, AuthenticationError, StorageError, IntegrityError: nothing was recorded.
        """
        if action.REAUTHENTICATE:
            self.authenticate(passphrase)
        return insist(self.store, self.signer, action, statement or chance.uuid7(), seen)

    def ask(self, view: View[T], *, as_of: str | int | None = None) -> T:
        """The answer to ``view``, now or as of a ledger position or a UTC time (``2026-03-31T00:00:00.000000Z``).

        Raises:
            UsageError: the ledger does not reach that position, or there was no registry yet at that time.
        """
        at = self.position(as_of) if isinstance(as_of, str) else as_of
        with self.store.reading(at) as rows:
            log = Log(rows)
            if isinstance(as_of, str):
                now = as_of
            else:
                now = log.leaf(as_of).reckoned if as_of is not None else max(log.state()[2], clock.text(clock.now()))
            return view.ask(Reader(rows, Payloads(rows, self.store.sealer), log, self.signer.person, now))

    def position(self, moment: str) -> int:
        """The last ledger position at ``moment``.

        Raises:
            UsageError: there was no registry yet.
        """
        clock.parse(moment)
        with self.store.reading() as rows:
            seq = Log(rows).seq_at(moment)
        if seq is None:
            raise UsageError(f"There was no registry yet at {moment}.", "Ask for a later time.")
        return seq

    def head(self) -> Head:
        """The present head of the ledger."""
        with self.store.reading() as rows:
            return Log(rows).head()

    def authenticate(self, passphrase: str | None) -> None:
        """Check the passphrase of the person at work once more (21 CFR 11.200(a)).

        Raises:
            AuthenticationError: it is missing or wrong.
        """
        if passphrase is None:
            raise AuthenticationError("A decision is signed with the passphrase.", "Give it again.")
        unlock(self.store.place, self.handle, passphrase)

    def _enter(self) -> None:
        try:
            with self.store.reading() as rows:
                require_active(rows, self.signer)
        except AuthenticationError as error:  # in an older state, somebody may not be there yet
            raise self.store.refused or error from None
        self.notices += unlock_notices(self.store, self.run)

    def close(self) -> None:
        """Let go of the registry."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
