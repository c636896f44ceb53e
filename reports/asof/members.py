"""Members of monitored households as of any day: those there, and those who left while their household was monitored."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import DateField, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from accounts.knowledge import recorded_by
from accounts.models import Division
from households.models import Membership
from households.querysets import in_force, not_ended
from reports.asof.episodes import HOME, KIND, living_in, standing, turns

Left = Membership.LeftReason


def members(division: Division, on: date, known_at: datetime | None = None) -> QuerySet[Any]:
    """The last membership by a day of everybody in the households of L1: those in force, and those that ended after the
    household's last identification (`identified`). `place` is the village."""
    homes = standing(division, on, known_at).exclude(kind=KIND.CANCELLED).values(HOME)
    joined = known(Membership.objects.filter(joined_on__lte=on), known_at)
    same = joined.filter(person=OuterRef("person"), household=OuterRef("household"))
    later = same.filter(
        Q(joined_on__gt=OuterRef("joined_on")) | Q(joined_on=OuterRef("joined_on"), id__gt=OuterRef("id"))
    )
    identified = turns(on, known_at).filter(kind=KIND.IDENTIFIED, **{HOME: OuterRef("household")})
    rows = joined.filter(~Exists(later), household__in=homes).annotate(
        identified=Subquery(
            identified.order_by("-episode__serial", "happened_on").values("happened_on")[:1], output_field=DateField()
        )
    )
    since = ~Q(left_reason=Left.RELATION) & Q(left_on__gt=F("identified"))
    return living_in(rows.filter(not_ended(on, known_at) | since), division, on, "household", known_at)


def known(rows: QuerySet[Membership], known_at: datetime | None) -> QuerySet[Membership]:
    return rows.filter(recorded_by(known_at))


def is_here(membership: Membership, on: date, known_at: datetime | None) -> bool:
    """The condition `not_ended` for one."""
    if membership.left_on is None or membership.left_on > on:
        return True
    told = membership.left_recorded_at
    return known_at is not None and told is not None and told > known_at


def staying(rows: QuerySet[Any], on: date, known_at: datetime | None = None) -> QuerySet[Any]:
    """Rows about a `person`, with his membership on a day as `stay`; those of nobody who belonged anywhere fall away."""
    path = "person__memberships"
    there = FilteredRelation(path, condition=in_force(on, known_at, f"{path}__"))
    return rows.annotate(stay=there).filter(stay__isnull=False)
