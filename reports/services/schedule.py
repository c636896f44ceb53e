"""What the beat does for reports."""

from __future__ import annotations

from django.conf import settings


def ensure_schedule() -> None:
    """Enter the sweeper of exports and their throwing away into the beat's tables; safe to call at every start."""
    from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

    minutely, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.MINUTES)
    daily, _ = CrontabSchedule.objects.get_or_create(
        minute="40", hour="4", day_of_month="*", day_of_week="*", month_of_year="*", timezone=settings.TIME_ZONE
    )
    PeriodicTask.objects.update_or_create(
        name="台账导出值守",
        defaults={"task": "reports.tasks.sweep_exports", "interval": minutely, "crontab": None, "expire_seconds": 60},
    )
    PeriodicTask.objects.update_or_create(
        name="月度结账值守",
        defaults={"task": "reports.tasks.sweep_freezing", "interval": minutely, "crontab": None, "expire_seconds": 60},
    )
    PeriodicTask.objects.update_or_create(
        name="清理过期导出",
        defaults={"task": "reports.tasks.drop_old_exports", "crontab": daily, "interval": None},
    )
