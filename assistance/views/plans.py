"""Pages of plans: the list, one plan with its measures, and the forms that change it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import User
from accounts.views.base import Page, keyset_page
from assistance.coverage import coverage
from assistance.forms import AdoptForm, DayForm, DeliveryForm, MeasureForm
from assistance.models import Measure, Plan
from assistance.services.deliveries import deliver
from assistance.services.measures import MeasureDraft, add_measure, confirm_by_household, end_measure
from assistance.services.plans import adopt_plan


class PlanList(Page):
    """Plans of the user's households; those that are still to be made when asked."""

    def get(self, request: HttpRequest) -> HttpResponse:
        plans = Plan.objects.visible_to(self.user).select_related("episode__household__village__parent", "responsible")
        if request.GET.get("waiting"):
            plans = plans.waiting(timezone.localdate())
        page = keyset_page(plans, order=("-id",), after=request.GET.get("after", ""))
        return render(request, "assistance/plans.html", {"page": page, "filters": request.GET})


class PlanDetail(Page):
    """One plan: risks and what meets them, measures, deliveries."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan = _plan(self.user, pk)
        measures = plan.measures.select_related("type", "beneficiary").prefetch_related("deliveries")
        context = {
            "plan": plan,
            "measures": measures,
            "coverage": coverage(plan.episode, timezone.localdate()),
        }
        return render(request, "assistance/plan.html", context)


class PlanForm(Page):
    """A form about a plan or a measure: shown, checked, one service call, back to the plan."""

    title: str

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        raise NotImplementedError

    def save(self, form: Form) -> None:
        raise NotImplementedError

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan, form = self.plan_and_form(request, pk)
        return self._page(request, plan, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan, form = self.plan_and_form(request, pk)
        if not form.is_valid():
            return self._page(request, plan, form, status=400)
        try:
            self.save(form)
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            for sentence in [refusal.message, *refusal.details]:
                form.add_error(None, sentence)
            return self._page(request, plan, form, status=refusal.status)
        messages.success(request, f"{self.title}：已保存。")
        return redirect("plan-detail", pk=plan.pk)

    def _page(self, request: HttpRequest, plan: Plan, form: Form, status: int = 200) -> HttpResponse:
        return render(request, "assistance/form.html", {"plan": plan, "form": form, "title": self.title}, status=status)


class AddMeasure(PlanForm):
    title = "增加措施"

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        self.plan = _plan(self.user, pk)
        return self.plan, MeasureForm(request.POST or None, episode=self.plan.episode)

    def save(self, form: Form) -> None:
        add_measure(plan=self.plan, draft=MeasureDraft(**form.cleaned_data), actor=self.user, at=self.at)


class AdoptPlan(PlanForm):
    title = "确定一户一策"

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        self.plan = _plan(self.user, pk)
        low_to_high = [self.plan.episode.household.village_id, self.plan.episode.household.village.parent_id]
        people = User.objects.filter(posts__division_id__in=low_to_high, posts__ends_on__isnull=True).distinct()
        initial = {"version": self.plan.version, "responsible": self.plan.responsible, "unit": self.plan.unit}
        return self.plan, AdoptForm(request.POST or None, people=people, initial=initial)

    def save(self, form: Form) -> None:
        adopt_plan(plan=self.plan, actor=self.user, at=self.at, **form.cleaned_data)


class _MeasurePage(PlanForm):
    """A form about one measure; `pk` is the measure's."""

    def measure_of(self, pk: int) -> Measure:
        rows = Measure.objects.visible_to(self.user).select_related("plan__episode__household", "type")
        self.measure = get_object_or_404(rows, pk=pk)
        return self.measure


class Deliver(_MeasurePage):
    title = "登记落实"

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        measure = self.measure_of(pk)
        return measure.plan, DeliveryForm(request.POST or None, initial={"uid": uuid.uuid4()})

    def save(self, form: Form) -> None:
        deliver(measure=self.measure, actor=self.user, at=self.at, **form.cleaned_data)


class Confirm(_MeasurePage):
    title = "农户确认"

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        measure = self.measure_of(pk)
        return measure.plan, DayForm(request.POST or None, initial={"version": measure.version})

    def save(self, form: Form) -> None:
        confirm_by_household(measure=self.measure, actor=self.user, at=self.at, **form.cleaned_data)


class EndMeasure(Confirm):
    title = "结束措施"

    def save(self, form: Form) -> None:
        end_measure(measure=self.measure, actor=self.user, at=self.at, **form.cleaned_data)


def _plan(user: Any, pk: int) -> Plan:
    rows = Plan.objects.visible_to(user).select_related("episode__household__village__parent", "responsible")
    return get_object_or_404(rows, pk=pk)
