"""A model that is run in the sandbox is measured as if its predictions had stood in the table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry_app.errors import Cancelled, SandboxError, UsageError
from registry_app.measure.progress import Progress
from registry_app.measure.requests import predicting
from registry_app.measure.requests.again import again
from registry_app.measure.requests.fairness import FairnessRequest
from registry_app.measure.requests.modelled import PREDICTION, SCORE, Modelled
from registry_app.measure.requests.performance import PerformanceRequest
from registry_app.measure.requests.request import Inputs
from registry_app.measure.result import Result, decode
from registry_app.measure.sameness import sameness
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.vault import digest
from tests.measure.requests.models import FEATURES, Learned


def same(one: Result, other: Result) -> bool:
    """Whether two results are equal but for the order in which an engine adds."""
    return sameness(one, replace(other, data=one.data)).outcome != "differs"


SEX = (Feature("sex"),)
MADE = Mapping("credit", positive="good", prediction=PREDICTION, sensitive=SEX, row_id="row")


def credit(loans: Learned, *features: str) -> Modelled:
    return Modelled(loans.path("credit.skops"), "skops", features or FEATURES)


@pytest.fixture(scope="module")
def beside(loans: Learned) -> str:
    """The table with the predictions of the same model, made in this process."""
    given = loans.frame[list(FEATURES)]
    frame = loans.frame.assign(said=loans.credit.predict(given), p=loans.credit.predict_proba(given)[:, 1])
    frame.to_csv(loans.folder / "beside.csv", index=False)
    return loans.path("beside.csv")


@pytest.fixture(scope="module")
def measured(loans: Learned) -> Result:
    return decode(FairnessRequest(loans.path("loans.csv"), MADE, model=credit(loans)).run().encode())


def test_the_numbers_are_those_of_a_table_of_predictions(loans: Learned, beside: str, measured: Result) -> None:
    mapping = Mapping("credit", positive="good", prediction="said", score="p", sensitive=SEX, row_id="row")
    assert same(FairnessRequest(beside, mapping).run(), measured)
    assert (measured.data["prediction"], measured.data["score"]) == (PREDICTION, SCORE)


def test_the_result_names_the_table_s_file_and_the_model_that_was_run(loans: Learned, measured: Result) -> None:
    table = (loans.folder / "loans.csv").read_bytes()
    assert (measured.data["digest"], measured.data["digest_of"]) == (digest.sha256_hex(table), "file")
    model = measured.data["model"]
    assert model["digest"] == digest.sha256_hex((loans.folder / "credit.skops").read_bytes())
    assert (model["format"], model["features"], model["trust"], model["waiver"]) == (
        "skops",
        list(FEATURES),
        None,
        None,
    )
    assert model["sandbox"]["attempts"]


def test_it_can_be_done_again_with_the_model_s_file_and_not_without(loans: Learned, measured: Result) -> None:
    data = loans.path("loans.csv")
    with pytest.raises(UsageError, match=r"measured by running a model.*Name the model's file"):
        again(measured, Inputs(data))
    repeated = again(measured, Inputs(data, model=Modelled(loans.path("credit.skops"), "skops"))).run()
    assert same(repeated, measured)
    assert repeated.data == measured.data


def test_a_threshold_cuts_the_model_s_score(loans: Learned, beside: str) -> None:
    made = Mapping("credit", positive="good", threshold=0.7, score=SCORE)
    given = Mapping("credit", positive="good", threshold=0.7, score="p")
    found = PerformanceRequest(loans.path("loans.csv"), made, model=credit(loans)).run()
    assert same(found, PerformanceRequest(beside, given).run())


@pytest.mark.parametrize(
    ("model", "features", "label", "task"),
    [("amount", FEATURES, "amount", "regression"), ("home", ("age", "income"), "home", "multiclass")],
)
def test_many_classes_and_numbers_are_predicted_too(
    loans: Learned, model: str, features: tuple[str, ...], label: str, task: Any
) -> None:
    run = Modelled(loans.path(f"{model}.skops"), "skops", features)
    found = PerformanceRequest(loans.path("loans.csv"), Mapping(label, task, prediction=PREDICTION), model=run).run()
    accuracy = found.result["metrics"]["r2" if task == "regression" else "accuracy"]
    assert float(accuracy["value"]) > 0.8


def test_it_is_the_same_however_many_rows_are_read_at_once(
    loans: Learned, measured: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(predicting, "MANY", 150)
    assert same(FairnessRequest(loans.path("loans.csv"), MADE, model=credit(loans)).run(), measured)


def test_a_table_of_a_database_is_named_by_the_columns_that_were_read(loans: Learned, measured: Result) -> None:
    place = loans.folder / "loans.db"
    with closing(sqlite3.connect(place)) as connection:
        loans.frame.to_sql("loans", connection, index=False)
    found = FairnessRequest(f"sqlite:///{place}#loans", MADE, model=credit(loans)).run()
    assert same(found, measured)
    text = loans.frame[["credit", "row", "sex", *FEATURES]].astype({"age": float}).to_csv(index=False)
    assert found.data["digest_of"] == "columns"
    assert found.data["digest"] == digest.sha256_hex(text.encode())


def test_what_is_wrong_with_the_other_columns_is_listed_by_row(loans: Learned, tmp_path: Path) -> None:
    frame = loans.frame.assign(weight=1.0).astype({"credit": object})
    frame.loc[3, "credit"] = ""
    frame.loc[5, "weight"] = -1
    frame.to_csv(tmp_path / "wrong.csv", index=False)
    mapping = Mapping("credit", positive="good", prediction=PREDICTION, sensitive=SEX, weights="weight")
    with pytest.raises(UsageError, match="2 problems") as caught:
        FairnessRequest(str(tmp_path / "wrong.csv"), mapping, model=credit(loans)).run()
    assert caught.value.details == (
        "row 5, column 'credit': the label is missing",
        "row 7, column 'weight': the weight '-1.0' is below 0",
    )


SPY = """
def predict(rows):
    if set(rows.columns) != {"age", "income", "home"}:
        raise ValueError("seen: " + ", ".join(rows.columns))
    return ["good"] * len(rows)

