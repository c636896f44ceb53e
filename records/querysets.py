"""Named filters of the lines of books and of the problems that are worked and cleared."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.knowledge import not_taken_back, recorded_by
from accounts.scope import Scope, in_division, scope_of
from records.problems.departments import KINDS_OF

if TYPE_CHECKING:
    from accounts.models import Division, User


def held(known_at: datetime | None) -> Q:
    """Rows held to be so at a moment (now where none is given)."""
    return recorded_by(known_at) & not_taken_back(known_at)


def _as_liaison(scope: Scope, path: str, department: str) -> Q:
    """Rows whose division code at `path` lies where the user is liaison of the department; nothing for no department."""
    condition = Q(pk__in=[])
    for post in scope.posts:
        if department and post.department == department:
            low, high = post.division.code_range
            condition |= Q(**{f"{path}__gte": low, f"{path}__lt": high})
    return condition


class RecordQuerySet(models.QuerySet):
    """Lines of one book. `at_path` is where the village of a line stands: its household's, or its own place."""

    @property
    def at_path(self) -> str:
        return self.model.AT  # type: ignore[attr-defined, no-any-return]

    def visible_to(self, user: User) -> Self:
        """Lines of the user's places and of the households that he is the responsible helper of; for a liaison those
        of the books of his department within his place."""
        from records.books import department_of

        helper = "household__helper_id" if self.at_path.startswith("household") else ""
        scope, department = scope_of(user), department_of(self.model)
        return self.filter(scope.q(self.at_path, helper=helper) | _as_liaison(scope, self.at_path, department))

    def within(self, division: Division) -> Self:
        return self.filter(in_division(self.at_path, division))

    def standing(self) -> Self:
        """What is held to be so now: not corrected and not withdrawn."""
        return self.filter(held(None))

    def known(self, known_at: datetime | None = None) -> Self:
        """What was held to be so at a moment (now where none is given), of whatever day."""
        return self.filter(held(known_at))

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Lines in force on a day, as known at a moment."""
        lasting = Q(to_on__isnull=True) | Q(to_on__gt=on)
        return self.filter(held(known_at), lasting, from_on__lte=on)

    def during(self, first: date, last: date, known_at: datetime | None = None) -> Self:
        """Lines in force on any day from one to another, as known at a moment."""
        lasting = Q(to_on__isnull=True) | Q(to_on__gt=first)
        return self.filter(held(known_at), lasting, from_on__lte=last)


class RecordBatchQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Batches of the user's places, and a liaison's own department's within his place."""
        scope = scope_of(user)
        own = Q(pk__in=[])
        for department in scope.departments:
            own |= Q(_as_liaison(scope, "division_id", department), department=department)
        return self.filter(scope.q("division_id") | own)


class ProblemQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Problems of the user's places, of the households that he is the responsible helper of, and for a liaison
        those that his department answers for in its place."""
        scope = scope_of(user)
        return self.filter(scope.q("division_id", helper="household__helper_id") | _of_departments(scope))

    def within(self, division: Division) -> Self:
        return self.filter(in_division("division_id", division))

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def open(self) -> Self:
        """Neither signed off nor found to be none."""
        return self.filter(state__in=self.model.OPEN_STATES)  # type: ignore[attr-defined]

    def closed(self) -> Self:
        return self.exclude(state__in=self.model.OPEN_STATES)  # type: ignore[attr-defined]

    def overdue(self, today: date) -> Self:
        return self.open().filter(due_on__lt=today)

    def by_deadline(self) -> Self:
        """With `due`: the deadline, such without one after all others."""
        return self.annotate(due=Coalesce("due_on", date.max))

    def due_soon(self, today: date, until: date) -> Self:
        return self.open().filter(due_on__gte=today, due_on__lte=until)

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Problems found by a day, with `state_then` and `since` as their last step by then says."""
        step = self._last_step(on, known_at)
        return (
            self.filter(recorded_by(known_at), found_on__lte=on)
            .annotate(
                state_then=Subquery(step.values("target")[:1]),
                since=Subquery(step.values("happened_on")[:1], output_field=models.DateField()),
            )
            .exclude(state_then__isnull=True)
        )

    def _last_step(self, on: date, known_at: datetime | None) -> models.QuerySet[Any]:
        from records.models import ProblemStep

        steps = ProblemStep.objects.as_of(on, known_at).exclude(source=F("target"))
        return steps.filter(problem=OuterRef("pk")).order_by("-id")


def _of_departments(scope: Scope) -> Q:
    condition = Q(pk__in=[])
    for post in scope.posts:
        if post.department in KINDS_OF:
            condition |= Q(in_division("division_id", post.division), kind__in=KINDS_OF[post.department])
    return condition


class ProblemStepQuerySet(models.QuerySet):
    def moves(self) -> Self:
        """Those that led to another state."""
        return self.exclude(source=F("target"))

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        return self.filter(recorded_by(known_at), happened_on__lte=on)
