"""Forms of plans, measures and deliveries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from assistance.catalogue import CATEGORIES
from assistance.fit import wanted
from assistance.models import MeasureType
from households.models import Membership, Person
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
    beneficiary = forms.ModelChoiceField(
        label="受益人",
        queryset=Person.objects.none(),
        required=False,
        empty_label="全户",
        widget=forms.Select(attrs=SELECT),
    )
    content = _text("内容", 500)
    planned_amount = _amount("计划金额（元）")
    unit = _text("责任单位", 120)
    responsible = _text("责任人", 60)
    starts_on = _day("开始时间")
    planned_end_on = _day("计划结束", required=False)

    def __init__(
        self, *args: Any, episode: Episode, risk: str = "", kept: MeasureType | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.current().filter(household_id=episode.household_id)
        types = MeasureType.objects.filter(Q(active=True) | Q(pk=kept.pk if kept else None))
        # One risk asked for: only what meets it is offered, so that nobody looks for it in the whole catalogue.
        fitting = wanted(risk) if risk in episode.risks else None
        chosen = types.filter(category__in=fitting) if fitting else types
        self.fields["risk"].choices = [(name, name) for name in episode.risks]  # type: ignore[attr-defined]
        self.fields["type"].queryset = chosen  # type: ignore[attr-defined]
        self.fields["type"].choices = _by_category(chosen)  # type: ignore[attr-defined]
        self.fields["type"].help_text = "；".join(map(_fitting, episode.risks))
        self.fields["beneficiary"].queryset = Person.objects.filter(pk__in=members.values("person_id"))  # type: ignore[attr-defined]
        if risk in episode.risks:
            self.fields["risk"].initial = risk

    def clean_planned_amount(self) -> Decimal:
        return self.cleaned_data["planned_amount"] or Decimal(0)


def _fitting(risk: str) -> str:
    """因病：健康帮扶、社会帮扶."""
    categories = wanted(risk)
    return f"{risk}：{'任何一类都可以' if len(categories) == len(CATEGORIES) else '、'.join(categories)}"


def _by_category(types: QuerySet[MeasureType]) -> list[tuple[str, Any]]:
    """Choices in groups, in the order of the catalogue."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for kind in types:
        groups.setdefault(kind.category, []).append((kind.pk, kind.item))
    return [("", "选一项措施"), *groups.items()]


class ChangeMeasureForm(MeasureForm):
    """The same for a measure that is there; the version says which one its author saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    """Why something is taken back, and the version that it is about."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3, **TEXT}))


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
    proof = forms.FileField(
        label="佐证（照片或扫描件）",
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*,application/pdf", **TEXT}),
    )

    def clean_amount(self) -> Decimal:
        return self.cleaned_data["amount"] or Decimal(0)


class DayForm(forms.Form):
    """A day and the version that it is about: confirmation by the household, end of a measure."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    on = _day("日期")
