"""Pages of policy parameters: what is in force, its history and sources, and the form that sets a value from a day on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.permissions import PERMISSIONS
from accounts.scope import scope_of
from accounts.views.base import Page, put_on_form
from monitoring.models import PolicyValue
from monitoring.policy import BEGINNING, PARAMETERS, Parameter, PolicyBook
from monitoring.services.policy import SET_POLICY, SOURCE_LENGTH, set_value

# By what a key begins with; what is in none of them comes last.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("监测范围和预警线", ("income_line", "medical_", "education_", "disaster_", "industry_", "water_", "school_", "job_", "reopen_")),
    ("全程和各步时限", ("clock_", "due_soon", "dispatch_", "check_", "comparison_days", "appraisal_", "notice_", "township_",
                   "county_", "recording_", "plan_", "announcement_", "objection_", "green_")),
    ("入户、评议、比对的要求", ("visit_", "quorum", "comparison_valid")),
    ("消除和走访", ("income_year", "exit_", "condition_", "follow_up", "cleared_")),
    ("重点户、重点村", ("focus_", "watch_")),
    ("部门数据", ("feed_",)),
    ("各项指标", ("indicator_",)),
)  # fmt: skip


class PolicyList(Page):
    """Every parameter with its value for the user's place today, since when, by which source, and what comes next."""

    def get(self, request: HttpRequest) -> HttpResponse:
        code, today = _place(self.user), timezone.localdate()
        values = list(_values(self.user))
        book = PolicyBook()
        rows = {
            key: _row(parameter, book, [value for value in values if value.key == key], code, today)
            for key, parameter in PARAMETERS.items()
        }
        context = {"groups": _grouped(rows), "may_set": _settable(self.user).exists()}
        return render(request, "monitoring/policy.html", context)


def _place(user: User) -> str:
    post = next(iter(scope_of(user).posts), None)
    return post.division_id if post else "0" * 12


def _values(user: User) -> QuerySet[PolicyValue]:
    """What the places on the user's line, above him and below, have set; the latest first."""
    rows = PolicyValue.objects.select_related("division", "set_by").order_by("-valid_from", "-id")
    posts = scope_of(user).posts
    county = f"{posts[0].division_id[:6]}000000" if posts else ""
    return rows.filter(division__code__gte=county[:6], division__code__lt=f"{county[:6]}~") if county else rows.none()


def _row(
    parameter: Parameter, book: PolicyBook, values: Iterable[PolicyValue], code: str, today: date
) -> dict[str, Any]:
    setting = book.setting(parameter.key, on=today, code=code)
    coming = [value for value in values if value.valid_from > today]
    return {
        "parameter": parameter,
        "setting": setting,
        "words": parameter.words(setting.value),
        "coming": coming[-1] if coming else None,
        "coming_words": parameter.words(parameter.parse(coming[-1].value)) if coming else "",
        "own": sum(1 for value in values if value.division_id[6:] != "000000"),
    }


