"""Heavy libraries load when they are needed, and no sooner; what is imported is declared."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.house.places import ROOT, sources

HEAVY = ("fairlearn", "shap", "sklearn", "pandas", "duckdb", "weasyprint", "matplotlib", "mlflow")
STORE = ("sqlmodel", "sqlalchemy", "alembic", "sqlcipher3")


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after running ``code``."""
    tail = "; import json, sys; print('\\n' + json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]], ids=" ".join)
def test_help_and_version_load_nothing_heavy_no_store_and_no_screen(arguments: list[str]) -> None:
    call = (
        f"import sys; sys.argv = {['registry-app', *arguments]!r}\n"
        "from registry_app.front import run\n"
        "try: run()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "pass"
    )
    loaded = loaded_by(call)
    assert "registry_app" in loaded
    assert not loaded & {*HEAVY, *STORE, "textual", "numpy", "cryptography"}


def test_the_first_screen_loads_nothing_heavy() -> None:
    loaded = loaded_by("import registry_app.tui.app")
    assert "textual" in loaded
    assert not loaded & set(HEAVY)


def test_the_package_itself_loads_nothing_but_its_own_name() -> None:
    loaded = loaded_by("import registry_app")
    assert not loaded & {*HEAVY, *STORE, "textual", "numpy", "cryptography", "typer"}


def test_every_imported_library_is_declared() -> None:
    declared = {
        re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0].lower().replace("_", "-")
        for line in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    }
    extras = {"psycopg", "mlflow", "distributed", "dask"}
    distributions = packages_distributions()
    missing: dict[str, str] = {}
    for file in sources("registry_app"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - extras:
                homes = {home.lower().replace("_", "-") for home in distributions.get(name, ())}
                if name != "registry_app" and not homes & declared:
                    missing[name] = file.name
    assert not missing
