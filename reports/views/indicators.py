"""Pages of the indicators: all of a place by the places below it, and one with its lists and its months."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.views.base import Page
from reports.ledgers.i1 import INDICATORS
from reports.services.indicators import MONTHS, Row, Standing, indicator_course, indicators
from reports.views.choice import Choice, read_choice


class IndicatorList(Page):
    """Every indicator of a place with its target and verdict; for the dashboard, which fetches it, the table alone."""

    def get(self, request: HttpRequest) -> HttpResponse:
        choice = read_choice(request.GET, user=self.user, today=timezone.localdate())
        if choice is None:
            return render(request, "reports/indicators.html", {"choice": None})
        sheet = indicators(division=choice.division, as_of=choice.as_of, actor=self.user, at=self.at)
        states = [one.judged.state for one in sheet.whole.standings]
        context = {
            "choice": choice,
            "sheet": sheet,
            "met": states.count("met"),
            "unmet": states.count("unmet"),
            "open": len(states) - states.count("met") - states.count("unmet"),
        }
        card = "indicators_card" if request.headers.get("HX-Request") else "indicators"
        return render(request, f"reports/{card}.html", context, status=400 if choice.error else 200)


class IndicatorDetail(Page):
    """One indicator: what it counts by place, and its last twelve months, which the page fetches after it stands."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        choice = read_choice(request.GET, user=self.user, today=timezone.localdate())
        if code not in INDICATORS or choice is None:
            raise Http404
        months = MONTHS if "months" in request.GET else 1
        course = indicator_course(
            code=code, division=choice.division, as_of=choice.as_of, actor=self.user, at=self.at, months=months
        )
        context = {
            "choice": choice,
            "course": course,
            "rows": [_linked(row, choice) for row in (course.sheet.whole, *course.sheet.rows)],
            "months": [
                {
                    "on": on,
                    "standing": one,
                    "query": urlencode({"division": choice.division.code, "month": f"{on:%Y-%m}"}),
                }
                for on, one in reversed(course.months)
            ],
            "told": months > 1,
            "elsewhere": _elsewhere(course.indicator.opens_at, choice),
        }
        part = "indicator_months" if request.headers.get("HX-Request") else "indicator"
        return render(request, f"reports/{part}.html", context, status=400 if choice.error else 200)


def _linked(row: Row, choice: Choice) -> dict[str, Any]:
    (standing,) = row.standings
    return {
        "row": row,
        "standing": standing,
        "parts": [_part(standing, n, row, choice) for n in range(len(standing.parts))],
    }


def _part(standing: Standing, place: int, row: Row, choice: Choice) -> dict[str, Any]:
    part = standing.parts[place]
    path = f"{standing.indicator.title}·{part.words}"
    more = urlencode({"unit": row.unit.code if row.unit else "", "path": path})
    link = (
        f"{reverse('ledger-cell', args=[standing.indicator.code])}?{choice.query}&{more}"
        if part.opens and part.number
        else ""
    )
    return {"part": part, "link": link}


def _elsewhere(ledger: str, choice: Choice) -> str:
    return f"{reverse('ledger-preview', args=[ledger])}?{choice.query}" if ledger else ""
