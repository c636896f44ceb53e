"""What workers and the beat do for accounts."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from accounts.services.seal_check import check_audit
from accounts.services.seals import seal_audit
from accounts.services.tidy import tidy as tidy_up

logger = logging.getLogger(__name__)


@shared_task
def tidy() -> None:
    """Throw away ended sessions and tokens, old sign-in records and files without a row."""
    tidy_up(at=timezone.now())


@shared_task
def seal() -> None:
    """Seal what was added to the tables that only grow."""
    seal_audit(at=timezone.now())


# Reads everything that was ever sealed: minutes in a county of many years. Not asked for again when it is lost, because
# it comes every day.
@shared_task(acks_late=False, soft_time_limit=3300, time_limit=3600)
def check_seals() -> None:
    """Hold the tables that only grow against their seals; what differs goes to the log too."""
    for check in check_audit(actor=None, at=timezone.now()):
        if check.fault:
            logger.error("审计核对不一致 %s", check.says)
