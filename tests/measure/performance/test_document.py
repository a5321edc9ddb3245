from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from registry_app.cli.measured import result_text
from registry_app.errors import Cancelled, UsageError
from registry_app.measure.performance.document import performance
from registry_app.measure.progress import Progress
from registry_app.measure.requests.again import again
from registry_app.measure.requests.performance import PerformanceRequest
from registry_app.measure.requests.request import Inputs
from registry_app.measure.result import decode, schema
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.source import open_source
from tests.measure.performance.tables import binary, measured, numbers
from tests.measure.table.ground import Row, as_csv, everywhere
from tests.postgres import Server

KINDS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    (binary(1), {"score": "s", "threshold": 0.5, "weights": "w", "champion_score": "t", "champion_prediction": "q"}),
    (binary(1), {"prediction": "p", "score": "s"}),
    (binary(1), {"score": "s"}),
    (binary(1), {"task": "multiclass", "prediction": "p", "champion_prediction": "q", "weights": "w"}),
    (numbers(1), {"task": "regression", "prediction": "p", "champion_prediction": "q"}),
    ({"y": [1, 0], "p": [0, 0], "s": [0.5, 0.5]}, {"prediction": "p", "score": "s"}),
    ({"y": [2.0], "p": [2.0]}, {"task": "regression", "prediction": "p"}),
)


@pytest.mark.parametrize(("columns", "said"), KINDS)
def test_a_document_follows_its_schema_and_is_the_same_again(columns: dict[str, Any], said: dict[str, Any]) -> None:
    first, second = measured(columns, **said), measured(columns, **said)
    assert decode(first.encode()) == first
    jsonschema.validate(first.__dict__, schema("performance", 2))
    assert (first.kind, first.version) == ("performance", 2)
    assert first.result == second.result


def test_scores_alone_have_areas_curves_and_calibration_and_nothing_that_needs_a_decision() -> None:
    found = measured(binary(1), score="s").result
    assert list(found["metrics"]) == ["roc_auc", "average_precision", "brier", "expected_calibration_error"]
    assert (found["confusion"], found["positives"]) == (None, int(binary(1)["y"].sum()))
    assert len(found["calibration"]) == 10


def test_a_document_says_when_weights_make_it_approximate() -> None:
    table = binary(1) | {"one": [1.0] * 300}
    kinds: tuple[dict[str, Any], ...] = ({"prediction": "p"}, {"score": "s"})
    for said in kinds:
        assert "Kish" in measured(table, **said, weights="w").result["approximation"]
        assert measured(table, **said, weights="one").result["approximation"] == ""
        plain, ones = measured(table, **said), measured(table, **said, weights="one")
        assert plain.result == ones.result


WIDE: list[Row] = [
    (int(y), int(p), float(s), float(w), "ab"[int(g)], 30.0, f"id{place}")
    for place, (y, p, s, w, g) in enumerate(
        zip(
            np.random.default_rng(5).integers(0, 2, 60), np.random.default_rng(16).integers(0, 2, 60),
            np.random.default_rng(7).integers(0, 21, 60) / 20, np.random.default_rng(8).integers(0, 11, 60) / 10,
            np.random.default_rng(9).integers(0, 2, 60), strict=True,
        )
    )
]  # fmt: skip


