"""A new data key for everything. Each step can be cut off by a crash; running it again goes on from there.

1. The keyring gets the new key beside the old one, wrapped for everybody.
2. Every sealed payload is sealed again, in batches; each says under which epoch it stands.
3. SQLCipher rewrites the file under the new key, in one transaction of its own.
4. The keyring forgets the old key, and so does its kept copy.
5. The rotation is put on record.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from registry_app.custody.enrolment import keyring_of, rehearse
from registry_app.errors import StorageBusy
from registry_app.ledger.tables import PayloadRow
from registry_app.people.actions import RecordRotation
from registry_app.receipt import Receipt
from registry_app.store import Store, database_key
from registry_app.vault import chance, keyfile
from registry_app.vault.engine import open_sqlcipher, translated
from registry_app.vault.sealed import Sealer, epoch_of
from registry_app.vault.slot import DataKeys
from registry_app.workspace import Workspace

_BATCH = 500

Progress = Callable[[str, int, int], None]


def rotate(workspace: Workspace, passphrase: str, progress: Progress | None = None) -> Receipt:
    """Encrypt the registry under a new data key; nobody else's passphrase is needed.

    Raises:
        AuthenticationError: the passphrase is wrong.
        Refused: whoever asks is no administrator.
        StorageBusy: somebody else has the registry open.
    """
    tell = progress or (lambda *_: None)
    workspace.authenticate(passphrase)
    store = workspace.store
    keyring, keys = keyring_of(workspace)
    epoch = keys.pending or keys.current_epoch + 1
    rehearse(workspace, RecordRotation(epoch))
    if not store.lock.alone():
        store.lock.share()
        raise StorageBusy("Others have the registry open.", "Ask them to close it; a rotation works on the whole file.")
    try:
        folder = store.folder.path
        if keys.pending is None:
            new_key = chance.token(32)
            keyring = keyring.begin_rotation(new_key)
            keyfile.save(folder, keyring.encode(keys))
            keys = keys.with_pending(new_key)
        _seal_again(store, keys, epoch, tell)
        tell("database", 0, 1)
        _rekey(store, keys, epoch)
        tell("database", 1, 1)
        keyfile.save(folder, keyring.finish_rotation().encode(keys), forget_previous=True)
        store.keys = keys.finished()
        store.sealer = Sealer(store.keys.keys, epoch)
    finally:
        store.lock.share()
    return workspace.run(RecordRotation(epoch))


def _seal_again(store: Store, keys: DataKeys, epoch: int, tell: Progress) -> None:
    sealer = Sealer(keys.keys, epoch)
    held = PayloadRow.__table__.c  # type: ignore[attr-defined]
    after, done = "", 0
    while True:
        with store.writing() as rows:
            query = select(held.digest, held.body).where(held.digest > after).order_by(held.digest).limit(_BATCH)
            batch = rows.connection.execute(query).all()
            for name, body in batch:
                if body is not None and epoch_of(bytes(body)) != epoch:
                    plain = sealer.open("payload", "body", name, bytes(body))
                    rows.put(PayloadRow, {"digest": name}, body=sealer.seal("payload", "body", name, plain))
        done += len(batch)
        tell("payloads", done, 0)
        if len(batch) < _BATCH:
            return
        after = batch[-1][0]


def _rekey(store: Store, keys: DataKeys, epoch: int) -> None:
    new = database_key(keys.keys[epoch])
    if store.key != new:
        store.engine.dispose()
        engine = open_sqlcipher(store.folder.database, store.key)
        try:
            with translated(), engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None
                connection.rollback()
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                raw.execute("PRAGMA journal_mode = DELETE").fetchall()
                raw.execute(f"PRAGMA rekey = \"x'{new.hex()}'\"").fetchall()
        finally:
            engine.dispose()
    store.engine = open_sqlcipher(store.folder.database, new)
    store.key = new
    with translated(), store.engine.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM leaf")
