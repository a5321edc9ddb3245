"""A new data key for everything. Each step can be cut off by a crash; running it again goes on from there.

1. The keyring gets the new key beside the old one, wrapped for everybody.
2. Every sealed payload is sealed again, in batches; each says under which epoch it stands.
3. SQLCipher rewrites the file under the new key, in one transaction of its own (a server has no such file).
4. The keyring forgets the old key, and so does its kept copy.
5. The rotation is put on record.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from registry_app.custody.enrolment import keyring_of, rehearse
from registry_app.errors import StorageBusy, Tampered
from registry_app.ledger.entry import RECOVERY
from registry_app.ledger.envelope import decode
from registry_app.ledger.log import Log
from registry_app.ledger.payload import Payloads
from registry_app.ledger.replay import facts_of
from registry_app.ledger.statement import read
from registry_app.ledger.tables import PayloadRow
from registry_app.people.actions import RecordRotation
from registry_app.people.facts import RegistryFounded
from registry_app.people.tables import KeyRow, PersonRow, RotationRow
from registry_app.receipt import Receipt
from registry_app.store import Store
from registry_app.vault import chance
from registry_app.vault.keyring import Keyring
from registry_app.vault.place import Opened
from registry_app.vault.rows import Rows
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
    unrecorded = _unrecorded(workspace)
    if unrecorded is not None:
        return workspace.run(RecordRotation(unrecorded))
    epoch = store.keys.pending or store.keys.current_epoch + 1
    rehearse(workspace, RecordRotation(epoch))
    if not store.lock.alone():
        store.lock.share()
        raise StorageBusy("Others have the registry open.", "Ask them to close it; a rotation works on the whole file.")
    try:
        place = store.place
        with place.changing():
            keyring, keys = keyring_of(workspace)
            if keys.pending is None:
                new_key = chance.token(32)
                keyring = _known(workspace, keyring).begin_rotation(new_key)
                place.keep(keyring.encode(keys))
                keys = keys.with_pending(new_key)
                store.keys, store.sealer = keys, Sealer(keys.keys, keys.current_epoch)
            _seal_again(store, keys, epoch, tell)
            tell("database", 0, 1)
            _rekey(store, keys.keys[epoch])
            tell("database", 1, 1)
            place.keep(keyring.finish_rotation().encode(keys), forget_previous=True)
            store.keys = keys.finished()
            store.sealer = Sealer(store.keys.keys, epoch)
    finally:
        store.lock.share()
    return workspace.run(RecordRotation(epoch))


def _founded(rows: Rows, workspace: Workspace) -> RegistryFounded:
    """What the first leaf says of the recovery key."""
    genesis = read(decode(Log(rows).leaf(0).envelope).payload)
    for _, fact in facts_of(genesis, Payloads(rows, workspace.store.sealer)):
        if isinstance(fact, RegistryFounded):
            return fact
    raise Tampered("The first leaf founds no registry.", "Run 'registry-app verify'.")


def _unrecorded(workspace: Workspace) -> int | None:
    """The epoch of a rotation that was cut off just before it was put on record, if one was."""
    keys = workspace.store.keys
    if keys.pending is not None or keys.current_epoch == 1:
        return None
    with workspace.store.reading() as rows:
        on_record = rows.one(RotationRow, epoch=keys.current_epoch) is not None
    return None if on_record else keys.current_epoch


def _known(workspace: Workspace, keyring: Keyring) -> Keyring:
    """The keyring without people that the ledger never heard of (left by an enrolment that was cut off).

    The keyring's MAC does not bind those who hold the old data key: the ledger says whom the new one is for.

    Raises:
        Tampered: a slot carries other keys than the ledger has for that person.
    """
    with workspace.store.reading() as rows:
        for person, public in keyring.public_keys().items():
            if person == RECOVERY:
                founded = _founded(rows, workspace)
                fits = (founded.recovery_key, founded.recovery_box) == (public.sign_key.hex(), public.box_digest)
            else:
                row = rows.one(PersonRow, id=person)
                key = rows.one(KeyRow, id=public.key_id)
                if row is None:
                    keyring = keyring.remove(person)
                    continue
                fits = row["state"] == "active" and row["key"] == public.key_id and key is not None
                fits = fits and key is not None and key["box_digest"] == public.box_digest
            if not fits:
                raise Tampered(
                    f"The keyring has other keys for {person} than the ledger.",
                    "Re-enrol or disable that person, or find out who changed keyring.json; then rotate.",
                )
    return keyring


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


def _rekey(store: Store, data_key: bytes) -> None:
    before = Opened(store.engine, store.key)
    after = store.place.rekey(before, data_key, store.lock)
    if after is not before:
        store.resources.callback(after.engine.dispose)
        store.engine, store.key = after.engine, after.key
