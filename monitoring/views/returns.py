"""Pages about returns: the counts by reason and village, the list behind each number, the county's list of reasons."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Division
from accounts.permissions import PERMISSIONS
from accounts.scope import scope_of
from accounts.views.base import Page, do_and_return, keyset_page, put_on_form
from households.heads import with_heads
from monitoring.desk.return_counts import by_reason, by_village, listed
from monitoring.services.return_reasons import EDIT_REASONS, keep_reason, reasons_for, retire_reason

TEXT = {"class": "form-control"}


class PeriodForm(forms.Form):
    """The days that are counted; the running quarter when nothing is asked for."""

    start = forms.DateField(label="从", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **TEXT}))
    end = forms.DateField(label="到", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **TEXT}))


class ReasonForm(forms.Form):
    """A reason and the words that a return begins with; `instead_of` is the title that it replaces."""

    instead_of = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    title = forms.CharField(label="退回原因", max_length=30, widget=forms.TextInput(attrs=TEXT))
    wording = forms.CharField(
        label="要村里补什么（选中时自动填入，可再改）",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, **TEXT}),
    )


class ReturnCounts(Page):
    """How often cases were sent back: by reason and by village; every number opens its list."""

    def get(self, request: HttpRequest) -> HttpResponse:
        start, end, form = _period(request, timezone.localdate(self.at))
        villages = by_village(self.user, start, end)
        reasons = by_reason(self.user, start, end)
        context = {
            "form": form,
            "start": start,
            "end": end,
            "reasons": reasons,
            "villages": villages,
            "submitted": sum(row.submitted for row in villages),
            "returned": sum(row.total for row in reasons),
            "most": max((row.total for row in reasons), default=0),
        }
        return render(request, "monitoring/returns.html", context)


class ReturnList(Page):
    """The returns behind a number."""

    def get(self, request: HttpRequest) -> HttpResponse:
        start, end, _ = _period(request, timezone.localdate(self.at))
        asked = {name: request.GET.get(name, "") for name in ("reason", "village", "action")}
        rows = listed(self.user, start, end, **asked)
        rows = with_heads(rows.select_related("case__village__parent", "actor", "post__division"), "case__household")
        context = {
            "page": keyset_page(rows, order=("-id",), query=request.GET),
            "start": start,
            "end": end,
            "asked": asked,
            "village": Division.objects.visible_to(self.user).filter(code=asked["village"]).first(),
        }
        return render(request, "monitoring/return_list.html", context)


class ReturnReasons(Page):
    """The reasons of the user's county; those who may change them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        county = county_of(self.user)
        rows = reasons_for(county.code) if county else []
        named = next((row for row in rows if row.title == request.GET.get("edit")), None)
        initial = {"instead_of": named.title, "title": named.title, "wording": named.wording} if named else {}
        return self._page(request, county, ReasonForm(initial=initial))

    def post(self, request: HttpRequest) -> HttpResponse:
        county = county_of(self.user)
        if county is None:
            raise Http404
        if title := request.POST.get("retire", ""):
            return self._retire(request, county, title)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self._page(request, county, form, status=400)
        try:
            keep_reason(county=county, actor=self.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            put_on_form(form, refusal)
            return self._page(request, county, form, status=refusal.status)
        messages.success(request, f"“{form.cleaned_data['title']}”已保存，审核时可以选。")
        return redirect("return-reasons")

    def _retire(self, request: HttpRequest, county: Division, title: str) -> HttpResponse:
        def retire() -> str:
            retire_reason(county=county, title=title, actor=self.user, at=self.at)
            return f"“{title}”已停用，以前的统计不变。"

        return do_and_return(request, retire, to="return-reasons")

    def _page(self, request: HttpRequest, county: Division | None, form: ReasonForm, status: int = 200) -> HttpResponse:
        roles = PERMISSIONS[EDIT_REASONS]
        context = {
            "reasons": reasons_for(county.code) if county else [],
            "form": form,
            "editable": county is not None and scope_of(self.user).holds(roles, county.code) is not None,
        }
        return render(request, "monitoring/return_reasons.html", context, status=status)


def county_of(user: Any) -> Division | None:
    """The county of the user's first post in a place."""
    post = next(iter(scope_of(user).posts), None)
    return Division.objects.filter(code=f"{post.division_id[:6]}000000").first() if post else None


def _period(request: HttpRequest, today: date) -> tuple[date, date, PeriodForm]:
    """The days asked for; the running quarter when none are, or when they make no sense."""
    first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    asked = "start" in request.GET or "end" in request.GET
    form = PeriodForm(request.GET if asked else None, initial={"start": first, "end": today})
    if asked and form.is_valid() and form.cleaned_data["start"] <= form.cleaned_data["end"]:
        return form.cleaned_data["start"], form.cleaned_data["end"], form
    if asked and form.is_valid():
        form.add_error("end", "结束日期不能早于开始日期。")
    return first, today, form
