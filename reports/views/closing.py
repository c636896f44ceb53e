"""Pages of month closing: the board, the steps, editions, their differences, the check of a printed hash."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.api.uploads import made_book
from accounts.errors import Refused
from accounts.models import Division
from accounts.views.base import Page, keyset_page
from monitoring.clock import add_months
from reports.closing_checks import check_closing
from reports.closing_steps import Level
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.models import ClosingStep, Edition, EditionSheet
from reports.services.closing import offered_steps, states_above, take_step
from reports.services.closing_board import closing_board
from reports.services.difference import UNDATED, compare_cell, compare_month
from reports.services.difference_sheet import write_difference
from reports.services.editions import check_hash
from reports.services.freezing import last_day
from reports.views.choice import Choice, read_choice

# As the list of ledgers has them.
_ORDER = {code: at for at, code in enumerate(LEDGERS)}


class StepForm(forms.Form):
    """One step with its reason."""

    division = forms.CharField(max_length=12)
    action = forms.CharField(max_length=10)
    version = forms.IntegerField(min_value=1)
    reason = forms.CharField(max_length=500, required=False)


class ClosingBoard(Page):
    """One month of one place: how far every place in it is, what may be done, and what does not balance."""

    def get(self, request: HttpRequest) -> HttpResponse:
        choice = self._choice(request.GET)
        return self._show(request, choice, checked=request.GET.get("check") == "1")

    def post(self, request: HttpRequest) -> HttpResponse:
        choice = self._choice(request.POST)
        form = StepForm(request.POST)
        place = Division.objects.visible_to(self.user).filter(code=request.POST.get("division", "")).first()
        if place is None:
            raise Http404
        if not form.is_valid():
            return self._show(request, choice, error="没有收全，请刷新后重新填写。", status=400)
        try:
            take_step(
                division=place,
                month=choice.month,
                action=form.cleaned_data["action"],
                actor=self.user,
                at=self.at,
                version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            if refusal.status == 404:
                raise
            return self._show(request, choice, error=refusal.message, status=refusal.status)
        # What was done, which stays true; how far the month is stands on the board, and changes while it is put away.
        done = ClosingStep.Action(form.cleaned_data["action"]).label
        messages.success(request, f"{place.name}{choice.month.month}月：{done}已办。")
        return redirect(f"{reverse('closing-board')}?{choice.query}")

    def _choice(self, values: Any) -> Choice:
        today = timezone.localdate(self.at)
        given = values.copy()
        # A month is closed when it is over.
        given.setdefault("month", f"{add_months(today.replace(day=1), -1):%Y-%m}")
        # A form names the place of its step in `division`, and the board that it stands on in `back`.
        if "back" in given:
            given["division"] = given["back"]
        choice = read_choice(given, user=self.user, today=today)
        if choice is None:
            raise Http404
        return choice

    def _show(
        self, request: HttpRequest, choice: Choice, *, checked: bool = False, error: str = "", status: int = 200
    ) -> HttpResponse:
        board = closing_board(division=choice.division, month=choice.month)
        today = timezone.localdate(self.at)
        over = last_day(choice.month) < today
        results = check_closing(Reading(choice.division, last_day(choice.month), self.at)) if checked and over else None
        rows = [board, *board.below]
        above = states_above(choice.division, choice.month)
        context = {
            "choice": choice,
            "board": board,
            "rows": [
                {
                    "standing": one,
                    "offered": offered_steps(
                        closing=one.closing, division=one.division, actor=self.user, at=self.at, above=above
                    )
                    if over
                    else [],
                    "late": one.is_late(today),
                }
                for one in rows
            ],
            "over": over,
            "results": results,
            "error": error,
            "history": ClosingStep.objects.filter(closing__in=_known(rows)).select_related(
                "closing__division", "actor"
            )[:40],
            "editions": Edition.objects.of(choice.division, choice.month),
        }
        return render(request, "reports/closing.html", context, status=400 if choice.error else status)


def _known(rows: list[Any]) -> list[int]:
    return [one.closing.pk for one in rows if one.closing.pk]


class EditionList(Page):
    """What was closed, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        editions = Edition.objects.visible_to(self.user).select_related("county", "closed_by")
        page = keyset_page(editions, order=("-id",), query=request.GET)
        return render(request, "reports/editions.html", {"page": page})


class EditionDetail(Page):
    """The sheets of one edition of the user's places."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        edition = get_object_or_404(Edition.objects.visible_to(self.user).select_related("county", "closed_by"), pk=pk)
        sheets = EditionSheet.objects.visible_to(self.user).filter(edition=edition).select_related("division")
        code = request.GET.get("division", "")
        places = Division.objects.visible_to(self.user).within(edition.county).filter(level__gte=Level.COUNTY)
        division = places.filter(code=code).first() if code else places.first()
        if division is None:
            raise Http404
        context = {
            "edition": edition,
            "division": division,
            "places": places,
            "sheets": [
                {"sheet": sheet, "ledger": LEDGERS.get(sheet.ledger)}
                for sheet in sorted(sheets.filter(division=division), key=lambda sheet: _ORDER.get(sheet.ledger, 99))
            ],
            "others": Edition.objects.of(edition.county, edition.month).exclude(pk=edition.pk),
        }
        return render(request, "reports/edition.html", context)


class EditionCheck(Page):
    """What a printed or scanned hash names, and whether what is kept still has it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        written, found, error = request.GET.get("hash", "")[:300], None, ""
        if written:
            try:
                found = check_hash(written=written, actor=self.user)
            except Refused as refusal:
                error = refusal.message
        context = {"written": written, "found": found, "error": error}
        return render(request, "reports/edition_check.html", context, status=400 if error else 200)


class ClosingDifference(Page):
    """As closed against as we now know it, or two editions: per cell, per row, and with `path` per household."""

    def get(self, request: HttpRequest, name: str) -> HttpResponseBase:
        code = name.upper()
        if code not in LEDGERS:
            raise Http404
        choice = read_choice(request.GET, user=self.user, today=timezone.localdate(self.at))
        if choice is None:
            raise Http404
        asked: dict[str, Any] = {
            "name": code,
            "division": choice.division,
            "month": choice.month,
            "actor": self.user,
            "at": self.at,
            "before": request.GET.get("before", "")[:40] or "closed",
            "after": request.GET.get("after", "")[:40] or "now",
        }
        found = compare_month(**asked)
        if request.GET.get("format") == "xlsx":
            return _workbook(found, choice.month)
        path, unit = request.GET.get("path", ""), request.GET.get("unit", "")
        editions = Edition.objects.of(choice.division, choice.month)
        versions = [(edition.version_word, f"第{edition.number}版") for edition in editions]
        context = {
            "choice": choice,
            "found": found,
            "ledgers": LEDGERS.values(),
            "asked": asked,
            "homes": compare_cell(**asked, unit=_unit(choice, unit), path=tuple(path.split("·"))) if path else [],
            "path": path,
            "unit": unit,
            "undated": UNDATED,
            "befores": [("closed", "最近结账数"), *versions],
            "afters": [("now", "现在看的数"), *versions],
        }
        return render(request, "reports/difference.html", context)


def _unit(choice: Choice, code: str) -> Division | None:
    unit = Division.objects.within(choice.division).filter(code=code).first() if code else None
    if code and unit is None:
        raise Http404
    return unit


def _workbook(found: Any, month: date) -> HttpResponseBase:
    return made_book(
        f"{found.division.name}{found.ledger.title}差异（{month:%Y%m}）.xlsx",
        lambda path: write_difference(found, path),
    )
