"""The households that an indicator is about, by the reading of its text."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from households.models import Category
from reports.asof.homes import ill, is_monitored, living, supported
from reports.indicators.base import chosen
from reports.ledgers.base import Reading


def of_scope(key: str, reading: Reading) -> QuerySet[Any]:
    """The households of the scope that a parameter names."""
    where, scope = (reading.division, reading.on, reading.known_at), chosen(key, reading)
    if scope == "lifted":
        return living(*where).filter(category=Category.LIFTED)
    if scope == "monitored":
        return living(*where).filter(is_monitored(*where))
    if scope == "ill":
        return ill_homes(reading)
    return living(*where) if scope == "all" else supported(*where)


def ill_homes(reading: Reading) -> QuerySet[Any]:
    """Households monitored for illness, as the county reads it."""
    main = chosen("indicator_illness_reading", reading) == "main"
    return ill(reading.division, reading.on, reading.known_at, main=main)
