from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from registry_app.errors import UsageError
from registry_app.measure.explain import explain, explainer, run
from registry_app.measure.explain.asked import table_digest
from registry_app.measure.result import Result, decode

NAMES = ["housing", "income", "age", "noise"]


def people(n: int = 240, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray[Any, Any]]:
    draws = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "housing": draws.choice(["own", "rent", "for free"], n),
            "income": np.round(draws.normal(30, 10, n)),
            "age": draws.integers(18, 80, n),
            "noise": draws.choice(["a", "b"], n),
        }
    )
    lean = (frame["housing"] == "own") * 1.5 + (frame["income"] - 30) / 8
    return frame, np.where(lean + draws.normal(0, 1, n) > 0.5, "good", "bad")


def fitted(classifier: Any, dense: bool = True) -> Pipeline:
    frame, labels = people()
    prepare = ColumnTransformer(
        [
            ("words", OneHotEncoder(handle_unknown="ignore", sparse_output=not dense), ["housing", "noise"]),
            ("numbers", StandardScaler(), ["income", "age"]),
        ]
    )
    return Pipeline([("prepare", prepare), ("classify", classifier)]).fit(frame, labels)


def explained(model: Any, n: int = 60, **given: Any) -> Result:
    frame, _ = people()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return explain(model, frame, frame.iloc[:n], NAMES, 1, **given)


@pytest.mark.parametrize(
    ("classifier", "explainer", "output"),
    [
        (LogisticRegression(), "linear", "log-odds"),
        (RandomForestClassifier(20, random_state=0), "tree", "probability"),
        (ExtraTreesClassifier(10, random_state=0), "tree", "probability"),
        (DecisionTreeClassifier(max_depth=4, random_state=0), "tree", "probability"),
        (GradientBoostingClassifier(random_state=0), "tree", "log-odds"),
        (HistGradientBoostingClassifier(random_state=0), "tree", "log-odds"),
        (GaussianNB(), "permutation", "probability"),
    ],
)
def test_values_add_up_to_the_models_output(classifier: Any, explainer: str, output: str) -> None:
    found = explained(fitted(classifier), n=20, positive="good")
    assert found.parameters["explainer"].startswith(explainer)
    assert found.result["output"] == output
    assert float(found.result["additivity"]["max_abs_error"]["value"]) < 1e-5
    for case in found.result["cases"]:
        total = float(case["base_value"]["value"]) + sum(float(each["value"]) for each in case["contributions"])
        assert total == pytest.approx(float(case["output"]["value"]), abs=1e-5)
    assert decode(found.encode()) == found


def test_importance_is_told_for_the_source_features_and_finds_the_real_ones() -> None:
    found = explained(fitted(LogisticRegression(), dense=False))
    names = [each["feature"] for each in found.result["importance"]]
    assert sorted(names) == sorted(NAMES)
    assert names[:2] == ["income", "housing"]
    assert [each["rank"] for each in found.result["importance"]] == [1, 2, 3, 4]
    for each in found.result["importance"]:
        low, high = (float(end) for end in each["ci"])
        assert low <= float(each["value"]) <= high


def test_a_linear_models_values_are_coefficient_times_distance_from_the_mean() -> None:
    frame, labels = people()
    table = frame[["income", "age"]].to_numpy(float)
    model = LogisticRegression().fit(table, labels)
    found = explain(model, table[:80], table[:40], ["income", "age"], 1, cases=0)
    expected = np.abs(model.coef_[0] * (table[:40] - table[:80].mean(axis=0))).mean(axis=0)
    ours = {each["feature"]: float(each["value"]) for each in found.result["importance"]}
    assert ours == pytest.approx({"income": expected[0], "age": expected[1]}, abs=1e-9)
    assert found.result["cases"] == []


def test_the_other_class_has_the_opposite_values() -> None:
    for classifier in (
        LogisticRegression(),
        GradientBoostingClassifier(random_state=0),
        RandomForestClassifier(9, random_state=0),
    ):
        model = fitted(classifier)
        good, bad = (explained(model, cases=60, positive=name) for name in ("good", "bad"))
        assert good.data["positive"] == "good"
        first = {each["row"]: each for each in good.result["cases"]}
        assert len(first) == 60
        for case in bad.result["cases"]:
            other = first[case["row"]]
            assert float(case["prediction"]["value"]) == pytest.approx(1 - float(other["prediction"]["value"]))
            theirs = {each["feature"]: -float(each["value"]) for each in other["contributions"]}
            assert {each["feature"]: float(each["value"]) for each in case["contributions"]} == pytest.approx(
                theirs, abs=1e-6
            )


def test_cases_run_from_the_lowest_to_the_highest_prediction_and_name_places_only() -> None:
    model = fitted(LogisticRegression())
    found = explained(model, cases=3, positive="good").result["cases"]
    shown = [float(each["prediction"]["value"]) for each in found]
    frame, _ = people()
    every = model.predict_proba(frame.iloc[:60])[:, 1]
    assert shown[0] == pytest.approx(every.min())
    assert shown[-1] == pytest.approx(every.max())
    assert found[0]["row"] == f"row {int(every.argmin()) + 1}"
    sizes = [abs(float(each["value"])) for each in found[0]["contributions"]]
    assert sizes == sorted(sizes, reverse=True)


