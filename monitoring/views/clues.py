"""Pages of clues: the list with its filters, the map of channels, one clue that explains itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.models import Department, Division, User
from accounts.scope import scope_of
from accounts.views.base import Page, counted, keyset_page
from households.heads import with_heads
from monitoring.clue_filter import filter_of
from monitoring.clue_story import stories_of
from monitoring.models import Clue, Transition
from monitoring.risks import Risk
from monitoring.rules import RULES
from monitoring.turns import CLUE_TURNS, LEVELS, states_of
from monitoring.views.clue_steps import choices_of

_CLOCK_CELLS = 40


class ClueList(Page):
    """Clues of the user's places: those in hand by their deadline, others newest first; filters in the address, several at
    once to dispatch or close."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        chosen = filter_of(request.GET.dict(), user=self.user)  # type: ignore[arg-type]
        found = chosen.apply(Clue.objects.visible_to(self.user), user=self.user, today=today)
        page = keyset_page(
            with_heads(found.select_related("village__parent")).by_deadline(),
            order=("term", "id") if chosen.of_open else ("-id",),
            query=request.GET,
        )
        context = {
            "page": page,
            "count": page.total(),
            "overdue": counted(found.overdue(today)),
            "filters": request.GET,
            "filtered": bool(set(chosen.given) - {"after", "before"}),
            "mine": _states_of(self.user),
            "places": _places(self.user),
            **CHOICES,
        }
        return render(request, "monitoring/clues.html", context)


CHOICES: dict[str, Any] = {
    "states": [("all", "全部"), ("closed", "已办结"), *Clue.State.choices],
    "terms": [("1", "超期"), ("soon", "两天内到期")],
    "risks": Risk.choices,
    "channels": Clue.Channel.choices,
    "departments": Department.choices,
    "rules": [(rule.name, rule.title) for rule in RULES],
}


def _states_of(user: User) -> set[str]:
    """The states in which one of the user's posts acts; a helper's does not."""
    roles = scope_of(user).roles - {"helper"}
    return {state for role in roles for state in states_of(CLUE_TURNS, LEVELS.get(role, ""))}


def _places(user: User) -> QuerySet[Division]:
    visible = Division.objects.visible_to(user)
    townships = visible.at_level(Division.Level.TOWNSHIP)
    return townships if len(townships) > 1 else visible.at_level(Division.Level.VILLAGE)


_OUTCOMES = (
    Clue.State.ENROLLED,
    Clue.State.NOT_ENROLLED,
    Clue.State.SOLVED,
    Clue.State.UNFOUNDED,
    Clue.State.WATCHED,
    Clue.State.UNVERIFIABLE,
    Clue.State.WITHDRAWN,
)


class ClueChannels(Page):
    """Where clues come from and what becomes of them: a line a channel, and below 部门筛查 one a department."""

    def get(self, request: HttpRequest) -> HttpResponse:
        since = _day(request.GET.get("since", "")) or timezone.localdate().replace(month=1, day=1)
        clues = Clue.objects.visible_to(self.user).filter(received_on__gte=since)
        counts: list[Any] = list(
            clues.order_by().values("channel", "department").annotate(**_counts(timezone.localdate()))
        )
        rows = [_channel(value, label, counts) for value, label in Clue.Channel.choices]
        context = {
            "rows": rows,
            "total": _summed(counts),
            "since": since,
            "most": max((row["all"] for row in rows), default=0),
            "outcomes": [state.label for state in _OUTCOMES],
        }
        return render(request, "monitoring/clue_channels.html", context)


def _counts(today: date) -> dict[str, Count]:
    """Columns of the map; each is the number of the list that its link opens."""
    is_open = Q(state__in=Clue.OPEN_STATES)
    return {
        "all": Count("pk"),
        "open": Count("pk", filter=is_open),
        "over": Count("pk", filter=is_open & Q(due_on__lt=today)),
        **{state.value: Count("pk", filter=Q(state=state)) for state in _OUTCOMES},
    }


