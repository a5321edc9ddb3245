"""Every request stops when it is told to, and says what it is doing."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_app.errors import Cancelled
from registry_app.measure.progress import Progress
from registry_app.measure.requests.drift import DriftRequest
from registry_app.measure.requests.explanation import ExplanationRequest
from registry_app.measure.requests.fairness import FairnessRequest
from registry_app.measure.requests.load import LoadRequest
from registry_app.measure.requests.modelled import PREDICTION, Modelled
from registry_app.measure.requests.performance import PerformanceRequest
from registry_app.measure.requests.quality import QualityRequest
from registry_app.measure.requests.request import Request
from registry_app.measure.table.mapping import Feature, Mapping
from tests.measure.requests.models import Learned

KINDS = ("performance", "fairness", "explanation", "drift", "load", "quality")


@pytest.fixture(params=KINDS)
def request_(request: pytest.FixtureRequest, loans: Learned, tmp_path: Path) -> Request:
    data = loans.path("loans.csv")
    model = Modelled(loans.path("credit.skops"), "skops", ("age", "income", "home"))
    mapping = Mapping("credit", positive="good", prediction=PREDICTION, sensitive=(Feature("sex"),))
    jtl = tmp_path / "load.jtl"
    jtl.write_text("timeStamp,elapsed,label,success\n" + "".join(f"{n},{n + 1},s,true\n" for n in range(30_000)))
    made: dict[str, Request] = {
        "performance": PerformanceRequest(data, mapping, model=model),
        "fairness": FairnessRequest(data, mapping, model=model),
        "explanation": ExplanationRequest(data, model),
        "drift": DriftRequest(data, data),
        "load": LoadRequest(str(jtl)),
        "quality": QualityRequest(data),
    }
    return made[str(request.param)]


@pytest.mark.parametrize("steps", [0, 2])
def test_it_stops_at_once_and_on_the_way(request_: Request, steps: int) -> None:
    said: list[str] = []
    progress = Progress(lambda what, _done, _total: said.append(what), lambda: len(said) >= steps)
    with pytest.raises(Cancelled):
        request_.run(progress)
    assert len(said) <= steps + 1
