"""A new registry: its first keys, administrator, routes and pack."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from registry_app.ledger.anchor import Anchor
from registry_app.ledger.entry import RECOVERY
from registry_app.people import actions
from registry_app.policy.actions import AdoptPack
from registry_app.policy.pack import shipped_pack
from registry_app.receipt import transact
from registry_app.reviews.actions import AdoptFirstRoutes
from registry_app.store import Store, database_key, state_folder
from registry_app.vault import chance, kdf, keyfile, recovery, schema
from registry_app.vault.engine import open_sqlcipher
from registry_app.vault.folder import Folder, keep_private
from registry_app.vault.identity import Identity
from registry_app.vault.keyring import Keyring
from registry_app.vault.lock import FolderLock
from registry_app.vault.passphrase import require_strong
from registry_app.vault.sealed import Sealer
from registry_app.vault.slot import DataKeys
from registry_app.workspace import Workspace

FIRST_PACK = "credit-model-risk"
"""The shipped pack a new registry begins with."""


@dataclass(frozen=True, slots=True)
class Founding:
    """A new registry, open, and the recovery key that is shown this once."""

    workspace: Workspace
    recovery_key: str


def found(
    path: Path, name: str, handle: str, full_name: str, passphrase: str, email: str = "", *, pack: str = FIRST_PACK
) -> Founding:
    """Make a registry in the new or empty folder ``path``, with its first administrator, routes and pack.

    Raises:
        UsageError: the folder is not empty, a name is refused, or the passphrase is weak.
        StorageError: it cannot be written there; what was begun is removed.
    """
    keep_private()
    require_strong(passphrase, (name, handle, full_name, email))
    folder = Folder(path.absolute())
    lock = folder.make()
    with ExitStack() as undo:
        undo.callback(lock.release)
        undo.callback(folder.clear)
        founding = _found(folder, lock, undo, name, handle, full_name, email, passphrase, pack)
        folder.finish()
        undo.pop_all()
    lock.share()
    return founding


def _found(
    folder: Folder,
    lock: FolderLock,
    undo: ExitStack,
    name: str,
    handle: str,
    full_name: str,
    email: str,
    passphrase: str,
    pack: str,
) -> Founding:
    data_key = chance.token(32)
    identity = Identity.create(chance.uuid7())
    keyring = Keyring.create(identity.person, handle, identity, passphrase, kdf.chosen(), data_key)
    keys = DataKeys.first(data_key)
    shown, secret = recovery.new()
    rescuer = Identity.create(RECOVERY)
    keyring = keyring.set_recovery(rescuer, secret, keys)
    key = database_key(data_key)
    engine = open_sqlcipher(folder.database, key)
    undo.callback(engine.dispose)
    schema.upgrade(engine)
    store = Store(folder, engine, keys, Sealer(keys.keys, 1), key, lock, Anchor(folder.head, state_folder(), ""), "")
    founding = actions.Found(
        name=name,
        recovery_key=rescuer.public_key.hex(),
        recovery_box=rescuer.public.box_digest,
        person=identity.person,
        sign_key=identity.public_key.hex(),
        box_digest=identity.public.box_digest,
        handle=handle,
        full_name=full_name,
        email=email,
    )
    transact(store, identity, founding, chance.uuid7(), None)
    keyfile.save(folder.path, keyring.with_registry(store.registry).encode(keys), forget_previous=True)
    workspace = Workspace(store, identity, handle)
    workspace.run(AdoptFirstRoutes())
    workspace.run(AdoptPack(shipped_pack(pack).text))
    return Founding(workspace, shown)