def _channel(value: str, label: str, counts: list[dict[str, Any]]) -> dict[str, Any]:
    own = [row for row in counts if row["channel"] == value]
    names = dict(Department.choices)
    parts = [{"label": names[row["department"]], **row, **_summed([row])} for row in own if row["department"] in names]
    parts.sort(key=lambda row: -row["all"])
    return {"value": value, "label": label, "parts": parts, **_summed(own)}


def _summed(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The columns added up; `outcomes` are those of closed clues: with the open ones, all of them."""
    sums = {name: sum(row[name] for row in rows) for name in _counts(date.min)}
    return {**sums, "outcomes": [(state.value, sums[state.value]) for state in _OUTCOMES]}


class ClueDetail(Page):
    """One clue: why it exists, what the department sent, what was done, what the user may do."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        rows = Clue.objects.visible_to(self.user).select_related("household__village__parent", "village__parent")
        clue = get_object_or_404(rows, uid=uid)
        family = list(clue.household.memberships.select_related("person").present_first())
        episodes = list(clue.household.episodes.order_by("-serial"))
        monitored = any(episode.state == "monitored" for episode in episodes)
        steps = list(clue.transitions.select_related("actor", "post__division").order_by("-id"))
        choices = choices_of(clue, self.user, self.at)
        before, after = _beside(clue, self.user)
        context = {
            "clue": clue,
            "head": next((row for row in family if row.is_head and row.left_on is None), None),
            "size": sum(row.left_on is None for row in family),
            "monitored": monitored,
            "stories": stories_of(clue, family, monitored=monitored),
            "earlier": _earlier(clue),
            "episodes": episodes,
            "transitions": steps,
            "visits": clue.visits.select_related("income", "condition").prefetch_related("visitors", "photos"),
            "cases": clue.cases.order_by("-id"),
            "choices": [choice for choice in choices if choice.item.action != "verify"],
            "may_verify": any(choice.item.action == "verify" for choice in choices),
            "clock": _clock(clue, timezone.localdate()),
            "previous": before,
            "next": after,
        }
        return render(request, "monitoring/clue.html", context)


def _earlier(clue: Clue) -> list[dict[str, Any]]:
    """Other clues of the household, those of the same risk first, each with who closed it."""
    others = list(clue.household.clues.exclude(pk=clue.pk).order_by("-received_on", "-id")[:12])
    closings = Transition.objects.filter(clue__in=others).select_related("actor").order_by("id")
    closer = {step.clue_id: step.actor for step in closings if step.action != "tell_reporter"}
    rows = [{"clue": other, "actor": closer.get(other.pk), "same": other.risk == clue.risk} for other in others]
    return sorted(rows, key=lambda row: not row["same"])


def _clock(clue: Clue, today: date) -> dict[str, Any] | None:
    """The policy clock as a cell a day: used, today, left, over; None where it does not run or is too long to draw."""
    if clue.decision_due_on is None or clue.closed_on is not None:
        return None
    days = (clue.decision_due_on - clue.received_on).days
    used = (today - clue.received_on).days
    if not 0 < max(days, used) <= _CLOCK_CELLS:
        return {"days": days, "used": used, "cells": []}
    cells = [
        _cell(clue.received_on + timedelta(days=n), today, clue.decision_due_on) for n in range(1, max(days, used) + 1)
    ]
    return {"days": days, "used": used, "cells": cells}


def _cell(day: date, today: date, due: date) -> str:
    if day == today:
        return "n" if day <= due else "o"
    return "" if day > today else "u" if day <= due else "o"


def _beside(clue: Clue, user: User) -> tuple[Clue | None, Clue | None]:
    """The clues before and after this one among those that wait for the user, by deadline; the first of them where
    this one does not wait for him."""
    waiting = Clue.objects.visible_to(user).waiting_for(user).order_by("due_on", "id")
    if clue.due_on is None or not waiting.filter(pk=clue.pk).exists():
        return None, waiting.exclude(pk=clue.pk).first()
    same = Q(due_on=clue.due_on)
    earlier = Q(due_on__lt=clue.due_on) | same & Q(pk__lt=clue.pk)
    later = Q(due_on__gt=clue.due_on) | same & Q(pk__gt=clue.pk) | Q(due_on=None)
    return waiting.filter(earlier).last(), waiting.filter(later).first()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
