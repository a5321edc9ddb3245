"""Importing many versions, what appending the n-th leaf costs, and a verification of all of them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from benchmarks import ours
from benchmarks.clock import each, once, peak_mb
from registry_app.models.actions import RegisterModel, SetTag
from registry_app.verification import Verification, verify
from registry_app.workspace import Workspace


def measure(leaves: int = 1_000_000, imported: int = 200_000) -> dict[str, Any]:
    """Versions imported a second; milliseconds to append at 1,000 leaves and at ``leaves``."""
    with tempfile.TemporaryDirectory() as place:
        workspace = ours.make(Path(place) / "import")
        seconds = once(lambda: ours.many(workspace, imported))
        workspace.close()
        workspace = ours.make(Path(place) / "append")
        early = _append(workspace, 1_000)
        grow(workspace, leaves)
        late = _append(workspace, 0)
        size = workspace.head().size
        before = peak_mb()
        checked: list[Verification] = []
        verified = once(lambda: checked.append(verify(workspace)))
        grown = peak_mb() - before
        workspace.close()
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


def _append(workspace: Workspace, upto: int) -> float:
    if upto:
        workspace.run(RegisterModel(name="tagged", team="bench", tier="low", tier_rationale="r", purpose="p"))
        grow(workspace, upto)
    return each(lambda n: workspace.run(SetTag("model", "tagged", "probe", str(n))), range(300), warm=20).median
