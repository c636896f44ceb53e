"""What the beat does unasked, entered into its tables; entering again changes nothing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask


def each_minute(title: str, task: str) -> None:
    """What a minute's message did not do, the next one does."""
    minutely, _ = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.MINUTES)
    _enter(title, task, interval=minutely, crontab=None, expire_seconds=60)


def each_day(title: str, task: str, *, hour: int, minute: int) -> None:
    _enter(title, task, crontab=_at(hour=hour, minute=minute), interval=None)


def each_month(title: str, task: str, *, day: int, hour: int, minute: int = 0) -> None:
    _enter(title, task, crontab=_at(hour=hour, minute=minute, day_of_month=day), interval=None)


def _at(**when: int) -> CrontabSchedule:
    """The moments in China's time that have these parts."""
    every = {"day_of_month": "*", "day_of_week": "*", "month_of_year": "*"}
    parts = {name: str(part) for name, part in when.items()}
    return CrontabSchedule.objects.get_or_create(**{**every, **parts}, timezone=settings.TIME_ZONE)[0]


def _enter(title: str, task: str, **when: Any) -> None:
    PeriodicTask.objects.update_or_create(name=title, defaults={"task": task, **when})
