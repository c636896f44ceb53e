"""Days and moments in China."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone


def end_of(on: date) -> datetime:
    """The first moment after a day: what was recorded before it was known on that day."""
    return timezone.make_aware(datetime.combine(on + timedelta(days=1), time()))