def sleeps(rows):
    import time
    time.sleep(600)
"""


@pytest.fixture
def spy(tmp_path: Path) -> Callable[..., Modelled]:
    """A function in a module of its own, as a model."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "spy.py").write_text(SPY)

    def model(name: str, *features: str) -> Modelled:
        return Modelled(f"spy:{name}", "callable", features, folder=tmp_path / "code")

    return model


def test_neither_label_nor_sensitive_columns_go_in(
    loans: Learned, spy: Callable[..., Modelled], tmp_path: Path
) -> None:
    loans.frame.drop(columns="amount").to_csv(tmp_path / "t.csv", index=False)
    found = FairnessRequest(str(tmp_path / "t.csv"), MADE, model=spy("predict")).run()
    assert found.data["model"]["features"] == list(FEATURES)
    with pytest.raises(UsageError, match="seen: age, sex"):
        FairnessRequest(str(tmp_path / "t.csv"), MADE, model=spy("predict", "age", "sex")).run()


def test_a_model_of_words_is_refused_where_numbers_are_predicted(loans: Learned, spy: Callable[..., Modelled]) -> None:
    mapping = Mapping("amount", "regression", prediction=PREDICTION)
    with pytest.raises(UsageError, match="predicts classes, and the task is a regression"):
        PerformanceRequest(loans.path("loans.csv"), mapping, model=spy("predict", *FEATURES)).run()


def test_a_model_that_takes_for_ever_is_ended_when_it_is_cancelled(
    loans: Learned, spy: Callable[..., Modelled]
) -> None:
    said: list[str] = []
    progress = Progress(lambda what, _done, _total: said.append(what), lambda: said[-1:] == ["predicting"])
    with pytest.raises(Cancelled):
        FairnessRequest(loans.path("loans.csv"), MADE, model=spy("sleeps", "age")).run(progress)
    assert said[0] == "reading"
    assert "starting the sandbox" in said


def test_a_pickle_that_nobody_trusts_is_not_loaded(loans: Learned, tmp_path: Path) -> None:
    (tmp_path / "m.pkl").write_bytes(b"\x80\x04.")
    with pytest.raises(SandboxError, match="nobody has decided to trust this one"):
        FairnessRequest(
            loans.path("loans.csv"), MADE, model=Modelled(str(tmp_path / "m.pkl"), "pickle", FEATURES)
        ).run()


def test_a_threshold_without_scores_is_said(loans: Learned, spy: Callable[..., Modelled]) -> None:
    mapping = Mapping("credit", positive="good", threshold=0.5, score=SCORE)
    with pytest.raises(UsageError, match="no scores that a threshold could cut"):
        PerformanceRequest(loans.path("loans.csv"), mapping, model=spy("predict", *FEATURES)).run()


def test_a_file_of_another_format_is_said_to_be_no_such_model(loans: Learned) -> None:
    table = Modelled(loans.path("loans.csv"), "skops", FEATURES)
    with pytest.raises(UsageError, match=r"cannot be loaded as skops \(BadZipFile"):
        FairnessRequest(loans.path("loans.csv"), MADE, model=table).run()