def _grouped(rows: dict[str, dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    left = dict(rows)
    groups = []
    for title, beginnings in GROUPS:
        keys = [key for key in left if key.startswith(beginnings)]
        groups.append((title, [left.pop(key) for key in keys]))
    return [*groups, ("其他", list(left.values()))] if left else groups


class ValueForm(forms.Form):
    """A parameter's new value for a place from a day on, with its source."""

    division = forms.ModelChoiceField(
        Division.objects.none(), label="哪里用", widget=forms.Select(attrs={"class": "form-select"})
    )
    valid_from = forms.DateField(
        label="从哪天起",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        help_text="这天以前的月份仍按原来的取值判断，不会改动已经出的结果。",
    )
    source = forms.CharField(
        label="依据",
        max_length=SOURCE_LENGTH,
        widget=forms.TextInput(attrs={"class": "form-control"}),
        help_text="文件名称和文号，会写在线索的说明里。",
    )

    def __init__(self, *args: Any, parameter: Parameter, places: QuerySet[Division], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parameter = parameter
        field = self.fields["division"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = places
        field.initial = places.first()
        self.fields["value"] = _field(parameter)
        self.order_fields(["value", "division", "valid_from", "source"])

    def clean_value(self) -> Any:
        value = self.cleaned_data["value"]
        try:
            return self.parameter.parse(value == "1" if self.parameter.kind == "flag" else value)
        except ValueError as error:
            raise forms.ValidationError(f"{error}。") from None


def _field(parameter: Parameter) -> forms.Field:
    """The field of a parameter's kind."""
    if parameter.kind in ("choice", "flag"):
        choices = parameter.choices if parameter.kind == "choice" else (("1", "是"), ("0", "否"))
        return forms.ChoiceField(label="取值", choices=choices, widget=forms.Select(attrs={"class": "form-select"}))
    attrs = {"class": "form-control", "inputmode": "text" if parameter.kind == "text" else "decimal"}
    if parameter.kind in ("days", "months", "number"):
        wrong = {"invalid": "请填整数。"}
        return forms.IntegerField(label="取值", widget=forms.TextInput(attrs=attrs), error_messages=wrong)
    if parameter.kind == "text":
        return forms.CharField(label="取值", max_length=60, widget=forms.TextInput(attrs=attrs))
    wrong = {"invalid": "请填数字。"}
    return forms.DecimalField(label="取值", widget=forms.TextInput(attrs=attrs), error_messages=wrong)


def _settable(user: User) -> QuerySet[Division]:
    """The county and townships for which the user may set values."""
    places = Division.objects.in_charge(user, PERMISSIONS[SET_POLICY])
    return places.filter(level__in=[Division.Level.COUNTY, Division.Level.TOWNSHIP]).order_by("code")


class PolicyDetail(Page):
    """One parameter: its values over time with their sources, and the form for who may set it."""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        parameter = _parameter(key)
        initial = {"valid_from": timezone.localdate()}
        return self._page(parameter, ValueForm(parameter=parameter, places=_settable(self.user), initial=initial))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        parameter = _parameter(key)
        form = ValueForm(request.POST, parameter=parameter, places=_settable(self.user))
        if not form.is_valid():
            return self._page(parameter, form, status=400)
        if "confirmed" not in request.POST:
            return self._page(parameter, form, confirming="back" not in request.POST)
        try:
            stored = set_value(key=key, **form.cleaned_data, actor=self.user, at=self.at)
        except Refused as refusal:
            put_on_form(form, refusal)
            return self._page(parameter, form, status=refusal.status)
        words = parameter.words(parameter.parse(stored.value))
        messages.success(request, f"{stored.division}从 {stored.valid_from:%Y-%m-%d} 起，{parameter.title}为 {words}。")
        return redirect("policy-detail", key=key)

    def _page(
        self, parameter: Parameter, form: ValueForm, *, confirming: bool = False, status: int = 200
    ) -> HttpResponse:
        today = timezone.localdate()
        setting = PolicyBook().setting(parameter.key, on=today, code=_place(self.user))
        context = {
            "parameter": parameter,
            "setting": setting,
            "words": parameter.words(setting.value),
            "history": _history(parameter, self.user, today),
            "form": form,
            "may_set": _settable(self.user).exists(),
            "confirming": confirming,
            "new_words": parameter.words(form.cleaned_data["value"]) if confirming else "",
            "today": today,
        }
        return render(self.request, "monitoring/policy_detail.html", context, status=status)


def _parameter(key: str) -> Parameter:
    if key not in PARAMETERS:
        raise Http404
    return PARAMETERS[key]


def _history(parameter: Parameter, user: User, today: date) -> list[dict[str, Any]]:
    """What was, is and will be in force, the latest first: what places set, and the shipped defaults below."""
    found = [
        {
            "words": parameter.words(parameter.parse(value.value)),
            "from": value.valid_from,
            "place": value.division.name,
            "source": value.source,
            "by": f"{value.set_by}，{timezone.localtime(value.recorded_at):%Y-%m-%d %H:%M}",
            "coming": value.valid_from > today,
        }
        for value in _values(user).filter(key=parameter.key)
    ]
    found += [
        {
            "words": parameter.words(value),
            "from": None if start == BEGINNING else start,
            "place": "全部",
            "source": parameter.source,
            "by": "系统默认",
            "coming": start > today,
        }
        for start, value in reversed(parameter.defaults)
    ]
    return found
