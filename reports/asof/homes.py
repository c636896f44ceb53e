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


def is_monitored(
    division: Division, on: date, known_at: datetime | None = None, *, home: str = "pk", monitored_type: str = ""
) -> Q:
    """Condition on rows whose field `home` is a household of the place, registered on the day: monitored (as that
    type)."""
    so = Q(episode__monitored_type=monitored_type) if monitored_type else None
    return Q(**{f"{home}__in": q.open_turns(division, on, known_at, so).values(q.HOME)})


def lifted_or_monitored(division: Division, on: date, known_at: datetime | None = None) -> QuerySet[Household]:
    """The lifted households (脱贫户) and the monitored ones, registered on the day, that live, or have lived, in a place:
    for rows that are asked for their place themselves."""
    wanted = Q(category=Category.LIFTED) | is_monitored(division, on, known_at)
    return Household.objects.as_of(on, known_at).filter(q.near(division, ""), wanted)


def supported(division: Division, on: date, known_at: datetime | None = None) -> QuerySet[Any]:
    """Of `living` the lifted households and the monitored ones."""
    rows: QuerySet[Any] = q.living_in(lifted_or_monitored(division, on, known_at), division, on, "", known_at)
    return rows


def ill(division: Division, on: date, known_at: datetime | None = None, *, main: bool = False) -> QuerySet[Any]:
    """Of `living` those monitored for illness (因病): among their risks, or as the main one alone."""
    turns = q.monitored(division, on, known_at)
    if main:
        chosen = turns.filter(episode__main_risk=Risk.ILLNESS)
        return living(division, on, known_at).filter(pk__in=chosen.values(q.HOME))
    risks = turns.values_list(q.HOME, "episode__risks")
    return living(division, on, known_at).filter(pk__among=[home for home, told in risks if Risk.ILLNESS in told])
