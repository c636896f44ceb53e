"""Named filters of export runs, closings and editions."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models

from accounts.knowledge import recorded_by
from accounts.models.division import lineage
from accounts.scope import in_division, scope_of

if TYPE_CHECKING:
    from accounts.models import Division, User


class ExportRunQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """A person's own: what others took stands in the audit."""
        return self.filter(started_by=user)

    def open(self) -> Self:
        return self.filter(state__in=["queued", "running"])

    def kept_too_long(self, since: datetime) -> Self:
        return self.filter(file__isnull=False, finished_at__lt=since)


class ClosingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("division_id"))

    def within(self, division: Division) -> Self:
        return self.filter(in_division("division_id", division))

    def done(self) -> Self:
        return self.filter(state__in=self.model.DONE)  # type: ignore[attr-defined]

    def freezing(self, since: datetime) -> Self:
        """Accepted ones whose edition is not made yet, and that gave no sign of life since a moment."""
        return self.filter(models.Q(heartbeat_at__isnull=True) | models.Q(heartbeat_at__lt=since), state="freezing")


class EditionQuerySet(models.QuerySet):
    def of(self, division: Division, month: date | None = None) -> Self:
        """Those of the county that a place lies in, the newest first; of one month where it is given."""
        months: dict[str, Any] = {"month": month.replace(day=1)} if month else {}
        return self.filter(county=division.county.code, **months)

    def known_by(self, known_at: datetime | None) -> Self:
        """Those that there were at a moment (now when not given)."""
        return self.filter(recorded_by(known_at, "known_at"))

    def visible_to(self, user: User) -> Self:
        """Those of every county that the user has a place in; which sheets he sees is for their places to say."""
        codes = {post.division.county.code for post in scope_of(user).area_posts() if post.division.level > 2}
        above = scope_of(user).q("county_id")
        return self.filter(above | models.Q(county__in=codes))


class EditionSheetQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("division_id"))


class LedgerLayoutQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(scope_of(user).q("division_id"))


class LayoutTermQuerySet(models.QuerySet):
    def of(self, ledger: str, division: Division) -> Self:
        """Those of a ledger set for a place or for what it lies in."""
        return self.filter(ledger=ledger, division__in=set(lineage(division.code)))

    def in_force(self, on: date, known_at: datetime | None = None) -> Self:
        """Those that had begun by a day, as set by a moment."""
        return self.filter(recorded_by(known_at), from_on__lte=on)
