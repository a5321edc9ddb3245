"""What is intact of a damaged registry, as files: each leaf that still matches its hash, each payload that opens."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from registry_app.errors import RegistryError, UsageError
from registry_app.ledger import merkle
from registry_app.ledger.payload import matches
from registry_app.store import database_key
from registry_app.vault import check, keyfile
from registry_app.vault.engine import from_os, open_sqlcipher, translated
from registry_app.vault.folder import Folder, keep_private
from registry_app.vault.sealed import Sealer
from registry_app.vault.slot import DataKeys


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What could be read."""

    leaves: int
    """Leaves written, each matching its hash."""
    lost: tuple[int, ...]
    """Positions of leaves that could not be read, up to the last one that could."""
    payloads: int
    """Payloads written, each matching its digest."""


def salvage(path: Path, handle: str, passphrase: str, out: Path) -> Salvaged:
    """Write what is intact to ``out``, one JSON object a line; the registry is opened for reading only.

    The lines are in clear text: they hold what the registry held. Leaves keep their signatures, so each can be checked.

    Raises:
        UsageError: ``out`` is there already.
        AuthenticationError: the handle or the passphrase is wrong.
        Damaged: not even the keyring opens.
    """
    keep_private()
    folder = Folder(path.absolute())
    folder.require()
    keys = keyfile.load(folder.path).unlock(handle, passphrase).data_keys
    try:
        file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{out} is there already.", "Name another file.") from None
    except OSError as error:
        raise from_os(error) from error
    lost: list[int] = []
    counts = {"leaf": 0, "payload": 0}
    with translated(), TemporaryDirectory() as place, os.fdopen(file, "w", encoding="utf-8") as lines:
        if not folder.at_rest:  # what only the journal holds yet is read too, on a copy
            folder = Folder(check.copied(folder, Path(place)).parent)
        for line in _intact(folder, keys, lost):
            counts[str(line["kind"])] += 1
            lines.write(json.dumps(line, sort_keys=True) + "\n")
    return Salvaged(counts["leaf"], tuple(lost), counts["payload"])


class _Reading:
    """Reads row by row; a connection that met a bad page is thrown away, for SQLCipher latches the failure."""

    def __init__(self, folder: Folder, key: bytes) -> None:
        self._engine = open_sqlcipher(folder.database, key, immutable=folder.at_rest)
        self._connection: Any = None

    def row(self, query: str, *values: Any) -> Any:
        """The first row, or ``None`` when there is none or it cannot be read."""
        try:
            if self._connection is None:
                self._connection = self._engine.raw_connection()
            return self._connection.cursor().execute(query, values).fetchone()
        except Exception:  # noqa: BLE001 - whatever a broken page raises, the row is lost
            self.close()
            return None

    def last(self) -> int:
        """The last ledger position that anything speaks of; -1: none."""
        for query in ("SELECT max(seq) FROM leaf", "SELECT size - 1 FROM head"):
            row = self.row(query)
            if row is not None and row[0] is not None:
                return int(row[0])
        return -1

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _intact(folder: Folder, keys: DataKeys, lost: list[int]) -> Iterator[dict[str, Any]]:
    readings = [_Reading(folder, database_key(key)) for key in keys.keys.values()]
    reading = next((each for each in readings if each.row("SELECT 1 FROM leaf LIMIT 1") is not None), readings[0])
    for seq in range(reading.last() + 1):
        row = reading.row("SELECT envelope, hash FROM leaf WHERE seq = ?", seq)
        if row is None or merkle.leaf_hash(bytes(row[0])) != bytes(row[1]):
            lost.append(seq)
        else:
            yield {"kind": "leaf", "seq": seq, "envelope": base64.b64encode(bytes(row[0])).decode()}
    yield from _payloads(reading, Sealer(keys.keys, keys.current_epoch))
    for each in readings:
        each.close()


def _payloads(reading: _Reading, sealer: Sealer) -> Iterator[dict[str, Any]]:
    name = ""
    while (
        found := reading.row("SELECT digest FROM payload WHERE digest > ? ORDER BY digest LIMIT 1", name)
    ) is not None:
        name = str(found[0])
        row = reading.row("SELECT body FROM payload WHERE digest = ?", name)
        if row is None or row[0] is None:
            continue
        with suppress(RegistryError, ValueError):
            kept = sealer.open("payload", "body", name, bytes(row[0]))
            if matches(name, kept):
                yield {"kind": "payload", "digest": name, "kept": base64.b64encode(kept).decode()}
