"""The catalogue of measures: what may be chosen in plans; the county adds and retires sub-items."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.errors import Refused
from accounts.permissions import PERMISSIONS
from accounts.scope import scope_of
from accounts.views.base import Page, do_and_return, put_on_form, whole_number
from assistance.catalogue import CATEGORIES
from assistance.models import MeasureType
from assistance.permissions import EDIT_CATALOGUE
from assistance.services.catalogue import add_type, retire_type


class TypeForm(forms.Form):
    category = forms.ChoiceField(
        label="措施大类",
        choices=[(name, name) for name in CATEGORIES],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    item = forms.CharField(
        label="措施小类",
        max_length=60,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text="如：庭院经济奖补。",
    )
    developmental = forms.TypedChoiceField(
        label="算不算开发式帮扶",
        choices=[("", "请选"), ("1", "算（靠自己增收）"), ("0", "不算（补贴、保障）")],
        coerce=lambda value: value == "1",
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="台账里“有劳动能力的户落实开发式帮扶”按这个数。",
    )


class MeasureCatalogue(Page):
    """Every kind of measure by category, how often it is used, and the forms of who keeps the catalogue."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(TypeForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if "retire" in request.POST:
            return self._retire(request.POST["retire"])
        form = TypeForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=400)
        try:
            kind = add_type(**form.cleaned_data, actor=self.user, at=self.at)
        except Refused as refusal:
            put_on_form(form, refusal)
            return self._page(form, status=refusal.status)
        messages.success(request, f"“{kind}”已加进目录，做计划时可以选。")
        return redirect("measure-catalogue")

    def _retire(self, key: str) -> HttpResponse:
        kind = get_object_or_404(MeasureType, pk=whole_number(key))

        def act() -> str:
            retire_type(kind=kind, actor=self.user, at=self.at)
            return f"“{kind}”已停用：新计划选不到它，正在用的照旧。再加一次同名的就恢复。"

        return do_and_return(self.request, act, to="measure-catalogue")

    def _page(self, form: TypeForm, status: int = 200) -> HttpResponse:
        groups: dict[str, list[Any]] = {name: [] for name in CATEGORIES}
        for kind in MeasureType.objects.annotate(used=Count("measures")).order_by("id"):
            groups.setdefault(kind.category, []).append(kind)
        context = {
            "groups": groups,
            "form": form,
            "may_edit": bool(scope_of(self.user).roles & PERMISSIONS[EDIT_CATALOGUE]),
        }
        return render(self.request, "assistance/catalogue.html", context, status=status)
