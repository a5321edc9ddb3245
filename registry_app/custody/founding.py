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
from registry_app.store import Store
from registry_app.vault import chance, kdf, recovery, schema
from registry_app.vault.folder import keep_private
from registry_app.vault.identity import Identity
from registry_app.vault.keyring import Keyring
from registry_app.vault.passphrase import require_strong
from registry_app.vault.place import Hold, Place, place_of
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


def require_foundable(path: Path | str, name: str, handle: str, full_name: str, email: str = "") -> None:
    """Refuse what can be refused before anybody is asked for a passphrase: names, and a place that is taken.

    Nothing is made or changed.

    Raises:
        UsageError: the place is not empty, or a name is refused.
        StorageError: it cannot be reached, or nothing can be written there.
    """
    actions.founded_name(name)
    actions.profile(handle, full_name, email)
    place_of(path).require_free()


def found(
    path: Path | str,
    name: str,
    handle: str,
    full_name: str,
    passphrase: str,
    email: str = "",
    *,
    pack: str = FIRST_PACK,
) -> Founding:
    """Make a registry at ``path``, a new or empty folder or the URL of an empty database.

    It begins with its first administrator, routes and pack.

    Raises:
        UsageError: the place is not empty, a name is refused, or the passphrase is weak.
        StorageError: it cannot be written there; what was begun is removed.
    """
    keep_private()
    require_foundable(path, name, handle, full_name, email)
    require_strong(passphrase, (name, handle, full_name, email))
    place = place_of(path)
    hold = place.make()
    with ExitStack() as undo:
        undo.callback(hold.release)
        undo.callback(place.clear)
        founding = _found(place, hold, undo, name, handle, full_name, email, passphrase, pack)
        place.finish()
        undo.pop_all()
    hold.share()
    return founding


def _found(
    place: Place,
    hold: Hold,
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
    opened = place.create(data_key, hold)
    undo.callback(opened.engine.dispose)
    schema.upgrade(opened.engine)
    sealer, anchor = Sealer(keys.keys, 1), Anchor(place.heads(""), "")
    store = Store(place, opened.engine, keys, sealer, opened.key, hold, anchor, "")
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
    workspace = Workspace(store, identity, handle)
    workspace.run(AdoptFirstRoutes())
    workspace.run(AdoptPack(shipped_pack(pack).text))
    place.keep(keyring.with_registry(store.registry).encode(keys), forget_previous=True)  # last: then it is a registry
    return Founding(workspace, shown)
