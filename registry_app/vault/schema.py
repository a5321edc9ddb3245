"""The shape of the database, and how an older one becomes a newer one (Alembic, over SQLModel's metadata).

Reading which shape a database has loads no Alembic: opening a registry must stay quick.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from registry_app.errors import Damaged, UsageError
from registry_app.vault.engine import translated

CURRENT = "0001"
"""The revision this program reads and writes."""

KNOWN = ("0001",)
"""All revisions this program can begin from, oldest first."""


def revision(connection: Connection) -> str:
    """The revision a database has.

    Raises:
        Damaged: it has none.
    """
    with translated():
        named = "SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'"
        there = connection.dialect.name != "sqlite" or connection.exec_driver_sql(named).fetchone()
        row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchone() if there else None
    if row is None:
        raise Damaged("The database does not say which shape it has.", "Restore a backup.")
    return str(row[0])


def require_current(connection: Connection) -> bool:
    """Whether the database has the present shape; ``False`` when :func:`upgrade` can bring it there.

    Raises:
        UsageError: a newer program wrote it.
    """
    found = revision(connection)
    if found not in KNOWN:
        raise UsageError(
            f"This registry was written by a newer program (its shape is {found[:20]!r}, this program knows {CURRENT}).",
            "Upgrade registry-app: pip install --upgrade registry-app.",
        )
    return found == CURRENT


def upgrade(engine: Engine) -> None:
    """Bring an empty or older database to the present shape, in one transaction."""
    import logging

    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with translated(), engine.connect().execution_options(write=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
