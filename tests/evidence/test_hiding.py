from __future__ import annotations

from pathlib import Path

import pytest

from registry_app.errors import UsageError
from registry_app.evidence.hiding import measured
from registry_app.measure.requests.fairness import FairnessRequest
from registry_app.measure.requests.quality import QualityRequest
from registry_app.measure.result import Result
from registry_app.measure.table.mapping import Feature, Mapping

MAPPING = Mapping("good", positive="1", prediction="said", sensitive=(Feature("sex"),))


def table(folder: Path, *few: int) -> str:
    """Predictions of two large groups, and of some small ones."""
    sizes = {"female": 60, "male": 80} | {f"few {place}": many for place, many in enumerate(few)}
    rows = [f"{name},{at % 2},{at % 3 % 2}" for name, many in sizes.items() for at in range(many)]
    file = folder / "scored.csv"
    file.write_text("\n".join(("sex,good,said", *rows)) + "\n")
    return str(file)


def sizes(found: Result) -> list[int]:
    return sorted(group["n"] for group in found.result["groups"])


def test_small_groups_are_put_together_and_each_is_kept_beside(tmp_path: Path) -> None:
    left, kept = measured(FairnessRequest(table(tmp_path, 4, 7), MAPPING), 10)
    assert kept is not None
    assert sizes(left) == [11, 60, 80]
    assert sizes(kept) == [4, 7, 60, 80]
    assert left.parameters["hidden_below"] == 10


def test_without_small_groups_and_without_groups_there_is_one_result(tmp_path: Path) -> None:
    data = table(tmp_path)
    for request in (FairnessRequest(data, MAPPING), QualityRequest(data)):
        left, kept = measured(request, 10)
        assert kept is None
        assert "hidden_below" not in left.parameters


def test_nothing_is_put_together_where_nobody_asks_for_it(tmp_path: Path) -> None:
    left, kept = measured(FairnessRequest(table(tmp_path, 4, 7), MAPPING), 0)
    assert kept is None
    assert sizes(left) == [4, 7, 60, 80]
    assert left.parameters["hidden_below"] == 0


@pytest.mark.parametrize("below", [1, -3])
def test_a_size_that_no_group_is_below_is_refused(tmp_path: Path, below: int) -> None:
    with pytest.raises(UsageError, match=f"No group has fewer than {below} rows."):
        measured(FairnessRequest(table(tmp_path), MAPPING), below)
