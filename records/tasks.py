"""What workers and the beat do for records."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from records.services import problems_raising


@shared_task
def raise_problems() -> None:
    """Raise the problems that the books of every county show."""
    problems_raising.raise_everywhere(at=timezone.now())
