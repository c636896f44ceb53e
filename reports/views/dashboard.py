"""The dashboard's page: figures, charts with their tables, every one a way to its list."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.views.base import Page
from reports.services.dashboard import Dashboard as Found
from reports.services.dashboard import dashboard, guarantees
from reports.views.choice import Choice, read_choice


class Dashboard(Page):
    """A place's morning look; of a past month what is known of it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        choice = read_choice(request.GET, user=self.user, today=today)
        if choice is None:
            return render(request, "reports/dashboard_none.html")
        found = dashboard(division=choice.division, as_of=choice.as_of, actor=self.user, at=self.at)
        links = _Links(choice)
        context = {
            "choice": choice,
            "board": found,
            "today": today,
            "last_month": (today.replace(day=1) - timedelta(days=1)).replace(day=1),
            "links": links.fixed() | links.load(choice.division.code),
            "trend": [{"row": row, "links": links.month(row.month)} for row in found.trend],
            "funnel": [{"row": row, "link": links.cell("B2", row.words)} for row in found.funnel],
            "loads": [{"row": row, **links.load(row.unit.code)} for row in found.loads or []],
            "risks": [
                {
                    "row": row,
                    "link": links.cell("B1", f"{row.risk}·监测中"),
                    "unmet": links.cell("B1", f"{row.risk}·缺对应帮扶"),
                }
                for row in found.risks
            ],
            "villages": [
                {"row": row, "link": links.cell("B3", "监测人口", unit=row.village.code)}
                for row in found.tracking.villages
            ],
        }
        context["charts"] = _charts(found, context)
        return render(request, "reports/dashboard.html", context, status=400 if choice.error else 200)


class Guarantees(Page):
    """The dashboard's table of the guarantees and water, which the page fetches after it stands."""

    def get(self, request: HttpRequest) -> HttpResponse:
        choice = read_choice(request.GET, user=self.user, today=timezone.localdate())
        if choice is None:
            raise Http404
        found = guarantees(division=choice.division, as_of=choice.as_of, actor=self.user, at=self.at)
        links = _Links(choice)
        rows = [
            {"row": row, **{name: links.cell("T8", f"{row.title}·{word}") for name, word in _GUARANTEE.items()}}
            for row in found
        ]
        return render(request, "reports/dashboard_guarantees.html", {"guarantees": rows})


_GUARANTEE = {"found": "发现", "solved": "已清", "left": "在办"}


class _Links:
    """Addresses of the lists behind the figures, for the place and month chosen."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice

    def cell(self, code: str, path: str, unit: str = "", query: str = "") -> str:
        more = urlencode({"unit": unit, "path": path})
        return f"{reverse('ledger-cell', args=[code])}?{query or self._choice.query}&{more}"

    def month(self, month: date) -> dict[str, str]:
        query = urlencode({"division": self._choice.division.code, "month": f"{month:%Y-%m}"})
        headings = {"monitored": "风险未消除·户", "new": "本月新增·户", "cleared": "本月消除·户"}
        return {name: self.cell("T1", path, query=query) for name, path in headings.items()}

    def load(self, code: str) -> dict[str, str]:
        place = urlencode({"division": code})
        clues, cases = f"{reverse('clue-list')}?{place}", f"{reverse('case-list')}?{place}"
        return {
            "clues": clues,
            "clues_over": f"{clues}&overdue=1",
            "clues_soon": f"{clues}&overdue=soon",
            "cases": cases,
            "cases_over": f"{cases}&overdue=1",
            "cases_soon": f"{cases}&overdue=soon",
        }

    def fixed(self) -> dict[str, str]:
        return {
            "open": self.cell("T1", "风险未消除·户"),
            "identified": self.cell("T1", "累计识别·户"),
            "cleared": self.cell("T1", "风险已消除·户"),
            "new": self.cell("T1", "本月新增·户"),
            "clearings": self.cell("T1", "本月消除·户"),
            "unstable": self.cell("T1", "其中脱贫不稳定户·户"),
            "marginal": self.cell("T1", "边缘易致贫户·户"),
            "sudden": self.cell("T1", "突发严重困难户·户"),
            "received": self.cell("T4", "合计"),
            "overdue": self.cell("T4", "超期"),
            "still_open": self.cell("B2", "还在办"),
        }


def _charts(found: Found, context: dict[str, Any]) -> dict[str, Any]:
    """What the charts draw: names, numbers, and the address behind each bar or point."""
    return {
        "trend": {
            "names": [f"{row.month.month}月" for row in found.trend],
            **{name: [getattr(row, name) for row in found.trend] for name in ("monitored", "new", "cleared")},
            "links": [row["links"] for row in context["trend"]],
        },
        "funnel": {
            "names": [row.words for row in found.funnel],
            "values": [row.count for row in found.funnel],
            "notes": [_note(row.share, row.days) for row in found.funnel],
            "links": [row["link"] for row in context["funnel"]],
        },
        "towns": {
            "names": [row.unit.name for row in found.loads or []],
            **{name: [getattr(row, name) for row in found.loads or []] for name in ("over", "soon", "rest")},
        },
        "risks": {
            "names": [row.risk for row in found.risks],
            "values": [row.count for row in found.risks],
            "notes": [f"{row.count * 100 / found.statement['open']:.1f}%" for row in found.risks],
            "links": [row["link"] for row in context["risks"]],
        },
    }


def _note(share: float | None, days: float | None) -> str:
    return "，".join(filter(None, [f"{share:.0f}%" if share is not None else "", f"{days:g} 天" if days else ""]))
