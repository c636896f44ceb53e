"""The working-day calendar: entered day by day, in spans or from a workbook; terms set afterwards count by it."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, User
from monitoring.clock import add_days, is_workday
from monitoring.models import CalendarDay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "places")]
PAGE = "work-calendar"


def desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def book(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("放假.csv", "\n".join(["日期,类型,说明", *rows]).encode())


def test_a_span_of_holidays_moves_terms(administrator: User) -> None:
    assert add_days(date(2028, 1, 25), 1, "working") == date(2028, 1, 26)
    given = {"act": "span", "first": "2028-01-26", "last": "2028-01-28", "kind": "rest", "note": "春节"}
    answer = desk(administrator).post(reverse(PAGE), given)
    assert answer["Location"].endswith("?year=2028")
    assert CalendarDay.objects.count() == 3
    assert add_days(date(2028, 1, 25), 1, "working") == date(2028, 1, 31)
    assert AuditEvent.objects.filter(action="calendar.set").count() == 1


def test_a_workbook_enters_holidays_and_makeup_days(bureau: User) -> None:
    desk(bureau).post(reverse(PAGE), {"act": "book", "file": book("2028-01-26,放假,春节", "2028年1月29日,上班,补班")})
    assert not is_workday(date(2028, 1, 26))
    assert is_workday(date(2028, 1, 29))


@pytest.mark.parametrize("rows", [("2028-01-26,也许,",), ("不知道,放假,",), ("2028-01-26,放假,", ",上班,补"), ()])
def test_a_workbook_with_a_wrong_row_enters_nothing_and_says_which(bureau: User, rows: tuple[str, ...]) -> None:
    page = desk(bureau).post(reverse(PAGE), {"act": "book", "file": book(*rows)})
    assert page.status_code == 400
    assert not CalendarDay.objects.exists()


def test_a_day_goes_back_to_what_the_state_council_says(bureau: User) -> None:
    CalendarDay.objects.create(on=date(2026, 11, 11), is_workday=False)
    desk(bureau).post(reverse(PAGE), {"act": "clear", "on": "2026-11-11"})
    assert is_workday(date(2026, 11, 11))


def test_the_year_shows_what_was_moved(owner: User, bureau: User) -> None:
    CalendarDay.objects.create(on=date(2026, 11, 11), is_workday=False, note="县庆")
    page = desk(owner).get(reverse(PAGE) + "?year=2026")
    assert "县庆" in page.content.decode()
    for query in ("?year=1999", "?year=x", "?year=99999"):
        assert desk(owner).get(reverse(PAGE) + query).context["year"] == 2026


@pytest.mark.parametrize(
    "given",
    [{"first": "2028-02-01", "last": "2028-01-01"}, {"first": "2028-01-01", "last": "2031-01-01"}, {"first": ""}],
)
def test_a_span_that_will_not_do_is_refused(bureau: User, given: dict[str, str]) -> None:
    page = desk(bureau).post(reverse(PAGE), {"act": "span", "kind": "rest", **given})
    assert page.status_code == 400
    assert not CalendarDay.objects.exists()


def test_only_the_county_and_its_administrator_enter(owner: User, auditor: User) -> None:
    for user in (owner, auditor):
        given = {"act": "span", "first": "2028-01-26", "kind": "rest"}
        assert desk(user).post(reverse(PAGE), given).status_code == 403
        assert not desk(user).get(reverse(PAGE)).context["may_set"]
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize("year", ["x", "0", "9999", "9" * 5000])
def test_a_year_that_makes_no_sense_is_the_present_one(owner: User, year: str) -> None:
    assert desk(owner).get(reverse(PAGE), {"year": year}).context["year"] == 2026
