"""Monitored households as they stood on any day.

A *turn* is an event that decides whether an episode is open: identified, cleared, rolled back, cancelled (`secured`
is a mark, the household stays monitored). A household stands on a day as the last turn of its last episode says, and
no longer stands from the day on which the register struck it off.

Within a day changes of members come first, then moves between villages, then turns, then the striking off. So what a
turn counts is the household in its village and with its members at the end of that day, and the steps of a month add
up exactly. All querysets carry `place`, the code of the village where the household lived on the day of the row.
"""

from __future__ import annotations

from collections.abc import Collection
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

from accounts.knowledge import or_unknown, recorded_by
from accounts.models import Division
from accounts.scope import in_division
from households.models import Household, LifeEvent, Membership
from households.querysets import in_force, struck_off_after
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
    return _turns(on, known_at).filter(registered(HOME, known_at, gte=F("happened_on")))


def _turns(on: date, known_at: Known) -> QuerySet[Any]:
    """The same, of households struck off too."""
    return (
        EpisodeEvent.objects.as_of(on, known_at)
        .filter(kind__in=TURNS)
        .annotate(
            nth=Case(When(kind=KIND.IDENTIFIED, then=0), default=1, output_field=IntegerField()),
            opens=Case(When(kind__in=OPEN, then=1), default=0, output_field=IntegerField()),
        )
    )


_FORWARD = ("happened_on", "nth", "id")
BACKWARD = ("-episode__serial", "-happened_on", "-nth", "-id")


# --- stock ---


def standing(
    division: Division, on: date, known_at: Known = None, *, among: Collection[int] | None = None
) -> QuerySet[Any]:
    """The turn by which each household of a place stands on a day: open, cleared or cancelled, each household once.
    `among` are the households to look at (by key), where not all."""
    wanted = Q() if among is None else Q(**{f"{HOME}__in": among})
    # Whoever is registered on the day was so on the day of every turn before it.
    last = _by_key(_last_of(_turns(on, known_at).filter(wanted), division))
    return living_in(last.filter(registered(HOME, known_at, gt=on)), division, on, HOME, known_at)


