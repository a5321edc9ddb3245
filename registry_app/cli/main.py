"""The front door of the command line. Each noun is loaded when it is named, so ``--help`` costs typer alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from registry_app import __version__
from registry_app.cli.options import Debug, Handle, Json, PassphraseFile, Registry, Wishes, wishes
from registry_app.cli.outcome import carry_out
from registry_app.errors import UsageError

NOUNS: dict[str, tuple[str, str]] = {
    "init": ("start:init_app", "Make a new registry."),
    "demo": ("start:demo_app", "See a whole story on real data: models, evidence, reviews, a dossier."),
    "whoami": ("start:whoami_app", "Say who you are here, and which roles you hold."),
    "passphrase": ("start:passphrase_app", "Change your passphrase."),
    "doctor": ("doctor:doctor_app", "Say what this machine has: sandbox, libraries, terminal; needs no registry."),
    "people": ("people:people_app", "People: list, enrol, re-enrol, disable, shred."),
    "team": ("people:team_app", "Teams: form, name a lead, add and remove members."),
    "role": ("people:role_app", "Roles: list, grant, revoke."),
    "model": ("models:model_app", "Models: the inventory."),
    "version": ("versions:version_app", "Versions: immutable artifacts of a model."),
    "alias": ("versions:alias_app", "Aliases, such as champion: set, remove."),
    "dataset": ("data:dataset_app", "Datasets, known by their digest."),
    "run": ("data:run_app", "Runs: code that ran over data."),
    "deployment": ("data:deployment_app", "Deployments: what runs where, now and then."),
    "lineage": ("lineage:lineage_app", "Show what a version or a dataset came from, and what came from it."),
    "impact": ("data:impact_app", "Show what learned from a dataset, and where it runs."),
    "measure": ("measure:measure_app", "Measure predictions, a model, data or a load; needs no registry."),
    "evaluate": ("evaluate:evaluate_app", "Measure the same, and sign the result as evidence about a version."),
    "evidence": ("evidence:evidence_app", "Evidence: list, show, measure again, compare, keep cases."),
    "trust": ("trust:trust_app", "Trust: which version's file may be run although it is code."),
    "policy": ("policy:policy_app", "Policy packs, verdicts, waivers."),
    "review": ("reviews:review_app", "Reviews: submit, look, decide."),
    "route": ("reviews:route_app", "Routes: the stages a risk tier needs."),
    "report": ("report:report_app", "Dossiers: issue, list."),
    "verify": ("ledger:verify_app", "Check a registry, or an issued dossier, trusting nobody."),
    "ledger": ("ledger:ledger_app", "The signed history: log, show, checkpoint, prove."),
    "vault": ("vault:vault_app", "Keys and the encrypted store: status, rotate, recover, restore, salvage."),
}
"""What the front door knows: where a noun's verbs are, and its line in the help."""


class Front(TyperGroup):
    """The nouns, each loaded when it is named."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All nouns, in the order a newcomer meets them."""
        return list(NOUNS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The noun, loaded; ``None`` when there is none of that name."""
        if cmd_name not in NOUNS:
            return None
        if cmd_name not in self.commands:
            module, _, app = NOUNS[cmd_name][0].partition(":")
            found: Any = get_command(getattr(import_module(f"registry_app.cli.{module}"), app))
            found.name = cmd_name
            self.commands[cmd_name] = found
        return self.commands[cmd_name]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As typer does, with all nouns to suggest from."""
        if args[0] not in NOUNS and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = " or ".join(repr(each) for each in get_close_matches(args[0], NOUNS))
            hint = f"Did you mean {near}?" if near else "See 'registry-app --help'."
            raise UsageError(f"There is no command {args[0][:60]!r}.", hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The nouns in the help, without loading one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in NOUNS.items()])


app = typer.Typer(
    cls=Front,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        print(f"registry-app {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def front(
    ctx: typer.Context,
    registry: Registry = None,
    acting: Handle = None,
    passphrase_file: PassphraseFile = None,
    as_json: Json = False,
    debug: Debug = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """An encrypted, signed registry of machine-learning models: evidence, review and approval.

    Without a command it opens the registry on the screen. Answers go to stdout, talk to stderr.

    Exit codes: 0 done, 1 a bug of ours, 2 wrong usage or input, 3 integrity, 4 authentication, 5 refused by a rule,
    6 storage, 7 sandbox.

    Example: registry-app -r ./registry --as ada review list
    """
    ctx.obj = Wishes(registry, acting, passphrase_file, as_json, debug)
    if ctx.invoked_subcommand is None:
        from registry_app.cli.start import screen

        screen(ctx, wishes(ctx))


def main(args: Sequence[str]) -> int:
    """Carry out a command line; gives its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    return carry_out(get_command(app), args, "registry-app")


def run() -> None:
    """The console entry."""
    if "_REGISTRY_APP_COMPLETE" in os.environ:
        get_command(app)(prog_name="registry-app")
    sys.exit(main(sys.argv[1:]))
