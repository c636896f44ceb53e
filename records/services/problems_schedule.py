"""The beat's monthly look through the books."""

from __future__ import annotations

from django.conf import settings


def ensure_schedule() -> None:
    """Enter it into the beat's tables, the day after the match; safe to call at every start."""
    from django_celery_beat.models import CrontabSchedule, PeriodicTask

    monthly, _ = CrontabSchedule.objects.get_or_create(
        minute="20",
        hour=str(settings.MATCH_HOUR),
        day_of_month=str(min(settings.MATCH_DAY + 1, 28)),
        day_of_week="*",
        month_of_year="*",
        timezone=settings.TIME_ZONE,
    )
    PeriodicTask.objects.update_or_create(
        name="每月从底册查问题",
        defaults={"task": "records.tasks.raise_problems", "crontab": monthly, "interval": None},
    )
