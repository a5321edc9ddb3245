"""A case is read whole, with what it changes of another one, or refused with its file and line."""

from __future__ import annotations

import pytest

from registry_app.errors import UsageError
from registry_app.policy.cases import Case, load_case
from registry_app.policy.pack import load_pack
from tests.policy.test_pack import plain, written

SOUND = b"about: a\nmodel: {}\nversion: {}\ndatasets: []\nevidence: []\nexpect: {A-1: met}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"about: 3\nexpect: {}\n", "line 1: it is no case"),
        (b"about: a\nexpect: {A-1: fine}\n", "line 2: expect must name outcomes"),
        (b"about: a\nexpect: {}\nmodel: {}\n", "must give all of"),
        (b"about: a\nexpect: {}\nstarts_from: ../sound.yaml\n", "line 3: starts_from"),
        (b"about: a\nexpect: {}\nstarts_from: a.yaml\nchanges:\n- {at: x/y, value: 1}\n", "line 5: there is nothing"),
        (b"about: a\nexpect: {}\nstarts_from: a.yaml\nchanges:\n- {at: datasets/0, gone: true}\n", "there is nothing"),
        (b"about: a\nexpect: {}\nstarts_from: a.yaml\nchanges:\n- {at: model, what: 1}\n", "a change has at"),
        (b"about: a\nexpect: {}\nstarts_from: a.yaml\nchanges:\n- model\n", "a change has at"),
    ],
)
def test_a_case_of_a_wrong_form_is_refused_with_its_line(text: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        load_case(text, "case.yaml", lambda _: SOUND)


def test_a_case_cannot_start_from_one_that_is_not_whole() -> None:
    text = b"about: a\nexpect: {}\nstarts_from: a.yaml\n"
    with pytest.raises(UsageError, match="not whole"):
        load_case(text, "case.yaml", lambda _: text)


BASE = b"""about: base
model: {name: m}
version: {}
datasets: [{name: a, role: test}, {name: b, role: training}]
evidence: []
expect: {A-1: met, A-2: not_met}
"""


def changed(*changes: str, expect: str = "{}") -> Case:
    lines = "".join(f"- {change}\n" for change in changes)
    text = f"about: other\nexpect: {expect}\nstarts_from: base.yaml\nchanges:\n{lines}"
    return load_case(text.encode(), "case.yaml", lambda _: BASE)


def test_a_case_is_another_one_with_changes() -> None:
    case = changed(
        "{at: model/name, value: other}",
        "{at: model/domain, value: credit}",
        "{at: datasets/0/role, value: training}",
        "{at: datasets/1, gone: true}",
        expect="{A-2: met}",
    )
    assert (case.name, case.about) == ("case.yaml", "other")
    assert case.given["model"] == {"name": "other", "domain": "credit"}
    assert case.given["datasets"] == [{"name": "a", "role": "training"}]
    assert case.expect == {"A-1": "met", "A-2": "met"}


def test_changes_are_made_in_their_order() -> None:
    case = changed("{at: datasets/0, gone: true}", "{at: datasets/0/name, value: first}")
    assert [row["name"] for row in case.given["datasets"]] == ["first"]


def test_the_case_it_starts_from_stays_as_it_is() -> None:
    changed("{at: model/name, value: other}")
    assert load_case(BASE, "base.yaml", lambda _: b"").given["model"] == {"name": "m"}


@pytest.mark.parametrize(
    "change",
    ["{at: model, gone: false}", "{at: model/x, gone: true}", "{at: datasets/9/name, value: x}", "{at: datasets/x, value: 1}",
     "{at: model/name/first, value: x}", "{value: x}", "{at: model/name, value: x, gone: true}", "{at: 3, value: x}"],
)  # fmt: skip
def test_a_change_of_what_is_not_there_is_refused_with_its_line(change: str) -> None:
    with pytest.raises(UsageError, match=r"case\.yaml, line 6: ") as caught:
        changed("{at: model/name, value: y}", change)
    assert "policies README" in caught.value.todo


@pytest.mark.parametrize("other", ["../base.yaml", "a/b.yaml", "a\\\\b.yaml", "[base.yaml]"])
def test_a_case_starts_from_one_beside_it_and_from_nowhere_else(other: str) -> None:
    read: list[str] = []

    def reads(name: str) -> bytes:
        read.append(name)
        return BASE

    with pytest.raises(UsageError, match="starts_from must name a case beside"):
        load_case(f"about: a\nexpect: {{}}\nstarts_from: {other}\nchanges: []\n".encode(), "case.yaml", reads)
    assert read == []


@pytest.mark.parametrize("extra", ["colour: red", "model: {}"])
def test_a_case_has_no_other_fields(extra: str) -> None:
    text = f"about: a\nexpect: {{}}\nstarts_from: base.yaml\nchanges: []\n{extra}\n"
    with pytest.raises(UsageError, match=r"case\.yaml, line"):
        load_case(text.encode(), "case.yaml", lambda _: BASE)


def test_a_case_is_judged_like_a_version() -> None:
    pack = load_pack(written(plain(control={"check": "datasets.exists(d, d.role == 'training')"})), "p.yaml")
    assert [verdict.outcome for verdict in load_case(BASE, "b", lambda _: b"").verdicts(pack)] == ["met"]
    assert [verdict.outcome for verdict in changed("{at: datasets/1, gone: true}").verdicts(pack)] == ["not_met"]
