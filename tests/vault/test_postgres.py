"""PostgreSQL's address is shown without its secrets, and its errors are told by their code in our words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

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
from registry_app.vault.postgres import from_postgres, parsed, shown


def error(
    state: str | None, said: str = "something", kind: str = "DatabaseError", primary: str | None = ""
) -> Exception:
    """What psycopg raises, as far as it is looked at."""
    made: type[Exception] = type(kind, (Exception,), {})
    found = made(said)
    found.sqlstate = state  # type: ignore[attr-defined]
    found.diag = SimpleNamespace(message_primary=said if primary == "" else primary)  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        *((state, StorageBusy) for state in ("40001", "40P01", "55P03", "57014", "53300")),
        *((state, StorageFull) for state in ("53100", "53400")),
        *((state, StorageReadOnly) for state in ("25006", "42501")),
        *((state, Damaged) for state in ("XX001", "XX002", "42P01", "42703")),
        *((state, AuthenticationError) for state in ("28000", "28P01")),
        *((state, UsageError) for state in ("3D000",)),
        *((state, StorageCut) for state in ("08000", "08006", "57P01", "57P02", "57P03")),
        *((state, StorageError) for state in ("23505", "22P02", "XX000", "99999")),
    ],
)
def test_what_the_server_says_is_told_by_its_code(state: str, kind: type[RegistryError]) -> None:
    assert type(from_postgres(error(state))) is kind


@pytest.mark.parametrize(
    ("said", "name", "kind"),
    [
        (
            'connection failed: FATAL: password authentication failed for user "ada"',
            "OperationalError",
            AuthenticationError,
        ),
        ("fe_sendauth: no password supplied", "OperationalError", AuthenticationError),
        ('connection failed: FATAL: database "x" does not exist', "OperationalError", UsageError),
        ("server closed the connection unexpectedly", "OperationalError", StorageCut),
        ("the connection is closed", "InterfaceError", StorageCut),
        ("something new", "DatabaseError", StorageError),
    ],
)
def test_what_says_no_code_is_told_by_what_it_says(said: str, name: str, kind: type[RegistryError]) -> None:
    assert type(from_postgres(error(None, said, name, None))) is kind


def test_a_server_cannot_speak_to_the_terminal_or_at_length() -> None:
    told = from_postgres(error("23505", "no\x1b[2J\u202e" + "x" * 900 + "\nDETAIL: secret"))
    assert told.what.isprintable()
    assert len(told.what) < 300
    assert "DETAIL" not in str(told)


def test_the_values_of_a_row_are_not_in_what_is_told() -> None:
    """Only the primary message is: the detail names values."""
    told = from_postgres(error("23505", "secret value", primary="duplicate key value violates unique constraint"))
    assert "secret" not in str(told)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://ada:pw@db:5433/r", "postgresql://ada@db:5433/r"),
        ("postgres://db/r?sslmode=require&password=pw", "postgresql://db/r?sslmode=require"),
        ("postgresql://db/r?sslpassword=pw", "postgresql://db/r"),
        ("postgresql+psycopg://ada:p%40w@db/r", "postgresql://ada@db/r"),
        ("postgresql:///r?host=/var/run/postgresql", "postgresql:///r?host=%2Fvar%2Frun%2Fpostgresql"),
        ("postgresql://a%1bb@db/r", "postgresql://a%1Bb@db/r"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, name: str) -> None:
    assert shown(parsed(url)) == name


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgresql",
        "postgresql:///",
        "postgresql://db",
        "mysql://db/r",
        "sqlite:///r",
        "postgresql://db:x/r",
        "://",
    ],
)
def test_what_is_no_address_of_a_database_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError, match="cannot be read") as caught:
        parsed(url)
    assert caught.value.__cause__ is None
    assert caught.value.what == "The registry's URL cannot be read."


def test_the_driver_is_ours_whatever_the_address_says() -> None:
    assert parsed("postgresql+psycopg2://db/r").drivername == "postgresql+psycopg"
