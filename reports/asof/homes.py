"""Households as they lived in a place on a day, and which of them are supported: lifted ones and monitored ones."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Division
from households.models import Category, Household
from monitoring.risks import Risk
from reports.asof import episodes as q


def living(division: Division, on: date, known_at: datetime | None = None) -> QuerySet[Any]:
    """Households registered on a day that lived in a place, with the code of their village as `place`.

    A move that came later, or that was not known yet, tells where the household lived before it.
    """
    rows: QuerySet[Any] = q.living_in(Household.objects.as_of(on, known_at), division, on, "", known_at)
    return rows


def monitored(division: Division, on: date, known_at: datetime | None = None) -> QuerySet[Any]:
    """The turns by which households of a place are monitored on a day."""
    return q.standing(division, on, known_at).filter(kind__in=q.OPEN)


def is_monitored(
    division: Division, on: date, known_at: datetime | None = None, *, home: str = "pk", monitored_type: str = ""
) -> Q:
    """Condition on rows whose field `home` is a household of the place: monitored on a day (as that type)."""
    turns = monitored(division, on, known_at)
    if monitored_type:
        turns = turns.filter(episode__monitored_type=monitored_type)
    return Q(**{f"{home}__in": turns.values(q.HOME)})


def supported(division: Division, on: date, known_at: datetime | None = None) -> QuerySet[Any]:
    """Of `living` the lifted households (脱贫户) and the monitored ones."""
    return living(division, on, known_at).filter(Q(category=Category.LIFTED) | is_monitored(division, on, known_at))


def ill(division: Division, on: date, known_at: datetime | None = None, *, main: bool = False) -> QuerySet[Any]:
    """Of `living` those monitored for illness (因病): among their risks, or as the main one alone."""
    turns = monitored(division, on, known_at)
    if main:
        chosen = turns.filter(episode__main_risk=Risk.ILLNESS)
        return living(division, on, known_at).filter(pk__in=chosen.values(q.HOME))
    risks = turns.values_list(q.HOME, "episode__risks")
    return living(division, on, known_at).filter(pk__among=[home for home, told in risks if Risk.ILLNESS in told])
