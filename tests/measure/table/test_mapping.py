from __future__ import annotations

import json

import pytest

from registry_app.errors import UsageError
from registry_app.measure.table.mapping import Feature, Mapping

WHOLE = Mapping(
    "y", positive="1", score="s", threshold=0.5, sensitive=(Feature("sex"), Feature("age", (25, 60))),
    control=(Feature("region"),), weights="w", row_id="id", time="day", champion_score="t",
)  # fmt: skip


def test_what_is_written_is_read_again() -> None:
    assert Mapping.from_json(WHOLE.to_json()) == WHOLE
    assert json.loads(WHOLE.to_json()) == WHOLE.described()


def test_a_person_may_write_numbers_as_numbers_and_leave_out_what_is_not_there() -> None:
    text = '{"label": "y", "positive": "1", "score": "s", "threshold": 0.5, "sensitive": ["sex", {"column": "age", "cuts": [25]}]}'
    assert Mapping.from_json(text) == Mapping(
        "y", positive="1", score="s", threshold=0.5, sensitive=(Feature("sex"), Feature("age", (25,)))
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        ("{}", "names no label"),
        ('{"label": "y", "label": "z"}', "a key stands twice"),
        ('{"label": "y", "prediction": "p", "positive": "1", "x\\u001b": 1}', "no part of one"),
        ('{"label": 1}', "label is not a text"),
        ('{"label": "y", "positive": "1", "score": "s", "threshold": NaN}', "not finite"),
        ('{"label": "y", "positive": "1", "score": "s", "threshold": "half"}', "a number is none"),
        ('{"label": "y", "positive": "1", "score": "s", "threshold": true}', "a number is none"),
        ('{"label": "y", "sensitive": "sex"}', "sensitive is not a list"),
        ('{"label": "y", "sensitive": [{"column": "age", "cut": [1]}]}', "a feature is not"),
        ('{"label": "y", "sensitive": [{"column": "age", "cuts": 1}]}', "cut points are not a list"),
        ('{"label": "y", "sensitive": [{"column": "age", "cuts": [2, 1]}]}', "do not rise"),
        ('{"label": "y", "task": "ranking"}', "'ranking' is not known"),
        (" " * (1 << 21), "too long"),
    ],
)
def test_what_is_no_mapping_is_refused_for_its_reason(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        Mapping.from_json(text)
    assert said in caught.value.what
    assert caught.value.what.isprintable()


def test_a_mapping_that_says_too_little_or_too_much_is_refused() -> None:
    for given, said in (
        ({"score": "s", "threshold": 0.5}, "no positive outcome"),
        ({"positive": "1"}, "no prediction"),
        ({"positive": "1", "score": "s", "threshold": 50.0}, "outside 0 to 1"),
        ({"positive": "1", "prediction": "p", "threshold": 0.5}, "from a score"),
        ({"positive": "1", "prediction": "p", "score": "s", "threshold": 0.5}, "from a score"),
        ({"positive": "1", "prediction": "y"}, "the column .* twice"),
        ({"task": "regression"}, "no prediction"),
        ({"task": "multiclass", "prediction": "p", "positive": "1"}, "Only a binary task"),
        ({"task": "multiclass", "prediction": "p", "champion_score": "t"}, "Only a binary task"),
        ({"positive": "1", "prediction": "p", "champion_prediction": "p"}, "the column .* twice"),
        ({"positive": "1", "prediction": "p", "champion_score": "t"}, "nothing in which the champion can be compared"),
        ({"positive": "1", "score": "s", "champion_prediction": "q"}, "nothing in which the champion can be compared"),
    ):
        with pytest.raises(UsageError, match=said):
            Mapping("y", **given)


def test_cut_points_follow_the_last_colon_of_a_column() -> None:
    assert Feature.parse("age:25,60") == Feature("age", (25, 60))
    assert Feature.parse("a:b:0.5") == Feature("a:b", (0.5,))
    assert Feature.parse("ratio a:b") == Feature("ratio a:b")
    for text in ("age:60,25", "age:25,25", "age:nan", "age:inf"):
        with pytest.raises(UsageError, match="do not rise"):
            Feature.parse(text)


def test_bands_have_names_that_stay() -> None:
    assert Feature("age", (25, 60)).bands == ("under 25", "25 to under 60", "60 and over")
    assert Feature("x", (-0.5, 1e6)).bands == ("under -0.5", "-0.5 to under 1000000", "1000000 and over")
    assert Feature("x").bands == ()


def test_scores_without_a_threshold_predict_nothing() -> None:
    assert not Mapping("y", positive="1", score="s").predicts
    assert WHOLE.predicts
    assert WHOLE.by == ("region", "sex", "age")


def test_the_champion_has_a_mapping_of_its_own_on_the_same_rows() -> None:
    assert Mapping("y", positive="1", score="s", threshold=0.5).champion is None
    scored = Mapping("y", positive="1", score="s", threshold=0.5, weights="w", champion_score="t")
    assert scored.champion == Mapping("y", positive="1", score="t", threshold=0.5, weights="w")
    decided = Mapping("y", positive="1", score="s", threshold=0.5, champion_prediction="q", champion_score="t")
    assert decided.champion == Mapping("y", positive="1", prediction="q", score="t")
    assert Mapping("y", "regression", prediction="p", champion_prediction="q").champion == Mapping(
        "y", "regression", prediction="q"
    )
    assert {"q", "t"} <= set(decided.columns)
