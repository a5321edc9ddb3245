"""Importing many versions, what appending the n-th leaf costs, and a verification of all of them."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import ours
from benchmarks.clock import each, once, peak_mb
from registry_app.models.actions import RegisterModel, SetTag
from registry_app.verification import Verification, verify
from registry_app.workspace import Workspace


def measure(leaves: int = 1_000_000, imported: int = 200_000) -> dict[str, Any]:
    """Versions imported a second; milliseconds to append at 1,000 leaves and at ``leaves``; a verification of those."""
    with tempfile.TemporaryDirectory() as place:
        workspace = ours.make(Path(place) / "import")
        seconds = once(lambda: ours.many(workspace, imported))
        workspace.close()
        small, large = (_grown(Path(place) / str(size), size) for size in (1_000, leaves))
        early, late = _appended(small, large)
        size = large.head().size
        before = peak_mb()
        checked: list[Verification] = []
        verified = once(lambda: checked.append(verify(large)))
        grown = peak_mb() - before
        small.close()
        large.close()
    return {
        "versions_imported_per_second": round(imported / seconds),
        "imported": imported,
        "append_ms_at_1000": round(early, 3),
        "append_ms_at_end": round(late, 3),
        "leaves_at_end": size,
        "ratio": round(late / early, 2),
        "verify_holds": checked[0].ok,
        "verify_seconds": round(verified, 1),
        "verify_memory_grown_mb": round(grown, 1),
    }


def grow(workspace: Workspace, leaves: int) -> None:
    """Let the ledger have about ``leaves`` leaves, each signed, thousands a transaction."""
    present = workspace.head().size
    done = 0
    while present + done < leaves:
        count = min(5_000, leaves - present - done)
        ours.said(workspace, [SetTag("model", "tagged", f"tag{(done + n) % 50}", str(n)) for n in range(count)])
        done += count


def _grown(folder: Path, leaves: int) -> Workspace:
    workspace = ours.make(folder)
    workspace.run(RegisterModel(name="tagged", team="bench", tier="low", tier_rationale="r", purpose="p"))
    grow(workspace, leaves)
    return workspace


def _appended(small: Workspace, large: Workspace, rounds: int = 10) -> tuple[float, float]:
    """The median milliseconds of an append to both, turn by turn, so that other work on the machine hits both."""
    taken: tuple[list[float], list[float]] = [], []
    for _ in range(rounds):
        for workspace, times in zip((small, large), taken, strict=True):
            timing = each(lambda n, w=workspace: w.run(SetTag("model", "tagged", "probe", str(n))), range(60), warm=10)  # type: ignore[misc]
            times.append(timing.median)
    return statistics.median(taken[0]), statistics.median(taken[1])
