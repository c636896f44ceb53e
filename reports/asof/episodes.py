"""Monitored households as they stood on any day.

A *turn* is an event that decides whether an episode is open: identified, cleared, rolled back, cancelled (`secured`
is a mark, the household stays monitored). A household stands on a day as the last turn of its last episode says, and
no longer stands from the day on which the register struck it off.

Within a day changes of members come first, then moves between villages, then turns, then the striking off. So what a
turn counts is the household in its village and with its members at the end of that day, and the steps of a month add
up exactly. All querysets carry `place`, the code of the village where the household lived on the day of the row.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
    Window,
)
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, Lag, RowNumber
from django.db.models.lookups import In

from accounts.models import Division
from households.models import LifeEvent, Membership
from monitoring.models import EpisodeEvent

KIND = EpisodeEvent.Kind
MOVED = LifeEvent.Kind.MOVED
Left = Membership.LeftReason
OPEN = (KIND.IDENTIFIED, KIND.ROLLED_BACK)
TURNS = (*OPEN, KIND.CLEARED, KIND.CANCELLED)
HOME = "episode__household"

Day = date | Combinable
Known = datetime | None


def turns(on: date, known_at: Known = None) -> QuerySet[Any]:
    """Standing turns up to a day, of households not struck off before.

    `nth` puts the identification before other turns of its day, `opens` is 1 or 0.
    """
    in_time = Q(**{f"{HOME}__cancelled_on__isnull": True}) | Q(happened_on__lte=F(f"{HOME}__cancelled_on"))
    return (
        EpisodeEvent.objects.as_of(on, known_at)
        .filter(in_time, kind__in=TURNS)
        .annotate(
            nth=Case(When(kind=KIND.IDENTIFIED, then=0), default=1, output_field=IntegerField()),
            opens=Case(When(kind__in=OPEN, then=1), default=0, output_field=IntegerField()),
        )
    )


_FORWARD = ("happened_on", "nth", "id")
_BACKWARD = ("-episode__serial", "-happened_on", "-nth", "-id")


# --- stock ---


def standing(division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """The turn by which each household of a place stands on a day: open, cleared or cancelled, each household once."""
    there = Q(**{f"{HOME}__cancelled_on__isnull": True}) | Q(**{f"{HOME}__cancelled_on__gt": on})
    return living_in(_last(division, on, known_at).filter(there), division, on, HOME)


def _last(division: Division, on: date, known_at: Known) -> QuerySet[EpisodeEvent]:
    rank = Window(RowNumber(), partition_by=f"{HOME}_id", order_by=list(_BACKWARD))
    ranked = turns(on, known_at).filter(_near(division, HOME)).annotate(back=rank)
    return EpisodeEvent.objects.filter(pk__in=ranked.filter(back=1).values("pk"))


# --- turns of a month ---


def flows(division: Division, after: date, on: date, known_at: Known = None) -> QuerySet[EpisodeEvent]:
    """Turns after one day and up to another that opened a closed episode or closed an open one."""
    return living_in(_effective(division, after, on, known_at), division, OuterRef("happened_on"), HOME)


def endings(division: Division, after: date, on: date, known_at: Known = None) -> QuerySet[EpisodeEvent]:
    """Households that left monitoring by being cancelled: the turn that says so, else, where the register struck off
    an open household, the turn by which it stood. `gone_on` is the day."""
    cancelled = _effective(division, after, on, known_at).filter(kind=KIND.CANCELLED)
    struck = _last(division, on, known_at).filter(
        kind__in=OPEN, **{f"{HOME}__cancelled_on__gt": after, f"{HOME}__cancelled_on__lte": on}
    )
    rows = EpisodeEvent.objects.filter(Q(pk__in=cancelled.values("pk")) | Q(pk__in=struck.values("pk")))
    day = Case(When(kind=KIND.CANCELLED, then=F("happened_on")), default=F(f"{HOME}__cancelled_on"))
    return living_in(rows.annotate(gone_on=day), division, OuterRef("gone_on"), HOME)


def _effective(division: Division, after: date, on: date, known_at: Known) -> QuerySet[EpisodeEvent]:
    touched = turns(on, known_at).filter(_near(division, HOME), happened_on__gt=after)
    was_open = Window(Lag("opens", default=0), partition_by="episode_id", order_by=list(_FORWARD))
    turned = ExpressionWrapper(F("opens") - was_open, output_field=IntegerField())
    chain = turns(on, known_at).filter(episode__in=touched.values("episode_id")).annotate(turned=turned)
    # Not in one filter: what is before `after` must be there for the window to look back at.
    return EpisodeEvent.objects.filter(pk__in=chain.filter(turned__in=(1, -1)).values("pk"), happened_on__gt=after)


# --- moves and members of a month ---


def arrivals(division: Division, after: date, on: date, known_at: Known = None) -> QuerySet[LifeEvent]:
    """Moves of whole monitored households into the villages of a place; `elsewhere` is the village that they left."""
    moved = _moves(division, after, on, known_at)
    return _between(moved.annotate(place=_village_after(), elsewhere=_village_before()), division)


def departures(division: Division, after: date, on: date, known_at: Known = None) -> QuerySet[LifeEvent]:
    """Moves of whole monitored households out of the villages of a place; `elsewhere` is where they went."""
    moved = _moves(division, after, on, known_at)
    return _between(moved.annotate(place=_village_before(), elsewhere=_village_after()), division)


def joined(division: Division, after: date, on: date, known_at: Known = None) -> QuerySet[Membership]:
    """Persons who became members of households already monitored; a new relation to the head is no new member."""
    earlier = Membership.objects.filter(
        person=OuterRef("person"),
        household=OuterRef("household"),
        left_on=OuterRef("joined_on"),
        left_reason=Left.RELATION,
        id__lt=OuterRef("id"),
    )
    return _changes(division, "joined_on", after, on, known_at).exclude(Exists(earlier))


def left(division: Division, after: date, on: date, known_at: Known = None) -> QuerySet[Membership]:
    """Persons who ceased to be members of monitored households, but for those struck off with them (`endings`)."""
    changed = _changes(division, "left_on", after, on, known_at)
    return changed.exclude(left_reason__in=(Left.RELATION, Left.CANCELLED))


def _moves(division: Division, after: date, on: date, known_at: Known) -> QuerySet[LifeEvent]:
    events = LifeEvent.objects.filter(kind=MOVED, happened_on__gt=after, happened_on__lte=on)
    return events.filter(_near(division, "household"), _was_open("happened_on", on, known_at))


def _changes(division: Division, field: str, after: date, on: date, known_at: Known) -> QuerySet[Membership]:
    changed = Membership.objects.filter(**{f"{field}__gt": after, f"{field}__lte": on})
    monitored = changed.filter(_near(division, "household"), _was_open(field, on, known_at))
    return living_in(monitored, division, OuterRef(field), "household", before=True)


def _was_open(field: str, on: date, known_at: Known) -> Q:
    """Condition: the row's household was monitored at the end of the day before the one in `field`."""
    earlier = turns(on, known_at).filter(**{HOME: OuterRef("household_id")}, happened_on__lt=OuterRef(field))
    stood = Subquery(earlier.order_by(*_BACKWARD).values("kind")[:1])
    there = Q(household__cancelled_on__isnull=True) | Q(household__cancelled_on__gte=F(field))
    return Q(In(stood, list(OPEN))) & there


