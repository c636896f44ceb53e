"""Households as they lived in a place on a day, and which of them are supported: lifted ones and monitored ones."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from accounts.knowledge import or_unknown
from accounts.models import Division
from accounts.scope import in_division
from households.models import Category, Household, LifeEvent
from monitoring.risks import Risk
from reports.asof import episodes as q


def living(division: Division, on: date, known_at: datetime | None = None) -> QuerySet[Any]:
    """Households registered on a day that lived in a place, with the code of their village as `place`.

    A move that came later, or that was not known yet, tells where the household lived before it.
    """
    unseen = or_unknown(Q(happened_on__gt=on), known_at)
    moves = LifeEvent.objects.filter(unseen, kind=LifeEvent.Kind.MOVED)
    left = Cast(KT("data__village__0"), CharField(max_length=12))
    first = moves.filter(household=OuterRef("pk")).order_by("happened_on", "id").values(came_from=left)[:1]
    moved = Q(pk__in=moves.values("household_id"))
    place = Case(When(moved, then=Coalesce(Subquery(first), F("village_id"))), default=F("village_id"))
    low, high = division.code_range
    stayed = Q(in_division("village_id", division), ~moved)
    rows = Household.objects.as_of(on, known_at).annotate(place=place)
    return rows.filter(stayed | Q(moved, place__gte=low, place__lt=high))


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
