"""PostgreSQL: its address without its password, an engine that refuses what is not durable, its errors in our words.

An address is a URL, and libpq's own environment (``PGPASSWORD``, ``~/.pgpass``, ``PGSSLMODE``) counts as well. The password
goes to the driver alone. Errors are told by SQLSTATE (PostgreSQL's documentation, appendix A), never by a message with values in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from registry_app import text
from registry_app.errors import (
    AuthenticationError,
    Damaged,
    RegistryError,
    StorageBusy,
    StorageCut,
    StorageError,
    StorageFull,
    StorageReadOnly,
    UsageError,
)

_DEFAULTS = {
    "application_name": "registry-app",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
_SECRET = ("password", "sslpassword")
_BUSY = ("40001", "40P01", "55P03", "57014", "53300")


def parsed(url: str) -> URL:
    """The address in ``url``.

    Raises:
        UsageError: it cannot be read, or names no database; the error does not repeat it.
    """
    try:
        found = make_url(url)
        if found.get_backend_name() not in ("postgresql", "postgres") or not found.database:
            raise ValueError
    except (ArgumentError, ValueError):
        raise UsageError(
            "The registry's URL cannot be read.", "Write it as postgresql://USER@HOST:PORT/DATABASE."
        ) from None
    return found.set(drivername="postgresql+psycopg")


def shown(url: URL) -> str:
    """The address without its password, as people may see it."""
    query = {name: value for name, value in url.query.items() if name not in _SECRET}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return text.harmless(bare.render_as_string())


def open_postgres(url: str, *, read_only: bool = False, joining: Callable[[Any], None] | None = None) -> Engine:
    """An engine over PostgreSQL whose transactions see one snapshot; connects when it is first used.

    Args:
        read_only: every transaction refuses to write.
        joining: told of each new connection of the driver's, before it is used.

    Raises:
        UsageError: the URL cannot be read, or the driver is not installed.
    """
    return _engine(url, read_only, joining, isolation_level="REPEATABLE READ", pool_pre_ping=True, pool_size=4)


def open_aside(url: str) -> Engine:
    """An engine for what goes on beside the registry's own transactions (locks, the keyring): no pool, newest rows."""
    return _engine(url, False, None, isolation_level="READ COMMITTED", poolclass=NullPool)


def _engine(url: str, read_only: bool, joining: Callable[[Any], None] | None, **settings: Any) -> Engine:
    address = parsed(url)
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise UsageError(
            "The driver for PostgreSQL is not installed.", "Install it: pip install 'registry-app[postgres]'."
        ) from None
    arguments = {name: value for name, value in _DEFAULTS.items() if name not in address.query}
    engine = create_engine(address, connect_args=arguments, hide_parameters=True, **settings)

    @event.listens_for(engine, "connect")
    def _joined(connection: Any, _: Any) -> None:
        _require_durable(connection)
        if read_only:
            connection.execute("SET default_transaction_read_only = on")
        connection.commit()
        if joining is not None:
            joining(connection)

    return engine


def _require_durable(connection: Any) -> None:
    named = ("synchronous_commit", "fsync", "full_page_writes")
    query = "SELECT " + ", ".join(f"current_setting('{name}')" for name in named)
    for name, value in zip(named, connection.execute(query).fetchone(), strict=True):
        if value == "off":
            raise StorageError(
                "This PostgreSQL server acknowledges commits before they are durable.",
                f"Set {name} = on for it and try again.",
            )


def from_postgres(error: BaseException) -> RegistryError:
    """The error of ours that says what one of psycopg's means."""
    state = str(getattr(error, "sqlstate", None) or "")
    diagnosis = getattr(error, "diag", None)
    said = text.harmless(str(getattr(diagnosis, "message_primary", None) or error).split("\n", 1)[0])[:200]
    if state in _BUSY:
        return StorageBusy("Another process is writing to the registry.", "Try again in a moment.")
    if state in ("53100", "53400"):
        return StorageFull("The server's disk is full.", "Free some space and run the same command again.")
    if state in ("25006", "42501"):
        return StorageReadOnly(
            "This PostgreSQL user may not write to the registry.", "Ask for the rights that docs/postgres.md lists."
        )
    if state in ("XX001", "XX002", "42P01", "42703"):
        return Damaged(
            "The registry's tables on the server are damaged, or some are missing.",
            "Do not write to it; restore a backup.",
        )
    if state.startswith("28") or "authentication failed" in said or "no password supplied" in said:
        return AuthenticationError(
            "The PostgreSQL server does not let this user in.", "Check the user and password of the URL, or PGPASSWORD."
        )
    if state.startswith("3D") or (not state and "does not exist" in said):
        return UsageError(f"The PostgreSQL server refused: {said}.", "Check the URL, or have the database made.")
    if state.startswith(("08", "57P")) or (
        not state and type(error).__name__ in ("OperationalError", "InterfaceError")
    ):
        return StorageCut(
            "There is no connection to the PostgreSQL server, or it broke.",
            "Check the server and the network, and look what is recorded before you do it again.",
        )
    return StorageError(f"The database refused: {said}.", "Check the database, then try again.")
