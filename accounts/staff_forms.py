"""Forms of the staff pages: an account, a post, their ends."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet

from accounts.models import Department, Division, Role

_TEXT = {"class": "form-control"}
_SELECT = {"class": "form-select"}


class DayField(forms.DateField):
    """A day in anybody's working life; half a year typed is year 2, which has no day before it to hand over on."""

    def __init__(self, **more: Any) -> None:
        words = "年份不对，请核对。"
        bounds = [MinValueValidator(date(1950, 1, 1), words), MaxValueValidator(date(2150, 12, 31), words)]
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **_TEXT})
        super().__init__(widget=widget, validators=bounds, **more)


class PlaceField(forms.ModelChoiceField):
    """A place with its level and township: half the villages of a county share their names with others."""

    def label_from_instance(self, place: Division) -> str:
        above = f"{place.parent.name} " if place.parent and place.level > Division.Level.TOWNSHIP else ""
        return f"{above}{place.name}（{place.get_level_display()}）"


class PostForm(forms.Form):
    """What somebody is appointed to; `places` are those that the administrator administers."""

    role = forms.ChoiceField(label="角色", choices=Role.choices, widget=forms.Select(attrs=_SELECT))
    division = PlaceField(
        queryset=Division.objects.none(), label="任职地", empty_label="请选择", widget=forms.Select(attrs=_SELECT)
    )
    department = forms.ChoiceField(
        label="部门",
        choices=[("", "不选部门"), *Department.choices],
        required=False,
        widget=forms.Select(attrs=_SELECT),
        help_text="只有部门联络员要选。",
    )
    starts_on = DayField(label="任职起")
    ends_on = DayField(label="任职止", required=False)

    def __init__(self, *args: Any, places: QuerySet[Division], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["division"]
        assert isinstance(field, PlaceField)
        field.queryset = places.select_related("parent")


class AccountForm(PostForm):
    """A new account with its first post."""

    username = forms.CharField(label="用户名", max_length=40, widget=forms.TextInput(attrs=_TEXT))
    name = forms.CharField(label="姓名", max_length=60, widget=forms.TextInput(attrs=_TEXT))
    unit = forms.CharField(label="单位", max_length=120, required=False, widget=forms.TextInput(attrs=_TEXT))
    phone = forms.CharField(label="联系电话", max_length=20, required=False, widget=forms.TextInput(attrs=_TEXT))
    field_order = ["username", "name", "unit", "phone"]


class EndForm(forms.Form):
    post = forms.IntegerField(widget=forms.HiddenInput)
    last_day = DayField(label="最后一天")


class HandOverForm(forms.Form):
    post = forms.IntegerField(widget=forms.HiddenInput)
    to = forms.CharField(label="接任人用户名", max_length=40, widget=forms.TextInput(attrs=_TEXT))
    on = DayField(label="接任日")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="原因", max_length=200, widget=forms.TextInput(attrs=_TEXT))
