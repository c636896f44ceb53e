"""Runs as jobs: one process works on a run, whoever has been overtaken stops, and a sweeper looks after them all.

The row of a run (models/job.py) is the truth; a message carries its id and may be lost or come twice (trust.md 5.5).
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models.job import Job

QUEUED, RUNNING, FAILED = "queued", "running", "failed"
# A message that nobody has answered for so long is sent again.
UNANSWERED = timedelta(minutes=2)
MOST_ATTEMPTS = 3
log = logging.getLogger(__name__)


class Overtaken(Exception):
    """Somebody else has started the run anew; nothing more may be written."""


def hand_over(task: str, key: int, title: str) -> None:
    """Give a worker the key of the row that it is to work on. Tasks call the services that hand over to them, so they go
    by name here, as in the beat's tables. Where the broker is away the sweeper sends again."""
    try:
        import_string(task).delay(key)
    except OSError as error:  # kombu's connection errors among them
        log.warning("%s %s 的消息没有发出（%s），稍后重发", title, key, type(error).__name__)


@dataclass(frozen=True)
class Jobs:
    """The runs of one model. `task` names what a worker does with one, `title` is what messages call it, `died` what a
    given-up one says in its row.

    Whoever gives no sign of life for `silence` is dead: longer than a task may run, or than it works between two signs.
    """

    model: type[Job]
    task: str
    title: str
    silence: timedelta
    died: str

    @property
    def rows(self) -> QuerySet[Any]:
        return self.model._default_manager.all()

    @transaction.atomic
    def take(self, run_id: int, *, among: Collection[str] = (QUEUED,), **anew: Any) -> Lease | None:
        """Start a run in one of the states `among`, or go on with it where it was killed; None when there is nothing
        to start. `anew` are values that each start sets back."""
        now = timezone.now()
        started = self.rows.filter(pk=run_id, state__in=list(among)).update(
            state=RUNNING,
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            started_at=Coalesce("started_at", now),
            heartbeat_at=now,
            error="",
            **anew,
        )
        return Lease(self, run_id, self.rows.values_list("fence", flat=True).get(pk=run_id)) if started else None

    def send(self, run_id: int) -> None:
        """Hand a queued run to a worker."""
        self.rows.filter(pk=run_id, state=QUEUED).update(heartbeat_at=timezone.now())
        hand_over(self.task, run_id, self.title)

    def sweep(self, *, at: datetime) -> dict[str, int]:
        """Send again what no worker has taken, restart what has died, give up what dies each time."""
        unanswered = Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=at - UNANSWERED)
        waiting = list(self.rows.filter(unanswered, state=QUEUED).values_list("pk", flat=True))
        dead = self.rows.filter(state=RUNNING, heartbeat_at__lt=at - self.silence)
        parked = dead.filter(attempts__gte=MOST_ATTEMPTS).update(state=FAILED, error=self.died, finished_at=at)
        # One by one: who has given a sign of life meanwhile, or was restarted by another sweeper, is left alone.
        restarted = [pk for pk in dead.values_list("pk", flat=True) if dead.filter(pk=pk).update(state=QUEUED)]
        for pk in [*waiting, *restarted]:
            self.send(pk)
        return {"sent": len(waiting), "restarted": len(restarted), "parked": parked}


@dataclass
class Lease:
    """The right to work on a run while its fence is `fence`."""

    jobs: Jobs
    run_id: int
    fence: int

    def renew(self, **changes: Any) -> None:
        """A sign of life with progress; inside a transaction it keeps any other start waiting until that ends.

        Raises: Overtaken.
        """
        self.write(**{"heartbeat_at": timezone.now(), **changes})

    def write(self, **changes: Any) -> None:
        """Write into the row while it is ours. Raises: Overtaken."""
        mine = self.jobs.rows.filter(pk=self.run_id, fence=self.fence, state=RUNNING)
        if not mine.update(**changes):
            raise Overtaken(f"{self.jobs.title} {self.run_id} 已由另一进程接手")
