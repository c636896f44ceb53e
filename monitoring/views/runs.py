"""Pages of the monthly match: start, watch, read, compare."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.models import Division
from accounts.permissions import may
from accounts.views.base import Page, do_and_return, sequence_page
from households.heads import with_heads
from households.models import Household
from monitoring.models import MatchRun
from monitoring.run_results import run_results
from monitoring.services.runs import RUN_MATCH, compare_runs, confirm_run, queue_run

VIEWS = {"rule": "规则", "department": "部门", "township": "乡镇"}
KINDS = {"new": "新出现", "unchanged": "延续", "gone": "消失", "back": "复现"}


class PeriodForm(forms.Form):
    """The month to match, as a browser's month field gives it."""

    period = forms.DateField(
        label="数据月份",
        input_formats=["%Y-%m"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month", "class": "form-control"}),
        error_messages={"invalid": "写成 2026-10 这样的年月。"},
    )

    def clean_period(self) -> date:
        period: date = self.cleaned_data["period"]
        if not 2000 <= period.year <= 2100:
            raise forms.ValidationError("年份不对，请写成 2026-10 这样的年月。")
        return period


class RunList(Page):
    """Runs of the user's county, newest first, and the form that starts one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(PeriodForm(initial={"period": last_month()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PeriodForm(request.POST)
        county = self._county()
        if county is None or not form.is_valid():
            return self._page(form, status=400)
        run = queue_run(county=county, period=form.cleaned_data["period"], actor=self.user, at=self.at)
        messages.success(request, f"{run.period:%Y年%m月}的比对已发起。")
        return redirect("run-detail", uid=run.uid)

    def _county(self) -> Division | None:
        return Division.objects.visible_to(self.user).at_level(Division.Level.COUNTY).first()

    def _page(self, form: PeriodForm, status: int = 200) -> HttpResponse:
        county = self._county()
        context = {
            "runs": _runs(self.user)[:36],
            "form": form,
            "may_match": county is not None and may(actor=self.user, right=RUN_MATCH, code=county.code, at=self.at),
        }
        return render(self.request, "monitoring/runs.html", context, status=status)


class RunDetail(Page):
    """One run: progress while it runs, then its results by rule and against the month before."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        run = get_object_or_404(_runs(self.user), uid=uid)
        if request.headers.get("HX-Request"):
            return render(request, "monitoring/run_progress.html", {"run": run, "polled": True})
        may_match = may(actor=self.user, right=RUN_MATCH, code=run.county_id, at=self.at)
        context: dict[str, Any] = {"run": run, "may_match": may_match}
        if run.state == MatchRun.State.DONE:
            by = request.GET.get("by", "")
            context["results"] = run_results(run, by if by in VIEWS else "rule")
            context["views"] = VIEWS
            context["changes"] = _changes(run)
        return render(request, "monitoring/run.html", context)

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        run = get_object_or_404(_runs(self.user), uid=uid)

        def act() -> str:
            confirm_run(run=run, actor=self.user, at=self.at)
            return "已确认，比对继续。"

        return do_and_return(request, act, to=request.path)


class RunChanges(Page):
    """The households that fired anew, again or not any more against the month before, by number."""

    def get(self, request: HttpRequest, uid: str, kind: str) -> HttpResponse:
        run = get_object_or_404(_runs(self.user), uid=uid)
        changes = _changes(run)
        if kind not in KINDS or changes is None:
            raise Http404
        page = sequence_page(getattr(changes, kind), request.GET)
        context = {"run": run, "kind": kind, "kinds": KINDS, "page": page, "rows": _told(page.rows)}
        return render(request, "monitoring/run_changes.html", context)


def _told(pairs: Any) -> list[dict[str, Any]]:
    """Household and risk of each (户编号, risk) pair, with the householder."""
    rows = Household.objects.filter(number__in={number for number, _ in pairs}).select_related("village__parent")
    found = {row.number: row for row in with_heads(rows, path="")}
    return [{"household": found[number], "risk": risk} for number, risk in pairs if number in found]


def last_month() -> date:
    today = timezone.localdate()
    return date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)


def _runs(user: Any) -> QuerySet[MatchRun]:
    return MatchRun.objects.visible_to(user).select_related("county", "started_by")


def _changes(run: MatchRun) -> Any:
    previous = (
        MatchRun.objects.done().filter(county=run.county, period__lt=run.period).order_by("-period", "-id").first()
    )
    return compare_runs(run, previous) if previous else None
