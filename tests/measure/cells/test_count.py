"""Counts of every engine against counting in Python, row by row."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sklearn.metrics import r2_score, roc_auc_score

from registry_app.errors import UsageError
from registry_app.measure.cells import count
from registry_app.measure.cells.count import cells, moments, scores
from registry_app.measure.cells.interval import walds
from registry_app.measure.cells.metrics import regression
from registry_app.measure.table.limits import Limits
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.memory import Memory
from registry_app.measure.table.source import Source, open_source
from tests.measure.table.ground import (
    AGE,
    COLUMNS,
    DECIDED,
    FEATURES,
    SCORED,
    Row,
    as_csv,
    as_parquet,
    as_sqlite,
    everywhere,
)
from tests.postgres import Server

BOTH = [(1, 0, 0.25, 1.0, "a", 20.0), (0, 1, 0.75, 0.5, "b", 60.0)]

given_rows = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 1),
        st.sampled_from([0.0, 0.001, 0.29, 0.4999, 0.5, 0.57, 0.999, 1.0]) | st.floats(0, 1),
        st.sampled_from([0.0, 0.25, 1.0, 3.0]),
        st.sampled_from(
            ["a", "b", " b ", "", "  ", None, "(missing)", "O'Brien", "=cmd|' /C calc'!A0", 'q"q', "ü\n,x"]
        ),
        st.sampled_from([None, 24.5, 25.0, 59.0, 60.0, 1e300]),
    ),
    max_size=30,
).map(lambda rows: [(*row, f"id{place}") for place, row in enumerate([*BOTH, *rows])])


def group(row: Row) -> tuple[str, str]:
    age = row[5]
    band = "(missing)" if age is None else "under 25" if age < 25 else "25 to under 60" if age < 60 else "60 and over"
    return ((row[4] or "").strip() or "(missing)", band)


@pytest.fixture(scope="module")
def database(server: Server) -> str:
    return server.database()


@given(rows=given_rows)
@settings(max_examples=12, deadline=None, phases=(Phase.generate,))  # shrinking over seven engines takes minutes
def test_every_engine_counts_sums_and_ranks_as_python_does(
    rows: list[Row], server: Server, database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for source in everywhere(rows, tmp_path_factory.mktemp("rows"), server, database):
        look_at_cells(source, DECIDED, rows, lambda row: int(row[1]))
        look_at_cells(source, SCORED, rows, lambda row: int(row[2] >= 0.5))
        look_at_scores(source, rows)
        look_at_moments(source, rows, weighted=True)
        look_at_moments(source, rows, weighted=False)
        assert source.described()["rows"] == len(rows)


def look_at_cells(source: Source, mapping: Mapping, rows: list[Row], said: Callable[[Row], int]) -> None:
    n: Counter[Any] = Counter()
    w: Counter[Any] = Counter()
    for row in rows:
        cell = (group(row), row[0], said(row))
        n[cell] += 1
        w[cell] += row[3]
    found = cells(source, mapping)
    assert found.classes == ("0", "1")
    assert found.groups.by == ("g", AGE)
    assert found.groups.names == tuple(sorted({group(row) for row in rows}))
    for (place, name), label, predicted in itertools.product(enumerate(found.groups.names), (0, 1), (0, 1)):
        assert found.rows[place, label, predicted] == n[name, label, predicted]
        assert found.weight[place, label, predicted] == w[name, label, predicted]


def look_at_scores(source: Source, rows: list[Row]) -> None:
    found = scores(source, SCORED, ("g",))
    for place, (name,) in enumerate(found.groups.names):
        mine = [row for row in rows if group(row)[0] == name]
        for label in (0, 1):
            some = [row for row in mine if row[0] == label]
            bins = [min(int(np.searchsorted(found.edges, row[2], side="right")) - 1, 999) for row in some]
            assert found.rows[place, label].tolist() == np.bincount(bins, minlength=1000).tolist()
            assert found.weight[place, label].sum() == sum(row[3] for row in some)
            assert found.total[place, label].sum() == pytest.approx(sum(row[3] * row[2] for row in some), abs=1e-12)
            squares = sum(row[3] * (row[2] - label) ** 2 for row in some)
            assert found.squares[place, label] == pytest.approx(squares, abs=1e-12)
        heavy = [row for row in mine if row[3] > 0]
        if {row[0] for row in heavy} == {0, 1}:
            y, s, w = ([row[column] for row in heavy] for column in (0, 2, 3))
            assert found.auc[place] == pytest.approx(roc_auc_score(y, s, sample_weight=w), abs=1e-12)
        else:
            assert np.isnan(found.auc[place])


def look_at_moments(source: Source, rows: list[Row], *, weighted: bool) -> None:
    mapping = Mapping("y", "regression", prediction="s", sensitive=(Feature("g"),), weights="w" if weighted else None)
    found = moments(source, mapping)
    nears = [
        float(f"{np.mean(each) + 1e-4 * (max(each) - min(each)):.9g}")
        for each in ([row[column] for row in rows] for column in (0, 2))
    ]
    for place, (name,) in enumerate(found.groups.names):
        mine = [row for row in rows if group(row)[0] == name]
        y, p = (np.array([row[column] for row in mine], dtype=float) for column in (0, 2))
        w = np.array([row[3] if weighted else 1.0 for row in mine])
        e = y - p
        u, v = (w * (each - near) for each, near in zip((y, p), nears, strict=True))
        wanted = {
            "w": w, "ww": w * w, "wy": w * y, "wu": u, "wuu": u**2 / np.where(w, w, 1), "wp": w * p, "wv": v,
            "wvv": v**2 / np.where(w, w, 1), "wee": w * e**2, "weeee": w * e**4, "wabs": w * abs(e),
        }  # fmt: skip
        assert found.rows[place] == len(mine)
        assert set(found.sums) == set(wanted)
        for sum_of, values in wanted.items():
            assert found.sums[sum_of][place] == pytest.approx(values.sum(), abs=1e-12), sum_of


def test_without_weights_every_row_weighs_one(tmp_path: Path) -> None:
    rows = [(1, 1, 0.5, 7.0, "a", None, "i"), (0, 1, 0.5, 7.0, "b", None, "j")]
    mapping = Mapping("y", positive="1", prediction="p", sensitive=(Feature("g"),))
    found = cells(open_source(str(as_parquet(tmp_path / "t.parquet", rows))), mapping)
    assert not found.weighted
    assert found.weight.sum() == found.square.sum() == 2


def test_fewer_features_are_counted_or_summed_up_alike(tmp_path: Path) -> None:
    rows = [(y, p, 0.5, 1.0, g, age, "") for y, p, g, age in itertools.product((0, 1), (0, 1), "abc", (20, 30, None))]
    mapping = Mapping("y", positive="1", prediction="p", sensitive=(FEATURES[0],), control=(FEATURES[1],))
    with open_source(str(as_csv(tmp_path / "t.csv", rows))) as source:
        whole = cells(source, mapping)
        assert whole.groups.by == (AGE, "g")
        assert cells(source, mapping, ("g",)).rows.tolist() == whole.over(("g",)).rows.tolist()
        assert cells(source, mapping, ()).rows.tolist() == whole.over(()).rows.tolist() == [[[9, 9], [9, 9]]]


def test_several_classes_are_counted(tmp_path: Path) -> None:
    frame = {"y": ["cat", "dog", "emu", "cat"], "p": ["cat", "cat", "emu", "dog"], "g": [1, 1, 2.0, 2]}
    mapping = Mapping("y", "multiclass", prediction="p", sensitive=(Feature("g"),))
    found = cells(Memory(frame, mapping.columns), mapping)
    assert found.classes == ("cat", "dog", "emu")
    assert found.groups.names == (("1",), ("2",))
    assert found.rows.tolist() == [[[1, 0, 0], [1, 0, 0], [0, 0, 0]], [[0, 1, 0], [0, 0, 0], [0, 0, 1]]]


def test_truths_and_whole_numbers_go_by_the_names_that_python_gives_them() -> None:
    frame = {"y": [True, False], "p": [False, True], "g": [1.0, 2.5]}
    mapping = Mapping("y", positive="True", prediction="p", sensitive=(Feature("g"),))
    found = cells(Memory(frame, mapping.columns), mapping)
    assert (found.classes, found.groups.names) == (("False", "True"), (("1",), ("2.5",)))


def test_too_many_groups_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count, "MOST_GROUPS", 5)
    rows = [(place % 2, 0, 0.5, 1.0, str(place % 3), 20.0 * (place % 4), str(place)) for place in range(24)]
    with pytest.raises(UsageError, match="more than 5 groups together"):
        cells(open_source(str(as_csv(tmp_path / "t.csv", rows))), DECIDED)


def test_a_feature_that_is_a_number_is_refused_with_the_advice_to_cut_it() -> None:
    mapping = Mapping("y", positive="1", prediction="p", sensitive=(Feature("g"),))
    frame = {"y": [0, 1] * 600, "p": [0, 1] * 600, "g": [place / 7 for place in range(1200)]}
    with pytest.raises(UsageError, match="more than 1,000 groups: give cut points"):
        cells(Memory(frame, mapping.columns), mapping)


def test_what_the_mapping_does_not_say_is_not_counted() -> None:
    frame = {"y": [0, 1], "p": [0.5, 1], "s": [0.5, 1]}
    binary = Mapping("y", positive="1", score="s")
    with pytest.raises(UsageError, match="no classes that are predicted"):
        cells(Memory(frame, binary.columns), binary)
    with pytest.raises(UsageError, match="not a regression"):
        moments(Memory(frame, binary.columns), binary)
    decided = Mapping("y", positive="1", prediction="p")
    with pytest.raises(UsageError, match="no score"):
        scores(Memory(frame, decided.columns), decided)
    with pytest.raises(UsageError, match="'x' is no feature"):
        scores(Memory(frame, binary.columns), binary, ("x",))


def test_scores_without_a_threshold_are_enough_for_scores() -> None:
    mapping = Mapping("y", positive="yes", score="s")
    frame = {"y": ["yes", "no", "yes", "no"], "s": [0.9, 0.8, 0.7, 0.1]}
    assert scores(Memory(frame, mapping.columns), mapping).auc.tolist() == [0.75]


def test_weights_that_are_all_zero_are_refused() -> None:
    frame = {"y": [0, 1], "p": [0, 1], "w": [0, 0]}
    mapping = Mapping("y", positive="1", prediction="p", weights="w")
    with pytest.raises(UsageError, match="All weights in 'the frame' are zero"):
        cells(Memory(frame, mapping.columns), mapping)


def test_more_rows_than_are_allowed_are_refused() -> None:
    frame = {"y": [0, 1, 1], "p": [0, 1, 1]}
    mapping = Mapping("y", positive="1", prediction="p")
    with pytest.raises(UsageError, match="more than 2 rows"):
        cells(Memory(frame, mapping.columns, Limits(rows=2)), mapping)


def test_counting_loads_neither_fairlearn_nor_scikit_learn_nor_pandas(tmp_path: Path) -> None:
    rows = [(*row, str(place)) for place, row in enumerate(BOTH)]
    path = as_parquet(tmp_path / "t.parquet", rows)
    assert len(COLUMNS) == len(rows[0])
    program = (
        "import sys\n"
        "from registry_app.measure.cells.count import cells, scores\n"
        "from registry_app.measure.table.mapping import Feature, Mapping\n"
        "from registry_app.measure.table.source import open_source\n"
        "mapping = Mapping('y', positive='1', score='s', threshold=0.5, sensitive=(Feature('g'),))\n"
        "with open_source(sys.argv[1]) as source:\n"
        "    assert cells(source, mapping).rows.sum() == 2 and len(scores(source, mapping).auc) == 2\n"
        "print(sorted({'fairlearn', 'sklearn', 'pandas', 'scipy', 'shap'} & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize("far", [0.0, 1e8, -3e10])
def test_a_large_mean_leaves_r_squared_and_the_interval_of_the_mean_as_they_are(far: float, server: Server) -> None:
    chance = np.random.default_rng(2)
    y = chance.integers(-512, 512, 600) / 64
    p = y + chance.integers(-64, 64, 600) / 64
    columns = {"y": (y + far).tolist(), "p": (p + far).tolist(), "g": ["a", "b"] * 300}
    database = server.database()
    server.run("CREATE TABLE t (y DOUBLE PRECISION, p DOUBLE PRECISION, g TEXT)", database=database)
    rows = ", ".join(f"({a!r}, {b!r}, '{c}')" for a, b, c in zip(*columns.values(), strict=True))
    server.run(f"INSERT INTO t VALUES {rows}", database=database)
    mapping = Mapping("y", "regression", prediction="p", sensitive=(Feature("g"),))
    for source in (Memory(columns, mapping.columns), open_source(f"{server.url(database)}#t")):
        with source:
            found = moments(source, mapping)
        for place in range(2):
            mine, said = y[place::2], p[place::2]
            assert regression(found, "r2")[place] == pytest.approx(r2_score(mine, said), abs=1e-9)
            half = 1.959963984540054 * np.std(said, ddof=1) / np.sqrt(300)
            low, high = walds(found, "mean_prediction")[place] or (0, 0)
            assert (high - low) / 2 == pytest.approx(half, rel=1e-4)
            assert (low + high) / 2 == pytest.approx(far + said.mean(), rel=1e-12)


def test_labels_that_are_all_the_same_have_no_r_squared_however_large() -> None:
    columns = {
        "y": [1e8 + place // 7 / 10 for place in range(140)],
        "p": list(range(140)),
        "g": [f"g{place // 7}" for place in range(140)],
        "w": [1 / (1 + place % 11) for place in range(140)],
    }
    mapping = Mapping("y", "regression", prediction="p", sensitive=(Feature("g"),), weights="w")
    with Memory(columns, mapping.columns) as source:
        assert np.isnan(regression(moments(source, mapping), "r2")).all()


def test_a_servers_table_has_one_name_whatever_the_order_of_its_rows(tmp_path: Path) -> None:
    rows: list[Row] = [(each % 2, 0, each / 10, 1.0, "ab"[each % 3 // 2], None, "") for each in range(1, 400)]
    mapping = Mapping("y", "regression", prediction="s", sensitive=(Feature("g"),))
    digests = set()
    for order in (rows, rows[::-1], rows[1::2] + rows[::2]):
        with open_source(as_sqlite(tmp_path / "t.db", order)) as source:
            moments(source, mapping)
            digests.add(source.described()["digest"])
    assert len(digests) == 1
