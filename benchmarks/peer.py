"""MLflow's ``SqlAlchemyStore`` on SQLite, in process, filled to a size by plain SQL (its own calls would take hours)."""

from __future__ import annotations

import logging
import os
import sqlite3
from pathlib import Path
from typing import Any

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
NOW = 1_790_000_000_000


def names(count: int) -> list[str]:
    """The names of ``count`` models, the same in both registries."""
    return [f"team{n % 40:02d}.model-{n:06d}" for n in range(count)]


def store(folder: Path, count: int) -> Any:
    """An MLflow store with ``count`` models of one version each, two tags on each."""
    logging.disable(logging.INFO)
    from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore

    path = folder / f"mlflow-{count}.db"
    made = SqlAlchemyStore(f"sqlite:///{path}")
    named = list(enumerate(names(count)))
    with sqlite3.connect(path) as db:
        db.executemany(
            "insert into registered_models(workspace,name,creation_time,last_updated_time,description) values(?,?,?,?,?)",
            (("default", name, NOW + n, NOW + n, "d") for n, name in named),
        )
        db.executemany(
            "insert into model_versions(workspace,name,version,creation_time,last_updated_time,current_stage,source,"
            "storage_location,run_id,status) values(?,?,?,?,?,?,?,?,?,?)",
            (
                ("default", name, 1, NOW + n, NOW + n, "None", f"file:///{n}", f"file:///{n}", f"{n:032x}", "READY")
                for n, name in named
            ),
        )
        db.executemany(
            "insert into registered_model_tags(workspace,name,key,value) values(?,?,?,?)",
            (("default", name, "risk", ("low", "mid", "high")[n % 3]) for n, name in named),
        )
        db.executemany(
            "insert into model_version_tags(workspace,name,version,key,value) values(?,?,?,?,?)",
            (("default", name, 1, "gate", ("pass", "fail")[n % 7 == 0]) for n, name in named),
        )
    return made
