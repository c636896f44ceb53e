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
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

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
SILENCE = timedelta(minutes=2)
MOST_ATTEMPTS = 3


class Overtaken(Exception):
    """Somebody else has started the run anew; nothing more may be written."""


@dataclass
class Lease:
    """The right to work on a run while its fence is `fence`."""

    run_id: int
    fence: int

    def renew(self, *, step: str = "", done: int | None = None, total: int | None = None) -> None:
        """A sign of life with progress. Inside a transaction it also keeps any other start waiting until that ends.

        Raises:
            Overtaken: the fence is not ours any more.
        """
        given: dict[str, Any] = {"step": step or None, "done_steps": done, "total_steps": total}
        changes = {name: value for name, value in given.items() if value is not None}
        changes["heartbeat_at"] = timezone.now()
        mine = MatchRun.objects.filter(pk=self.run_id, fence=self.fence, state=State.RUNNING)
        if not mine.update(**changes):
            raise Overtaken(f"比对运行 {self.run_id} 已由另一进程接手")


@transaction.atomic
def take(run_id: int, *, over_running: bool = False) -> Lease | None:
    """Start a queued run; None when there is nothing to start. Whoever holds the lock may start over a running (its
    process is dead) or held one with `over_running`."""
    states = [State.QUEUED, State.RUNNING, State.HELD] if over_running else [State.QUEUED]
    now = timezone.now()
    started = MatchRun.objects.filter(pk=run_id, state__in=states).update(
        state=State.RUNNING,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", now),
        heartbeat_at=now,
        error="",
    )
    return Lease(run_id, MatchRun.objects.values_list("fence", flat=True).get(pk=run_id)) if started else None


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
