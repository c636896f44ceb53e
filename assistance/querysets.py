"""Named filters of assistance; every count of plans and measures, and every list behind it, goes through these."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.knowledge import day_of, not_taken_back, recorded_by
from accounts.scope import in_division, scope_of

if TYPE_CHECKING:
    from accounts.models import Division, User
    from monitoring.models import Episode
    from monitoring.querysets import EpisodeQuerySet


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        prefix = "episode__household__"
        return self.filter(scope_of(user).q(f"{prefix}village_id", helper=f"{prefix}helper_id"))

    def within(self, division: Division) -> Self:
        return self.filter(in_division("episode__household__village_id", division))

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Adopted by a day, as known at a moment (now when not given). Adopting is dated by its own day."""
        return self.filter(recorded_by(known_at), adopted_on__lte=min(on, day_of(known_at)))

    def adopted(self, on: date) -> Self:
        """Adopted by a day."""
        return self.filter(adopted_on__lte=on)

    def waiting(self, on: date) -> Self:
        """Not adopted on a day, of households still monitored."""
        return self.filter(Q(adopted_on__isnull=True) | Q(adopted_on__gt=on), episode__state="monitored")

    def overdue(self, on: date) -> Self:
        return self.waiting(on).filter(due_on__lt=on)

    def undelivered(self, on: date) -> Self:
        """With a measure that has begun and of which nothing was delivered."""
        from assistance.models import Measure

        return self.filter(Exists(Measure.objects.undelivered(on).filter(plan=OuterRef("pk"))))

    def unconfirmed(self, on: date) -> Self:
        """With a delivered measure that the household has not confirmed."""
        from assistance.models import Measure

        mine = Measure.objects.delivered(on).filter(plan=OuterRef("pk"), confirmed_on__isnull=True)
        return self.filter(Exists(mine))


class MeasureQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        prefix = "plan__episode__household__"
        return self.filter(scope_of(user).q(f"{prefix}village_id", helper=f"{prefix}helper_id"))

    def within(self, division: Division) -> Self:
        return self.filter(in_division("plan__episode__household__village_id", division))

    def standing(self, on: date, known_at: datetime | None = None) -> Self:
        """Not cancelled on a day, as known at a moment (now when not given). Cancelling is dated by its own day."""
        last = min(on, day_of(known_at))
        return self.filter(Q(cancelled_on__isnull=True) | Q(cancelled_on__gt=last), recorded_by(known_at))

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        """Begun by a day and not cancelled on it, whether ended or not."""
        return self.standing(on, known_at).filter(starts_on__lte=on)

    def running(self, on: date, known_at: datetime | None = None) -> Self:
        """Begun by a day and neither ended nor cancelled on it, whether its household is cleared or not."""
        last = min(on, day_of(known_at))
        return self.as_of(on, known_at).filter(Q(ended_on__isnull=True) | Q(ended_on__gt=last))

    def delivered(self, on: date, known_at: datetime | None = None) -> Self:
        """With a delivery by a day."""
        return self.standing(on, known_at).filter(_has_delivery(on, known_at))

    def undelivered(self, on: date, known_at: datetime | None = None) -> Self:
        """Begun by a day, not ended, and nothing delivered yet."""
        return self.running(on, known_at).filter(~_has_delivery(on, known_at))

    def developmental(self) -> Self:
        return self.filter(type__developmental=True)

    def ending_between(self, start: date, end: date) -> Self:
        """Open measures whose planned end lies between two days, both included."""
        return self.filter(planned_end_on__range=(start, end), ended_on__isnull=True, cancelled_on__isnull=True)


class DeliveryQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        prefix = "measure__plan__episode__household__"
        return self.filter(scope_of(user).q(f"{prefix}village_id", helper=f"{prefix}helper_id"))

    def standing(self, known_at: datetime | None = None) -> Self:
        """Not taken back, as known at a moment (now when not given)."""
        return self.filter(not_taken_back(known_at), recorded_by(known_at))

    def as_of(self, on: date, known_at: datetime | None = None) -> Self:
        return self.standing(known_at).filter(delivered_on__lte=on)


def _has_delivery(on: date, known_at: datetime | None = None) -> Exists:
    from assistance.models import Delivery

    return Exists(Delivery.objects.as_of(on, known_at).filter(measure=OuterRef("pk")))


def without_plan(episodes: EpisodeQuerySet) -> models.QuerySet[Episode]:
    """Monitored episodes that no plan was opened for: those that came with the register."""
    return episodes.monitored().filter(plan__isnull=True)
