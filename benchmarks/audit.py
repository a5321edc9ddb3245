"""Verification against the bare Ed25519 rate, on one core and on two."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks import ours
from benchmarks.clock import once, peak_mb
from benchmarks.writes import grow
from registry_app.ledger.audit import check
from registry_app.ledger.key_history import KeyHistory
from registry_app.ledger.log import Log
from registry_app.models.actions import RegisterModel
from registry_app.people.keys import learn
from registry_app.verification import verify


def measure(leaves: int = 100_000) -> dict[str, Any]:
    """Signatures a second, bare and within an audit; seconds of a whole verification, and its peak memory."""
    with tempfile.TemporaryDirectory() as place:
        workspace = ours.make(Path(place) / "audit")
        workspace.run(RegisterModel(name="tagged", team="bench", tier="low", tier_rationale="r", purpose="p"))
        grow(workspace, leaves)
        with workspace.store.reading() as rows:
            raw = list(Log(rows).raw(0, min(leaves, 60_000)))
        bare = _bare(len(raw[-1][1]), 1), _bare(len(raw[-1][1]), 2)
        ours_rate = _rate(raw, 1), _rate(raw, 2)
        before = peak_mb()
        seconds = once(lambda: _whole(workspace))
        grown = peak_mb() - before
        workspace.close()
    return {
        "leaves": leaves,
        "bare_per_second_1": round(bare[0]),
        "bare_per_second_2": round(bare[1]),
        "audit_per_second_1": round(ours_rate[0]),
        "audit_per_second_2": round(ours_rate[1]),
        "share_of_bare_1": round(ours_rate[0] / bare[0], 2),
        "two_threads_over_one": round(ours_rate[1] / ours_rate[0], 2),
        "bare_two_over_one": round(bare[1] / bare[0], 2),
        "whole_verify_seconds": round(seconds, 1),
        "whole_verify_leaves_per_second": round(leaves / seconds),
        "whole_verify_memory_grown_mb": round(grown, 1),
    }


def _whole(workspace: Any) -> None:
    assert verify(workspace).ok


def _rate(raw: list[tuple[int, bytes, bytes]], workers: int) -> float:
    best = 0.0
    for _ in range(3):
        history = KeyHistory()
        seconds = once(lambda h=history: check(raw, h, on_statement=lambda q, s: learn(h, q, s), workers=workers))  # type: ignore[misc]
        best = max(best, len(raw) / seconds)
    return best


def _bare(size: int, workers: int, count: int = 10_000) -> float:
    key = Ed25519PrivateKey.generate()
    message = bytes(size)
    signature, public = key.sign(message), key.public_key()

    def loop() -> None:
        for _ in range(count):
            public.verify(signature, message)

    def all_of_them() -> None:
        threads = [threading.Thread(target=loop) for _ in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return max(workers * count / once(all_of_them) for _ in range(3))
