"""The list that goes with a post: what waits for its person there and the households that carry his name, in words."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Post, User
from accounts.scope import holding_only, in_division, scope_of
from households.heads import with_heads
from households.models import Household
from reports.desk.tasks import Task, tasks_of


def handover_rows(post: Post, at: datetime) -> dict[str, list[list[str]]]:
    """What `accounts.models.HandOverCopy` keeps; of this post alone, whatever else its person does."""
    today = timezone.localdate(at)
    with holding_only(post, today) as scope:
        tasks = [_task(task) for task in tasks_of(post.user, scope, today)]
    helped = Household.objects.filter(
        in_division("village_id", post.division), helper=post.user_id, cancelled_on__isnull=True
    )
    return {"tasks": tasks, "households": _households(helped)}


def own_rows(user: User, at: datetime) -> dict[str, list[list[str]]]:
    """The same of all that the user does, as it stands before any hand-over."""
    tasks = tasks_of(user, scope_of(user), timezone.localdate(at))
    helped = Household.objects.visible_to(user).filter(helper=user, cancelled_on__isnull=True)
    return {"tasks": [_task(task) for task in tasks], "households": _households(helped)}


def _households(helped: QuerySet[Household]) -> list[list[str]]:
    rows = with_heads(helped.select_related("village__parent"), path="").order_by("village_id", "id")
    return [_household(row) for row in rows]


def _task(task: Task) -> list[str]:
    due = task.due_on.isoformat() if task.due_on else "—"
    home = task.household
    return [due, task.kind, _head(home) if home else task.subject, _place(home) if home else "", task.why]


def _household(household: Household) -> list[str]:
    return [_head(household), household.number, _place(household), household.category]


def _head(household: Household) -> str:
    return next((f"{head.person.name}户" for head in household.heads), "缺户主的户")  # type: ignore[attr-defined]


def _place(household: Household) -> str:
    village = household.village
    return f"{village.parent.name if village.parent else ''}{village.name}{household.group_name}"
