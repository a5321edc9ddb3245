"""Beginning: a new registry, the demonstration, who one is, one's passphrase, and the way to the screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from registry_app.cli.desk import (
    ask_line,
    give,
    interactive,
    new_passphrase,
    opened,
    present_passphrase,
    progress,
    say,
)
from registry_app.cli.options import PASSPHRASE, REGISTRY, Room, Wishes, wishes
from registry_app.cli.people import grants_of
from registry_app.cli.screen import open_screen
from registry_app.cli.table import listing
from registry_app.errors import UsageError
from registry_app.text import counted, harmless

init_app = Room(help="Make a new registry.")
demo_app = Room(help="See a whole story on real data.")
whoami_app = Room(help="Say who you are here.")
passphrase_app = Room(help="Change your passphrase.")

Place = Annotated[
    str, typer.Argument(metavar="PLACE", help="A new or empty folder, or the postgresql:// URL of an empty database.")
]


@init_app.command("init")
def init(
    ctx: typer.Context,
    place: Place,
    name: Annotated[str, typer.Option("--name", help="What the registry is called.")],
    handle: Annotated[str, typer.Option("--handle", help="Your handle: what you type to sign in.")],
    full_name: Annotated[str, typer.Option("--full-name", help="Your name, as printed beside your signatures.")],
    email: Annotated[str, typer.Option("--email", help="Your e-mail address; it is kept, sealed.")] = "",
    recovery_file: Annotated[
        str, typer.Option("--recovery-file", metavar="FILE", help="Write the recovery key there instead of showing it.")
    ] = "",
) -> None:
    """Make a new registry; you are its first administrator.

    It begins with a route for every risk tier and the policy pack credit-model-risk. The recovery key is shown once:
    write it down, it opens the registry when every passphrase is lost.

    Example: registry-app init ./registry --name "Retail credit" --handle ada --full-name "Ada Admin"
    """
    wanted = wishes(ctx)
    if not recovery_file and not interactive():
        raise UsageError("There is no terminal to show the recovery key on.", "Give --recovery-file FILE.")
    from registry_app import custody

    custody.require_foundable(place, name, handle, full_name, email)
    kept = _reserve(recovery_file) if recovery_file else None
    try:
        passphrase = new_passphrase(wanted.passphrase_file, f"for {handle}", PASSPHRASE)
        founding = custody.found(place, name, handle, full_name, passphrase, email)
    except BaseException:
        if kept is not None:
            os.close(kept)
            os.unlink(recovery_file)
        raise
    with founding.workspace as workspace:
        if kept is not None:
            with open(kept, "w", encoding="ascii") as stream:
                stream.write(founding.recovery_key + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            say(f"The recovery key is in {recovery_file}: print it, lock it away, and delete the file.")
        else:
            _show_recovery(founding.recovery_key)
        size = workspace.head().size
        made = workspace.store.place.name
        data = {"folder": made, "registry": workspace.store.registry, "handle": handle, "size": size}
    give(wanted, data, made)
    say(f"Go on with: registry-app -r {made} --as {handle} people enrol HANDLE --name NAME")


def _reserve(path: str) -> int:
    """A new file that only its owner may read, before anything is founded."""
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no path"
        raise UsageError(f"The recovery file {path[:200]!r} cannot be made: {reason}.", "Name a new file.") from None


def _show_recovery(key: str) -> None:
    last = key.rsplit("-", 1)[-1]
    say(f"\nThe recovery key, shown this once:\n\n    {key}\n\nWrite it down and lock it away.")
    while ask_line("Type its last group, to show that you have it").strip().upper() != last:
        say("That is not it.")


@demo_app.command("demo")
def demo(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where it leaves its files.")] = Path(
        "registry-demo"
    ),
    no_tui: Annotated[bool, typer.Option("--no-tui", help="Stop before the screen opens.")] = False,
) -> None:
    """See a whole story on real data: two models, four versions, evidence, reviews, a signed dossier.

    It leaves FOLDER/registry, FOLDER/dossier.pdf and FOLDER/passphrase.txt, so that every command can be tried, and
    then opens the screen as the validator.

    Example: registry-app demo ./demo --no-tui
    """
    from registry_app.demo import story

    with progress() as tell:
        told = story.play(folder, tell)
    give(wishes(ctx), told, lambda: harmless(str(told), lines=True))
    if not no_tui and interactive() and sys.stdout.isatty():
        secret = (folder / "passphrase.txt").read_text("utf-8").strip()
        open_screen(str(folder / "registry"), "validator", secret)


@whoami_app.command("whoami")
def whoami(ctx: typer.Context) -> None:
    """Say who you are here, which roles you hold, and which registry this is.

    Example: registry-app -r ./registry --as ada whoami
    """
    from registry_app.people.views import AboutRegistry, WhoAmI

    with opened(ctx) as desk:
        person, about = desk.ask(WhoAmI()), desk.ask(AboutRegistry())
        desk.show(
            {"person": person, "registry": about},
            lambda: listing(
                [
                    ("name", person.name),
                    ("handle", person.handle),
                    ("id", person.id),
                    ("roles", grants_of(person.grants) or "none"),
                    ("registry", about.name),
                    ("id", about.registry),
                    ("size", counted(about.size, "statement")),
                    ("root", about.root),
                    ("people", about.people),
                ]
            ),
        )


@passphrase_app.command("passphrase")
def passphrase(
    ctx: typer.Context,
    new_file: Annotated[
        str | None, typer.Option("--new-passphrase-file", metavar="FILE", help="Read the new one from a file.")
    ] = None,
) -> None:
    """Change your passphrase. Your keys stay, and so does everything you signed.

    Example: registry-app -r ./registry --as ada passphrase
    """
    from registry_app import custody

    with opened(ctx) as desk:
        old = desk.again("change my passphrase")
        new = new_passphrase(new_file, f"for {desk.workspace.handle}")
        custody.change_passphrase(desk.workspace, old, new)
        desk.show({"handle": desk.workspace.handle, "changed": True}, "The passphrase is changed.")


def screen(ctx: typer.Context, wanted: Wishes) -> None:
    """Open the registry on the screen; without a terminal show the help instead."""
    if not (interactive() and sys.stdout.isatty()):
        say(ctx.get_help())
        raise typer.Exit(UsageError.exit_code)
    folder = wanted.folder() if wanted.registry or os.environ.get(REGISTRY) else None
    given = wanted.passphrase_file or os.environ.get(PASSPHRASE)
    secret = present_passphrase(wanted) if given else None
    open_screen(folder, wanted.who() or "", secret)
