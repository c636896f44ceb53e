"""What workers and the beat do for monitoring."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from monitoring.evidence import remove_orphans
from monitoring.services import applications, matching, runs, visit_drafts


@shared_task
def run_match(run_id: int) -> None:
    """Do one queued run of the match."""
    matching.execute_run(run_id)


@shared_task
def start_monthly_match() -> None:
    """Queue the match of the month before, where nobody has."""
    runs.start_monthly_runs(at=timezone.now())


@shared_task
def sweep_runs() -> None:
    """Send again what was lost, restart what died, park what dies each time."""
    runs.sweep_runs(at=timezone.now())


@shared_task
def link_applications() -> None:
    """Link the farmers' own applications whose number is that of one household of the village."""
    applications.link_waiting(at=timezone.now())


@shared_task
def tidy_field() -> None:
    """Throw away visit drafts that nobody went on with, and refused applications whose time is over."""
    visit_drafts.drop_old_drafts(at=timezone.now())
    applications.drop_refused(at=timezone.now())


@shared_task
def tidy_evidence() -> None:
    """Throw away kept rows that no file of a department names, and what killed readers left behind."""
    remove_orphans(at=timezone.now())