# --- where, and how many persons ---


def members_on(day: Day, household: str) -> Q:
    """Condition on the memberships of the household at that path: in force at the end of a day."""
    path = f"{household}__memberships"
    left = Q(**{f"{path}__left_on__isnull": True}) | Q(**{f"{path}__left_on__gt": day})
    return Q(**{f"{path}__joined_on__lte": day}) & left


def members_at_turn(day: Day, household: str) -> Q:
    """The same before the striking off, which takes the members along at the end of its day."""
    path = f"{household}__memberships"
    struck = {f"{path}__left_on": day, f"{path}__left_reason": Left.CANCELLED, f"{path}__joined_on__lte": day}
    return members_on(day, household) | Q(**struck)


def place_on(day: Day, household: str, *, before: bool = False) -> Case:
    """Code of the village where the household at that path lived at the end of a day (`before`: at its beginning).

    The next move tells where it came from; without one it lives where the register says.
    """
    later = Q(happened_on__gte=day) if before else Q(happened_on__gt=day)
    return _next_village(Q(later, household=OuterRef(household)), household)


def _village_before() -> Cast:
    return Cast(KT("data__village__0"), CharField(max_length=12))


def _village_after() -> Case:
    """Where a move led, by the same chain of moves that `place_on` reads."""
    same_day = Q(happened_on=OuterRef("happened_on"), id__gt=OuterRef("id"))
    later = Q(happened_on__gt=OuterRef("happened_on")) | same_day
    return _next_village(Q(later, household=OuterRef("household_id")), "household")


def _next_village(later: Q, household: str) -> Case:
    moves = LifeEvent.objects.filter(later, kind=MOVED).order_by("happened_on", "id")
    came_from = Coalesce(Subquery(moves.values(came_from=_village_before())[:1]), F(f"{household}__village_id"))
    # The look at the moves is for the few who ever moved.
    return Case(When(_moved(household), then=came_from), default=F(f"{household}__village_id"))


def _moved(household: str) -> Q:
    return Q(**{f"{household}__in": LifeEvent.objects.filter(kind=MOVED).values("household_id")})


def _near(division: Division, household: str) -> Q:
    """Condition: the household lives in the place, or has ever moved; narrows before the exact look at the day."""
    low, high = division.code_range
    here = Q(**{f"{household}__village_id__gte": low, f"{household}__village_id__lt": high})
    return here | _moved(household)


def living_in(rows: Any, division: Division, day: Day, household: str, *, before: bool = False) -> Any:
    """The rows whose household, at that path, lived in a place at the end of a day, with its village as `place`."""
    near = rows.filter(_near(division, household))
    return _between(near.annotate(place=place_on(day, household, before=before)), division)


def _between(rows: Any, division: Division) -> Any:
    low, high = division.code_range
    return rows.filter(place__gte=low, place__lt=high)
