"""The page that enters a home visit: a check of a clue, an assessment before clearing, or follow-up."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.errors import Refused
from accounts.views.base import Page
from households.models import Household, LivingCondition
from households.services.conditions import FLAGS, GROUPS
from monitoring.forms import FilesField, keep_uploads
from monitoring.models import Case, Clue, Visit
from monitoring.risks import Risk
from monitoring.services.visits import check_clue, record_visit

TEXT = {"class": "form-control"}
SELECT = {"class": "form-select"}
AREA = {"class": "form-control", "rows": 2}
SEEN = [("", "没看"), ("1", "是"), ("0", "否")]


def _seen(label: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=SEEN,
        required=False,
        coerce=lambda value: value == "1",
        empty_value=None,
        widget=forms.Select(attrs=SELECT),
    )


def _yuan(label: str) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={**TEXT, "step": "0.01", "inputmode": "decimal"})
    return forms.DecimalField(
        label=f"{label}（元，近12个月）", min_value=0, max_digits=11, decimal_places=2, required=False, widget=widget
    )


class VisitForm(forms.Form):
    """What a visit records. The uid is made with the form: a second tap on the button keeps one visit."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    visited_on = forms.DateField(
        label="走访日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **TEXT})
    )
    companion = forms.CharField(label="同去的人", max_length=60, required=False, widget=forms.TextInput(attrs=TEXT))
    companion_unit = forms.CharField(
        label="他的单位", max_length=120, required=False, widget=forms.TextInput(attrs=TEXT)
    )
    finding = forms.ChoiceField(label="核实结论", required=False, widget=forms.Select(attrs=SELECT))
    risks = forms.MultipleChoiceField(
        label="风险类型（至多五个）",
        required=False,
        choices=[(risk, risk) for risk in Risk.values],
        widget=forms.CheckboxSelectMultiple,
    )
    difficulties = forms.CharField(label="主要困难", max_length=1000, required=False, widget=forms.Textarea(attrs=AREA))
    coping = forms.CharField(label="自身应对能力", max_length=500, required=False, widget=forms.Textarea(attrs=AREA))
    house_grade = forms.ChoiceField(
        label="房屋等级",
        required=False,
        choices=[("", "没看"), *LivingCondition.Grade.choices],
        widget=forms.Select(attrs=SELECT),
    )
    own_payments = _yuan("合规自付支出")
    claims = _yuan("理赔收入")
    photos = FilesField(label="照片", required=False)
    signed = forms.BooleanField(label="农户已签字", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["finding"].choices = [("", "不选"), *Visit.Finding.choices]  # type: ignore[attr-defined]
        for name, title in FLAGS.items():
            self.fields[name] = _seen(title)
        for group, (_, title) in GROUPS.items():
            self.fields[group] = _yuan(title)
        self.order_fields(
            ["visited_on", "companion", "companion_unit", *FLAGS, "house_grade", *GROUPS, "own_payments", "claims"]
        )

    def content(self) -> dict[str, Any]:
        words = ("finding", "risks", "difficulties", "coping")
        return {"signed": self.cleaned_data["signed"], **{name: self.cleaned_data[name] for name in words}}

    def income(self) -> dict[str, Any] | None:
        """The income as the service takes it; nothing at all was filled in: not asked for on this visit."""
        filled = {group: self.cleaned_data[group] for group in GROUPS if self.cleaned_data[group] is not None}
        if not filled:
            return None
        items = {group: {GROUPS[group][1]: str(value)} for group, value in filled.items()}
        more = {name: str(self.cleaned_data[name] or 0) for name in ("claims", "own_payments")}
        return {"items": items, **more}

    def condition(self) -> dict[str, Any] | None:
        values = {name: self.cleaned_data[name] for name in [*FLAGS, "house_grade"]}
        return values if any(value not in (None, "") for value in values.values()) else None


class NewVisit(Page):
    """Enter a visit to a household; `?clue=` and `?case=` say what it is for."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        household, clue, case = self._subjects(request, uid)
        initial = {"uid": uuid.uuid4(), "visited_on": timezone.localdate(), "version": clue.version if clue else None}
        return self._page(request, household, clue, case, VisitForm(initial=initial))

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        household, clue, case = self._subjects(request, uid)
        form = VisitForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, household, clue, case, form, status=400)
        try:
            self._record(household, clue, case, form)
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            for sentence in [refusal.message, *refusal.details]:
                form.add_error(None, sentence)
            return self._page(request, household, clue, case, form, status=refusal.status)
        messages.success(request, "走访已保存。")
        if clue:
            return redirect("clue-detail", uid=clue.uid)
        return redirect("case-detail", uid=case.uid) if case else redirect("household-detail", uid=household.uid)

    def _subjects(self, request: HttpRequest, uid: str) -> tuple[Household, Clue | None, Case | None]:
        household = get_object_or_404(
            Household.objects.visible_to(self.user).select_related("village__parent"), uid=uid
        )
        return household, _named(household.clues, request, "clue"), _named(household.cases, request, "case")

    def _record(self, household: Household, clue: Clue | None, case: Case | None, form: VisitForm) -> None:
        data = form.cleaned_data
        visitors: list[dict[str, Any]] = [{"user": self.user}]
        if data["companion"]:
            visitors.append({"name": data["companion"], "unit": data["companion_unit"]})
        visit: dict[str, Any] = {
            "uid": data["uid"],
            "visited_on": data["visited_on"],
            "visitors": visitors,
            "photos": keep_uploads(data["photos"], actor=self.user, at=self.at),
            "content": form.content(),
            "income": form.income(),
            "condition": form.condition(),
        }
        if clue is not None:
            check_clue(clue=clue, version=data["version"], actor=self.user, at=self.at, **visit)
            return
        kind = Visit.Kind.CLEARING if case else Visit.Kind.FOLLOW_UP
        record_visit(household=household, kind=kind, case=case, actor=self.user, at=self.at, **visit)

    def _page(
        self, request: HttpRequest, household: Household, clue: Any, case: Any, form: VisitForm, status: int = 200
    ) -> HttpResponse:
        context = {"household": household, "clue": clue, "case": case, "form": form}
        return render(request, "monitoring/visit.html", context, status=status)


def _named(rows: Any, request: HttpRequest, name: str) -> Any:
    """The row of the household that the address names, or None; an address that names another's is no page."""
    given = request.GET.get(name)
    if not given:
        return None
    try:
        return get_object_or_404(rows.all(), uid=uuid.UUID(given))
    except ValueError:
        return get_object_or_404(rows.none(), pk=None)
