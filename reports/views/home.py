"""The workbench: what waits for the user, the nearest deadline first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.scope import Scope, scope_of
from accounts.views.base import Page
from assistance.models import Plan
from households.models import Membership
from monitoring.models import Case, Clue, Episode
from monitoring.turns import CASE_TURNS, CLUE_TURNS, states_of

LEVELS = {
    "village_cadre": "village",
    "helper": "village",
    "township_staff": "township",
    "township_leader": "township",
    "county_bureau": "county",
}
MOST = 100


@dataclass(frozen=True)
class Task:
    """One thing to do: by when, what, for whom, why, where."""

    due_on: date | None
    kind: str
    household: Any
    why: str
    link: str


class Home(Page):
    """What the user must do, by deadline, and the figures behind which the lists open."""

    def get(self, request: HttpRequest) -> HttpResponse:
        scope = scope_of(self.user)
        today = timezone.localdate()
        tasks = sorted(_tasks(self.user, scope), key=lambda task: (task.due_on or date.max, task.kind))
        context = {
            "groups": _grouped(tasks, today),
            "count": len(tasks),
            "figures": _figures(self.user, scope, today),
            "today": today,
        }
        return render(request, "reports/home.html", context)


def _tasks(user: Any, scope: Scope) -> list[Task]:
    levels = {LEVELS[role] for role in scope.roles if role in LEVELS}
    heads = Prefetch(
        "household__memberships", Membership.objects.heads().current().select_related("person"), to_attr="heads"
    )
    clue_states = {state for level in levels for state in states_of(CLUE_TURNS, level)}
    case_states = {state for level in levels for state in states_of(CASE_TURNS, level)}
    clues = Clue.objects.visible_to(user).filter(state__in=clue_states)
    cases = Case.objects.visible_to(user).filter(state__in=case_states, paused_on__isnull=True)
    found = [
        _clue_task(clue)
        for clue in clues.select_related("household__village__parent").prefetch_related(heads).order_by("due_on")[:MOST]
    ]
    found += [
        _case_task(case)
        for case in cases.select_related("household__village__parent").prefetch_related(heads).order_by("due_on")[:MOST]
    ]
    if "village" in levels:
        found += [_plan_task(plan) for plan in _waiting_plans(user)]
    return found


def _waiting_plans(user: Any) -> Any:
    heads = Prefetch(
        "episode__household__memberships",
        Membership.objects.heads().current().select_related("person"),
        to_attr="heads",
    )
    plans = Plan.objects.visible_to(user).waiting(timezone.localdate())
    return plans.select_related("episode__household__village__parent").prefetch_related(heads).order_by("due_on")[:MOST]


def _clue_task(clue: Clue) -> Task:
    why = clue.warning or f"{clue.get_channel_display()}，{clue.get_state_display()}"
    link = reverse("clue-detail", args=[clue.uid])
    if clue.state == Clue.State.TO_VERIFY:
        # Straight to the visit, which opens at what is still to be asked.
        link = f"{reverse('visit-new', args=[clue.household.uid])}?clue={clue.uid}"
    return Task(clue.due_on, f"{clue.risk}线索", clue.household, why, link)


def _case_task(case: Case) -> Task:
    why = f"退回补正：{case.return_reason}" if case.returned else f"现在到{case.get_state_display()}这一步"
    return Task(case.due_on, case.get_kind_display(), case.household, why, reverse("case-detail", args=[case.uid]))


def _plan_task(plan: Plan) -> Task:
    risks = "、".join(plan.episode.risks)
    household = plan.episode.household
    return Task(
        plan.due_on,
        "一户一策",
        household,
        f"已纳入监测，{risks}还没有制定帮扶措施",
        reverse("plan-detail", args=[plan.pk]),
    )


def _grouped(tasks: list[Task], today: date) -> list[dict[str, Any]]:
    """已超期, 今天, 三天内, 更晚; empty groups left out."""
    groups: dict[str, list[Task]] = {"已超期": [], "今天": [], "三天内": [], "更晚": []}
    for task in tasks:
        left = (task.due_on - today).days if task.due_on else 99
        groups["已超期" if left < 0 else "今天" if left == 0 else "三天内" if left <= 3 else "更晚"].append(task)
    classes = {"已超期": "is-over", "今天": "is-soon"}
    return [
        {"title": title, "tasks": found, "class": classes.get(title, "")} for title, found in groups.items() if found
    ]


def _figures(user: Any, scope: Scope, today: date) -> list[dict[str, Any]]:
    if not scope.area_posts():
        return []
    clues, cases = Clue.objects.visible_to(user), Case.objects.visible_to(user)
    return [
        _figure(
            "监测中",
            Episode.objects.visible_to(user).monitored().count(),
            "户",
            reverse("household-list") + "?monitored=1",
        ),
        _figure("未办结线索", clues.open().count(), "条", reverse("clue-list")),
        _figure("超期线索", clues.overdue(today).count(), "条", reverse("clue-list") + "?overdue=1"),
        _figure("在办认定和消除", cases.open().count(), "件", reverse("case-list")),
        _figure("超期办件", cases.overdue(today).count(), "件", reverse("case-list") + "?overdue=1"),
    ]


def _figure(title: str, value: int, unit: str, link: str) -> dict[str, Any]:
    return {"title": title, "value": value, "unit": unit, "link": link}
