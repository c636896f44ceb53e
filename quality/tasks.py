"""What workers and the beat do for data quality."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from quality.services import checking, runs


@shared_task
def run_checks(run_id: int) -> None:
    """Do one queued run."""
    checking.execute(run_id)


@shared_task
def start_monthly_checks() -> None:
    """Queue the month's run of every county."""
    runs.start_monthly_runs(at=timezone.now())


@shared_task
def sweep_runs() -> None:
    """Send again what was lost, restart what died, give up what dies each time."""
    runs.sweep_runs(at=timezone.now())
