from __future__ import annotations

from pathlib import Path

import pytest

from registry_app.custody import found, require_foundable
from registry_app.errors import UsageError
from registry_app.people.views import AboutRegistry, WhoAmI
from registry_app.policy.views import Packs
from registry_app.reviews.views import Routes
from registry_app.vault.keyfile import CURRENT, PREVIOUS
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.ground import phrase


def test_a_new_registry_has_an_administrator_routes_and_a_pack(tmp_path: Path) -> None:
    founding = found(tmp_path / "new", "Bank", "ada", "Ada Admin", phrase("ada"), "ada@example.org")
    with founding.workspace as workspace:
        assert workspace.ask(AboutRegistry()).name == "Bank"
        me = workspace.ask(WhoAmI())
        assert (me.handle, me.name, [grant.role for grant in me.grants]) == ("ada", "Ada Admin", ["admin"])
        assert len(workspace.ask(Routes())) == 4
        assert [pack.id for pack in workspace.ask(Packs())] == ["credit-model-risk"]
        assert verify(workspace).ok
        assert workspace.notices == []
    assert len(founding.recovery_key.split("-")) == 7
    names = {each.name for each in (tmp_path / "new").iterdir()}
    assert names == {"registry.db", CURRENT, PREVIOUS, "head", "registry.lock"}
    with Workspace.open(tmp_path / "new", "ada", phrase("ada")) as workspace:
        assert workspace.notices == []


@pytest.mark.parametrize(
    ("name", "handle", "secret"),
    [
        ("", "ada", phrase("ada")),
        ("Bank", "Ada", phrase("ada")),
        ("Bank", "ada", "short"),
        ("B\x1bank", "ada", phrase("ada")),
    ],
)
def test_what_is_refused_leaves_no_file(tmp_path: Path, name: str, handle: str, secret: str) -> None:
    with pytest.raises(UsageError):
        found(tmp_path / "new", name, handle, "Ada Admin", secret)
    assert not (tmp_path / "new").exists()


def test_what_can_be_refused_is_refused_before_a_passphrase_is_needed(tmp_path: Path) -> None:
    require_foundable(tmp_path / "new", "Bank", "ada", "Ada Admin", "ada@example.org")
    for name, handle, full_name, email in (
        ("", "ada", "Ada", ""), ("Bank", "ADA", "Ada", ""), ("Bank", "ada", " ", ""), ("Bank", "ada", "Ada", "a\x1b"),
    ):  # fmt: skip
        with pytest.raises(UsageError):
            require_foundable(tmp_path / "new", name, handle, full_name, email)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(UsageError, match="not empty"):
        require_foundable(tmp_path, "Bank", "ada", "Ada Admin")


def test_while_it_is_being_made_nobody_else_gets_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry_app.custody import founding

    tried = []

    def meanwhile(name: str) -> object:
        for attempt in (
            lambda: Workspace.open(tmp_path / "new", "ada", phrase("ada")),
            lambda: found(tmp_path / "new", "Other", "bob", "Bob", phrase("bob")),
        ):
            with pytest.raises(Exception, match=r"never finished|is making") as caught:
                attempt()
            tried.append(type(caught.value).__name__)
        return real(name)

    real = vars(founding)["shipped_pack"]
    monkeypatch.setattr(founding, "shipped_pack", meanwhile)
    found(tmp_path / "new", "Bank", "ada", "Ada Admin", phrase("ada")).workspace.close()
    assert tried == ["UsageError", "StorageBusy"]
