"""Who may work on a run: one process, and one that has been overtaken stops (trust.md 5.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from quality.models import QualityRun

State = QualityRun.State


class Overtaken(Exception):
    """Somebody else has started the run anew; nothing more may be written."""


@dataclass
class Lease:
    """The right to work on a run while its fence is `fence`."""

    run_id: int
    fence: int

    def renew(self, **changes: Any) -> None:
        """A sign of life with progress; inside a transaction it keeps any other start waiting until that ends.

        Raises: Overtaken.
        """
        mine = QualityRun.objects.filter(pk=self.run_id, fence=self.fence, state=State.RUNNING)
        if not mine.update(heartbeat_at=timezone.now(), **changes):
            raise Overtaken(f"数据质量检查 {self.run_id} 已由另一进程接手")


@transaction.atomic
def take(run_id: int) -> Lease | None:
    """Start a queued run, or go on with it where it was killed; None when there is nothing to start."""
    now = timezone.now()
    started = QualityRun.objects.filter(pk=run_id, state=State.QUEUED).update(
        state=State.RUNNING,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", now),
        heartbeat_at=now,
        error="",
    )
    return Lease(run_id, QualityRun.objects.values_list("fence", flat=True).get(pk=run_id)) if started else None
