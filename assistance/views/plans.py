"""Pages of plans: the list, one plan with its measures, and the forms that change it."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Post, User
from accounts.permissions import may
from accounts.services import audit
from accounts.services.pictures import keep_picture, picture_of
from accounts.views.base import Page, keyset_page, put_on_form
from assistance.forms import AdoptForm, ChangeMeasureForm, DayForm, DeliveryForm, MeasureForm, ReasonForm
from assistance.models import Delivery, Measure, Plan
from assistance.permissions import DELIVER, PLAN, require_for
from assistance.querysets import PlanQuerySet, without_plan
from assistance.services.deliveries import deliver, withdraw_delivery
from assistance.services.measures import (
    MeasureDraft,
    add_measure,
    cancel_measure,
    change_measure,
    confirm_by_household,
    end_measure,
)
from assistance.services.plans import adopt_plan, change_plan
from assistance.standing import standing_of
from households.heads import head_of, home_name, with_heads
from households.models import Household
from households.services.helpers import HELPING_ROLES
from monitoring.exit_checks import check_exit
from monitoring.models import Episode
from monitoring.policy import value_of


class PlanList(Page):
    """Plans of the user's households, by what is to be done about them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today, show = timezone.localdate(self.at), request.GET.get("show", "")
        mine = Plan.objects.visible_to(self.user)
        plans = _shown(mine, show, today).select_related("episode__household__village__parent", "responsible")
        context = {
            "page": keyset_page(with_heads(plans, "episode__household"), order=("-id",), query=request.GET),
            "show": show,
            "counts": {name: _shown(mine, name, today).count() for name in SHOWN},
            "without": without_plan(Episode.objects.visible_to(self.user)).count(),
        }
        return render(request, "assistance/plans.html", context)


class PlanDetail(Page):
    """One plan: the risks and what meets them, each measure with what is due of it, visits."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan, today = _plan(self.user, pk), timezone.localdate(self.at)
        household = plan.episode.household
        checks = [] if plan.episode.state != Episode.State.MONITORED else check_exit(episode=plan.episode, on=today)
        context = {
            "plan": plan,
            "household": household,
            "head": head_of(household),
            "standing": standing_of(plan, today),
            "visits": household.visits.order_by("-visited_on", "-id").prefetch_related("visitors")[:5],
            "failing": [check for check in checks if not check.ok],
            "checks": len(checks),
            "writable": self._may(household, PLAN),
            "may_open_case": self._may(household, "monitoring.prepare_case"),
        }
        return render(request, "assistance/plan.html", context)

    def _may(self, household: Household, right: str) -> bool:
        code, helper = household.village_id, household.helper_id
        return may(actor=self.user, right=right, code=code, at=self.at, helper_id=helper)


class PlanCard(Page):
    """The card (明白卡) that the household keeps: who helps, with what, until when."""

    template = "assistance/print/card.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan, today = _plan(self.user, pk), timezone.localdate(self.at)
        household = plan.episode.household
        members = household.memberships.current().select_related("person").order_by("id")
        context = {
            "plan": plan,
            "household": household,
            "members": members,
            "head": next((member.person.name for member in members if member.relation == "户主"), household.number),
            "standing": standing_of(plan, today),
            "office": value_of("office_name", on=today, code=household.village_id),
        }
        return render(request, self.template, context)


class PlanSheet(PlanCard):
    """F8: the plan as it is signed and filed, measure by measure."""

    template = "assistance/print/plan.html"


SHOWN = ("waiting", "overdue", "undelivered", "unconfirmed")


def _shown(plans: PlanQuerySet, show: str, today: date) -> PlanQuerySet:
    """The plans that a tab shows; all of them for an unknown one."""
    if show in SHOWN:
        rows: PlanQuerySet = getattr(plans, show)(today)
        return rows
    return plans


class PlanForm(Page):
    """A form about a plan or a measure: shown, checked, one service call, back to the plan."""

    title: str
    right = PLAN

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        raise NotImplementedError

    def save(self, form: Form) -> None:
        raise NotImplementedError

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan, form = self._allowed(request, pk)
        return self._page(request, plan, form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan, form = self._allowed(request, pk)
        if not form.is_valid():
            return self._page(request, plan, form, status=400)
        try:
            self.save(form)
        except Refused as refusal:
            put_on_form(form, refusal, details=True)
            return self._page(request, plan, form, status=refusal.status)
        messages.success(request, f"{self.title}：已保存。")
        return redirect("plan-detail", pk=plan.pk)

    def _allowed(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        plan, form = self.plan_and_form(request, pk)
        require_for(actor=self.user, household=plan.episode.household, right=self.right, at=self.at)
        return plan, form

    def _page(self, request: HttpRequest, plan: Plan, form: Form, status: int = 200) -> HttpResponse:
        context = {
            "plan": plan,
            "home": home_name(plan.episode.household),
            "form": form,
            "title": self.title,
            "measure": getattr(self, "measure", None),
        }
        return render(request, "assistance/form.html", context, status=status)


class AddMeasure(PlanForm):
    title = "增加措施"

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        self.plan = _plan(self.user, pk)
        asked = request.GET.get("risk", "")
        initial = {"unit": self.plan.unit, "responsible": self.plan.responsible}
        return self.plan, MeasureForm(request.POST or None, episode=self.plan.episode, risk=asked, initial=initial)

    def save(self, form: Form) -> None:
        add_measure(plan=self.plan, draft=MeasureDraft(**form.cleaned_data), actor=self.user, at=self.at)


class AdoptPlan(PlanForm):
    title = "确定一户一策"

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        self.plan = _plan(self.user, pk)
        initial = {"version": self.plan.version, "responsible": self.plan.responsible, "unit": self.plan.unit}
        return self.plan, AdoptForm(request.POST or None, people=_helpers(self.plan, self.at), initial=initial)

    def save(self, form: Form) -> None:
        adopt_plan(plan=self.plan, actor=self.user, at=self.at, **form.cleaned_data)


class ChangePlan(PlanForm):
    title = "调整计划"

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        self.plan = _plan(self.user, pk)
        names = ("version", "responsible", "unit", "goal", "signed_on")
        initial = {name: getattr(self.plan, name) for name in names}
        return self.plan, AdoptForm(request.POST or None, people=_helpers(self.plan, self.at), initial=initial)

    def save(self, form: Form) -> None:
        change_plan(plan=self.plan, actor=self.user, at=self.at, **form.cleaned_data)


def _helpers(plan: Plan, at: datetime) -> QuerySet[User]:
    """Who may be responsible: people with a current post in the village or its township that lets them help."""
    household = plan.episode.household
    places = [household.village_id, household.village.parent_id]
    posts = Post.objects.current(timezone.localdate(at)).filter(division_id__in=places, role__in=HELPING_ROLES)
    return User.objects.filter(pk__in=posts.values("user_id"), is_active=True)


class _MeasurePage(PlanForm):
    """A form about one measure; `pk` is the measure's."""

    def measure_of(self, pk: int) -> Measure:
        rows = Measure.objects.visible_to(self.user).select_related("plan__episode__household", "type")
        self.measure = get_object_or_404(rows, pk=pk)
        return self.measure