def monitored(division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """Of `standing` the turns by which households are monitored on a day."""
    last = _by_key(open_turns(division, on, known_at))
    return living_in(last.filter(registered(HOME, known_at, gt=on)), division, on, HOME, known_at)


def open_turns(division: Division, on: date, known_at: Known = None, so: Q | None = None) -> QuerySet[Any]:
    """The turns by which households are monitored on a day, if they are `so`: those of `standing`, and some of
    households that lived elsewhere or were struck off. For conditions on rows that are asked for their place and the
    register themselves."""
    stands = Case(When(Q(so or Q(), kind__in=OPEN), then=2), default=1, output_field=IntegerField())
    # What is said together with the rank is asked after ranking.
    return _last_of(_turns(on, known_at).annotate(stands=stands), division).filter(back__lt=F("stands")).order_by()


def _last_of(rows: QuerySet[Any], division: Division) -> QuerySet[Any]:
    """Of some turns the last one of each household that lives, or has lived, in a place. Only conditions about the rank
    (`back`) can follow: others would be asked before it."""
    rank = Window(RowNumber(), partition_by=f"{HOME}_id", order_by=list(BACKWARD))
    # Of "at most one" the planner expects many rows, as a county has, and joins them at once; of "one" it expects few, as
    # a village has, and looks them up.
    first = Q(back__lte=1) if division.level <= Division.Level.COUNTY else Q(back=1)
    return rows.filter(near(division, HOME)).annotate(back=rank).filter(first)


def _by_key(rows: QuerySet[Any]) -> QuerySet[EpisodeEvent]:
    """The same events, for other conditions to follow."""
    return EpisodeEvent.objects.filter(pk__in=rows.values("pk"))


# --- turns of a month ---


def flows(division: Division, after: date, on: date, known_at: Known = None) -> QuerySet[EpisodeEvent]:
    """Turns after one day and up to another that opened a closed episode or closed an open one."""
    turned = _effective(division, after, on, known_at)
    return living_in(turned, division, OuterRef("happened_on"), HOME, known_at)


def endings(division: Division, after: date, on: date, known_at: Known = None) -> QuerySet[EpisodeEvent]:
    """Households that left monitoring by being cancelled: the turn that says so, else, where the register struck off
    an open household, the turn by which it stood. `gone_on` is the day."""
    cancelled = _effective(division, after, on, known_at).filter(kind=KIND.CANCELLED)
    struck = (
        _by_key(_last_of(turns(on, known_at), division))
        .filter(kind__in=OPEN, **{f"{HOME}__cancelled_on__gt": after, f"{HOME}__cancelled_on__lte": on})
        .exclude(struck_off_after(known_at, HOME) if known_at else Q(pk__in=[]))
    )
    rows = EpisodeEvent.objects.filter(Q(pk__in=cancelled.values("pk")) | Q(pk__in=struck.values("pk")))
    day = Case(When(kind=KIND.CANCELLED, then=F("happened_on")), default=F(f"{HOME}__cancelled_on"))
    return living_in(rows.annotate(gone_on=day), division, OuterRef("gone_on"), HOME, known_at)


def _effective(division: Division, after: date, on: date, known_at: Known) -> QuerySet[EpisodeEvent]:
    touched = turns(on, known_at).filter(near(division, HOME), happened_on__gt=after)
    was_open = Window(Lag("opens", default=0), partition_by="episode_id", order_by=list(_FORWARD))
    turned = ExpressionWrapper(F("opens") - was_open, output_field=IntegerField())
    chain = turns(on, known_at).filter(episode__in=touched.values("episode_id")).annotate(turned=turned)
    # Not in one filter: what is before `after` must be there for the window to look back at.
    return EpisodeEvent.objects.filter(pk__in=chain.filter(turned__in=(1, -1)).values("pk"), happened_on__gt=after)


# --- moves and members of a month ---


def arrivals(division: Division, after: date, on: date, known_at: Known = None) -> QuerySet[LifeEvent]:
    """Moves of whole monitored households into the villages of a place; `elsewhere` is the village that they left."""
    moved = _moves(division, after, on, known_at)
    return _between(moved.annotate(place=_village_after(known_at), elsewhere=_village_before()), division)


def departures(division: Division, after: date, on: date, known_at: Known = None) -> QuerySet[LifeEvent]:
    """Moves of whole monitored households out of the villages of a place; `elsewhere` is where they went."""
    moved = _moves(division, after, on, known_at)
    return _between(moved.annotate(place=_village_before(), elsewhere=_village_after(known_at)), division)


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
    changed = _changes(division, "left_on", after, on, known_at).filter(left_by(known_at))
    return changed.exclude(left_reason__in=(Left.RELATION, Left.CANCELLED))


def left_by(known_at: Known) -> Q:
    """Condition on memberships: that the member left was on record by then. Leavings of old have no moment."""
    if known_at is None:
        return Q()
    return Q(left_recorded_at__isnull=True) | Q(left_recorded_at__lte=known_at)


def _moves(division: Division, after: date, on: date, known_at: Known) -> QuerySet[LifeEvent]:
    events = LifeEvent.objects.filter(recorded_by(known_at), kind=MOVED, happened_on__gt=after, happened_on__lte=on)
    return events.filter(near(division, "household"), _was_open("happened_on", on, known_at))


def _changes(division: Division, field: str, after: date, on: date, known_at: Known) -> QuerySet[Membership]:
    changed = Membership.objects.filter(recorded_by(known_at), **{f"{field}__gt": after, f"{field}__lte": on})
    monitored = changed.filter(_was_open(field, on, known_at))
    return living_in(monitored, division, OuterRef(field), "household", known_at, before=True)


def _was_open(field: str, on: date, known_at: Known) -> Q:
    """Condition: the row's household was monitored at the end of the day before the one in `field`."""
    earlier = turns(on, known_at).filter(**{HOME: OuterRef("household_id")}, happened_on__lt=OuterRef(field))
    stood = Subquery(earlier.order_by(*BACKWARD).values("kind")[:1])
    return Q(In(stood, list(OPEN))) & registered("household", known_at, gte=F(field))


def registered(household: str, known_at: Known, **ends: Day) -> Q:
    """Condition: the register had not struck the household at that path off, or on a day that fits (`gt=on`), as known
    at a moment."""
    ((how, day),) = ends.items()
    there = Q(**{f"{household}__cancelled_on__isnull": True}) | Q(**{f"{household}__cancelled_on__{how}": day})
    return there if known_at is None else there | struck_off_after(known_at, household)


# --- where, and how many persons ---


def members_on(day: Day, household: str, known_at: Known) -> Q:
    """Condition on the memberships of the household at that path: in force at the end of a day."""
    path = f"{household}__memberships" if household else "memberships"
    return in_force(day, known_at, f"{path}__")


def members_at_turn(day: Day, household: str, known_at: Known = None) -> Q:
    """The same before the striking off, which takes the members along at the end of its day."""
    path = f"{household}__memberships"
    struck = Q(**{f"{path}__left_on": day, f"{path}__left_reason": Left.CANCELLED, f"{path}__joined_on__lte": day})
    return members_on(day, household, known_at) | (struck & recorded_by(known_at, f"{path}__recorded_at"))


def place_on(day: Day, household: str, known_at: Known = None, *, before: bool = False) -> Case:
    """Code of the village where the household at that path lived at the end of a day (`before`: at its beginning).

    The next move tells where it came from; without one it lives where the register says. A move that was not known at
    the moment comes next too, whatever its day: by then it had led nowhere. The path is '' for rows that are
    households themselves.
    """
    later = Q(happened_on__gte=day) if before else Q(happened_on__gt=day)
    return _next_village(Q(or_unknown(later, known_at), household=OuterRef(household or "pk")), household)


def _village_before() -> Cast:
    return Cast(KT("data__village__0"), CharField(max_length=12))


def _village_after(known_at: Known) -> Case:
    """Where a move led, by the same chain of moves that `place_on` reads."""
    same_day = Q(happened_on=OuterRef("happened_on"), id__gt=OuterRef("id"))
    later = or_unknown(Q(happened_on__gt=OuterRef("happened_on")) | same_day, known_at)
    return _next_village(Q(later, household=OuterRef("household_id")), "household")


def _next_village(later: Q, household: str) -> Case:
    moves = LifeEvent.objects.filter(later, kind=MOVED).order_by("happened_on", "id")
    here = F(_village(household))
    came_from = Coalesce(Subquery(moves.values(came_from=_village_before())[:1]), here)
    # The look at the moves is for the few who ever moved.
    return Case(When(_moved(household), then=came_from), default=here)


def _village(household: str) -> str:
    return f"{household}__village_id" if household else "village_id"


def _moved(household: str) -> Q:
    return Q(**{f"{household or 'pk'}__in": _movers()})


def _movers() -> QuerySet[Any, Any]:
    return LifeEvent.objects.filter(kind=MOVED).order_by().values("household_id")


def near(division: Division, household: str) -> Q:
    """Condition: the household lives in the place, or has ever moved; narrows before the exact look at the day. Of a
    county there is little to narrow."""
    if division.level <= Division.Level.COUNTY:
        return Q()
    # One set of keys, through which the database finds the rows; "lives there or has moved" it would ask of each row.
    there = Household.objects.filter(in_division("village_id", division)).order_by().values("pk")
    return Q(**{f"{household or 'pk'}__in": there.union(_movers())})


def living_in(rows: Any, division: Division, day: Day, household: str, known_at: Known, *, before: bool = False) -> Any:
    """The rows whose household, at that path, lived in a place at the end of a day, with its village as `place`."""
    placed = rows.annotate(place=place_on(day, household, known_at, before=before))
    moved = _moved(household)
    # Where those live who never moved is known without looking, and the database can tell how many they are.
    stayed = Q(in_division(_village(household), division), ~moved)
    return placed.filter(near(division, household), stayed | Q(in_division("place", division), moved))


def _between(rows: Any, division: Division) -> Any:
    return rows.filter(in_division("place", division))
