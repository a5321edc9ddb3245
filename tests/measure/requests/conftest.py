from __future__ import annotations

import pytest

from tests.measure.requests.models import Learned, learned


@pytest.fixture(scope="session")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Learned:
    return learned(tmp_path_factory.mktemp("loans"))