class Deliver(_MeasurePage):
    title = "登记落实"
    right = DELIVER

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        measure = self.measure_of(pk)
        return measure.plan, DeliveryForm(
            request.POST or None, request.FILES or None, initial={"uid": uuid.uuid4(), "amount": _left(measure)}
        )

    def save(self, form: Form) -> None:
        data, upload = dict(form.cleaned_data), form.cleaned_data["proof"]
        data["proof"] = upload and keep_picture(content=upload.read(), name=upload.name, actor=self.user, at=self.at)
        deliver(measure=self.measure, actor=self.user, at=self.at, **data)


def _left(measure: Measure) -> Decimal | None:
    """What is left of the planned amount, to start from; nothing where none is planned."""
    given = sum((row.amount for row in measure.deliveries.standing()), Decimal(0))
    return measure.planned_amount - given if measure.planned_amount > given else None


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


class ChangeMeasure(_MeasurePage):
    title = "修改措施"

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        measure = self.measure_of(pk)
        names = ("version", "risk", "type", "beneficiary", "content", "planned_amount", "unit", "responsible")
        initial = {name: getattr(measure, name) for name in (*names, "starts_on", "planned_end_on")}
        form = ChangeMeasureForm(request.POST or None, episode=measure.plan.episode, kept=measure.type, initial=initial)
        return measure.plan, form

    def save(self, form: Form) -> None:
        change_measure(measure=self.measure, actor=self.user, at=self.at, **form.cleaned_data)


class CancelMeasure(_MeasurePage):
    title = "取消措施"

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        measure = self.measure_of(pk)
        return measure.plan, ReasonForm(request.POST or None, initial={"version": measure.version})

    def save(self, form: Form) -> None:
        cancel_measure(measure=self.measure, actor=self.user, at=self.at, **form.cleaned_data)


class WithdrawDelivery(PlanForm):
    title = "撤回落实记录"
    right = DELIVER

    def plan_and_form(self, request: HttpRequest, pk: int) -> tuple[Plan, Form]:
        self.delivery = _delivery(self.user, pk)
        return self.delivery.measure.plan, ReasonForm(request.POST or None)

    def save(self, form: Form) -> None:
        withdraw_delivery(delivery=self.delivery, reason=form.cleaned_data["reason"], actor=self.user, at=self.at)


class DeliveryProof(Page):
    """The proof of one delivery, drawn anew for the browser."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        delivery = _delivery(self.user, pk)
        if delivery.proof is None:
            raise Http404
        content, kind = picture_of(delivery.proof)
        audit.record(
            actor=self.user,
            at=self.at,
            action="delivery.proof_viewed",
            target=delivery,
            address=request.META.get("REMOTE_ADDR"),
        )
        answer = HttpResponse(content, content_type=kind)
        answer["Cache-Control"] = "private, no-store"
        return answer


def _delivery(user: Any, pk: int) -> Delivery:
    rows = Delivery.objects.visible_to(user).select_related("measure__plan__episode__household", "proof")
    return get_object_or_404(rows, pk=pk)


def _plan(user: Any, pk: int) -> Plan:
    rows = Plan.objects.visible_to(user).select_related("episode__household__village__parent__parent", "responsible")
    return get_object_or_404(rows, pk=pk)
