"""What workers and the beat do for accounts."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.services.tidy import tidy as tidy_up


@shared_task
def tidy() -> None:
    """Throw away ended sessions and tokens, old sign-in records and files without a row."""
    tidy_up(at=timezone.now())
