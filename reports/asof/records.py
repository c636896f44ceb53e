"""The lines of books as they stood on any day; each carries `place`, the code of where it counts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import Exact, In

from accounts.models import Division
from households.history import ABLE
from households.models import Category, Membership
from records.models import HouseholdRecord, Job, PersonRecord, PlaceRecord, WelfarePost
from reports.asof.episodes import BACKWARD, HOME, OPEN, Known, living_in, turns

# Condition on a membership: the person can work, wholly or in part.
ABLE_PERSON = Q(person__labour_skill__in=ABLE)


def of_homes(model: type[HouseholdRecord | PersonRecord], division: Division, on: date, known_at: Known) -> Any:
    """Lines about households and persons in force on a day, where the household lived then."""
    return living_in(model._default_manager.as_of(on, known_at), division, on, "household")  # type: ignore[attr-defined]


def of_homes_since(
    model: type[HouseholdRecord | PersonRecord], division: Division, first: date, on: date, known_at: Known
) -> Any:
    """The last version by a day of every line in force on any day since another; `began_on` is its first day."""
    return living_in(_latest(model, first, on, known_at), division, on, "household")


def of_places(model: type[PlaceRecord], division: Division, on: date, known_at: Known) -> QuerySet[Any]:
    """Lines about places in force on a day."""
    rows = model._default_manager.as_of(on, known_at).within(division)  # type: ignore[attr-defined]
    return rows.annotate(place=F("division_id"))  # type: ignore[no-any-return]


def of_places_since(
    model: type[PlaceRecord], division: Division, first: date, on: date, known_at: Known
) -> QuerySet[Any]:
    """The same of all lines in force on any day since another."""
    return _latest(model, first, on, known_at).within(division).annotate(place=F("division_id"))  # type: ignore[no-any-return]


def _latest(model: Any, first: date, on: date, known_at: Known) -> Any:
    held = model._default_manager.known(known_at).filter(line=OuterRef("line"))
    later = held.filter(from_on__gt=OuterRef("from_on"), from_on__lte=on)
    began = held.order_by().values("line").annotate(first=Min("from_on")).values("first")
    rows = model._default_manager.during(first, on, known_at).filter(~Exists(later))
    return rows.annotate(began_on=Subquery(began))


def monitored(on: date, known_at: Known = None, *, monitored_type: str = "") -> Q:
    """Condition on a row with `household_id`: its household is monitored at the end of a day (as that type)."""
    last = turns(on, known_at).filter(**{HOME: OuterRef("household_id")}).order_by(*BACKWARD)
    there = Q(In(Subquery(last.values("kind")[:1]), list(OPEN)))
    if not monitored_type:
        return there
    return there & Q(Exact(Subquery(last.values("episode__monitored_type")[:1]), monitored_type))


def followed(on: date, known_at: Known = None) -> Q:
    """Condition on a row about a household: its work is followed, being a 脱贫户 or monitored on the day."""
    return Q(household__category=Category.LIFTED) | monitored(on, known_at)


def able_members(division: Division, on: date, known_at: Known = None) -> Any:
    """Members able to work, wholly or in part, of the followed households."""
    members = Membership.objects.as_of(on, known_at).filter(followed(on, known_at), ABLE_PERSON)
    return living_in(members, division, on, "household")


def zero_job_households(division: Division, on: date, known_at: Known = None) -> Any:
    """Followed households with members able to work, of all of whom the jobs are told, and none of whom has one; each
    by its first such member.

    A household with a member of whom nobody has told whether he works is not known to have no job.
    """
    able = Membership.objects.as_of(on, known_at).filter(ABLE_PERSON, household=OuterRef("household_id"))
    jobs = Job.objects.as_of(on, known_at).filter(person=OuterRef("person_id"))
    posts = WelfarePost.objects.as_of(on, known_at).filter(person=OuterRef("person_id"))
    untold = able.filter(~Exists(jobs))
    at_work = able.filter(Exists(jobs.filter(working=True)) | Exists(posts))
    earlier = able.filter(pk__lt=OuterRef("pk"))
    return able_members(division, on, known_at).filter(~Exists(untold), ~Exists(at_work), ~Exists(earlier))
