"""A model's file is explained in the sandbox as its object is from code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from distributed import LocalCluster

from registry_app.errors import UsageError
from registry_app.measure.explain import explain
from registry_app.measure.explain.reasons import Reasons
from registry_app.measure.requests.again import again, redo
from registry_app.measure.requests.explanation import ExplanationRequest
from registry_app.measure.requests.modelled import Modelled
from registry_app.measure.requests.request import Inputs
from registry_app.measure.result import Result, decode
from registry_app.measure.table.mapping import Feature
from registry_app.vault import digest
from tests.measure.requests.models import FEATURES, Learned

started: Any = LocalCluster

REASONS = Reasons(0.5, {"age": "Your age", "income": "Your income", "home": "Your housing"})


@pytest.fixture(scope="module")
def asked(loans: Learned) -> ExplanationRequest:
    loans.frame[:100].to_csv(loans.folder / "background.csv", index=False)
    return ExplanationRequest(
        loans.path("loans.csv"),
        Modelled(loans.path("credit.skops"), "skops", FEATURES),
        loans.path("background.csv"),
        "good",
        (Feature("sex"), Feature("age", (30, 50))),
        cases=3,
        reasons=REASONS,
        forbidden=("age",),
        seed=7,
    )


@pytest.fixture(scope="module")
def explained(asked: ExplanationRequest) -> Result:
    return decode(asked.run().encode())


def test_the_numbers_are_those_of_the_same_model_explained_here(loans: Learned, explained: Result) -> None:
    rows = loans.frame[list(FEATURES)].astype({"age": float})
    bands = [("under 30", "30 to under 50", "50 and over")[(age >= 30) + (age >= 50)] for age in loans.frame.age]
    here = explain(
        loans.credit, rows[:100], rows, FEATURES, 7, 3, positive="good", sensitive={"sex": loans.frame.sex, "age": bands},
        reasons=REASONS, forbidden=("age",),
    )  # fmt: skip
    assert explained.result == here.result


def test_it_names_the_files_and_the_model_and_all_that_was_chosen(loans: Learned, explained: Result) -> None:
    data = explained.data
    for name, field in (("loans.csv", "digest"), ("background.csv", "background_digest")):
        assert data[field] == digest.sha256_hex((loans.folder / name).read_bytes())
        assert data[f"{field}_of"] == "file"
    assert (data["rows"], data["background_rows"]) == (400, 100)
    assert data["model"]["digest"] == digest.sha256_hex((loans.folder / "credit.skops").read_bytes())
    assert data["groups"] == [{"column": "sex", "cuts": []}, {"column": "age", "cuts": ["30.0", "50.0"]}]
    assert data["texts"] == REASONS.texts
    assert (explained.parameters["checks"], explained.parameters["interventional"]) == (1, 0)


def same(found: Result, other: Result) -> bool:
    """Whether they are equal to the byte, apart from how long they took."""
    return replace(found, duration_ms=0).encode() == replace(other, duration_ms=0).encode()


def test_several_sandboxes_write_what_one_writes(asked: ExplanationRequest, explained: Result) -> None:
    assert same(replace(asked, n_jobs=2).run(), explained)


def test_a_cluster_s_workers_write_what_one_sandbox_writes(asked: ExplanationRequest, explained: Result) -> None:
    with started(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as cluster:
        assert same(replace(asked, dask=cluster.scheduler_address).run(), explained)


def test_it_can_be_done_again(asked: ExplanationRequest, explained: Result) -> None:
    model = replace(asked.model, features=())
    with pytest.raises(UsageError, match="Name the model's file"):
        again(explained, Inputs(asked.data, asked.background))
    repeated = again(explained, Inputs(asked.data, asked.background, model)).run()
    assert (repeated.result, repeated.data) == (explained.result, explained.data)
    assert repeated.parameters == explained.parameters


def test_another_background_is_refused_before_anything_is_explained(
    asked: ExplanationRequest, explained: Result, tmp_path: Path
) -> None:
    background = tmp_path / "background.csv"
    background.write_text("age,income,home\n40,3000,own\n", encoding="utf-8")
    model = replace(asked.model, features=(), file=str(tmp_path / "no such model"))
    for other in (str(background), ""):
        with pytest.raises(UsageError, match="The background given is sha256:"):
            redo(explained, Inputs(asked.data, other, model))


def test_what_was_explained_from_code_cannot_be_read_back(loans: Learned) -> None:
    rows = loans.frame[list(FEATURES)]
    here = explain(loans.credit, rows, rows, FEATURES, 0, checks=False)
    with pytest.raises(UsageError, match="made from code"):
        again(here, Inputs(loans.path("loans.csv")))


def test_columns_that_are_kept_apart_do_not_go_in(loans: Learned, tmp_path: Path) -> None:
    loans.frame.to_csv(tmp_path / "t.csv", index=False)
    request = ExplanationRequest(
        str(tmp_path / "t.csv"),
        Modelled(loans.path("amount.skops"), "skops"),
        sensitive=(Feature("sex"),),
        apart=("amount", "credit", "row", "no column at all"),
        checks=False,
    )
    found = request.run()
    assert found.data["model"]["features"] == list(FEATURES)
    assert found.data["digest"] == found.data["background_digest"]
    assert found.result["task"] == "regression"


def test_a_class_the_model_does_not_know_is_said_with_those_it_knows(asked: ExplanationRequest) -> None:
    with pytest.raises(UsageError, match=r"does not know the class 'great'.*'bad', 'good'"):
        replace(asked, positive="great").run()


def test_columns_that_are_missing_are_listed(asked: ExplanationRequest) -> None:
    with pytest.raises(UsageError, match="'race': there is no such column"):
        replace(asked, sensitive=(Feature("race"),)).run()
    with pytest.raises(UsageError, match="'height': there is no such column"):
        replace(asked, model=replace(asked.model, features=("age", "height"))).run()
