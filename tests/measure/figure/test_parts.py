"""Every result is read as passages: the outcome as it was measured, whole tables, plots that can be drawn, and no word too much."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry_app.measure.charts import svg_of
from registry_app.measure.fairness.document import fairness
from registry_app.measure.figure import Part, needed, part_of_changes, parts, waiver_of
from registry_app.measure.figure.groups import in_order
from registry_app.measure.figure.part import NAME, ROWS
from registry_app.measure.lines import part_lines
from registry_app.measure.result import Result, decode
from registry_app.measure.table.mapping import Feature, Mapping
from registry_app.measure.table.memory import Memory
from tests.measure import six

EVIL = '"><script>alert(1)</script>&\x1b[31m\u202e' * 20


def named(result: Result) -> dict[str, Part]:
    return {part.title: part for part in parts(result)}


def words(result: Result) -> str:
    return "\n".join(line.plain for part in parts(result) for line in part_lines(part, 160))


def hostile(value: Any) -> Any:
    """The same result with a hostile name for each feature, group, column, request and class."""
    if isinstance(value, dict):
        keys = {"feature", "column", "bin", "name", "group", "against", "window"}
        return {key: EVIL if key in keys and isinstance(item, str) else hostile(item) for key, item in value.items()}
    return [hostile(item) for item in value] if isinstance(value, list) else value


def emptied(result: Result, *names: str) -> Result:
    """The result without those of its parts that may be absent."""
    return replace(result, result={name: value for name, value in result.result.items() if name not in names})


@pytest.mark.parametrize("result", [*six.six(), six.classes(5), six.numbers()], ids=lambda one: one.kind)
def test_tables_are_whole_and_every_plot_can_be_drawn_on_a_page_and_a_terminal(result: Result) -> None:
    for part in parts(result):
        for table in part.tables:
            assert sum(column.width for column in table.columns) == 100, part.title
            assert all(len(row) == len(table.columns) for row in table.rows)
            assert len(table.rows) <= ROWS
        for plot in part.plots:
            assert svg_of(plot) == svg_of(plot)
        for width, ascii in ((48, True), (76, False), (120, False)):
            lines = part_lines(part, width, ascii)
            assert all(line.cell_len <= width for line in lines), part.title
            assert not ascii or all(line.plain.isascii() for line in lines)


@pytest.mark.parametrize("result", six.six(), ids=lambda one: one.kind)
def test_hostile_names_are_harmless_and_cut(result: Result) -> None:
    for part in parts(replace(result, result=hostile(result.result))):
        assert all(len(cell) <= NAME for table in part.tables for row in table.rows for cell in row)
        for plot in part.plots:
            assert "<script" not in svg_of(plot)
            assert svg_of(plot).isprintable()
        assert all(line.plain.isprintable() for line in part_lines(part, 76))


@pytest.mark.parametrize(
    ("result", "absent"),
    [
        (six.performance(), ("curves", "calibration", "confusion", "champion", "by_class")),
        (
            six.fairness(),
            ("four_fifths", "bias_audit", "disagreements", "calibration", "thresholds", "within", "aggregates"),
        ),
        (six.explanation(), ("groups", "associations", "forbidden", "cases", "warnings", "sampling", "stability")),
        (six.drift(), ("over_time",)),
        (six.quality(), ("overlap", "balance")),
        (six.load(), ("by_name", "seconds")),
    ],
    ids=lambda one: one.kind if isinstance(one, Result) else "",
)
def test_a_part_that_is_absent_is_left_out(result: Result, absent: tuple[str, ...]) -> None:
    assert 1 <= len(parts(emptied(result, *absent))) <= len(parts(result))


@pytest.mark.parametrize(
    "name", ["performance/performance-1.json.gz", "fairness/fairness-1.json.gz", "explain/explanation-1.json"]
)
def test_a_result_of_version_1_is_read_as_well(name: str) -> None:
    held = (Path(__file__).parent.parent / name).read_bytes()
    old = decode(gzip.decompress(held) if name.endswith(".gz") else held.strip())
    assert old.version == 1
    for part in parts(old):
        assert part_lines(part)
        assert all(svg_of(plot) for plot in part.plots)
    assert any(part.tables for part in parts(old))


@pytest.mark.parametrize("result", [*six.six(), six.classes(5)], ids=lambda one: one.kind)
def test_what_is_read_does_not_hang_on_the_order_of_the_keys(result: Result) -> None:
    again = decode(result.encode())
    assert parts(again) == parts(result)
    assert needed(again) == needed(result)


def test_the_outcome_stands_first_in_the_words_it_was_measured_with() -> None:
    for result in (six.fairness(), six.drift(), six.quality()):
        assert parts(result)[0].outcome == result.result["outcome"]


def test_a_champion_stands_beside_its_challenger() -> None:
    part = named(six.performance())["Champion against challenger"]
    assert part.outcome == six.performance().result["champion"]["outcome"]
    assert {row[0] for row in part.tables[0].rows} == {"Accuracy", "ROC AUC", "Brier's score"}
    assert "Champion against challenger" not in named(six.classes(3))


def test_many_classes_have_a_table_by_class_and_their_most_frequent_mistakes() -> None:
    found = named(six.classes(26))
    assert len(found["Class by class"].tables[0].rows) == 26
    counts = [int(row[2]) for row in found["The most frequent mistakes"].tables[0].rows]
    assert counts == sorted(counts, reverse=True)
    assert len(found["How well it predicts"].plots) == 1
    assert not named(six.classes(60))["How well it predicts"].plots
    assert not named(six.numbers())["How well it predicts"].plots


def test_the_tables_of_the_rules_have_their_columns_and_the_unknown() -> None:
    audit = named(six.fairness())["New York City, Local Law 144 (6 RCNY 5-301)"]
    assert audit.outcome == ""
    head = [column.name for column in audit.tables[0].columns]
    assert head == ["Category", "Applicants", "Selected", "Selection rate", "Impact ratio"]
    assert all(table.note.startswith("Of unknown category, and in no row: ") for table in audit.tables)
    fifths = named(six.fairness())["Four fifths (29 CFR 1607.4(D))"]
    assert {"Shortfall", "Significance"} <= {column.name for column in fifths.tables[0].columns}


def test_groups_put_together_have_one_name() -> None:
    with six.table(six.BINARY.columns) as source:
        hidden = fairness(source, six.BINARY, 11, small=80, hide_below=80)
    rows = named(hidden)["By sex × age band"].tables[0].rows
    assert "(groups under 80 rows)" in [row[0] for row in rows]


def test_a_category_that_is_left_out_says_why() -> None:
    result = six.fairness()
    table = result.result["bias_audit"][0]
    row = {
        **table["rows"][0],
        "impact_ratio": {"undefined": "the category is left out", "n": 3},
        "left_out": "Too few.",
    }
    found = {**result.result, "bias_audit": [{**table, "rows": [row], "unknown": 7}]}
    (told,) = named(replace(result, result=found))["New York City, Local Law 144 (6 RCNY 5-301)"].tables
    assert told.rows[0][-1] == "left out: Too few."
    assert told.note.endswith(": 7.")


def test_a_case_has_its_reasons_with_what_they_rest_on() -> None:
    part = named(six.explanation())["Reasons for decisions"]
    assert part.tone == "bad"
    assert "forbidden" in words(six.explanation())
    for table in part.tables:
        assert 1 <= len(table.rows) <= 4
        assert [column.name for column in table.columns] == ["Reason", "Feature", "Below", "Turns it", "Kept", "Flags"]


def test_columns_are_told_by_how_far_they_moved_and_the_rest_are_counted() -> None:
    (part, *_) = parts(six.columns(2_000))
    (table,) = part.tables
    assert (len(table.rows), table.more) == (ROWS, 2_000 - ROWS)
    assert table.rows[0][0] == "column 1999"


def test_what_changed_between_two_explanations_is_said() -> None:
    same = part_of_changes(six.explanation(), six.explanation(), "itself")
    assert same.outcome == "nothing changed beyond the intervals"
    told = six.explanation().result
    other = [
        {**each, "value": "9.0", "ci": ["8.9", "9.1"]} if each["feature"] == "age" else each
        for each in told["importance"]
    ]
    moved = replace(six.explanation(), result={**told, "importance": other})
    found = part_of_changes(six.explanation(), moved, "it")
    assert found.tone == "warn"
    assert not found.outcome.startswith("nothing")
    named = [{**each, "feature": "age of car"} if each["feature"] == "age" else each for each in told["importance"]]
    found = part_of_changes(six.explanation(), replace(six.explanation(), result={**told, "importance": named}), "it")
    assert found.outcome == "2 features in one of the two models only"
    assert {row[0]: row[-1] for row in found.tables[0].rows if row[-1].startswith("only")} == {
        "age": "only before", "age of car": "only now"
    }  # fmt: skip


def test_how_a_model_was_run_is_said_and_a_waiver_comes_first() -> None:
    run = six.run(six.fairness(), trusted=True)
    last = parts(run)[-1]
    assert (last.title, last.tone) == ("How the model was run", "good")
    assert "Risk Person decided to trust exactly these bytes, after modelscan 0.8.5 said clean." in last.said[0]
    assert "54 tried, all contained" in words(run)
    assert waiver_of(run) is None
    waived = six.run(six.fairness(), waived=True)
    first = parts(waived)[0]
    assert (first.outcome, first.tone) == ("run under a waiver, signed by Risk Person", "bad")
    assert waiver_of(waived) == {"by": "Risk Person", "reason": "The build machine has no sandbox yet."}


def test_what_was_let_through_is_named() -> None:
    run = six.run(six.fairness())
    model = run.data["model"]
    level = {**model["sandbox"], "level": 0, "attempts": {"write home": "open", "fork": "refused"}}
    leaky = replace(run, data={**run.data, "model": {**model, "sandbox": level}})
    assert "2 tried, 1 let through: write home" in words(leaky)
    assert parts(leaky)[0].tone == "bad"


def test_what_columns_mean_names_no_digest_and_none_of_the_texts_of_reasons() -> None:
    found = six.explanation()
    held = {
        "background_digest_of": "file", "groups": [{"column": "sex", "cuts": []}], "texts": {"age": "Your age is too low"},
    }  # fmt: skip
    said = dict(needed(replace(found, data={**found.data, **held})))["Columns mean"]
    assert said == dict(needed(found))["Columns mean"]


@pytest.mark.parametrize("result", six.six(), ids=lambda one: one.kind)
def test_what_is_needed_to_measure_again_names_data_choices_seed_and_libraries(result: Result) -> None:
    told = dict(needed(result))
    assert str(result.data["digest"]) in told["Data"]
    assert f"{result.data['rows']:,} rows" in told["Data"]
    assert told["Seed"] == str(result.seed)
    assert all(version in told["Libraries"] for version in result.libraries.values())


def test_bands_and_numbers_rise_and_names_stay_as_they_stood() -> None:
    bands = ["25 to under 60", "60 and over", "9", "under 25", "(missing)", "a"]
    told = in_order([{"by": {"age": band}} for band in bands], ["age"])
    assert [each["by"]["age"] for each in told] == ["9", "under 25", "25 to under 60", "60 and over", "(missing)", "a"]


def test_a_figure_names_the_test_and_the_ratio_of_its_task() -> None:
    n = 400
    rows = {"y": [float(i % 7) for i in range(n)], "p": [float(i % 5) for i in range(n)], "sex": ["f", "m"] * (n // 2)}
    mapping = Mapping("y", task="regression", prediction="p", sensitive=(Feature("sex"),))
    with Memory(rows, mapping.columns) as table:
        said = words(fairness(table, mapping, seed=1))
    assert "Wald's test" in said
    assert "Ratio of errors" in said
    assert "most selected" not in said
    assert "Impact ratio" not in said


def test_scores_without_a_threshold_are_said_to_be_cut_at_their_median() -> None:
    rows = {"y": ["yes", "no"] * 200, "s": [i / 400 for i in range(400)], "sex": ["f", "f", "m", "m"] * 100}
    mapping = Mapping("y", positive="yes", score="s", sensitive=(Feature("sex"),))
    with Memory(rows, mapping.columns) as table:
        assert "scores above their median" in " ".join(words(fairness(table, mapping, seed=1)).split())
    cut = replace(mapping, threshold=0.5)
    with Memory(rows, cut.columns) as table:
        assert "No threshold was named" not in words(fairness(table, cut, seed=1))
