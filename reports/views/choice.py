"""Which place and month a ledger or a dashboard is wanted for: read from the address, and what there is to choose."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import Http404, QueryDict
from django.utils.http import urlencode

from accounts.models import Division, User
from accounts.scope import in_division

Level = Division.Level
LEVELS = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)


@dataclass(frozen=True)
class Choice:
    """A place, the month by its first day, and the day of it as of which to count (the last day, or today)."""

    division: Division
    month: date
    as_of: date
    places: list[Division]
    error: str = ""
    known: str = ""

    @property
    def query(self) -> str:
        """The address's part that says the same again."""
        values = {"division": self.division.code, "month": f"{self.month:%Y-%m}"}
        if self.as_of != _last_day(self.month, self.as_of):
            values["as_of"] = self.as_of.isoformat()
        if self.known:
            values["known"] = self.known
        return urlencode(values)

    @property
    def known_words(self) -> str:
        """Which figures `known` asks for, as the page of the ledger calls them."""
        if self.known == "now":
            return "现在看的数"
        number = self.known.removeprefix("v")
        edition = f"（第{number}版）" if number.isdigit() else ""
        return f"当时结账数{edition}" if edition or self.known == "closed" else f"{self.known} 所知的数"


def read_choice(values: QueryDict, *, user: User, today: date) -> Choice | None:
    """What the address asks for, with today's month and the user's own place where it is silent; None where no place
    is his.

    Raises: Http404 for a place that is not his.
    """
    visible = Division.objects.visible_to(user).filter(level__in=LEVELS)
    code = values.get("division", "")
    division = visible.filter(code=code).first() if code else visible.first()
    if division is None:
        if code:
            raise Http404
        return None
    month, error = _month(values.get("month", ""), today)
    as_of = _day(values.get("as_of", ""), month, today)
    return Choice(division, month, as_of, _offered(visible, division), error, values.get("known", "")[:40])


def _month(written: str, today: date) -> tuple[date, str]:
    this = today.replace(day=1)
    if not written:
        return this, ""
    try:
        month = date.fromisoformat(f"{written.strip()}-01")
    except ValueError:
        return this, f"月份“{written[:10]}”看不懂，请写成 2026-10 这样；先显示本月。"
    if month > this:
        return this, f"{month.year}年{month.month}月还没有到，先显示本月。"
    if month.year < 1950:
        return this, "月份太早，先显示本月。"
    return month, ""


def _day(written: str, month: date, today: date) -> date:
    """The day asked for where it lies in the month and is not to come, else the last one there is."""
    last = _last_day(month, today)
    try:
        day = date.fromisoformat(written.strip())
    except ValueError:
        return last
    return day if month <= day <= last else last


def _last_day(month: date, today: date) -> date:
    end = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    return min(end, today)


def _offered(visible: Any, division: Division) -> list[Division]:
    """Counties and townships, and the villages of the chosen one's township."""
    beside = Q(level__lt=Level.VILLAGE)
    if division.level >= Level.TOWNSHIP:
        township = Division(code=division.code[:9].ljust(12, "0"), level=Level.TOWNSHIP)
        beside |= in_division("code", township)
    offered = list(visible.filter(beside))
    return offered if len(offered) > 1 else list(visible[:500])
