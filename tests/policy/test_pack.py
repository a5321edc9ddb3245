"""A pack is read whole or refused with pack, control and line."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import yaml

from registry_app.errors import UsageError
from registry_app.policy.pack import load_pack


def plain(**changes: Any) -> dict[str, Any]:
    control = {
        "ref": "T-1", "title": "Title", "requirement": "Something.", "citations": ["A 1"], "check": "model.name != ''",
        "severity": "blocking", "limit": "a name", "remedy": "Name it.",
    } | changes.pop("control", {})  # fmt: skip
    head = {
        "id": "test-pack", "version": "1.2", "title": "Test", "jurisdiction": "EU", "status": "voluntary",
        "effective_from": "2026-11-01", "sources": [{"title": "A", "reference": "A 1", "status": "in force"}],
    } | changes.pop("head", {})  # fmt: skip
    return {"pack": head, "controls": [control]} | changes


def written(value: Any) -> bytes:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=10_000).encode()


def refused(data: bytes) -> str:
    with pytest.raises(UsageError) as caught:
        load_pack(data, "p.yaml")
    assert caught.value.what.isprintable()
    assert caught.value.todo
    return caught.value.what


def test_a_pack_keeps_its_bytes_and_their_digest() -> None:
    data = written(plain())
    pack = load_pack(data, "p.yaml")
    assert (pack.id, pack.version, pack.text) == ("test-pack", "1.2", data)
    assert pack.digest == hashlib.sha256(data).hexdigest()
    control = pack.controls[0]
    assert (control.needs, control.enough, control.observed, control.applies_when) == ((), None, None, None)
    assert control.check.text == "model.name != ''"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"control": {"severity": "fatal"}}, "control T-1: severity must be one of blocking, advisory"),
        ({"control": {"colour": "red"}}, "control T-1 has a field that is unknown (colour)"),
        ({"control": {"needs": ["luck"]}}, "control T-1: needs must be one of"),
        ({"control": {"citations": []}}, "control T-1: citations is empty"),
        ({"control": {"ref": "t 1"}}, "control t 1: ref is not of the form"),
        ({"control": {"ref": 7}}, "control number 1: ref must be text"),
        ({"control": {"enough": "true"}}, "must have both enough and lacking"),
        ({"control": {"check": "x" * 2001}}, "control T-1: check is longer than 2000 characters"),
        ({"head": {"status": "compulsory"}}, "pack.status must be one of"),
        ({"head": {"effective_from": "2026-02-30"}}, "no day of the calendar"),
        ({"head": {"id": "../up"}}, "pack.id is not of the form"),
        ({"head": {"title": 5}}, "pack.title must be text"),
        ({"controls": []}, "controls is empty"),
        ({"extra": 1}, "has a field that is unknown (extra)"),
        ({"control": {"title": "red \x1b[31m"}}, "'\\x1b', which does not print"),
        ({"control": {"title": "a\nb"}}, "'\\n', which does not print"),
        ({"control": {"limit": "a\u202eb"}}, "'\\u202e', which does not print"),
        ({"control": {"limit": "a\u200bb"}}, "'\\u200b', which does not print"),
        ({"control": {"check": "model.name == '\u202e'"}}, "which does not print"),
        ({"head": {"sources": [{"title": "a\u2028", "reference": "b", "status": "c"}]}}, "which does not print"),
    ],
)
def test_a_pack_of_a_wrong_form_is_refused(change: dict[str, Any], said: str) -> None:
    assert said in refused(written(plain(**change)))


def test_a_missing_field_is_named_with_the_line_of_its_control() -> None:
    value = plain()
    del value["controls"][0]["limit"], value["controls"][0]["remedy"]
    said = refused(written(value))
    line = written(value).decode().split("\n").index("- ref: T-1") + 1
    assert f"line {line}: control T-1 lacks limit" in said


def test_a_file_that_is_no_mapping_is_refused() -> None:
    assert "must be a mapping" in refused(b"- a\n- b\n")


def test_a_ref_that_stands_twice_is_refused_with_both_lines() -> None:
    value = plain()
    value["controls"] *= 2
    data = yaml.dump(value, Dumper=_NoAlias, sort_keys=False).encode()
    first, second = [n for n, line in enumerate(data.decode().split("\n"), 1) if line == "- ref: T-1"]
    said = refused(data)
    assert f"line {second}: the control T-1 stands twice (first on line {first})" in said


class _NoAlias(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


@pytest.mark.parametrize("field", ["check", "applies_when", "observed", "enough"])
def test_a_condition_that_does_not_compile_names_pack_control_field_and_line(field: str) -> None:
    value = plain(control={"enough": "true", "lacking": "No."} | {field: "model.name =="})
    data = written(value)
    line = next(n for n, text in enumerate(data.decode().split("\n"), 1) if text.startswith(f"  {field}:"))
    said = refused(data)
    assert f"line {line}: the {field} of control T-1 in pack test-pack 1.2 cannot be used: it is not CEL" in said


@pytest.mark.parametrize(
    ("check", "said"),
    [
        ("true &&", "not CEL"),
        ("(" * 30 + "true" + ")" * 30, "nested deeper than 24"),
        ("(true", "not closed"),
        ("true)", "was not open"),
        ("(true]", "do not match"),
        ("modell.name == ''", "the name 'modell' is unknown"),
        ("now() > 1", "the function 'now' is not allowed"),
        ("model.name.matches('(a+)+$')", "the function 'matches' is not allowed"),
        ("duration('1h') == duration('1h')", "is not allowed"),
        ("'a' + 'a' == ''", "has the character '+'"),
        ("evidence.x.v / 0.0 > 1.0", "has the character '/'"),
        ("1.0 * 2.0 > 1.0", "has the character '*'"),
        ("{'a': 1} == model", "has the character '{'"),
        ("model.name == '\\x41'", "has the character"),
        ("true // a remark", "has the character '/'"),
        ("model.name == r'a'", "something is missing after 'r'"),
        ("model.name == '''a'''", "something is missing"),
        ("model.name == 1u", "something is missing after '1'"),
        ("model.name == `a`", "has the character '`'"),
        ("evidence == evidence", "evidence must be followed by its kind"),
        ("evidence[model.name].v > 1", "evidence must be followed by its kind"),
        ("[model] == [model]", "a list may hold constants only"),
        ("[[1], [2]] == [1]", "a list may hold constants only"),
        ("datasets.all(model, true)", "hides another name"),
        ("datasets.all(a, datasets.all(a, true))", "hides another name"),
        ("datasets.all(a, datasets.all(b, datasets.all(c, true)))", "more than 2 comprehensions"),
        ("datasets.all(a, datasets.filter(b, true) == [])", "filter may not stand in another"),
        ("datasets.map(a, [a, a]) == []", "map may only pick a field"),
        ("datasets.map(a, a.x, a.y) == []", "map may only pick a field"),
        ("datasets.all(a, true, true)", "takes one variable"),
        ("datasets.all(1, true)", "needs a variable"),
        ("datasets.all(a, datasets == datasets)", "a comparison in a comprehension needs"),
        ("datasets.all(a, (datasets) == datasets)", "a comparison in a comprehension needs"),
        (".model == 1", "a point must follow a name"),
        ("datasets.all(a, true) && a.name == ''", "the name 'a' is unknown"),
        ("   ", "it is empty"),
    ],
)
def test_a_condition_outside_the_subset_is_refused(check: str, said: str) -> None:
    assert said in refused(written(plain(control={"check": check})))


def test_hostile_files_are_refused_as_files() -> None:
    assert "larger than" in refused(b"#" * 10_000_000)
    assert "an anchor or an alias" in refused(b"pack: &a [x]\ncontrols: [*a, *a]\n")
    assert "a tag" in refused(b"pack: !!python/name:os.system\n")
    assert "twice" in refused(b"pack: 1\npack: 2\n")
