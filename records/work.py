"""Who is able to work and whether anybody does: the one place that says what a 零就业家庭 is (domain.md 1.4 item 73).

Able are members whose 劳动技能 in the register says so, wholly or in part. At work is whoever has a job or a welfare
post in force on the day. Of whom neither book has a line it is not told whether he works: his household is then not
known to have no work.

Each condition is on rows whose field `home` is the household, at the two clocks of the books.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from households.history import ABLE
from households.models import Membership
from records.models import Job, WelfarePost


def able_members(on: date, known_at: datetime | None = None) -> QuerySet[Membership]:
    """The members on a day who are able to work."""
    return Membership.objects.as_of(on, known_at).filter(person__labour_skill__in=ABLE)


def somebody_able(home: str, on: date, known_at: datetime | None = None) -> Exists:
    return Exists(_able_of(home, on, known_at))


def somebody_works(home: str, on: date, known_at: datetime | None = None) -> Exists:
    """Somebody of the able members has a job or a post."""
    return Exists(_able_of(home, on, known_at).filter(Exists(_jobs(on, known_at, working=True)) | _hired(on, known_at)))


def somebody_untold(home: str, on: date, known_at: datetime | None = None) -> Exists:
    """Of somebody of the able members neither book tells whether he works."""
    return Exists(_able_of(home, on, known_at).filter(~Exists(_jobs(on, known_at)), ~_hired(on, known_at)))


def nobody_works(home: str, on: date, known_at: datetime | None = None) -> Q:
    """A family without work (零就业家庭): somebody is able, it is told of all of them, and nobody works."""
    clocks = (on, known_at)
    # The few where somebody is idle, found first: else every household's members are looked through.
    idle = set(_idle_members(*clocks).values_list("household", flat=True))
    return Q(~somebody_works(home, *clocks), ~somebody_untold(home, *clocks), **{f"{home}__among": idle})


def _idle_members(on: date, known_at: datetime | None = None) -> QuerySet[Membership]:
    """Those of whom the book of jobs says that they do not work: everybody able in a family without work is one."""
    told = Job.objects.as_of(on, known_at).filter(working=False)
    return able_members(on, known_at).filter(person__in=told.order_by().values("person_id"))


def _able_of(home: str, on: date, known_at: datetime | None) -> QuerySet[Membership]:
    return able_members(on, known_at).filter(household=OuterRef(home))


def _jobs(on: date, known_at: datetime | None, **so: bool) -> QuerySet[Job]:
    return Job.objects.as_of(on, known_at).filter(person=OuterRef("person_id"), **so)


def _hired(on: date, known_at: datetime | None) -> Exists:
    return Exists(WelfarePost.objects.as_of(on, known_at).filter(person=OuterRef("person_id")))