def test_the_same_seed_gives_the_same_result() -> None:
    model = fitted(GaussianNB())
    assert explained(model, n=5).result == explained(model, n=5).result


def test_many_rows_are_drawn_with_the_seed_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MOST_ROWS", 30)
    found = explained(fitted(LogisticRegression()), n=200)
    assert (found.data["rows"], found.parameters["explained_rows"], found.result["n"]) == (200, 30, 30)
    assert found.parameters["background_used"] == explainer.BACKGROUND


def test_one_row_has_no_interval() -> None:
    found = explained(fitted(LogisticRegression()), n=1)
    assert found.result["importance"][0]["ci"] == {"undefined": "one row has no spread", "n": 1}
    assert len(found.result["cases"]) == 1


def test_a_changed_cell_changes_the_digest() -> None:
    model = fitted(LogisticRegression())
    frame, _ = people()
    changed = frame.copy()
    changed.loc[0, "age"] += 1
    first = explain(model, frame, frame, NAMES, 1)
    assert explain(model, frame, changed, NAMES, 1).data["digest"] != first.data["digest"]
    assert first.data["digest"] == first.data["background_digest"]


def test_a_digest_is_of_the_cells_and_of_where_each_begins() -> None:
    numbers = np.array([[1.5, 2.0], [np.nan, -0.0]])
    assert table_digest("ab", numbers) == table_digest("ab", pd.DataFrame(numbers))
    words = [np.array([[one, other]], dtype=object) for one, other in (("x", "1:y"), ("x1:", "y"), ("x", "1:z"))]
    made = [table_digest("ab", each) for each in words]
    made += [table_digest(names, numbers) for names in ("ab", "ba")]
    made += [
        table_digest("ab", numbers.astype(object)),
        table_digest("a", np.array([[1]])),
        table_digest("a", np.array([[1.0]])),
    ]
    made += [table_digest("abc", numbers, [["f", "m"]]), table_digest("abc", numbers, [["m", "f"]])]
    assert len(set(made)) == len(made)


def test_what_cannot_be_explained_is_refused() -> None:
    frame, labels = people()
    model = fitted(LogisticRegression())
    table = frame[["income", "age"]].to_numpy(float)
    three = LogisticRegression().fit(table, np.arange(len(table)) % 3)
    refusals: list[tuple[str, Any, Any, list[str], dict[str, Any]]] = [
        ("have the shape", model, frame.iloc[:0], NAMES, {}),
        ("have the shape", model, frame[["age"]], NAMES, {}),
        ("one stands twice", model, frame, ["age"] * 4, {}),
        ("cases cannot be shown", model, frame, NAMES, {"cases": 101}),
        ("does not know the class", model, frame, NAMES, {"positive": "splendid"}),
        ("knows 3 classes. Name the positive class", three, table, ["income", "age"], {}),
        (
            "A regression has no class",
            LinearRegression().fit(table, labels == "good"),
            table,
            ["income", "age"],
            {"positive": 1},
        ),
        ("no fitted classifier", LogisticRegression(), table, ["income", "age"], {}),
        ("no fitted classifier", LinearRegression(), table, ["income", "age"], {}),
        ("in the table, or is asked for twice", model, frame, NAMES, {"cases": [0]}),
        ("in the table, or is asked for twice", model, frame, NAMES, {"cases": [3, 3]}),
        ("is no precision", model, frame, NAMES, {"precision": 1.5}),
        ("is no limit of an association", model, frame, NAMES, {"proxy_limit": 0}),
        ("no feature 'shoe' to forbid", model, frame, NAMES, {"forbidden": ["shoe"]}),
        ("has 2 values for 240 rows", model, frame, NAMES, {"sensitive": {"sex": ["f", "m"]}}),
        ("has 240 groups; 50 can", model, frame, NAMES, {"sensitive": {"id": range(240)}}),
        ("are not numbers", LogisticRegression().fit(table, labels), frame[["housing", "age"]], ["a", "b"], {}),
    ]
    for said, one, rows, names, given in refusals:
        with pytest.raises(UsageError, match=said):
            explain(one, rows if said != "have the shape" else frame, rows, names, 1, **given)


def test_the_gap_between_groups_is_told_feature_by_feature_and_sums_to_the_gap_in_output() -> None:
    frame, _ = people()
    model = fitted(LogisticRegression())
    sex = np.where(frame["income"] > 30, "m", "f")
    found = explain(model, frame, frame, NAMES, 1, positive="good", sensitive={"sex": sex}, checks=False)
    gap = found.result["groups"][0]["differences"][0]
    outputs = pd.Series(model.decision_function(frame))
    whole = outputs[sex == gap["group"]].mean() - outputs[sex == gap["against"]].mean()
    assert sum(float(each["value"]) for each in gap["contributions"]) == pytest.approx(whole, abs=1e-9)
    assert abs(float(gap["residual"]["value"])) < 1e-9
    assert gap["contributions"][0]["feature"] == "income"
    proxies = [each["feature"] for each in found.result["associations"] if each["proxy"]]
    assert proxies == ["income"]
    assert decode(found.encode()) == found


