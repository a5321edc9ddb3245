from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from registry_app.errors import UsageError
from registry_app.measure import result
from registry_app.measure.result import (
    KINDS,
    VERSIONS,
    Result,
    Undefined,
    checked_seed,
    decimal_text,
    decode,
    schema,
    share,
    wilson,
)

DATA = {
    "digest": "0" * 64, "rows": 2, "label": "y", "positive": "1", "prediction": "p", "score": None,
    "threshold": None, "sensitive": [],
}  # fmt: skip
NUMBER = {"value": "0.5"}
METRICS = ("accuracy", "balanced_accuracy", "precision", "recall", "specificity", "f1", "selection_rate")
CONFUSION = {"true_positive": 1, "false_positive": 0, "true_negative": 1, "false_negative": 0}
ONE = Result(
    "performance", DATA, {"draws": 1000}, 7, {"numpy": "2"}, "here", 0,
    {
        "n": 2, "positives": 1, "confusion": CONFUSION, "metrics": dict.fromkeys(METRICS, NUMBER),
        "curves": None, "calibration": None,
    },
)  # fmt: skip


def test_a_result_reads_back_equal_and_encodes_to_the_same_bytes() -> None:
    assert decode(ONE.encode()) == ONE
    backwards = dataclasses.replace(ONE, data=dict(reversed(DATA.items())))
    assert backwards.encode() == ONE.encode()
    assert ONE.encode().startswith(b'{"data":{"digest":"000')


@pytest.mark.parametrize(("kind", "version"), [(kind, 1 + each) for kind in KINDS for each in range(VERSIONS[kind])])
def test_each_schema_is_valid_and_says_its_kind_and_version(kind: result.Kind, version: int) -> None:
    found = schema(kind, version)
    jsonschema.Draft202012Validator.check_schema(found)
    assert found["properties"]["kind"] == {"const": kind}
    assert found["properties"]["version"] == {"const": version}


def changed(**changes: object) -> bytes:
    content = json.loads(ONE.encode()) | changes
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"[]",
        b"[" * 100_000,
        b'{"kind":"poetry"}',
        b'{"kind":"performance","kind":"performance"}',
        changed(seed=0.5),
        changed(seed=-1),
        changed(version=0),
        changed(version=99),
        changed(version="1"),
        changed(version=True),
        changed(more=1),
        changed(duration_ms="1"),
        changed(result={}),
        changed(result=ONE.result | {"curves": {"roc": [], "precision_recall": [], "more": 1}}),
        changed(result=ONE.result | {"metrics": ONE.result["metrics"] | {"f1": {"value": "nan"}}}),
        json.dumps(json.loads(ONE.encode()), sort_keys=True).encode(),
        ONE.encode() + b" ",
        ONE.encode().replace(b'"seed":7', b'"seed":NaN'),
    ],
)
def test_what_is_not_exactly_a_result_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match="This is not the result of a measurement"):
        decode(content)


def test_a_result_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result, "MOST_BYTES", 10)
    with pytest.raises(UsageError, match="too long"):
        decode(ONE.encode())


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_the_same_double(value: float) -> None:
    assert float(decimal_text(value)) == value


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(UsageError, match="not finite"):
        decimal_text(value)


def test_minus_zero_is_zero() -> None:
    assert decimal_text(-0.0) == "0.0"


@pytest.mark.parametrize("value", [0.5, 1 << 60, {1: 2.0}, b"bytes"])
def test_a_result_with_a_number_that_json_would_not_keep_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match="would not keep"):
        dataclasses.replace(ONE, parameters={"x": value}).encode()


@given(st.integers(1, 5000), st.data())
def test_wilson_is_scipys_wilson(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    expected = binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_a_share_of_nothing_is_undefined_with_its_reason() -> None:
    assert share(0, 0, "no row is positive") == {"undefined": "no row is positive", "n": 0}
    assert Undefined("why", 3).encoded() == {"undefined": "why", "n": 3}


@pytest.mark.parametrize("seed", [-1, 1 << 32, True, 1.0, "1"])
def test_a_seed_that_no_library_takes_is_refused(seed: int) -> None:
    with pytest.raises(UsageError, match="is not usable"):
        checked_seed(seed)


def test_the_room_loads_no_heavy_library_until_it_measures() -> None:
    code = (
        "import sys; import registry_app.measure.bars, registry_app.measure.charts, registry_app.measure.explain, "
        "registry_app.measure.fairness.document, registry_app.measure.performance.document; "
        "print(sorted({'numpy', 'pandas', 'sklearn', 'scipy', 'shap', 'fairlearn', 'rich', 'jsonschema'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
