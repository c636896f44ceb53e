"""What is due when for the households of a user: plans to make, visits to pay, measures that come to their end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from assistance.models import Measure, Plan
from monitoring.models import Episode

if TYPE_CHECKING:
    from accounts.models import User
    from households.models import Household
    from monitoring.querysets import EpisodeQuerySet

LIMIT = 500
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """One thing due on a day; `kind` is plan, visit or measure_end. `plan` is the plan's key where it is about one."""

    on: date
    kind: str
    title: str
    household: Household
    plan: int | None = None


def due_between(*, user: User, start: date, end: date) -> list[Due]:
    """Everything due from `start` to `end` (both included) in the user's scope, by day; at most LIMIT of each kind.

    Visits are due on Episode.next_follow_up_on, which each visit moves on, and which runs on for a year after clearing.
    """
    found = [*_plans(user, start, end), *_visits(user, start, end), *_ends(user, start, end)]
    return sorted(found, key=lambda due: (due.on, due.kind, due.household.pk))


def overdue_before(*, user: User, day: date) -> list[Due]:
    """Plans and visits whose day is over, the oldest first; ends of measures are no debt. At most LIMIT of each kind."""
    found = [*_plans(user, date.min, day - ONE_DAY), *_visits(user, date.min, day - ONE_DAY)]
    return sorted(found, key=lambda due: (due.on, due.kind, due.household.pk))


def never_visited(*, user: User) -> EpisodeQuerySet:
    """Episodes of monitored households without any visit yet, for whom no day is set."""
    return Episode.objects.visible_to(user).monitored().filter(next_follow_up_on__isnull=True)


def _plans(user: User, start: date, end: date) -> list[Due]:
    plans = Plan.objects.visible_to(user).filter(
        adopted_on__isnull=True, episode__state=Episode.State.MONITORED, due_on__range=(start, end)
    )
    rows = plans.select_related("episode__household__village__parent").order_by("due_on", "id")[:LIMIT]
    return [Due(plan.due_on, "plan", "制定一户一策", plan.episode.household, plan.pk) for plan in rows]


def _visits(user: User, start: date, end: date) -> list[Due]:
    episodes = Episode.objects.visible_to(user).filter(next_follow_up_on__range=(start, end))
    found = []
    for episode in episodes.select_related("household__village__parent").order_by("next_follow_up_on", "id")[:LIMIT]:
        title = "消除后跟踪走访" if episode.state == Episode.State.CLEARED else "跟踪走访"
        if episode.next_follow_up_on is not None:
            found.append(Due(episode.next_follow_up_on, "visit", title, episode.household))
    return found


def _ends(user: User, start: date, end: date) -> list[Due]:
    measures = Measure.objects.visible_to(user).ending_between(start, end)
    found = []
    for measure in measures.select_related("plan__episode__household__village__parent", "type").order_by(
        "planned_end_on", "id"
    )[:LIMIT]:
        if measure.planned_end_on is not None:
            household = measure.plan.episode.household
            found.append(
                Due(measure.planned_end_on, "measure_end", f"措施到期：{measure.type}", household, measure.plan_id)
            )
    return found
