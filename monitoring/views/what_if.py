"""The page where another value of a parameter is tried on a month."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.views.base import Page, put_on_form, sequence_page
from monitoring.services.what_if import TRIABLE, Change, WhatIf, households_of, what_if
from monitoring.views.runs import PeriodForm, last_month


class TrialForm(PeriodForm):
    """Which month, which parameter, which value."""

    key = forms.ChoiceField(
        label="参数",
        choices=[(key, parameter.title) for key, parameter in TRIABLE.items()],
        widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
    )
    value = forms.CharField(
        label="改成", max_length=20, widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "decimal"})
    )


class WhatIfPage(Page):
    """The form, and under it who would be added and who dropped; nothing is written."""

    def get(self, request: HttpRequest) -> HttpResponse:
        county = _county(self.user)
        form = TrialForm(request.GET) if "value" in request.GET else TrialForm(initial={"period": last_month()})
        context: dict[str, Any] = {"form": form, "county": county}
        if county is not None and form.is_bound and form.is_valid():
            found = self._try(form, county)
            if found is not None:
                page = sequence_page(found.changes, request.GET)
                context |= {"found": found, "page": page, "rows": _told(page.rows)}
        return render(request, "monitoring/what_if.html", context, status=400 if form.errors else 200)

    def _try(self, form: TrialForm, county: Division) -> WhatIf | None:
        given = form.cleaned_data
        try:
            return what_if(
                county=county,
                period=given["period"],
                key=given["key"],
                value=given["value"],
                actor=self.user,
                at=self.at,
            )
        except Refused as refusal:
            put_on_form(form, refusal)
            return None


def _county(user: User) -> Division | None:
    found: Division | None = Division.objects.visible_to(user).at_level(Division.Level.COUNTY).first()
    return found


def _told(changes: list[Change]) -> list[dict[str, Any]]:
    homes = households_of(changes)
    return [{"change": change, "household": homes[change.household]} for change in changes]
