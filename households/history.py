"""A household as it stood on a day: who belonged to it, how many, who of them could work.

Everything here is a reading of memberships, so it holds for any past day, and with `known_at` also as it was known
then. Labour is the register's 劳动技能 as it stands (the register keeps no former values of it).
"""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Case, When

from households.models import Household, LabourSkill, Membership
from households.models.person import HEAD
from households.querysets import MembershipQuerySet

# Who can work, wholly or in part (domain.md 3.6 R9); an unknown skill is neither in this list nor in the other.
ABLE = frozenset({LabourSkill.SKILLED, LabourSkill.ORDINARY, LabourSkill.WEAK})
UNABLE = frozenset({LabourSkill.LOST, LabourSkill.NONE})
_HEAD_FIRST = Case(When(relation=HEAD, then=0), default=1)


def members_as_of(household: Household, on: date, *, known_at: datetime | None = None) -> MembershipQuerySet:
    """The memberships in force on a day, persons with them, the householder first."""
    rows = Membership.objects.filter(household=household).as_of(on, known_at)
    return rows.select_related("person").order_by(_HEAD_FIRST, "id")


def size_as_of(household: Household, on: date, *, known_at: datetime | None = None) -> int:
    """How many persons belonged to the household on a day."""
    return Membership.objects.filter(household=household).as_of(on, known_at).count()


def wholly_without_labour(household: Household, on: date) -> bool:
    """Whether the register says so, or there were members that day and none of them can work; one whose skill is
    unknown may be able."""
    if household.whole_without_labour:
        return True
    members = Membership.objects.filter(household=household).as_of(on)
    skills = set(members.values_list("person__labour_skill", flat=True))
    return bool(skills) and skills <= UNABLE


def head_as_of(household: Household, on: date) -> Membership | None:
    """The householder's membership on a day; None where the register names none."""
    return Membership.objects.filter(household=household).as_of(on).heads().select_related("person").first()
