"""Guided forms of life events: choose what happened, fill it in, read what it will change, say yes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.errors import Refused
from accounts.permissions import may, require
from accounts.views.base import Page, put_on_form
from households import life_forms as f
from households.heads import home_name
from households.models import ChangeProposal, Household, LifeEvent, Membership
from households.permissions import CANCEL, DECIDE, RECORD
from households.services import life


@dataclass(frozen=True)
class Change:
    """One kind of event: its words, its form, its service, and what the service is about."""

    slug: str
    title: str
    hint: str
    group: str
    form: type[f.ChangeForm]
    verb: Callable[..., LifeEvent]
    right: str = RECORD

    @property
    def of_person(self) -> bool:
        return issubclass(self.form, f.LeavingForm)


CHANGES = {
    change.slug: change
    for change in (
        Change("birth", "出生", "孩子出生，凭出生医学证明", "添人", f.ArrivalForm, life.record_birth),
        Change("marry-in", "婚入", "嫁进来或入赘到本户", "添人", f.ArrivalForm, life.marry_in),
        Change("move-in", "迁入、回来", "从别处迁来，或者长期不在的人回来", "添人", f.ArrivalForm, life.move_in),
        Change("death", "死亡", "凭死亡证明或村里核实", "减人", f.DeathForm, life.record_death),
        Change("marry-out", "婚出", "嫁出去或到外面入赘", "减人", f.MarriedOutForm, life.marry_out),
        Change("move-out", "迁出", "户口迁走", "减人", f.MovedOutForm, life.move_out),
        Change("leave", "长期不在", "服刑、参军、失踪等自然减少", "减人", f.AwayForm, life.leave),
        Change("head", "户主变更", "换一位户主，重新说明各人的关系", "整户", f.HeadForm, life.change_head),
        Change("split", "分户", "一部分人分出去，另立一户", "整户", f.SplitForm, life.split),
        Change("merge", "并户", "全家并入另一户，本户注销", "整户", f.MergeForm, life.merge),
        Change("move", "整户搬迁", "全家搬到别的村", "整户", f.MoveForm, life.move_household),
        Change("cancel", "注销农户", "整户迁出、死亡或重复建档，由乡镇办理", "整户", f.CancelForm, life.cancel, CANCEL),
    )
}


class _OfHousehold(Page):
    def household(self, uid: str, right: str = RECORD) -> Household:
        rows = Household.objects.visible_to(self.user).select_related("village__parent")
        household = get_object_or_404(rows, uid=uid)
        require(actor=self.user, right=right, code=household.village_id, at=self.at, helper_id=household.helper_id)
        return household

    def members(self, household: Household) -> list[Membership]:
        rows = Membership.objects.current().filter(household=household).select_related("person")
        return sorted(rows, key=lambda row: (not row.is_head, row.pk))


class ChangeChoose(_OfHousehold):
    """What happened? One question."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        household = self.household(uid)
        cancels = may(actor=self.user, right=CANCEL, code=household.village_id, at=self.at)
        groups: dict[str, list[Change]] = {}
        for change in CHANGES.values():
            if change.right != CANCEL or cancels:
                groups.setdefault(change.group, []).append(change)
        members = self.members(household)
        context = {"household": household, "home": home_name(household), "members": members, "groups": groups}
        return render(request, "households/change_choose.html", context)


