"""Named filters of faults, exemptions and runs; every count and every list behind it goes through these."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Value, When

from accounts.knowledge import recorded_by
from accounts.models.post import Role
from accounts.scope import in_division, scope_of

if TYPE_CHECKING:
    from accounts.models import Division, User

# Whose turn it is to mend, by the level that a check names.
OWNERS = {
    "village": frozenset({Role.VILLAGE_CADRE}),
    "township": frozenset({Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER}),
    "county": frozenset({Role.COUNTY_BUREAU}),
}
OPEN, MENDED, EXEMPT = "open", "mended", "exempt"


class QualityRunQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Runs over places that lie wholly in the user's."""
        return self.filter(scope_of(user).q("division_id"))

    def open(self) -> Self:
        return self.filter(state__in=["queued", "running"])


class ExemptionQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("division_id"))

    def waiting(self) -> Self:
        """Asked for and not decided."""
        return self.filter(steps__isnull=True)

    def standing(self, on: date, known_at: datetime | None = None) -> Self:
        """Granted by a day, neither over nor ended on it, as known at a moment."""
        granted, ended = (self._said(kind, on, known_at) for kind in ("granted", "ended"))
        return self.filter(Exists(granted), ~Exists(ended), ends_on__gte=on)

    def _said(self, kind: str, on: date, known_at: datetime | None) -> models.QuerySet[Any]:
        from quality.models import ExemptionStep

        steps = ExemptionStep.objects.filter(recorded_by(known_at), exemption=OuterRef("pk"))
        return steps.filter(kind=kind, happened_on__lte=on)


class FaultQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("village_id", helper="household__helper_id"))

    def within(self, division: Division) -> Self:
        return self.filter(in_division("village_id", division))

    def standing(self) -> Self:
        """Not mended today, exempt or not."""
        return self.filter(mended_on__isnull=True)

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Faults found by a day, with how each stood at its end as `stood`: open, mended or exempt."""
        from quality.models import Exemption

        found = self.filter(recorded_by(known_at), found_on__lte=on)
        mended = recorded_by(known_at, "mended_recorded_at") & Q(mended_on__lte=on)
        of_it = Q(subject=OuterRef("subject")) | Q(subject="")
        exempt = Exemption.objects.standing(on, known_at).filter(
            of_it,
            check_code=OuterRef("check_code"),
            place_low__lte=OuterRef("village_id"),
            place_high__gt=OuterRef("village_id"),
        )
        return found.annotate(
            stood=Case(When(mended, then=Value(MENDED)), When(Exists(exempt), then=Value(EXEMPT)), default=Value(OPEN))
        )

    def open(self, on: date) -> Self:
        """To be mended on a day."""
        return self.as_of(on).filter(stood=OPEN)

    def mine(self, user: User) -> Self:
        """Those that it is the user's turn to mend, by his posts."""
        condition = Q(pk__in=[])
        for post in scope_of(user).posts:
            for owner, roles in OWNERS.items():
                if post.role in roles:
                    condition |= in_division("village_id", post.division) & Q(owner=owner)
        return self.filter(condition)
