"""One tree of errors; each says in one sentence what happened and in one what to do, and has the exit code of its branch."""

from __future__ import annotations

import ast
import inspect
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import registry_app
from registry_app import errors
from registry_app.errors import (
    AuthenticationError,
    IntegrityError,
    Refused,
    RegistryError,
    SandboxError,
    StorageError,
    UsageError,
)

SOURCE = Path(registry_app.__file__).parent
TREE = {name: cls for name, cls in vars(errors).items() if inspect.isclass(cls) and issubclass(cls, RegistryError)}
BRANCHES = {
    UsageError: 2,
    IntegrityError: 3,
    AuthenticationError: 4,
    Refused: 5,
    StorageError: 6,
    SandboxError: 7,
}


def test_each_branch_has_an_exit_code_of_its_own_and_its_leaves_share_it() -> None:
    for cls in TREE.values():
        codes = {code for kind, code in BRANCHES.items() if kind in cls.__mro__}
        assert {cls.exit_code} == (codes or {1}), cls
    assert set(BRANCHES) == set(RegistryError.__subclasses__())


def test_the_tree_that_is_drawn_is_the_tree() -> None:
    drawn = dict(re.findall(r"[├└]── (\w+) *(\d?)", errors.__doc__ or ""))
    assert set(drawn) == set(TREE) - {"RegistryError"}
    assert {name: int(code) for name, code in drawn.items() if code} == {
        kind.__name__: code for kind, code in BRANCHES.items()
    }


def test_an_error_reads_as_its_two_sentences() -> None:
    error = Refused("A rule says no.", "Ask somebody else.")
    assert str(error) == "A rule says no. Ask somebody else."
    assert (error.what, error.todo, error.details, error.shown) == ("A rule says no.", "Ask somebody else.", (), ())


@pytest.mark.parametrize(
    ("many", "last"), [(1, "  d0"), (20, "  d19"), (21, "  and 1 more"), (2_020, "  and 2,000 more")]
)
def test_of_many_details_the_first_are_shown_and_the_rest_counted(many: int, last: str) -> None:
    error = UsageError("Many things.", "Look.", [f"d{n}" for n in range(many)])
    assert len(error.details) == many
    assert (error.shown[0], error.shown[-1], len(error.shown)) == ("  d0", last, min(many, 21))
    assert str(error).splitlines() == ["Many things.", *error.shown, "Look."]


def written(node: ast.expr) -> str | None:
    """The text of a string in the source, with ``x`` for whatever is put into it; ``None`` when it is no string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
    return None


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence that is written out where an error is made, and where that is."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in TREE
                and len(node.args) > 1
            ):
                for text in map(written, node.args[:2]):
                    if text:
                        yield f"{path.relative_to(SOURCE)}:{node.lineno}", text


def test_every_error_in_the_house_ends_its_sentences_and_begins_them_large() -> None:
    found = list(sentences())
    assert len(found) > 500
    form = re.compile(
        r"([A-Z'\"x]|keyring\.|--).*([.?]|[.:] ?x)$", re.DOTALL
    )  # a file, an option; another sentence put in
    assert [(where, text) for where, text in found if not form.match(text)] == []


def test_no_error_says_that_something_is_compliant() -> None:
    assert [where for where, text in sentences() if "complian" in text.lower()] == []


@pytest.mark.parametrize("name", sorted(TREE))
def test_an_error_crosses_to_another_process_as_it_is(name: str) -> None:
    cls = TREE[name]
    made = errors.Cancelled() if cls is errors.Cancelled else cls("It broke.", "Mend it.", ("one", "two"))
    found = pickle.loads(pickle.dumps(made))
    assert type(found) is cls
    assert (found.what, found.todo, found.details, str(found)) == (made.what, made.todo, made.details, str(made))
