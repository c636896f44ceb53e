"""The working-day calendar: a year at a glance, and the forms that enter holidays one by one or from a workbook."""

from __future__ import annotations

import calendar
from datetime import date
from pathlib import Path
from typing import Any

import chinese_calendar
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.api.uploads import BOOK_ENDINGS, workbook
from accounts.errors import Refused
from accounts.permissions import PERMISSIONS
from accounts.scope import scope_of
from accounts.views.base import Page, put_on_form, whole_number
from monitoring.models import CalendarDay
from monitoring.services.calendar import SET_CALENDAR, clear_day, holidays_known, published, read_days, set_days, span
from sheets.faults import SheetError

LARGEST_BOOK = 5 * 1024 * 1024
_DATE = {"type": "date", "class": "form-control"}


class SpanForm(forms.Form):
    first = forms.DateField(label="从", widget=forms.DateInput(format="%Y-%m-%d", attrs=_DATE))
    last = forms.DateField(label="到", required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs=_DATE))
    kind = forms.ChoiceField(
        label="这些天",
        choices=[("rest", "放假"), ("work", "上班（调休补班）")],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    note = forms.CharField(
        label="说明", required=False, max_length=60, widget=forms.TextInput(attrs={"class": "form-control"})
    )


class BookForm(forms.Form):
    file = forms.FileField(
        label="放假安排表",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ",".join(BOOK_ENDINGS)}),
        help_text="三列：日期、类型（放假或上班）、说明。一行一天，xlsx、xls 或 csv。",
        error_messages={"required": "请选择文件。", "empty": "这个文件是空的。"},
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if Path(upload.name or "").suffix.lower() not in BOOK_ENDINGS or (upload.size or 0) > LARGEST_BOOK:
            raise forms.ValidationError("只能用 5 MB 以内的 xlsx、xls、csv 文件。")
        return upload


class WorkCalendar(Page):
    """A year's working days and holidays, what was entered by hand, and the forms for who may enter."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page()

    def post(self, request: HttpRequest) -> HttpResponse:
        act = {"span": self._span, "book": self._book, "clear": self._clear}.get(request.POST.get("act", ""))
        if act is None:
            return redirect("work-calendar")
        return act()

    def _span(self) -> HttpResponse:
        form = SpanForm(self.request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                days = span(
                    given["first"],
                    given["last"] or given["first"],
                    is_workday=given["kind"] == "work",
                    note=given["note"],
                )
                count = set_days(days=days, actor=self.user, at=self.at)
            except Refused as refusal:
                return self._refused(refusal, form=form)
            return self._done(f"已写进 {count} 天。", given["first"].year)
        return self._page(form=form, status=400)

    def _book(self) -> HttpResponse:
        form = BookForm(self.request.POST, self.request.FILES)
        if not form.is_valid():
            return self._page(book=form, status=400)
        try:
            with workbook(form.cleaned_data["file"]) as path:
                days = read_days(path)
            count = set_days(days=days, actor=self.user, at=self.at)
        except SheetError as error:
            return self._refused(Refused(str(error), field="file"), book=form)
        except Refused as refusal:
            return self._refused(refusal, book=form)
        return self._done(f"已写进 {count} 天。", max(day.on for day in days).year)

    def _clear(self) -> HttpResponse:
        try:
            day = date.fromisoformat(self.request.POST.get("on", ""))
            clear_day(on=day, actor=self.user, at=self.at)
        except ValueError:
            return redirect("work-calendar")
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            messages.error(self.request, refusal.message)
            return redirect("work-calendar")
        return self._done(f"{day:%Y-%m-%d} 恢复为国家安排。", day.year)

    def _done(self, words: str, year: int) -> HttpResponse:
        messages.success(self.request, f"{words}已经定下的时限不变，以后新算的时限按新的日历。")
        return redirect(f"{self.request.path}?year={year}")

    def _refused(self, refusal: Refused, *, form: SpanForm | None = None, book: BookForm | None = None) -> HttpResponse:
        put_on_form(form or book or SpanForm(), refusal, details=True)
        return self._page(form=form, book=book, status=refusal.status)

    def _page(self, *, form: SpanForm | None = None, book: BookForm | None = None, status: int = 200) -> HttpResponse:
        today = timezone.localdate()
        year = _year(self.request.GET.get("year", ""), today)
        entered = {row.on: row for row in CalendarDay.objects.filter(on__year=year)}
        context = {
            "year": year,
            "months": [_month(year, month, entered) for month in range(1, 13)],
            "entered": entered.values(),
            "known": published(year),
            "next_known": holidays_known(today.year + 1),
            "next_year": today.year + 1,
            "may_set": bool(scope_of(self.user).roles & PERMISSIONS[SET_CALENDAR]),
            "form": form or SpanForm(auto_id="span_%s"),
            "book": book or BookForm(auto_id="book_%s"),
            "today": today,
        }
        return render(self.request, "monitoring/calendar.html", context, status=status)


def _year(text: str, today: date) -> int:
    year = whole_number(text) or 0
    return year if 2004 <= year <= today.year + 5 else today.year


def _month(year: int, month: int, entered: dict[date, CalendarDay]) -> dict[str, Any]:
    weeks = calendar.Calendar().monthdatescalendar(year, month)
    rows = [[_cell(day, entered) if day.month == month else None for day in week] for week in weeks]
    return {
        "title": f"{month}月",
        "weeks": rows,
        "work": sum(1 for week in rows for cell in week if cell and cell["work"]),
    }


def _cell(day: date, entered: dict[date, CalendarDay]) -> dict[str, Any]:
    row = entered.get(day)
    try:
        shipped = bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        shipped = day.weekday() < 5
    work = row.is_workday if row else shipped
    moved = work != (day.weekday() < 5)
    return {"day": day, "work": work, "moved": moved, "own": row is not None, "note": row.note if row else ""}
