"""``python -m benchmarks [suite …]``: run the suites, keep the figures, rewrite the README's table."""

from __future__ import annotations

import json
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SUITES = ("start", "reads", "writes", "audit", "fairness", "explain", "sandbox")


def main(names: list[str]) -> int:
    """Run the suites named, or all."""
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        print(f"There is no suite {unknown[0]!r}. Use some of {', '.join(SUITES)}.", file=sys.stderr)
        return 2
    path = HERE / "results.json"
    results: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    with tempfile.TemporaryDirectory() as state:
        os.environ["XDG_STATE_HOME"] = state
        for name in names or SUITES:
            print(f"{name} …", file=sys.stderr, flush=True)
            module = __import__(f"benchmarks.{name}", fromlist=["measure"])
            results[name] = module.measure()
            print(json.dumps(results[name], indent=2), flush=True)
    results["machine"] = {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "what": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}, shared machine",
    }
    path.write_text(json.dumps(results, indent=2) + "\n")
    from benchmarks.table import write

    write(HERE.parent / "README.md", results)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
