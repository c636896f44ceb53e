"""Named filters of the register."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import Combinable

from accounts.knowledge import or_unknown, recorded_by
from accounts.scope import in_division, scope_of

if TYPE_CHECKING:
    from accounts.models import Division, User


class HouseholdQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Households in the user's places, and those that he is the responsible helper of."""
        return self.filter(scope_of(user).q("village_id", helper="helper_id"))

    def within(self, division: Division) -> Self:
        return self.filter(in_division("village_id", division))

    def active(self, on: date) -> Self:
        """Registered by `on` and not cancelled before or on it."""
        return self.remaining(on).filter(registered_on__lte=on)

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Those of the register on a day, as known at a moment (now when not given). When a household was entered is
        not recorded, when it was struck off is."""
        return self.remaining(on, known_at).filter(registered_on__lte=on)

    def remaining(self, on: date, known_at: datetime | None = None) -> Self:
        """Those that the register had not struck off at the end of a day, as known at a moment (now when not given)."""
        there = Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=on)
        return self.filter(there if known_at is None else there | struck_off_after(known_at))


def struck_off_after(known_at: datetime, household: str = "pk") -> Q:
    """Condition: the register struck the household at that path off only after a moment. A household that merges into
    another is struck off with it; the other one is not."""
    from households.models import LifeEvent

    struck = LifeEvent.objects.filter(kind__in=["cancelled", "merged"], recorded_at__gt=known_at)
    return Q(**{f"{household}__in": struck.values("household_id")})


def not_ended(day: date | Combinable, known_at: datetime | None, path: str = "") -> Q:
    """Condition on memberships, at a path that ends in `__`: not ended by the end of a day, as known at a moment."""
    there = Q(**{f"{path}left_on__isnull": True}) | Q(**{f"{path}left_on__gt": day})
    return or_unknown(there, known_at, f"{path}left_recorded_at")


def in_force(day: date | Combinable, known_at: datetime | None, path: str = "") -> Q:
    """The same, and begun by then."""
    begun = Q(**{f"{path}joined_on__lte": day}) & recorded_by(known_at, f"{path}recorded_at")
    return begun & not_ended(day, known_at, path)


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Persons who are, or last were, members of a household in the user's places."""
        from households.models import Membership

        return self.filter(pk__in=Membership.objects.visible_to(user).latest_each().values("person_id"))


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("household__village_id", helper="household__helper_id"))

    def current(self) -> Self:
        return self.filter(left_on__isnull=True)

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Memberships in force on a day, as known at a moment (now when not given)."""
        return self.filter(in_force(on, known_at))

    def latest_each(self) -> Self:
        """Memberships not followed by another: current ones and those ended by death or leaving."""
        return self.exclude(left_reason__in=["moved", "relation"])

    def present_first(self) -> Self:
        """For a page: who is there, then who has left; a mere change of relation is no leaving."""
        return self.exclude(left_reason="relation").order_by(F("left_on").asc(nulls_first=True), "id")

    def heads(self) -> Self:
        return self.filter(relation="户主")

    def named(self, letters: str) -> Self:
        """Of persons whose name has these letters anywhere in it."""
        return self.filter(person__name__holds=letters)


class IncomeQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("household__village_id", helper="household__helper_id"))

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Of windows over by a day, as known at a moment (now when not given)."""
        return self.filter(recorded_by(known_at), ends_on__lte=on)


class LivingConditionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("household__village_id", helper="household__helper_id"))

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Looks up to a day, as known at a moment (now when not given)."""
        return self.filter(recorded_by(known_at), on__lte=on)


class ChangeProposalQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("household__village_id", helper="household__helper_id"))

    def open(self) -> Self:
        return self.filter(state="open")


class RegisterBatchQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Imports by people of the counties that the user works for or audits, and those from the shell."""
        from accounts.models import Post, Role
        from accounts.scope import Scope

        scope = scope_of(user)
        posts = tuple(post for post in scope.posts if post.role in (Role.COUNTY_BUREAU, Role.AUDITOR))
        if not posts:
            return self.none()
        people = Post.objects.filter(Scope(posts, scope.user_id).q("division_id"))
        return self.filter(Q(imported_by__isnull=True) | Q(imported_by__in=people.values("user_id")))
