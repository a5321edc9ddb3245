"""Make the golden registry of this release, and its twins: ``python -m tests.golden.make`` (from the checkout's root).

Run once per release, never again for an old one: what an old program wrote must open and verify for ever. A twin is kept
as the pages of 4,096 bytes in which its database differs from the registry's, each behind its number in four bytes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from registry_app import __version__
from tests.golden.story import play
from tests.golden.twins import TWINS, forged

HERE = Path(__file__).parent
PAGE = 4_096
KEPT = ("registry.db", "keyring.json", "head")


def pages(before: bytes, after: bytes) -> bytes:
    """What must be laid over ``before`` to get ``after``; the first four bytes say how many pages there are."""
    count = len(after) // PAGE
    found = [count.to_bytes(4, "big")]
    for number in range(count):
        page = after[number * PAGE : (number + 1) * PAGE]
        if page != before[number * PAGE : (number + 1) * PAGE]:
            found.append(number.to_bytes(4, "big") + page)
    return b"".join(found)


def laid_over(before: bytes, kept: bytes) -> bytes:
    """The database that :func:`pages` was made from."""
    count = int.from_bytes(kept[:4], "big")
    after = bytearray(before[: count * PAGE].ljust(count * PAGE, b"\0"))
    for start in range(4, len(kept), PAGE + 4):
        number = int.from_bytes(kept[start : start + 4], "big")
        after[number * PAGE : (number + 1) * PAGE] = kept[start + 4 : start + 4 + PAGE]
    return bytes(after)


def make(target: Path) -> None:
    """Write the golden registry of this release and its twins into the new folder ``target``."""
    os.environ["REGISTRY_APP_KDF"] = "floor"
    with tempfile.TemporaryDirectory() as place:
        os.environ["XDG_STATE_HOME"] = f"{place}/state"
        folder = Path(place) / "registry"
        recovery = play(folder)
        (target / "twins").mkdir(parents=True)
        for name in KEPT:
            shutil.copyfile(folder / name, target / name)
        (target / "recovery.txt").write_text(recovery + "\n", encoding="utf-8")
        for name, twin in TWINS.items():
            os.environ["XDG_STATE_HOME"] = f"{place}/state of {name}"
            copy = shutil.copytree(folder, Path(place) / name)
            bad = forged(copy, twin)
            before, after = (folder / "registry.db").read_bytes(), (copy / "registry.db").read_bytes()
            (target / "twins" / f"{name}.pages").write_bytes(pages(before, after))
            print(name, bad)


if __name__ == "__main__":
    make(HERE / __version__)
