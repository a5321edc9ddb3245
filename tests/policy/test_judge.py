"""Only what was computed and true is met; everything else says why."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from registry_app.errors import UsageError
from registry_app.policy.judge import Verdict, blockers, encode_verdicts, judge, subject_of, verdict_digest, waive
from registry_app.policy.pack import Pack, load_pack, shipped_pack
from tests.policy.test_pack import plain, written


def measured(result: Any, kind: str = "performance", **fields: Any) -> dict[str, Any]:
    return {"id": f"ev-{kind}", "kind": kind, "document": {"data_digest": "d1", "rows": 10, "result": result}} | fields


def one(control: dict[str, Any], *evidence: dict[str, Any], **model: Any) -> Verdict:
    pack = load_pack(written(plain(control=control)), "p.yaml")
    (verdict,) = judge(pack, subject_of(model, {}, [], evidence))
    return verdict


AUC = {"check": "evidence.performance.auc.value >= 0.7", "needs": ["performance"]}


def test_decimal_text_is_compared_as_a_number() -> None:
    observed = AUC | {"observed": "evidence.performance.auc.value"}
    verdict = one(observed, measured({"auc": {"value": "0.70"}}))
    assert (verdict.outcome, verdict.observed, verdict.evidence) == ("met", "0.7", ("ev-performance",))
    assert verdict.reason == "Observed 0.7; the limit is: a name."
    assert one(observed, measured({"auc": {"value": "0.6999999999"}})).observed == "0.6999999999"
    assert one(AUC, measured({"auc": {"value": "0.6999999999"}})).outcome == "not_met"


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({}, "Nothing is known of auc in the performance evidence."),
        ({"auc": {"undefined": "only one class", "n": 12}}, "auc is undefined: only one class (n = 12)."),
        ({"auc": {"value": {"undefined": "no rows", "n": 0}}}, "auc value is undefined: no rows."),
        ({"auc": {"value": None}}, "auc value is undefined: no value is given."),
        ({"auc": {"value": "1e999"}}, "auc value is undefined: it is no finite number."),
        ({"auc": {"value": float("nan")}}, "auc value is undefined: it is no finite number."),
        ({"auc": {"value": float("inf")}}, "auc value is undefined: it is no finite number."),
        ({"auc": {"value": "NaN"}}, "The check could not be computed: the types of its values do not fit."),
        ({"auc": {"value": "Infinity"}}, "The check could not be computed"),
        ({"auc": {"value": ["0.9"]}}, "The check could not be computed"),
        ({"auc": {"value": True}}, "The check could not be computed"),
        ({"auc": "0.9"}, "The check could not be computed"),
        ("0.9", "Nothing is known of auc"),
        ({"undefined": "failed", "n": 1}, "Nothing is known of auc"),
    ],
)
def test_a_number_that_is_not_there_is_never_met(result: Any, said: str) -> None:
    verdict = one(AUC, measured(result))
    assert verdict.outcome == "insufficient_evidence"
    assert said in verdict.reason


@pytest.mark.parametrize("document", [None, [], "x", {}, {"result": None, "data": 3, "rows": "x"}])
def test_a_document_of_a_wrong_form_is_insufficient(document: Any) -> None:
    verdict = one(AUC, measured({}) | {"document": document})
    assert verdict.outcome == "insufficient_evidence"


def test_all_that_is_missing_is_named_at_once() -> None:
    verdict = one({"needs": ["performance", "fairness", "dataset", "owner", "purpose"]})
    assert verdict.outcome == "insufficient_evidence"
    assert verdict.reason == (
        "There is no performance evidence and no fairness evidence and no dataset and no owner and no purpose."
    )


def test_evidence_that_is_named_without_being_needed_is_missed_too() -> None:
    assert one({"check": "evidence.drift.psi < 0.2"}).reason == "There is no drift evidence."


@pytest.mark.parametrize("check", ["model.name", "1", "null", "datasets", "model.name > 1", "datasets[0].name == ''"])
def test_a_check_that_is_no_yes_or_no_is_not_met_by_accident(check: str) -> None:
    assert one({"check": check}, name="a").outcome == "insufficient_evidence"


def test_a_control_that_does_not_apply_says_so_and_asks_for_nothing() -> None:
    control = AUC | {"applies_when": "model.domain == 'credit'"}
    assert one(control, domain="health").outcome == "not_applicable"
    assert one(control, domain="credit").outcome == "insufficient_evidence"
    assert one(control | {"applies_when": "model.colour == ''"}).outcome == "insufficient_evidence"


def test_evidence_that_cannot_carry_an_answer_gives_the_pack_s_own_words() -> None:
    control = AUC | {"enough": "evidence.performance.rows >= 100", "lacking": "Fewer than 100 rows were measured."}
    verdict = one(control, measured({"auc": {"value": "0.9"}}))
    assert (verdict.outcome, verdict.reason) == ("insufficient_evidence", "Fewer than 100 rows were measured.")


def test_the_newest_evidence_of_a_kind_counts() -> None:
    old, new = measured({"auc": {"value": "0.9"}}, id="old"), measured({"auc": {"value": "0.1"}}, id="new")
    assert one(AUC, old, new).evidence == ("new",)
    assert one(AUC, new | {"seq": 9}, old | {"seq": 3}).evidence == ("new",)
    assert one(AUC, new | {"seq": 9}, old | {"seq": 3}).outcome == "not_met"


def test_words_that_look_like_numbers_stay_words() -> None:
    result = {"groups": [{"by": {"age": "25"}, "n": 3}], "disparities": [{"metric": "m", "by": ["7"], "value": "1"}]}
    fairness = subject_of({}, {}, [], [measured(result, "fairness")])["evidence"]["fairness"]
    assert fairness["groups"] == [{"by": {"age": "25"}, "n": 3}]
    assert fairness["single"] == {"m": {"7": {"metric": "m", "by": ["7"], "value": 1.0, "cannot_tell": False}}}


def test_what_is_drawn_of_a_fairness_result_is_not_seen_and_notes_nothing() -> None:
    none = {"undefined": "the rates give none", "n": 0}
    result = {"n": 3, "thresholds": [{"ratio": none}], "calibration": [{"mean_score": none}], "disparities": []}
    fairness = subject_of({}, {}, [], [measured(result, "fairness")])["evidence"]["fairness"]
    assert not {"thresholds", "calibration"} & fairness.keys()
    assert fairness["undefined"] == []
    assert subject_of({}, {}, [], [measured({"calibration": [1]})])["evidence"]["performance"]["calibration"] == [1]


def test_a_digest_is_the_same_with_and_without_its_algorithm() -> None:
    subject = subject_of({}, {"artifact_digest": "sha256:AB"}, [{"digest": "SHA256:CD"}], [])
    assert subject["version"]["artifact_digest"] == "ab"
    assert subject["datasets"][0]["digest"] == "cd"


@pytest.mark.parametrize(
    ("model", "version", "datasets"),
    [({"name": 3}, {}, []), ({}, {"number": "3"}, []), ({}, {"number": True}, []), ({}, {}, [{"sensitive": "sex"}])],
)
def test_a_field_of_a_wrong_type_is_refused(model: Any, version: Any, datasets: Any) -> None:
    with pytest.raises(UsageError, match="is not"):
        subject_of(model, version, datasets, [])


def test_a_subject_without_its_parts_is_refused() -> None:
    with pytest.raises(UsageError, match="lacks version, datasets, evidence"):
        judge(shipped_pack("credit-model-risk"), {"model": {}})


def test_what_was_observed_cannot_drive_a_terminal_or_fill_a_page() -> None:
    control = {"check": "true", "observed": "model.name"}
    assert one(control, name="a\x1b[2J\u202e\nb").observed == "a\\x1b[2J\\u202e\\nb"
    assert one(control, name="\ud800").outcome == "insufficient_evidence"
    assert len(one(control, name="x" * 100_000).observed) == 300


def bomb(check: str, *, rows: int) -> Verdict:
    pack = load_pack(written(plain(control={"check": check})), "p.yaml")
    datasets = [{"name": f"d{n}", "digest": f"{n:064d}", "sensitive_columns": ["a"] * 5} for n in range(rows)]
    return judge(pack, subject_of({}, {}, datasets, []))[0]


@pytest.mark.parametrize(
    "check",
    [
        "datasets.all(a, datasets.all(b, a == b || true))",
        "datasets.all(a, datasets.all(b, a in datasets || true))",
        "datasets.all(a, datasets.all(b, a.name.contains(b.name) || true))",
        "datasets.all(a, datasets.all(b, true))",
        "datasets.filter(a, true).size() > 0",
        "datasets.filter(a, true).map(a, a.name).size() > 0",
    ],
)
def test_a_condition_that_would_run_for_long_is_not_begun(check: str) -> None:
    assert bomb(check, rows=3).outcome == "met"
    verdict = bomb(check, rows=8_000)
    assert verdict.outcome == "insufficient_evidence"
    assert verdict.reason == "The check could not be computed: it would take more steps than are allowed."


def test_a_comparison_costs_as_much_as_what_it_compares() -> None:
    pack = load_pack(written(plain(control={"check": "datasets.all(a, datasets.all(b, a == b))"})), "p.yaml")

    def outcome(columns: int) -> str:
        datasets = [{"sensitive_columns": ["a"] * columns}] * 200
        return judge(pack, subject_of({}, {}, datasets, []))[0].outcome

    assert (outcome(5), outcome(190), outcome(900)) == ("met", "met", "insufficient_evidence")


def test_a_subject_of_too_many_values_is_not_looked_at() -> None:
    assert "more values than are allowed" in bomb("datasets[0].name == 'd0'", rows=20_000).reason


def test_large_evidence_does_not_burden_a_control_that_does_not_name_it() -> None:
    large = measured({"curve": [["0.1", "0.2"]] * 100_000})
    control = {"check": "datasets.all(a, datasets.all(b, a == b))"}
    assert one(control, large).outcome == "met"


def test_verdicts_are_encoded_in_one_way() -> None:
    verdicts = _shipped_verdicts()
    data = encode_verdicts(verdicts)
    assert data == encode_verdicts(_shipped_verdicts()) == rfc8785.dumps(json.loads(data))
    assert len(verdict_digest(verdicts)) == 64
    assert verdict_digest(verdicts[1:]) != verdict_digest(verdicts)


def _shipped_verdicts() -> tuple[Verdict, ...]:
    return judge(shipped_pack("credit-model-risk"), subject_of({"name": "ü"}, {}, [], [measured({})]))


def test_a_waiver_lifts_what_stands_in_the_way_and_nothing_else() -> None:
    missing = one(AUC)
    lifted = waive(missing, "until \x1b 2027")
    assert (lifted.outcome, lifted.reason) == (
        "waived", "Waived (until \\x1b 2027); without it: There is no performance evidence."
    )  # fmt: skip
    met = one({"check": "true"})
    assert waive(met, "x") is met
    advisory = one({"check": "false", "severity": "advisory"})
    assert blockers([missing, lifted, met, advisory]) == (missing,)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["0.8", "NaN"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["value", "ci", "by", "metric", "auc", "disparities", "undefined", "n", "cases", "additivity"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
PACK: Pack = shipped_pack("credit-model-risk")


@given(JSON, st.sampled_from(["performance", "fairness", "explanation"]))
def test_any_document_gives_verdicts_that_can_be_encoded(result: Any, kind: str) -> None:
    verdicts = judge(PACK, subject_of({}, {}, [], [measured(result, kind)]))
    assert encode_verdicts(verdicts)
    assert all(verdict.outcome != "waived" for verdict in verdicts)
