"""What was learnt after a month was closed about its closing stock of monitored households.

A month opens with what the last edition of the month before closed with. Where more is known by now, households come
in or fall out, or lived elsewhere than was thought, or had members more or fewer: these are the month's adjustments,
and opening + adjustments is the closing of the month before as we now know it. Without an edition there are none.

Only households about which something was recorded after the edition are looked at, so a month without late entries
costs next to nothing. In everything here `closed_at` is the knowledge of the edition and `known_at` that of the reading.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import In

from accounts.knowledge import recorded_by
from accounts.models import Division
from households.models import LifeEvent, Membership
from monitoring.models import EpisodeEvent
from reports.asof import episodes as q

Known = datetime | None
_CODE = CharField(max_length=12)
_KINDS = (LifeEvent.Kind.CANCELLED, LifeEvent.Kind.MERGED, LifeEvent.Kind.MOVED)


def came_in(division: Division, on: date, closed_at: Known, known_at: Known) -> QuerySet[Any]:
    """Turns of households now known to have been monitored in the place at the end of a day, and not thought to be
    when the month was closed; `elsewhere` is the village where they then were thought to be, '' for none."""
    return _shifted(division, on, touched(on, closed_at, known_at), told=known_at, untold=closed_at)


def fell_out(division: Division, on: date, closed_at: Known, known_at: Known) -> QuerySet[Any]:
    """Turns of households that were monitored there as the month was closed and, as we now know, were not;
    `elsewhere` is the village where they are now known to have been."""
    return _shifted(division, on, touched(on, closed_at, known_at), told=closed_at, untold=known_at)


def members_then_or_now(on: date, closed_at: Known, known_at: Known) -> Q:
    """Condition on the members of the households of `came_in`: those of today's knowledge, but those that the month
    was closed with where the household was monitored elsewhere then (what changed among them counts by itself)."""
    new = Q(elsewhere="") & q.members_on(on, q.HOME, known_at)
    return new | (~Q(elsewhere="") & q.members_on(on, q.HOME, closed_at))


def members_more(division: Division, on: date, closed_at: Known, known_at: Known) -> QuerySet[Any]:
    """Memberships of households monitored either way: now known to have been in force, and not known then."""
    return _members(division, on, closed_at, known_at, told=known_at, untold=closed_at)


def members_fewer(division: Division, on: date, closed_at: Known, known_at: Known) -> QuerySet[Any]:
    """Memberships of such households that were in force as the month was closed and, as we now know, were not."""
    return _members(division, on, closed_at, known_at, told=closed_at, untold=known_at)


def touched(on: date, closed_at: Known, known_at: Known) -> set[int]:
    """Households about whose monitoring up to a day something was recorded or taken back after the edition."""
    if closed_at is None or closed_at == known_at:
        return set()
    late = Q(recorded_at__gt=closed_at) & recorded_by(known_at)
    back = Q(withdrawn_at__gt=closed_at) & recorded_by(known_at, "withdrawn_at")
    turned = EpisodeEvent.objects.filter(late | back, happened_on__lte=on).order_by()
    lived = LifeEvent.objects.filter(late, kind__in=_KINDS, happened_on__lte=on).order_by()
    return {*turned.values_list("episode__household_id", flat=True), *lived.values_list("household_id", flat=True)}


def _shifted(division: Division, on: date, homes: Collection[int], *, told: Known, untold: Known) -> QuerySet[Any]:
    """Open households by one knowledge that by the other were not, or lived in another village."""
    rows = q.standing(division, on, told, among=homes).filter(kind__in=q.OPEN)
    seen = Case(When(_open(on, q.HOME, untold), then=q.place_on(on, q.HOME, untold)), default=Value(""))
    return rows.annotate(elsewhere=seen).exclude(elsewhere=F("place"))


def _open(on: date, household: str, known_at: Known) -> Q:
    """Condition: the household at that path was monitored at the end of a day, as known at a moment."""
    earlier = q.turns(on, known_at).filter(**{q.HOME: OuterRef(f"{household}_id")})
    stood = Subquery(earlier.order_by(*q.BACKWARD).values("kind")[:1])
    return Q(In(stood, list(q.OPEN))) & q.registered(household, known_at, gt=on)


def _members(
    division: Division, on: date, closed_at: Known, known_at: Known, *, told: Known, untold: Known
) -> QuerySet[Any]:
    if closed_at is None or closed_at == known_at:
        return Membership.objects.none().annotate(place=Value("", output_field=_CODE))
    late = Q(recorded_at__gt=closed_at) | Q(left_recorded_at__gt=closed_at)
    persons = Membership.objects.filter(late, joined_on__lte=on).order_by().values("person_id")
    # A new relation to the head is no change: the person was there by either knowledge.
    same = Membership.objects.as_of(on, untold).filter(person=OuterRef("person"), household=OuterRef("household"))
    rows = Membership.objects.as_of(on, told).filter(~Exists(same), person__in=persons)
    both = rows.filter(_open(on, "household", closed_at), _open(on, "household", known_at))
    return q.living_in(both, division, on, "household", known_at)
