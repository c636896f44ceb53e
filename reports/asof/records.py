"""The lines of books as they stood on any day; each carries `place`, the code of where it counts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery

from accounts.models import Division
from records import work
from records.models import HouseholdRecord, PersonRecord, PlaceRecord
from reports.asof.episodes import Known, living_in
from reports.asof.homes import lifted_or_monitored


def of_homes(model: type[HouseholdRecord | PersonRecord], division: Division, on: date, known_at: Known) -> Any:
    """Lines about households and persons in force on a day, where the household lived then."""
    return living_in(model._default_manager.as_of(on, known_at), division, on, "household", known_at)  # type: ignore[attr-defined]


def of_homes_since(
    model: type[HouseholdRecord | PersonRecord], division: Division, first: date, on: date, known_at: Known
) -> Any:
    """The last version by a day of every line in force on any day since another; `began_on` is its first day."""
    return living_in(_latest(model, first, on, known_at), division, on, "household", known_at)


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


def followed(division: Division, on: date, known_at: Known = None) -> Q:
    """Condition on rows about a household of a place: its work is followed, being a 脱贫户 or monitored on the day."""
    # As households, not as conditions of both: the database would look at each of their members otherwise.
    return Q(household__in=lifted_or_monitored(division, on, known_at).values("pk"))


def able_members(division: Division, on: date, known_at: Known = None) -> Any:
    """Members able to work, wholly or in part, of the followed households."""
    able = work.able_members(on, known_at).filter(followed(division, on, known_at))
    return living_in(able, division, on, "household", known_at)


def zero_job_households(division: Division, on: date, known_at: Known = None) -> Any:
    """Followed families without work (records.work); each by its first member who is able."""
    earlier = work.able_members(on, known_at).filter(household=OuterRef("household_id"), pk__lt=OuterRef("pk"))
    nobody = work.nobody_works("household_id", on, known_at)
    return able_members(division, on, known_at).filter(nobody, ~Exists(earlier))
