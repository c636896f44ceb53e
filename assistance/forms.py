"""Forms of plans, measures and deliveries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from assistance.models import MeasureType
from monitoring.models import Episode

TEXT = {"class": "form-control"}
SELECT = {"class": "form-select"}


def _day(label: str, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **TEXT})
    return forms.DateField(
        label=label, required=required, widget=widget, initial=timezone.localdate if required else None
    )


def _amount(label: str) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01", **TEXT})
    return forms.DecimalField(
        label=label, min_value=Decimal(0), max_digits=12, decimal_places=2, required=False, widget=widget
    )


def _text(label: str, length: int) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, widget=forms.TextInput(attrs=TEXT))


class MeasureForm(forms.Form):
    """One new measure of a plan."""

    risk = forms.ChoiceField(label="针对风险", widget=forms.Select(attrs=SELECT))
    type = forms.ModelChoiceField(label="措施", queryset=MeasureType.objects.none(), widget=forms.Select(attrs=SELECT))
    content = _text("内容", 500)
    planned_amount = _amount("计划金额（元）")
    unit = _text("责任单位", 120)
    responsible = _text("责任人", 60)
    starts_on = _day("开始时间")
    planned_end_on = _day("计划结束", required=False)

    def __init__(self, *args: Any, episode: Episode, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["risk"].choices = [(risk, risk) for risk in episode.risks]  # type: ignore[attr-defined]
        self.fields["type"].queryset = MeasureType.objects.filter(active=True)  # type: ignore[attr-defined]

    def clean_planned_amount(self) -> Decimal:
        return self.cleaned_data["planned_amount"] or Decimal(0)


class AdoptForm(forms.Form):
    """Who is responsible for the plan, and what it is to reach."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    responsible = forms.ModelChoiceField(
        label="帮扶责任人", queryset=User.objects.none(), widget=forms.Select(attrs=SELECT)
    )
    unit = _text("责任单位", 120)
    goal = forms.CharField(label="目标", max_length=500, required=False, widget=forms.TextInput(attrs=TEXT))
    signed_on = _day("农户签字日期", required=False)

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsible"].queryset = people  # type: ignore[attr-defined]


class DeliveryForm(forms.Form):
    """One delivery. The uid is made with the form, so that a second tap on the button keeps one."""

    uid = forms.UUIDField(widget=forms.HiddenInput)
    on = _day("落实日期")
    amount = _amount("金额（元）")
    note = forms.CharField(label="说明", max_length=500, required=False, widget=forms.TextInput(attrs=TEXT))

    def clean_amount(self) -> Decimal:
        return self.cleaned_data["amount"] or Decimal(0)


class DayForm(forms.Form):
    """A day and the version that it is about: confirmation by the household, end of a measure."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    on = _day("日期")
