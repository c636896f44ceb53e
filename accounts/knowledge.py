"""The second clock: conditions on what was on record at a moment. None is now, and asks nothing."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.utils import timezone


def recorded_by(known_at: datetime | None, field: str = "recorded_at") -> Q:
    """Rows that were recorded by then."""
    return Q() if known_at is None else Q(**{f"{field}__lte": known_at})


def or_unknown(condition: Q, known_at: datetime | None, field: str = "recorded_at") -> Q:
    """Rows of a condition, and those that nobody knew of then: they count as what comes later does."""
    return condition if known_at is None else condition | Q(**{f"{field}__gt": known_at})


def not_taken_back(known_at: datetime | None, field: str = "withdrawn_at") -> Q:
    """Rows that were not taken back by then, whatever happened to them later."""
    return or_unknown(Q(**{f"{field}__isnull": True}), known_at, field)


def end_of(on: date) -> datetime:
    """The first moment after a day in China: what was recorded before it was known on that day."""
    return timezone.make_aware(datetime.combine(on + timedelta(days=1), time()))


def day_of(known_at: datetime | None) -> date:
    """The last day on which something written on its own day was known; without a moment there is no last."""
    return date.max if known_at is None else timezone.localdate(known_at)
