"""Deadlines over holidays, make-up workdays and pauses."""

from __future__ import annotations

import logging
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.clock import add_days, add_months, count_days, is_workday
from monitoring.models import CalendarDay

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("start", "days", "kind", "end"),
    [
        # 国庆 2026: 1 to 7 October off, Saturday 10 October worked for it.
        (date(2026, 9, 29), 1, "working", date(2026, 9, 30)),
        (date(2026, 9, 30), 1, "working", date(2026, 10, 8)),
        (date(2026, 9, 30), 3, "working", date(2026, 10, 10)),
        (date(2026, 9, 30), 4, "working", date(2026, 10, 12)),
        (date(2026, 9, 30), 5, "calendar", date(2026, 10, 5)),
        (date(2026, 10, 9), 1, "working", date(2026, 10, 10)),
        (date(2026, 10, 3), 1, "working", date(2026, 10, 8)),
        (date(2026, 12, 31), 0, "working", date(2026, 12, 31)),
        (date(2026, 2, 27), 2, "calendar", date(2026, 3, 1)),
    ],
)
def test_a_term_ends_on_the_day_that_the_calendar_says(start: date, days: int, kind: str, end: date) -> None:
    assert add_days(start, days, kind) == end


def test_an_entered_day_overrides_the_shipped_calendar() -> None:
    CalendarDay.objects.create(on=date(2026, 10, 10), is_workday=False, note="县里放假")
    assert not is_workday(date(2026, 10, 10))
    assert add_days(date(2026, 9, 30), 3, "working") == date(2026, 10, 12)


def test_a_year_without_a_notice_falls_back_to_the_week_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="monitoring.clock"):
        assert is_workday(date(2031, 5, 2))
        assert not is_workday(date(2031, 5, 3))
    assert "2031 年的放假安排未收录" in caplog.text


def test_an_unknown_year_can_be_entered_by_hand() -> None:
    CalendarDay.objects.create(on=date(2031, 5, 2), is_workday=False)
    assert not is_workday(date(2031, 5, 2))


@given(st.dates(date(2026, 1, 1), date(2026, 10, 1)), st.integers(1, 30))
def test_counting_undoes_adding(start: date, days: int) -> None:
    for kind in ("calendar", "working"):
        end = add_days(start, days, kind)
        assert count_days(start, end, kind) == days
        assert count_days(start, end - timedelta(days=1), kind) == days - 1


def test_nothing_is_counted_backwards() -> None:
    assert count_days(date(2026, 10, 9), date(2026, 10, 9), "working") == 0
    assert count_days(date(2026, 10, 9), date(2026, 10, 1), "working") == 0
    assert count_days(date(2026, 10, 9), date(2026, 10, 1)) == 0


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 1, 15), 6, date(2026, 7, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 1), -1, date(2025, 12, 1)),
    ],
)
def test_months_keep_the_day_where_there_is_one(day: date, months: int, end: date) -> None:
    assert add_months(day, months) == end
