"""The calendar of visits, plans and ends of measures: what is overdue first, then by week or as a month."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.views.base import Page
from assistance.agenda import Due, due_between, never_visited, overdue_before
from households.heads import head_names
from monitoring.clock import add_months

KINDS = {"visit": "走访", "plan": "一户一策", "measure_end": "措施到期"}
# Beyond these a group is cut and says so.
MOST_OVERDUE = 100


class Calendar(Page):
    """What is due in a month, today's month when none is asked for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate(self.at)
        first = _month(request.GET.get("month", ""), today)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        kind = request.GET.get("kind", "")
        start = max(first, today) if first <= today <= last else first
        coming = [due for due in due_between(user=self.user, start=start, end=last) if kind in ("", due.kind)]
        overdue = [due for due in overdue_before(user=self.user, day=today) if kind in ("", due.kind)]
        heads = head_names({due.household.pk for due in (*overdue[:MOST_OVERDUE], *coming)})
        context = {
            "first": first,
            "today": today,
            "before": add_months(first, -1),
            "after": add_months(first, 1),
            "kind": kind,
            "kinds": KINDS,
            "overdue": _lines(overdue[:MOST_OVERDUE], heads),
            "overdue_count": len(overdue),
            "weeks": _weeks(coming, heads),
            "days": _days(first, last, coming, today),
            "count": len(coming),
            "never": never_visited(user=self.user).count(),
        }
        return render(request, "assistance/calendar.html", context)


def _lines(found: Iterable[Due], heads: dict[int, str]) -> list[dict[str, Any]]:
    return [{"due": due, "head": heads.get(due.household.pk, due.household.number)} for due in found]


def _weeks(coming: list[Due], heads: dict[int, str]) -> list[dict[str, Any]]:
    """The rows grouped by the Monday of their week."""
    weeks = groupby(coming, key=lambda due: due.on - timedelta(days=due.on.weekday()))
    return [
        {"monday": monday, "sunday": monday + timedelta(days=6), "rows": _lines(found, heads)}
        for monday, found in weeks
    ]


def _days(first: date, last: date, coming: list[Due], today: date) -> list[list[dict[str, Any]]]:
    """The month as weeks of days, each with how much is due; days of other months are empty."""
    counted: dict[date, int] = {}
    for due in coming:
        counted[due.on] = counted.get(due.on, 0) + 1
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return [
        [{"day": day, "in": first <= day <= last, "today": day == today, "count": counted.get(day, 0)} for day in week]
        for week in weeks
    ]


def _month(text: str, today: date) -> date:
    """The first day of the month asked for, or of today's where that is none that has a month before and after it."""
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return asked if date.min.year < asked.year < date.max.year else today.replace(day=1)