def rounded(value: Any) -> Any:
    """A document with its numbers to ten digits: engines add in orders of their own."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    if isinstance(value, str) and value.lstrip("-")[:1].isdigit():
        return f"{float(value):.10g}"
    return value


@pytest.mark.parametrize(
    "mapping",
    [
        Mapping("y", "binary", "1", None, "s", 0.5, champion_score="w"),
        Mapping("y", "binary", "1", None, "s", 0.5, weights="w", champion_prediction="p"),
        Mapping("s", "regression", prediction="w", champion_prediction="p"),
    ],
)
def test_every_engine_gives_the_same_document(mapping: Mapping, server: Server, tmp_path: Path) -> None:
    found = [
        rounded(performance(source, mapping, 3).result)
        for source in everywhere(WIDE, tmp_path, server, server.database())
    ]
    assert len(found) == 7
    assert all(each == found[0] for each in found[1:])


def test_what_is_wrong_with_challenger_and_champion_is_listed_at_once_by_row_and_column(tmp_path: Path) -> None:
    rows = [*WIDE[:5], (1, 7, 0.5, 1.7, "a", 1.0, "bad"), (1, 1, 3.0, 0.5, "a", 1.0, "too"), *WIDE[5:]]
    mapping = Mapping("y", "binary", "1", None, "s", 0.5, champion_prediction="p", champion_score="w")
    with open_source(str(as_csv(tmp_path / "t.csv", rows))) as source, pytest.raises(UsageError) as caught:
        performance(source, mapping)
    assert caught.value.details == (
        "row 7, column 'p': the prediction '7' is none of the label's classes",
        "row 7, column 'w': the score '1.7' is outside 0 to 1",
        "row 8, column 's': the score '3.0' is outside 0 to 1",
    )
    numbers = Mapping("y", "regression", prediction="s", champion_prediction="g")
    with open_source(str(tmp_path / "t.csv")) as source, pytest.raises(UsageError) as caught:
        performance(source, numbers)
    assert {said.partition(",")[2][:12] for said in caught.value.details} == {" column 'g':"}


HOSTILE: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
    ({"y": [1, 0], "s": [0.5, float("nan")]}, {"score": "s"}, "the score is missing"),
    ({"y": [1, 0], "s": [0.5, float("inf")]}, {"score": "s"}, "not a finite number"),
    ({"y": [1, 1], "s": [0.5, 0.6]}, {"score": "s"}, "two classes are needed"),
    ({"y": [1, None], "p": [1, 0]}, {"prediction": "p"}, "the label is missing"),
    ({"y": [1, 0], "p": [1, 0], "w": [0, 0]}, {"prediction": "p", "weights": "w"}, "are zero"),
    ({"y": [1, 0], "p": [1, 0], "w": [1e200, 1e200]}, {"prediction": "p", "weights": "w"}, "too large"),
    ({"y": [1, 0], "s": [1, 0], "w": [1e300, 1e300]}, {"score": "s", "weights": "w"}, "too large"),
    ({"y": [1, 0], "s": [1, 0]}, {"score": "t"}, "no such column"),
)


@pytest.mark.parametrize(("columns", "said", "words"), HOSTILE)
def test_a_table_that_cannot_be_measured_is_refused_for_its_reason(
    columns: dict[str, Any], said: dict[str, Any], words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        measured(columns, **said)
    assert words in " ".join((caught.value.what, *caught.value.details))


def test_a_seed_out_of_range_is_refused() -> None:
    with pytest.raises(UsageError, match="seed"):
        measured(binary(1), seed=-1, prediction="p")


@pytest.mark.parametrize("at", ["counting", "drawing samples", "ranking the scores", "comparing"])
def test_it_can_be_stopped_at_each_step(at: str) -> None:
    heard: list[str] = []
    said: dict[str, Any] = {"score": "s", "threshold": 0.5, "champion_score": "t"}
    with pytest.raises(Cancelled):
        measured(binary(1), progress=Progress(lambda what, _d, _t: heard.append(what), lambda: at in heard), **said)
    assert heard[-1] == at


def test_a_result_is_made_again_from_what_it_says(tmp_path: Path) -> None:
    file = str(as_csv(tmp_path / "t.csv", WIDE))
    mapping = Mapping("y", "binary", "1", None, "s", 0.4, (Feature("g"),), weights="w", champion_prediction="p")
    first = PerformanceRequest(file, mapping, 9).run()
    assert first.data["digest_of"] == "file"
    request = again(first, Inputs(file))
    assert request == PerformanceRequest(file, mapping, 9)
    assert request.run().result == first.result


def test_a_document_of_version_1_is_still_read(tmp_path: Path) -> None:
    kept = gzip.decompress((Path(__file__).parent / "performance-1.json.gz").read_bytes())
    found = decode(kept)
    assert (found.version, found.result["metrics"]["roc_auc"]["value"]) == (1, "0.7722772277227723")
    assert "0.772" in result_text(found)
    with pytest.raises(UsageError, match="not made any more"):
        again(found, Inputs(str(tmp_path)))
