"""What assistance does when monitoring says so, and when a post is handed over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import F

from accounts.handover import add_belongings
from accounts.models import Post, User
from accounts.services.audit import record
from assistance.models import Plan
from assistance.querysets import PlanQuerySet
from assistance.services.plans import open_plan
from monitoring.models import Episode
from monitoring.signals import episode_enrolled


def open_plan_at_enrolment(*, episode: Episode, actor: User | None, at: datetime, **_: Any) -> None:
    """Every new episode gets its plan in the same transaction."""
    open_plan(episode=episode, actor=actor, at=at)


class ResponsiblePlans:
    """The plans of running episodes that name a person as responsible, within the place of his post."""

    title = "一户一策"

    def count(self, *, post: Post) -> int:
        return self._of(post).count()

    def take_over(self, *, post: Post, to: User, on: date, actor: User | None, at: datetime) -> int:
        """The successor is responsible from now on."""
        plans = list(self._of(post).select_for_update(of=("self",)).order_by("pk"))
        Plan.objects.filter(pk__in=[plan.pk for plan in plans]).update(responsible=to, version=F("version") + 1)
        for plan in plans:
            detail = {"responsible": to.pk, "before": post.user_id, "with_post": post.pk}
            record(actor=actor, at=at, action="plan.changed", target=plan, detail=detail)
        return len(plans)

    def _of(self, post: Post) -> PlanQuerySet:
        return Plan.objects.filter(responsible_id=post.user_id, episode__state="monitored").within(post.division)


def listen() -> None:
    """Connect; once, at start-up."""
    add_belongings(ResponsiblePlans())
    episode_enrolled.connect(open_plan_at_enrolment, dispatch_uid="assistance.open_plan")
