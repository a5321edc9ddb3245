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
from registry_app.vault import check, keyfile
from registry_app.vault.engine import from_os, translated
from registry_app.vault.folder import Folder, keep_private
from registry_app.vault.pages import Pages, Place, Value
from registry_app.vault.place import SCHEMES, database_key
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


def salvage(path: Path | str, handle: str, passphrase: str, out: Path) -> Salvaged:
    """Write what is intact to ``out``, one JSON object a line; the registry is opened for reading only.

    The lines are in clear text: they hold what the registry held. Leaves keep their signatures, so each can be checked.

    Raises:
        UsageError: ``out`` is there already.
        AuthenticationError: the handle or the passphrase is wrong.
        Damaged: not even the keyring opens.
    """
    keep_private()
    if str(path).startswith(SCHEMES):
        raise UsageError("A registry on a server cannot be salvaged from here.", "Restore a backup of the database.")
    folder = Folder(Path(path).absolute())
    folder.require()
    keys = keyfile.load(folder.path).unlock(handle, passphrase).data_keys
    try:
        file = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"{out} is there already.", "Name another file.") from None
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"There is no folder {out.parent}.", "Make it first, or name another file.") from None
    except OSError as error:
        raise from_os(error) from error
    lost: list[int] = []
    counts = {"leaf": 0, "payload": 0}
    with translated(), TemporaryDirectory() as place, os.fdopen(file, "w", encoding="utf-8") as lines:
        if not folder.at_rest:  # what only the journal holds yet is read too, on a copy
            folder = Folder(check.copied(folder, Path(place)).parent)
            for key in keys.keys.values():
                check.fold(folder.database, database_key(key))
        for line in _intact(folder.database, keys, lost):
            counts[str(line["kind"])] += 1
            lines.write(json.dumps(line, sort_keys=True) + "\n")
    return Salvaged(counts["leaf"], tuple(lost), counts["payload"])


_LEAF_COLUMNS = ("seq", "id", "hash", "person", "time", "reckoned", "envelope")
_PAYLOAD_COLUMNS = ("digest", "body")


def _intact(path: Path, keys: DataKeys, lost: list[int]) -> Iterator[dict[str, Any]]:
    sealer = Sealer(keys.keys, keys.current_epoch)
    for key in keys.keys.values():  # two while a rotation is under way
        pages = Pages(path, database_key(key))
        try:
            leaves, payloads = _places(pages, sealer)
            if not leaves and not payloads:
                continue
            lost += sorted(set(range(max(leaves, default=-1) + 1)) - leaves.keys())
            for seq in sorted(leaves):
                held = dict(zip(_LEAF_COLUMNS, pages.row(leaves[seq]).values, strict=True))
                yield {"kind": "leaf", "seq": seq, "envelope": base64.b64encode(_bytes(held["envelope"])).decode()}
            for name in sorted(payloads):
                kept = sealer.open("payload", "body", name, _bytes(pages.row(payloads[name]).values[1]))
                yield {"kind": "payload", "digest": name, "kept": base64.b64encode(kept).decode()}
            return
        finally:
            pages.close()


def _places(pages: Pages, sealer: Sealer) -> tuple[dict[int, Place], dict[str, Place]]:
    """Where each leaf stands that matches its hash, and each payload that opens and matches its digest."""
    leaves: dict[int, Place] = {}
    payloads: dict[str, Place] = {}
    for place, row in pages.rows(frozenset({len(_LEAF_COLUMNS), len(_PAYLOAD_COLUMNS)})):
        if len(row.values) == len(_PAYLOAD_COLUMNS):
            name, body = row.values
            if isinstance(name, str) and isinstance(body, bytes) and name not in payloads:
                with suppress(RegistryError, ValueError):
                    if matches(name, sealer.open("payload", "body", name, body)):
                        payloads[name] = place
        elif row.rowid is not None:
            hashed, envelope = row.values[2], row.values[6]
            if isinstance(hashed, bytes) and isinstance(envelope, bytes) and merkle.leaf_hash(envelope) == hashed:
                leaves.setdefault(row.rowid, place)
    return leaves, payloads


def _bytes(value: Value) -> bytes:
    assert isinstance(value, bytes)
    return value