@method_decorator(never_cache, name="dispatch")
class ChangeRecord(_OfHousehold):
    """One event: the form, then what it will change, then done."""

    def get(self, request: HttpRequest, uid: str, slug: str) -> HttpResponse:
        household, change = self._both(uid, slug)
        return self._form(change, self._bound(change, household))

    def post(self, request: HttpRequest, uid: str, slug: str) -> HttpResponse:
        household, change = self._both(uid, slug)
        form = self._bound(change, household, request.POST)
        if not form.is_valid():
            return self._form(change, form, status=400)
        if "back" in request.POST:
            return self._form(change, form)
        if "confirmed" not in request.POST:
            return render(request, "households/change_confirm.html", self._context(change, form))
        try:
            event = self._record(change, form)
        except Refused as refusal:
            return self._refused(change, form, refusal)
        messages.success(
            request, f"已登记：{event.get_kind_display()}。写进了“这户的经过”，人口和台账从这一天起按新的算。"
        )
        return redirect("household-detail", uid=event.household.uid)

    def _both(self, uid: str, slug: str) -> tuple[Household, Change]:
        change = CHANGES.get(slug)
        if change is None:
            raise Http404
        return self.household(uid, change.right), change

    def _bound(self, change: Change, household: Household, data: Any = None) -> f.ChangeForm:
        return change.form(data, household=household, members=self.members(household), user=self.user)

    def _record(self, change: Change, form: f.ChangeForm) -> LifeEvent:
        about = {} if change.of_person else {"household": form.household}
        return change.verb(**about, **form.given(), actor=self.user, at=self.at)

    def _refused(self, change: Change, form: f.ChangeForm, refusal: Refused) -> HttpResponse:
        put_on_form(form, refusal, details=True)
        return self._form(change, form, status=refusal.status)

    def _form(self, change: Change, form: f.ChangeForm, status: int = 200) -> HttpResponse:
        return render(self.request, "households/change_form.html", self._context(change, form), status=status)

    def _context(self, change: Change, form: f.ChangeForm) -> dict[str, Any]:
        return {"change": change, "form": form, "household": form.household, "home": home_name(form.household)}


class ProposalDecide(Page):
    """A department's report about a member: true or not, decided by whoever knows the household."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        return self._page(self._proposal(uid), f.DecisionForm())

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        proposal, form = self._proposal(uid), f.DecisionForm(request.POST)
        if not form.is_valid():
            return self._page(proposal, form, status=400)
        given = dict(form.cleaned_data)
        confirm = given.pop("confirm") == "yes"
        try:
            life.decide_proposal(proposal=proposal, confirm=confirm, **given, actor=self.user, at=self.at)
        except Refused as refusal:
            put_on_form(form, refusal)
            return self._page(proposal, form, status=refusal.status)
        said = "已按部门报的登记" if confirm else "没有采纳，原因已记下"
        messages.success(request, f"{proposal.person.name}的{proposal.kind}：{said}。")
        return redirect("household-detail", uid=proposal.household.uid)

    def _proposal(self, uid: str) -> ChangeProposal:
        rows = (
            ChangeProposal.objects.visible_to(self.user).open().select_related("person", "household__village__parent")
        )
        proposal = get_object_or_404(rows, uid=uid)
        household = proposal.household
        require(actor=self.user, right=DECIDE, code=household.village_id, at=self.at, helper_id=household.helper_id)
        return proposal

    def _page(self, proposal: ChangeProposal, form: f.DecisionForm, status: int = 200) -> HttpResponse:
        if proposal.kind != "婚姻":
            form.fields.pop("married_out", None)
        context = {
            "proposal": proposal,
            "form": form,
            "follows": _FOLLOWS.get(proposal.kind, ""),
            "said": life.reported_values(proposal)["name"],
        }
        return render(self.request, "households/proposal.html", context, status=status)


_ENTER = "核对属实后，还要在“登记变动”里把来的人登记进户。"
_FOLLOWS = {
    "死亡": "属实的，这个人按去世登记，不再算本户人口。",
    "迁出": "属实的，这个人按迁出登记，不再算本户人口。",
    "改名": "属实的，登记的姓名改成部门报的新姓名。",
    "改号": "属实的，登记的证件号码改成部门报的新号码，旧号码留着还能对上。",
    "婚姻": "婚出的勾选下面一项，这个人不再算本户人口；婚入的，还要在“登记变动”里登记来的人。",
    "出生": _ENTER,
    "迁入": _ENTER,
}
