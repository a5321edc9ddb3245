"""What may stand in a pack, to the last bracket and character; and that everything else is refused before it runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry_app.policy.grammar import DEEPEST, Unfit, Walk, tokens


def walked(text: str) -> Walk:
    return Walk(tokens(text))


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "model.name != ''",
        "evidence.performance.auc.value >= 0.7",
        'evidence["fairness"].single.demographic_parity_ratio.sex.value >= 8e-1',
        "1 - evidence.performance.auc.value <= 0.3",
        "model.risk_tier in ['low', 'medium'] || !(version.scan == \"clean\")",
        "has(evidence.drift) ? evidence.drift.psi < 0.2 : true",
        "datasets.all(d, d.role != 'training' || d.licence.startsWith('CC'))",
        "datasets.exists(a, datasets.exists(b, a.digest == b.digest && a.role != b.role))",
        "datasets.filter(d, d.role == 'test').map(d, d.name).size() > 0",
        "size(datasets) == 1 && datasets[0].name.contains('\u00fc')",
        "\n\tmodel.name\n==\t'x'\n",
        "datasets.exists_one(d, d.role == 'test')",
    ],
)
def test_a_condition_of_the_subset_is_taken(text: str) -> None:
    assert walked(text).charges


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "1 + 1", "1 * 2", "7 % 2", "a", "model.name == name", "string(1)", "model.name.matches('.*')",
        "{'a': 1}", "[model.name]", "[[1], x]", "'a\\\\n'", "'a\nb'", "\"a", "// x", "model.name == 'a' // x",
        "datasets.map(d, d)[0] == 1 && datasets.map(d, d.name + 'x') == []", "datasets.map(d, size(d.name))",
        "datasets.all(d, datasets.all(e, datasets.all(f, true)))", "datasets.all(d, datasets.filter(e, true).size() > 0)",
        "datasets.all(model, true)", "datasets.all(true, true)", "datasets.all(size, true)", "datasets.all(d, datasets.all(d, true))",
        "datasets.all(d)", "datasets.all(d, true, true)", "datasets.all(d.x, true)", "all(d, true)", "evidence", "evidence.x.y == evidence",
        "evidence[kind].x == 1", "evidence[0] == 1", "(true", "true)", "[1)", "(1]", "model..name", ".name", "model.name'x'", "0x10 == 16",
        "1.5.5 == 1", "1u == 1", "b'x' == b'x'", "r'x' == 'x'", "true\x00", "model.name == '\u202e' \u00a0", "model.name == \u00e9", "a.b.c",
        "datasets.all(d, model.name == version.scan)", "timestamp('x') < now", "dyn(1)", "type(1) == int",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Unfit):
        walked(text)


def test_brackets_stand_in_each_other_up_to_a_depth() -> None:
    assert walked("(" * DEEPEST + "true" + ")" * DEEPEST).charges
    with pytest.raises(Unfit, match="deeper than 24"):
        walked("(" * (DEEPEST + 1) + "true" + ")" * (DEEPEST + 1))


def test_the_kinds_of_evidence_that_are_named_are_known() -> None:
    text = "evidence.drift.psi < 0.2 && has(evidence.load) && evidence['quality'].rows > 0 && model.name != 'evidence.fairness'"
    assert walked(text).kinds == {"drift", "load", "quality"}


def test_a_comprehension_is_charged_by_what_it_runs_over() -> None:
    """Each token inside is paid once for each run; a comparison of two parts by the larger of the two."""
    steps = walked("evidence.drift.columns.all(c, c.psi < 0.2)").charges
    assert steps[("step", ("drift",))] > 0
    nested = walked("datasets.all(a, evidence.drift.columns.exists(b, a.name == b.name))").charges
    assert nested[("item", ("", "drift"))] == 1
    assert walked("model == version").charges[("whole", ())] == 1
    assert walked("model.name == 'x'").charges[("whole", ())] == 0
    assert walked("datasets.filter(d, true).size() > 0").charges[("copy", ("",))] == 1


def test_the_longest_list_of_constants_is_known() -> None:
    assert walked("model.name in ['a', 'b', 'c'] || version.number in [-1, 2]").literal == 3
    assert walked("model.name in []").literal == 0


@given(st.text(alphabet="model.evdncst(),[]'\"!=<>&|?: 019-ab\n\\", max_size=40))
def test_any_text_is_taken_or_refused_with_a_reason_that_prints(text: str) -> None:
    reason, found = "", False
    try:
        found = bool(walked(text).charges)
    except Unfit as unfit:
        reason = str(unfit)
    assert found != bool(reason)
    assert reason.isprintable()
