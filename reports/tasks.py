"""What workers and the beat do for reports."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from reports.services import exports, freezing


@shared_task
def run_export(run_id: int) -> None:
    """Make one queued workbook."""
    exports.execute_export(run_id)


@shared_task
def sweep_exports() -> None:
    """Send again what was lost, restart what died, give up what dies each time."""
    exports.sweep_exports(at=timezone.now())


@shared_task
def drop_old_exports() -> None:
    """Throw away workbooks that were kept long enough."""
    exports.drop_old_exports(at=timezone.now())


@shared_task
def freeze_month(closing_id: int) -> None:
    """Put away the ledgers of one accepted month."""
    freezing.execute_freezing(closing_id)


@shared_task
def sweep_freezing() -> None:
    """Go on with accepted months that nobody works at any more."""
    freezing.sweep_freezing(at=timezone.now())
