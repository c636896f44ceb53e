"""Plans, measures and deliveries: parse, one service call, render."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, narrow, within
from accounts.api.files import attached_one
from accounts.api.schema import doc
from assistance.agenda import due_between
from assistance.api import serializers as s
from assistance.models import Delivery, Measure, MeasureType, Plan
from assistance.services import catalogue, deliveries, measures, plans
from households.models import Membership, Person
from households.services.helpers import helper_named
from monitoring.models import Episode


class MeasureTypesView(Endpoint):
    tag = "帮扶措施目录"
    query_class = s.MeasureTypeQuery

    @doc("措施目录", answer=s.MeasureTypeOut, many=True)
    def get(self, request: Request) -> Response:
        rows = narrow(MeasureType.objects.all(), self.query, category="category", active="active")
        return self.pages(rows, s.MeasureTypeOut, order=("id",))

    @doc("增加措施小类（县级）", request=s.MeasureTypeIn, answer=s.MeasureTypeOut, status=201)
    def post(self, request: Request) -> Response:
        kind = catalogue.add_type(**self.read(s.MeasureTypeIn), actor=self.user, at=self.at)
        return self.answer(s.MeasureTypeOut, kind, 201)


class RetireTypeView(Endpoint):
    tag = "帮扶措施目录"

    @doc("停用措施小类（县级）", request=s.MeasureTypeKey, answer=s.MeasureTypeOut)
    def post(self, request: Request) -> Response:
        given = self.read(s.MeasureTypeKey)
        kind = catalogue.retire_type(kind=self.find(MeasureType.objects.all(), **given), actor=self.user, at=self.at)
        return self.answer(s.MeasureTypeOut, kind)


class PlansView(Endpoint):
    tag = "一户一策"
    query_class = s.PlanQuery

    @doc("帮扶计划列表", answer=s.PlanOut, many=True)
    def get(self, request: Request) -> Response:
        rows = Plan.objects.visible_to(self.user).select_related("episode__household", "responsible")
        return self.pages(narrow(rows, self.query, division=within, state=self._in_state), s.PlanOut)

    def _in_state(self, rows: Any, state: str) -> Any:
        return getattr(rows, state)(self.context()["today"])


class _OfEpisode(Endpoint):
    """An endpoint below an episode."""

    tag = "一户一策"

    def episode(self, uid: UUID) -> Episode:
        return self.find(Episode.objects.visible_to(self.user).select_related("household"), uid=uid)

    def plan(self, uid: UUID) -> Plan:
        rows = Plan.objects.visible_to(self.user).select_related("episode__household", "responsible")
        return self.find(rows, episode__uid=uid)


class PlanView(_OfEpisode):
    @doc("一个监测周期的帮扶计划", answer=s.PlanDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(s.PlanDetail, self.plan(uid))

    @doc("建立空白计划（档案导入的监测户）", answer=s.PlanDetail)
    def post(self, request: Request, uid: UUID) -> Response:
        episode = self.episode(uid)
        plans.begin_plan(episode=episode, actor=self.user, at=self.at)
        return self.answer(s.PlanDetail, self.plan(uid))

    @doc("调整已制定的计划", request=s.PlanPatch, answer=s.PlanDetail)
    def patch(self, request: Request, uid: UUID) -> Response:
        plan, given = self.plan(uid), self.read(s.PlanPatch)
        if "responsible" in given:
            given["responsible"] = helper_named(
                username=given["responsible"], household=plan.episode.household, at=self.at
            )
        plans.change_plan(plan=plan, **given, actor=self.user, at=self.at)
        return self.answer(s.PlanDetail, self.plan(uid))


class AdoptView(_OfEpisode):
    @doc("制定计划", request=s.AdoptIn, answer=s.PlanDetail)
    def post(self, request: Request, uid: UUID) -> Response:
        plan, given = self.plan(uid), self.read(s.AdoptIn)
        household = plan.episode.household
        given["responsible"] = helper_named(username=given["responsible"], household=household, at=self.at)
        given["measures"] = [draft_of(one, plan.episode) for one in given.get("measures", [])]
        plans.adopt_plan(plan=plan, **given, actor=self.user, at=self.at)
        return self.answer(s.PlanDetail, self.plan(uid))


class EpisodeMeasuresView(_OfEpisode):
    tag = "帮扶措施"

    @doc("增加一项措施", request=s.MeasureIn, answer=s.MeasureOut, status=201)
    def post(self, request: Request, uid: UUID) -> Response:
        plan, given = self.plan(uid), self.read(s.MeasureIn)
        draft = draft_of(given, plan.episode)
        measure = measures.add_measure(plan=plan, draft=draft, actor=self.user, at=self.at)
        return self.answer(s.MeasureOut, measure, 201)


class MeasuresView(Endpoint):
    tag = "帮扶措施"
    query_class = s.MeasureQuery

    @doc("措施列表", answer=s.MeasureOut, many=True)
    def get(self, request: Request) -> Response:
        rows = narrow(
            readable(self),
            self.query,
            division=within,
            household="plan__episode__household__uid",
            episode="plan__episode__uid",
            state="state",
            risk="risk",
            category="type__category",
            undelivered=self._undelivered,
        )
        return self.pages(rows, s.MeasureOut)

    def _undelivered(self, rows: Any, wanted: bool) -> Any:
        return rows.undelivered(self.context()["today"]) if wanted else rows


class _OfMeasure(Endpoint):
    tag = "帮扶措施"

    def measure(self, uid: UUID) -> Measure:
        return self.find(readable(self), uid=uid)


class MeasureView(_OfMeasure):
    @doc("一项措施", answer=s.MeasureOut)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(s.MeasureOut, self.measure(uid))

    @doc("修改措施", request=s.MeasurePatch, answer=s.MeasureOut)
    def patch(self, request: Request, uid: UUID) -> Response:
        measure, given = self.measure(uid), self.read(s.MeasurePatch)
        values = resolved(given, measure.plan.episode)
        changed = measures.change_measure(measure=measure, **values, actor=self.user, at=self.at)
        return self.answer(s.MeasureOut, changed)


class CancelView(_OfMeasure):
    @doc("取消尚未落实的措施", request=s.CancelIn, answer=s.MeasureOut)
    def post(self, request: Request, uid: UUID) -> Response:
        measure, given = self.measure(uid), self.read(s.CancelIn)
        done = measures.cancel_measure(measure=measure, **given, actor=self.user, at=self.at)
        return self.answer(s.MeasureOut, done)


class EndView(_OfMeasure):
    @doc("结束措施", request=s.EndIn, answer=s.MeasureOut)
    def post(self, request: Request, uid: UUID) -> Response:
        measure, given = self.measure(uid), self.read(s.EndIn)
        return self.answer(s.MeasureOut, measures.end_measure(measure=measure, **given, actor=self.user, at=self.at))


class ConfirmView(_OfMeasure):
    @doc("农户确认已享受", request=s.ConfirmIn, answer=s.MeasureOut)
    def post(self, request: Request, uid: UUID) -> Response:
        measure, given = self.measure(uid), self.read(s.ConfirmIn)
        done = measures.confirm_by_household(measure=measure, **given, actor=self.user, at=self.at)
        return self.answer(s.MeasureOut, done)


class DeliveriesView(_OfMeasure):
    query_class = s.ListQuery
    tag = "落实记录"

    @doc("一项措施的落实记录", answer=s.DeliveryOut, many=True)
    def get(self, request: Request, uid: UUID) -> Response:
        rows = Delivery.objects.filter(measure=self.measure(uid)).select_related("measure", "proof", "recorded_by")
        return self.pages(rows, s.DeliveryOut)


class DeliveryView(_OfMeasure):
    tag = "落实记录"

    @doc(
        "登记一次落实",
        request=s.DeliveryIn,
        answer=s.DeliveryOut,
        more="编号由客户端产生：同一编号同一内容重复提交得到同一记录，内容不同则返回 409。",
    )
    def put(self, request: Request, uid: UUID, delivery: UUID) -> Response:
        measure, given = self.measure(uid), self.read(s.DeliveryIn)
        proof = attached_one(given.pop("proof", ""), field="proof", actor=self.user, at=self.at)
        given.setdefault("amount", Decimal(0))
        done = deliveries.deliver(measure=measure, **given, proof=proof, uid=delivery, actor=self.user, at=self.at)
        return self.answer(s.DeliveryOut, done)


class WithdrawView(Endpoint):
    tag = "落实记录"

    @doc("撤回登记错误的落实", request=s.WithdrawIn, answer=s.DeliveryOut)
    def post(self, request: Request, uid: UUID) -> Response:
        rows = Delivery.objects.visible_to(self.user).select_related("measure__plan__episode__household", "proof")
        delivery, given = self.find(rows, uid=uid), self.read(s.WithdrawIn)
        done = deliveries.withdraw_delivery(delivery=delivery, **given, actor=self.user, at=self.at)
        return self.answer(s.DeliveryOut, done)


class AgendaView(Endpoint):
    tag = "一户一策"
    query_class = s.AgendaQuery

    @doc("到期日程：计划、走访、措施到期", answer=s.DueOut(many=True))
    def get(self, request: Request) -> Response:
        return Response(s.DueOut(due_between(user=self.user, **self.query), many=True).data)


def readable(view: Endpoint) -> QuerySet[Measure]:
    """Measures that the caller may see, with what the output names."""
    return Measure.objects.visible_to(view.user).select_related(
        "plan__episode__household", "type", "beneficiary", "recorded_by"
    )


def draft_of(given: dict[str, Any], episode: Episode) -> measures.MeasureDraft:
    return measures.MeasureDraft(**resolved(given, episode))


def resolved(given: dict[str, Any], episode: Episode) -> dict[str, Any]:
    """What was sent, with rows in the place of names; ValidationError where there is no such row."""
    values = dict(given)
    if "category" in values:
        key = {"category": values.pop("category"), "item": values.pop("item")}
        values["type"] = MeasureType.objects.filter(**key).first()
        if values["type"] is None:
            raise serializers.ValidationError({"item": ["措施目录中没有这一小类。"]})
    if values.get("beneficiary") is not None:
        values["beneficiary"] = _member(values["beneficiary"], episode)
    return values


def _member(uid: UUID, episode: Episode) -> Person:
    members = Membership.objects.current().filter(household=episode.household, person__uid=uid)
    row = members.select_related("person").first()
    if row is None:
        raise serializers.ValidationError({"beneficiary": ["受益人不是该户现有成员。"]})
    return row.person
