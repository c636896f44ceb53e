"""Who may work on a run: one process at a time, and one that has been overtaken stops (trust.md 5.5).

Two things together. The county's and period's lock is held by the process that works and falls with it, however that
ends: an advisory lock on PostgreSQL, a locked file beside the data otherwise. The fence is a number in the run's row
that grows with each start; every batch is written only while the number is still ours.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

from accounts.jobs import Jobs, Lease
from monitoring.models import MatchRun

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        """Lock the whole file for this process. Raises: OSError when another one has it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


State = MatchRun.State
# A run without a sign of life for so long has died (trust.md section 4, test 16).
RUNS = Jobs(
    MatchRun,
    "monitoring.tasks.run_match",
    "比对运行",
    silence=timedelta(minutes=2),
    died="比对进程连续 3 次中断，已停止自动重试。请联系系统管理员查看日志，处理后重新发起比对。",
)


def take(run_id: int, *, over_running: bool = False) -> Lease | None:
    """Start a queued run; None when there is nothing to start. Whoever holds the lock may start over a running (its
    process is dead) or held one with `over_running`."""
    return RUNS.take(run_id, among=[State.QUEUED, State.RUNNING, State.HELD] if over_running else [State.QUEUED])


@contextmanager
def commits_without_waiting() -> Iterator[None]:
    """Commits inside do not wait for PostgreSQL's disk; the next one after them does, and then all of them are there.

    For steps that are found done, or done again, when a run is taken over: a crash of the server may take the last of
    them back, whole and in order.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        # A broken connection is not used again.
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("RESET synchronous_commit")


@contextmanager
def business_lock(run: MatchRun) -> Iterator[bool]:
    """Whether this process now holds the lock of the run's county and period; released at the end and at death."""
    name = f"match-{run.county_id}-{run.period:%Y%m}"
    held = _advisory(name) if connection.vendor == "postgresql" else _locked_file(name)
    with held as mine:
        yield mine


@contextmanager
def _advisory(name: str) -> Iterator[bool]:
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        # A broken connection has let go by itself.
        if mine and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


@contextmanager
def _locked_file(name: str) -> Iterator[bool]:
    folder = Path(settings.DATA_DIR) / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("a") as file:
        try:
            _lock(file)
            mine = True
        except OSError:
            mine = False
        yield mine
