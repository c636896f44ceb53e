"""The beat's monthly look through the books."""

from __future__ import annotations

from django.conf import settings

from accounts.schedule import each_month


def ensure_schedule() -> None:
    """Enter it, the day after the match; safe to call at every start."""
    day = min(settings.MATCH_DAY + 1, 28)
    each_month("每月从底册查问题", "records.tasks.raise_problems", day=day, hour=settings.MATCH_HOUR, minute=20)
