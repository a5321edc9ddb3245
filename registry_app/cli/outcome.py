"""The one place that turns what went wrong into words and an exit code.

0 done · 1 our bug · 2 wrong usage or input · 3 integrity · 4 authentication · 5 refused by a rule · 6 storage ·
7 sandbox · 130 interrupted · 141 whoever read our output stopped reading
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.exceptions import TyperException

from registry_app.errors import RegistryError, StorageError, UsageError
from registry_app.text import harmless

INTERRUPTED = 130
BROKEN_PIPE = 141


def carry_out(command: Any, args: Sequence[str], name: str) -> int:
    """Run ``command`` with ``args``, say what went wrong on stderr, and give the exit code."""
    as_json, debug = "--json" in args, "--debug" in args
    try:
        with command.make_context(name, list(args)) as ctx:
            command.invoke(ctx)
        sys.stdout.flush()
    except typer.Exit as end:
        return end.exit_code
    except (KeyboardInterrupt, typer.Abort, EOFError):
        sys.stderr.write("\nInterrupted; what was acknowledged is kept.\n")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except RegistryError as error:
        return _say(error, as_json, debug)
    except TyperException as error:
        return _misused(error, as_json, debug)
    except UnicodeEncodeError as error:
        if not any("\ud800" <= c <= "\udfff" for c in str(error.object)):
            return _bug(error, as_json, debug)
        what = f"What was typed is not valid text: {str(error.object)[:60]!r}."
        return _say(UsageError(what, "Type it in UTF-8."), as_json, debug)
    except OSError as error:
        what = f"The operating system said: {error.strerror or type(error).__name__}."
        return _say(StorageError(what, "Check the disk and the path, and try again."), as_json, debug)
    except Exception as error:  # noqa: BLE001  whatever is left is our bug, and is said without a traceback
        return _bug(error, as_json, debug)
    return 0


def _bug(error: Exception, as_json: bool, debug: bool) -> int:
    what = f"This is a bug of ours: {type(error).__name__}: {error}."
    todo = "Report it with the output of the same command and --debug."
    return _say(RegistryError(what, todo), as_json, debug)


def _misused(error: Any, as_json: bool, debug: bool) -> int:
    """The command line's own complaints, as two sentences."""
    ctx = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and ctx is not None:
        sys.stderr.write(harmless(ctx.get_help(), lines=True) + "\n")
        return UsageError.exit_code
    what = str(error.format_message()).strip().replace("\n", " ").replace("Value error, ", "")
    todo = f"See '{ctx.command_path} --help'." if ctx is not None else "See 'registry-app --help'."
    return _say(UsageError(what if what.endswith((".", "?")) else what + ".", todo), as_json, debug)


def _say(error: RegistryError, as_json: bool, debug: bool) -> int:
    if debug:
        import traceback

        sys.stderr.write(harmless(traceback.format_exc(), lines=True))
    if as_json:
        told = {"what": error.what, "todo": error.todo, "details": error.details, "exit_code": error.exit_code}
        said = json.dumps({"error": told})
    else:
        said = "\n".join(harmless(line, lines=True) for line in (error.what, *error.shown, error.todo))
    try:
        sys.stderr.write(said + "\n")
        sys.stderr.flush()
    except OSError:
        pass
    return error.exit_code
