"""T2, T9 and T12 over PostgreSQL: a network that breaks within a commit, a server that is killed, many at once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading

import pytest

from registry_app.errors import StorageBusy, StorageCut
from registry_app.ledger.log import Log
from registry_app.models.actions import RegisterVersion
from registry_app.receipt import Receipt
from registry_app.vault import chance
from registry_app.verification import verify
from registry_app.workspace import Workspace
from tests.faults.proxy import Proxy, between
from tests.ground import dice, many, phrase
from tests.postgres import Bank, found_bank, serving

WRITER = """
import sys
from registry_app.models.actions import RegisterVersion
from registry_app.workspace import Workspace
with Workspace.open(sys.argv[1], "dev", sys.argv[2]) as workspace:
    for number in range(int(sys.argv[3])):
        receipt = workspace.run(RegisterVersion(model="m", artifact=f"{number:064x}"))
        print(receipt.seq, receipt.head.root.hex(), flush=True)
"""


def test_eight_processes_write_without_gap_and_without_double(bank: Bank) -> None:
    each = many(25, 100)
    with bank.open() as workspace:
        before = workspace.head().size
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, bank.url(), phrase("dev"), str(each)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    told = [child.communicate() for child in children]
    assert [child.returncode for child in children] == [0] * 8, [error for _, error in told]
    seqs = sorted(int(line.split()[0]) for said, _ in told for line in said.splitlines())
    assert seqs == list(range(before, before + 8 * each))
    with bank.open("audit") as workspace:
        verification = verify(workspace)
        assert verification.ok, verification.first_bad
        assert verification.size == before + 8 * each


def insisted(workspace: Workspace, action: RegisterVersion, name: str) -> Receipt:
    """Say it, and say it again under its own id until there is a receipt."""
    while True:
        try:
            return workspace.run(action, statement=name)
        except StorageCut:
            continue


def test_a_network_that_breaks_at_any_instant_loses_nothing_and_doubles_nothing(bank: Bank) -> None:
    draw = dice("cuts")
    receipts: list[Receipt] = []
    again = 0
    with between(bank.server.port) as proxy, Workspace.open(bank.url(port=proxy.port), "dev", phrase("dev")) as dev:
        size = _bytes_of_one(dev, proxy)
        before = dev.head().size
        while proxy.cuts < many(30, 200):
            if len(receipts) % 3:
                proxy.cut_after(draw.randrange(size))
            else:
                proxy.swallow()
            receipt = insisted(dev, RegisterVersion(model="m", artifact=f"{len(receipts):064x}"), chance.uuid7())
            again += receipt.notices == ("This was recorded before.",)
            receipts.append(receipt)
        proxy.cut_after(None)
    print(f"{len(receipts)} statements, {proxy.cuts} cuts, {again} commits whose acknowledgement was lost")
    with bank.open("audit") as workspace:
        assert workspace.head().size == before + len(receipts)  # nothing lost, nothing twice
        assert [receipt.seq for receipt in receipts] == list(range(before, before + len(receipts)))
        verification = verify(workspace)
        assert verification.ok, verification.first_bad
    assert proxy.cuts >= many(30, 200)
    assert again >= proxy.cuts // 4


def _bytes_of_one(dev: Workspace, proxy: Proxy) -> int:
    """About how many bytes go over the wire for one statement."""
    most = 1 << 30
    proxy.cut_after(most)
    dev.run(RegisterVersion(model="m", artifact="f" * 64))
    assert proxy._left is not None
    return most - proxy._left


def test_a_server_killed_at_any_instant_keeps_what_was_acknowledged(tmp_path_factory: pytest.TempPathFactory) -> None:
    draw = dice("postmaster")
    with serving() as server:
        bank = found_bank(server, tmp_path_factory.mktemp("killed"))
        shutil.copytree(bank.state, f"{os.environ['XDG_STATE_HOME']}/registry-app", dirs_exist_ok=True)
        told = 0
        for _ in range(many(3, 30)):
            child = subprocess.Popen(
                [sys.executable, "-c", WRITER, bank.url(), phrase("dev"), "1000000"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            assert child.stdout is not None
            first = child.stdout.readline()
            timer = threading.Timer(draw.random() * 0.5, server.kill)
            timer.start()
            rest, error = child.communicate()
            timer.join()
            assert "StorageCut" in error
            server.start()
            seq, root = (first + rest).splitlines()[-1].split()
            told += len((first + rest).splitlines())
            with bank.open("audit") as workspace, workspace.store.reading() as rows:
                log = Log(rows)
                assert log.head().size > int(seq)
                assert log.root_at(int(seq) + 1).hex() == root
        with bank.open("audit") as workspace:
            verification = verify(workspace)
            assert verification.ok, verification.first_bad
        print(f"{told} acknowledged")


def test_a_connection_that_breaks_while_nobody_works_is_made_again(bank: Bank) -> None:
    with bank.open() as dev:
        size = dev.head().size
        bank.superuser(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{bank.database}' "
            "AND pid <> pg_backend_pid()"
        )
        assert dev.head().size == size
        dev.run(RegisterVersion(model="m", artifact="e" * 64))


def test_a_writer_that_waits_too_long_is_told_that_another_one_writes(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    with bank.open() as dev, psycopg.connect(bank.url()) as other:
        monkeypatch.setattr("registry_app.vault.engine.BUSY_TIMEOUT_MS", 20)
        other.execute("LOCK TABLE head IN EXCLUSIVE MODE")
        with pytest.raises(StorageBusy):
            dev.run(RegisterVersion(model="m", artifact="e" * 64))
        other.rollback()
        dev.run(RegisterVersion(model="m", artifact="e" * 64))
