"""Keys and the encrypted store: what there is, a new data key, and the ways out when something is lost or damaged."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from registry_app.cli.desk import (
    ask_secret,
    give,
    handle_of,
    new_passphrase,
    opened,
    present_passphrase,
    progress,
    read_secret,
    say,
)
from registry_app.cli.options import Reason, Room, wishes
from registry_app.cli.table import listing, table
from registry_app.text import counted

vault_app = Room(help="Keys and the encrypted store.")


@vault_app.command("status")
def status(ctx: typer.Context) -> None:
    """Show who holds keys, what a guess at a passphrase costs, and whether earlier heads are kept outside.

    Example: registry-app vault status
    """
    with opened(ctx) as desk:
        store = desk.workspace.store
        keyring = store.place.keyring()
        head = desk.workspace.head()
        slots: list[dict[str, Any]] = [
            {"handle": each.handle, "kdf": each.profile.name if each.profile else "", **_cost(each.profile)}
            for each in keyring.people
        ]
        data = {
            "folder": store.place.name,
            "registry": keyring.registry,
            "size": head.size,
            "root": head.root.hex(),
            "bytes": store.place.size(store.engine),
            "data_key_epoch": keyring.epoch,
            "rotation_pending": keyring.pending is not None,
            "recovery": keyring.recovery is not None,
            "anchored": store.seen.anchored,
            "heads_outside": store.seen.places,
            "people": slots,
        }

        def text() -> str:
            about = listing(
                [
                    ("place", store.place.name),
                    ("registry", keyring.registry),
                    ("ledger", f"{counted(head.size, 'statement')}, {data['bytes']:,} bytes"),
                    ("root", head.root.hex()),
                    ("data key", f"number {keyring.epoch}" + (", a rotation is under way" if keyring.pending else "")),
                    ("recovery", "a recovery key is set" if keyring.recovery else "no recovery key"),
                    ("heads", f"kept in {counted(store.seen.places, 'place')} outside the database"),
                ]
            )
            rows = [
                (
                    each["handle"],
                    each["kdf"],
                    f"{each['iterations']} x {each['memory_mib']} MiB, {counted(each['lanes'], 'lane')}",
                )
                for each in slots
            ]
            return f"{about}\n\n{table(('handle', 'profile', 'Argon2id'), rows)}"

        desk.show(data, text)


@vault_app.command("rotate")
def rotate(ctx: typer.Context) -> None:
    """Encrypt the registry under a new data key; nobody else's passphrase is needed. Others must have closed it.

    After a crash run it again: it goes on where it was.

    Example: registry-app --as ada vault rotate
    """
    from registry_app import custody

    with opened(ctx) as desk:
        secret = desk.again("rotate the data key")
        with progress() as tell:
            receipt = custody.rotate(desk.workspace, secret, tell)
        desk.receipt(receipt)


@vault_app.command("recover")
def recover(
    ctx: typer.Context,
    reason: Reason,
    recovery_file: Annotated[
        str,
        typer.Option("--recovery-file", metavar="FILE", help="Read the recovery key from a file instead of typing it."),
    ] = "",
    new_file: Annotated[
        str | None, typer.Option("--new-passphrase-file", metavar="FILE", help="Read the new passphrase from a file.")
    ] = None,
) -> None:
    """Give yourself new keys with the recovery key, when your passphrase is lost.

    Example: registry-app -r ./registry --as ada vault recover --reason "passphrase lost"
    """
    from registry_app import custody
    from registry_app.vault.place import place_of

    wanted = wishes(ctx)
    folder, handle = wanted.folder(), handle_of(wanted)
    place_of(folder).require()
    key = (
        read_secret(recovery_file, "recovery key")
        if recovery_file
        else ask_secret("The recovery key", "Give --recovery-file FILE.")
    )
    custody.require_recoverable(folder, key, handle, reason)
    secret = new_passphrase(new_file, f"for {handle}")
    with custody.recover(folder, key, handle, secret, reason) as workspace:
        give(wanted, {"handle": handle, "size": workspace.head().size}, f"{handle} has new keys.")


@vault_app.command("salvage")
def salvage(
    ctx: typer.Context,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="A new file, one JSON object a line, in clear text.")
    ],
) -> None:
    """Write what is intact of a damaged registry to a file. The registry is not changed; the file is not encrypted.

    Example: registry-app -r ./registry --as ada vault salvage -o intact.jsonl
    """
    from registry_app import custody

    wanted = wishes(ctx)
    folder, handle = wanted.folder(), handle_of(wanted)
    found = custody.salvage(folder, handle, present_passphrase(wanted), out)
    say(f"{out} holds in clear text what the registry held: keep it private.")
    rows = [
        ("leaves", found.leaves),
        ("payloads", found.payloads),
        ("lost", ", ".join(map(str, found.lost[:50])) or "none"),
    ]
    give(wanted, found, lambda: listing(rows))


@vault_app.command("restore-keyring")
def restore_keyring(ctx: typer.Context) -> None:
    """Put keyring.previous.json in the place of a missing or damaged keyring.json; the damaged one is kept aside.

    Example: registry-app -r ./registry vault restore-keyring
    """
    from registry_app.vault.folder import keep_private
    from registry_app.vault.place import place_of

    wanted = wishes(ctx)
    place = place_of(wanted.folder())
    keep_private()
    place.require()
    keyring = place.restore_keyring()
    handles = [each.handle for each in keyring.people]
    give(
        wanted,
        {"registry": keyring.registry, "people": handles},
        f"The keyring is restored; it knows {', '.join(handles)}.",
    )
    say(
        "Whoever was enrolled, or changed a passphrase, after it was kept may have to be re-enrolled: 'people re-enrol'."
    )


@vault_app.command("accept-unanchored")
def accept_unanchored(ctx: typer.Context) -> None:
    """Say, signed, that this copy is the newest you know of, where no earlier head is kept to compare with.

    Where one is kept there is nothing to accept, and nothing is recorded.

    Example: registry-app --as ada vault accept-unanchored
    """
    from registry_app.people.actions import AcceptUnanchored

    with opened(ctx) as desk:
        if desk.workspace.store.seen.anchored:
            words = "There is nothing to accept: earlier heads are kept here, and this copy extends them."
            desk.show({"anchored": True, "recorded": False}, words)
        else:
            desk.do(AcceptUnanchored())


def _cost(profile: object) -> dict[str, int]:
    return {
        "iterations": int(getattr(profile, "iterations", 0)),
        "lanes": int(getattr(profile, "lanes", 0)),
        "memory_mib": int(getattr(profile, "memory_kib", 0)) // 1024,
    }
