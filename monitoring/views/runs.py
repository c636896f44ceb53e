"""Pages of the monthly match: start, watch, read, compare."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.models import Division
from accounts.scope import in_division
from accounts.views.base import Page, do_and_return
from monitoring.models import Hit, MatchRun
from monitoring.services.runs import compare_runs, confirm_run, queue_run


class PeriodForm(forms.Form):
    """The month to match, as a browser's month field gives it."""

    period = forms.DateField(
        label="数据月份",
        input_formats=["%Y-%m"],
        widget=forms.DateInput(format="%Y-%m", attrs={"type": "month", "class": "form-control"}),
        error_messages={"invalid": "写成 2026-10 这样的年月。"},
    )


class RunList(Page):
    """Runs of the user's county, newest first, and the form that starts one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = PeriodForm(initial={"period": last_month()})
        return render(request, "monitoring/runs.html", {"runs": _runs(self.user)[:36], "form": form})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PeriodForm(request.POST)
        county = Division.objects.visible_to(self.user).at_level(Division.Level.COUNTY).first()
        if county is None or not form.is_valid():
            return render(request, "monitoring/runs.html", {"runs": _runs(self.user)[:36], "form": form}, status=400)
        run = queue_run(county=county, period=form.cleaned_data["period"], actor=self.user, at=self.at)
        messages.success(request, f"{run.period:%Y年%m月}的比对已排队，进度在这一页自己更新。")
        return redirect("run-detail", uid=run.uid)


class RunDetail(Page):
    """One run: progress while it runs, then its results by rule and against the month before."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        run = get_object_or_404(_runs(self.user), uid=uid)
        if request.headers.get("HX-Request"):
            return render(request, "monitoring/run_progress.html", {"run": run})
        context: dict[str, Any] = {"run": run}
        if run.state == MatchRun.State.DONE:
            here = in_division("household__village_id", run.county)
            hits = Hit.objects.standing().filter(here, period=run.period)
            context["by_rule"] = hits.values("rule", "risk", "outcome").annotate(n=Count("id")).order_by("risk", "rule")
            context["changes"] = _changes(run)
        return render(request, "monitoring/run.html", context)

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        run = get_object_or_404(_runs(self.user), uid=uid)

        def act() -> str:
            confirm_run(run=run, actor=self.user, at=self.at)
            return "已确认，比对继续。"

        return do_and_return(request, act, to=request.path)


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
