"""Deadlines: calendar or working days, pauses, and how a deadline stands on a day.

A working day is what an administrator entered (`CalendarDay`), else what the State Council's holiday notice says
(package chinesecalendar, years 2004 to the last published one), else Monday to Friday with a warning in the log.
Nothing here runs by itself: a deadline is a date in a row, and being overdue is a comparison with today.
"""

from __future__ import annotations

import calendar
import logging
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

import chinese_calendar

from monitoring.models.calendar import CalendarDay

Kind = Literal["calendar", "working"]
ONE_DAY = timedelta(days=1)

log = logging.getLogger(__name__)


class NotYet(str):
    """What is wrong only until a day comes: the words, and `since`, the first day on which it is so no more."""

    since: date

    def __new__(cls, words: str, since: date) -> NotYet:
        made = super().__new__(cls, words)
        made.since = since
        return made


def is_workday(day: date) -> bool:
    """Whether offices work on that day."""
    return _is_workday(day, _entered(day, day))


def add_days(start: date, days: int, kind: str = "calendar") -> date:
    """The last day of a term of `days` full days after `start`, which itself does not count.

    `kind` is "calendar" or "working"; with working days a term ends on a working day.
    """
    if kind == "calendar" or days <= 0:
        return start + timedelta(days=max(days, 0))
    # Holidays never leave fewer than three working days in a fortnight.
    entered = _entered(start, start + timedelta(days=5 * days + 30))
    day, left = start, days
    while left:
        day += ONE_DAY
        left -= _is_workday(day, entered)
    return day


def count_days(start: date, end: date, kind: str = "calendar") -> int:
    """How many days of that kind lie after `start` up to and with `end`; 0 when `end` is not later."""
    if kind == "calendar":
        return max((end - start).days, 0)
    entered = _entered(start, end)
    return sum(_is_workday(start + timedelta(days=n), entered) for n in range(1, (end - start).days + 1))


def add_months(day: date, months: int) -> date:
    """The same day some months later (earlier when negative); a day that the month lacks becomes its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _entered(first: date, last: date) -> dict[date, bool]:
    return dict(CalendarDay.objects.filter(on__range=(first, last)).values_list("on", "is_workday"))


def _is_workday(day: date, entered: Mapping[date, bool]) -> bool:
    if day in entered:
        return entered[day]
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        log.warning("%s 年的放假安排未收录，按周一至周五为工作日计算；请在工作日历中补录。", day.year)
        return day.weekday() < 5
