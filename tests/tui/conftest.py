"""One story for the screens: three models, a review that waits, one sent back, and names that mean harm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from registry_app.models.actions import RegisterDataset, RegisterModel, RegisterVersion
from registry_app.reviews.actions import Submit
from tests.tui.playhouse import House, repeatable


@pytest.fixture
def house() -> Iterator[House]:
    """A registry in memory where ``credit-risk:1`` waits for the validator."""
    with repeatable():
        made = House()
        made.run(
            "dev",
            RegisterDataset(name="german-credit", digest="a" * 64, rows=1000, licence="CC-BY-4.0", sensitive=("sex",)),
            RegisterModel(
                name="credit-risk",
                team="credit",
                tier="medium",
                tier_rationale="Small consumer loans only.",
                purpose="Score applications for small consumer loans.",
                domain="retail credit",
                jurisdictions=("EU",),
            ),
            RegisterVersion(
                model="credit-risk",
                artifact="b" * 64,
                format="skops",
                scan="clean",
                size=48_213,
                code_commit="4f2a9c1",
                data=(("german-credit", "training"),),
                tags=(("gate", "pass"),),
            ),
            Submit("credit-risk:1", "Retrained on the data of the third quarter."),
        )
        yield made
        made.close()