def test_another_sensitive_value_changes_the_digest() -> None:
    model = fitted(LogisticRegression())
    frame, _ = people()
    sex = ["f", "m"] * 120
    digests = {
        explain(model, frame, frame, NAMES, 1, 0, sensitive={"sex": given}, checks=False).data["digest"]
        for given in (sex, sex[::-1])
    }
    assert len(digests) == 2


def test_the_checks_are_plain_numbers_that_a_control_can_read() -> None:
    found = explained(fitted(RandomForestClassifier(20, random_state=0)))
    for name in ("seed", "background"):
        check = found.result["stability"][name]
        assert -1 <= float(check["spearman"]["value"]) <= 1
        assert float(check["kendall"]["value"]) > 0
        assert float(check["top_overlap"]["value"]) == 1
    assert found.result["stability"]["background"]["explainer"] == "tree, interventional"
    assert explained(fitted(LogisticRegression()), checks=False).result["stability"] is None


def test_a_model_of_noise_has_no_stable_ranking() -> None:
    draws = np.random.default_rng(3)
    table = draws.normal(0, 1, (400, 10))
    model = DecisionTreeClassifier(max_depth=8, random_state=0).fit(table, draws.integers(0, 2, 400))
    names = [f"f{each}" for each in range(10)]
    found = explain(model, table, table, names, 1, 0).result["stability"]
    assert float(found["background"]["spearman"]["value"]) < 0.99


def test_it_stops_early_and_says_when_and_how_sure_it_is() -> None:
    draws = np.random.default_rng(3)
    table = draws.normal(0, 1, (6000, 3))
    model = LogisticRegression().fit(table, table @ [3, 2, 1] > 0)
    found = explain(model, table, table, ["a", "b", "c"], 1, checks=False)
    assert found.result["sampling"]["stopped"] == "precise"
    assert found.result["sampling"]["looks"][-1]["rows"] == found.result["n"] < 6000
    assert float(found.result["sampling"]["looks"][-1]["widest"]["value"]) <= 0.05
    assert [each["ranks"] for each in found.result["importance"]] == [[1, 1], [2, 2], [3, 3]]
    whole = explain(model, table, table, ["a", "b", "c"], 1, checks=False, precision=None, cases=[17])
    assert whole.result["n"] == 6000
    for ours, all_rows in zip(found.result["importance"], whole.result["importance"], strict=True):
        assert float(ours["ci"][0]) <= float(all_rows["value"]) <= float(ours["ci"][1])
    assert whole.result["cases"][0]["row"] == "row 17"


def test_a_regression_is_explained_in_units_of_its_prediction() -> None:
    draws = np.random.default_rng(3)
    table = draws.normal(0, 1, (300, 2))
    model = LinearRegression().fit(table, table @ [3.0, 1.0] + 10)
    found = explain(model, table, table, ["a", "b"], 1)
    assert (found.result["task"], found.result["output"], found.data["positive"]) == ("regression", "prediction", None)
    assert float(found.result["importance"][0]["value"]) == pytest.approx(
        3 * abs(table[:, 0] - table[:, 0].mean()).mean(), rel=0.1
    )
    assert decode(found.encode()) == found


def test_one_class_of_several_is_explained() -> None:
    draws = np.random.default_rng(3)
    table = draws.normal(0, 1, (300, 2))
    model = RandomForestClassifier(20, random_state=0).fit(table, np.digitize(table[:, 0], [-0.5, 0.5]))
    found = explain(model, table, table, ["a", "b"], 1, positive=2)
    assert (found.result["task"], found.data["positive"]) == ("multiclass", "2")
    assert found.result["importance"][0]["feature"] == "a"
    assert float(found.result["additivity"]["max_abs_error"]["value"]) < 1e-9


def test_few_permuted_rows_are_warned_of() -> None:
    found = explained(fitted(GaussianNB()), n=5, checks=False)
    assert found.result["warnings"] == ["The intervals rest on fewer than 30 rows."]


def test_rows_left_out_are_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PERMUTED", 3)
    found = explained(fitted(GaussianNB()), n=20, checks=False)
    assert found.result["warnings"][0] == (
        "Only 3 of 20 rows were explained: the permutation explainer asks the model again and again."
    )
    assert found.result["sampling"]["stopped"] == "most rows"


def test_the_number_of_processes_changes_no_number() -> None:
    model = fitted(HistGradientBoostingClassifier(random_state=0))
    assert explained(model, n=240).result == explained(model, n=240, n_jobs=2).result
