"""Pages that begin something about a household: a clue, a clearing, a roll-back, a new identification."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.errors import Refused
from accounts.permissions import require
from accounts.views.base import Page, put_on_form
from households.heads import home_name
from households.models import Household
from monitoring.models import Clue
from monitoring.risks import Risk
from monitoring.services.cases import STARTABLE, start_case
from monitoring.services.clues import open_clue

SELECT = {"class": "form-select"}
AREA = {"class": "form-control", "rows": 3}


class ClueForm(forms.Form):
    """A suspicion about a household, by whatever channel it came."""

    risk = forms.ChoiceField(
        label="风险类型", choices=[("", "选一类"), *Risk.choices], widget=forms.Select(attrs=SELECT)
    )
    channel = forms.ChoiceField(
        label="线索来源",
        choices=Clue.Channel.choices,
        initial=Clue.Channel.CADRE,
        widget=forms.Select(attrs=SELECT),
    )
    content = forms.CharField(label="情况", max_length=500, widget=forms.Textarea(attrs=AREA))
    reporter = forms.CharField(
        label="报告人", max_length=60, required=False, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    green_channel = forms.BooleanField(label="先帮后补（突发灾害、事故）", required=False)


class CaseForm(forms.Form):
    """Which procedure to begin, and why."""

    kind = forms.ChoiceField(
        label="办什么",
        choices=[(kind.value, kind.label) for kind in STARTABLE],
        widget=forms.Select(attrs=SELECT),
    )
    reason = forms.CharField(label="事由", max_length=500, required=False, widget=forms.Textarea(attrs=AREA))


class Opening(Page):
    """A form about a household that makes a new row and goes there."""

    title: str
    right: str
    form_class: type[forms.Form]

    def open(self, household: Household, data: dict[str, Any]) -> HttpResponse:
        raise NotImplementedError

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        return self._page(request, self._household(uid), self.form_class())

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        household, form = self._household(uid), self.form_class(request.POST)
        if not form.is_valid():
            return self._page(request, household, form, status=400)
        try:
            answer = self.open(household, form.cleaned_data)
        except Refused as refusal:
            put_on_form(form, refusal, details=True)
            return self._page(request, household, form, status=refusal.status)
        messages.success(request, f"{self.title}：已登记。")
        return answer

    def _household(self, uid: str) -> Household:
        rows = Household.objects.visible_to(self.user).select_related("village__parent")
        household = get_object_or_404(rows, uid=uid)
        require(actor=self.user, right=self.right, code=household.village_id, at=self.at, helper_id=household.helper_id)
        return household

    def _page(self, request: HttpRequest, household: Household, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {"household": household, "home": home_name(household), "form": form, "title": self.title}
        return render(request, "monitoring/opening.html", context, status=status)


class NewClue(Opening):
    title = "登记线索"
    right = "monitoring.register_clue"
    form_class = ClueForm

    def open(self, household: Household, data: dict[str, Any]) -> HttpResponse:
        clue = open_clue(household=household, actor=self.user, at=self.at, **data)
        return redirect("clue-detail", uid=clue.uid)


class NewCase(Opening):
    title = "发起消除或回退"
    right = "monitoring.prepare_case"
    form_class = CaseForm

    def open(self, household: Household, data: dict[str, Any]) -> HttpResponse:
        case = start_case(household=household, actor=self.user, at=self.at, **data)
        return redirect("case-detail", uid=case.uid)
