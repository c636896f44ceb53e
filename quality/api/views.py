"""Data quality: the rules, their faults, exemptions, and runs of the checks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery, narrow, within
from accounts.api.fields import Count, Day, DivisionCode, Flag, Input, Output, PastDay, Text, choice_of
from accounts.api.schema import doc
from accounts.api.serializers import PersonName, Place
from quality.checks import CHECKS, NOT_COVERED
from quality.figures import STANDS
from quality.models import Exemption, Fault, QualityRun
from quality.services.exemptions import decide_exemption, end_exemption, request_exemption, request_place_exemption
from quality.services.runs import queue_checks

TAG = "数据质量"


class CheckOut(Output):
    code = serializers.CharField()
    title = serializers.CharField()
    level = serializers.IntegerField(help_text="1 严重 … 5 提示")
    scope = serializers.CharField(help_text="person 人，household 户，village 村，cross 跨表")
    references = serializers.ListField(source="refs", child=serializers.CharField(), help_text="国家系统核查编号")
    field = serializers.CharField(help_text="要改的字段")  # type: ignore[assignment]
    parameters = serializers.ListField(child=serializers.CharField())


class NotCoveredOut(Output):
    title = serializers.CharField()
    references = serializers.ListField(source="refs", child=serializers.CharField())
    reason = serializers.CharField()


class ChecksOut(Output):
    checks = CheckOut(many=True)
    not_covered = NotCoveredOut(many=True)


class FaultOut(Output):
    uid = serializers.UUIDField()
    check = serializers.CharField(source="check_code")
    title = serializers.CharField()
    level = serializers.IntegerField()
    village = Place()
    household = serializers.UUIDField(source="household.uid", default=None, allow_null=True)
    household_number = serializers.CharField(source="household.number", default="")
    person = serializers.UUIDField(source="person.uid", default=None, allow_null=True)
    words = serializers.CharField()
    owner = serializers.CharField(help_text="village 村，township 乡镇，county 县")
    state = serializers.CharField(source="stood", help_text="open 待改，exempt 已豁免，mended 已改")
    found_on = serializers.DateField()
    due_on = serializers.DateField()
    mended_on = serializers.DateField(allow_null=True)


class FaultQuery(ListQuery):
    check = choice_of(CHECKS, required=False)
    level = Count(required=False, min_value=1, max_value=5)
    state = choice_of(STANDS, required=False)
    division = DivisionCode(required=False)
    as_of = PastDay(required=False, help_text="截至哪天；不填为今天")


class StepOut(Output):
    kind = serializers.CharField()
    happened_on = serializers.DateField()
    actor = PersonName()
    note = serializers.CharField()


class ExemptionOut(Output):
    uid = serializers.UUIDField()
    check = serializers.CharField(source="check_code")
    title = serializers.CharField()
    division = Place()
    fault = serializers.UUIDField(source="fault.uid", default=None, allow_null=True)
    reason = serializers.CharField()
    ends_on = serializers.DateField()
    requested_by = PersonName()
    requested_at = serializers.DateTimeField()
    steps = StepOut(many=True)


class ExemptionIn(Input):
    reason = Text(500)
    ends_on = Day()


class PlaceExemptionIn(ExemptionIn):
    check = choice_of(CHECKS)
    division = DivisionCode(help_text="哪个地方；下面的村都算在内")


class ExemptionDecisionIn(Input):
    grant = Flag(help_text="true 同意，false 不同意")
    note = Text(500, required=False, help_text="不同意的必填")


class ExemptionEndIn(Input):
    note = Text(500)


class QualityRunOut(Output):
    uid = serializers.UUIDField()
    division = Place()
    as_of = serializers.DateField()
    state = serializers.CharField()
    percent = serializers.IntegerField()
    households = serializers.IntegerField()
    found = serializers.IntegerField()
    standing = serializers.IntegerField()
    mended = serializers.IntegerField()
    queued_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField()


class QualityRunIn(Input):
    division = DivisionCode()
    as_of = PastDay(required=False, help_text="截至哪天；过去的日子只数不记")


class ChecksView(Endpoint):
    tag = TAG

    @doc("数据质量规则，和查不了的规则", answer=ChecksOut)
    def get(self, request: Request) -> Response:
        return Response(ChecksOut({"checks": list(CHECKS.values()), "not_covered": NOT_COVERED}).data)


class _OfFaults(Endpoint):
    tag = TAG

    def faults(self) -> Any:
        on = self.query.get("as_of") or timezone.localdate()
        return Fault.objects.visible_to(self.user).as_of(on).select_related("household", "person", "village")


class FaultsView(_OfFaults):
    query_class = FaultQuery

    @doc("数据质量问题列表", answer=FaultOut, many=True)
    def get(self, request: Request) -> Response:
        rows = narrow(self.faults(), self.query, check="check_code", level="level", state="stood", division=within)
        return self.pages(rows, FaultOut)


class FaultView(_OfFaults):
    @doc("一条问题", answer=FaultOut)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(FaultOut, self.find(self.faults(), uid=uid))


class FaultExemptView(_OfFaults):
    @doc("申请豁免一条问题", request=ExemptionIn, answer=ExemptionOut, status=201)
    def post(self, request: Request, uid: UUID) -> Response:
        fault = self.find(self.faults(), uid=uid)
        given = self.read(ExemptionIn)
        made = request_exemption(fault=fault, **given, actor=self.user, at=self.at)
        return self.answer(ExemptionOut, made, 201)


class _OfExemptions(Endpoint):
    tag = TAG

    def exemptions(self) -> QuerySet[Exemption]:
        rows = Exemption.objects.visible_to(self.user).select_related("division", "fault", "requested_by")
        return rows.prefetch_related("steps__actor")


class ExemptionsView(_OfExemptions):
    query_class = ListQuery

    @doc("豁免清单", answer=ExemptionOut, many=True)
    def get(self, request: Request) -> Response:
        return self.pages(self.exemptions(), ExemptionOut)

    @doc("申请一个地方整片豁免一条规则", request=PlaceExemptionIn, answer=ExemptionOut, status=201)
    def post(self, request: Request) -> Response:
        given = self.read(PlaceExemptionIn)
        wish = {"check_code": given["check"], "division": self.place(given["division"]), "reason": given["reason"]}
        made = request_place_exemption(**wish, ends_on=given["ends_on"], actor=self.user, at=self.at)
        return self.answer(ExemptionOut, made, 201)


class ExemptionDecideView(_OfExemptions):
    @doc("审批豁免", request=ExemptionDecisionIn, answer=ExemptionOut, more="申请人自己不能批。")
    def post(self, request: Request, uid: UUID) -> Response:
        exemption = self.find(self.exemptions(), uid=uid)
        given = self.read(ExemptionDecisionIn)
        decide_exemption(
            exemption=exemption, grant=given["grant"], note=given.get("note", ""), actor=self.user, at=self.at
        )
        return self.answer(ExemptionOut, self.find(self.exemptions(), uid=uid))


class ExemptionEndView(_OfExemptions):
    @doc("提前结束豁免", request=ExemptionEndIn, answer=ExemptionOut)
    def post(self, request: Request, uid: UUID) -> Response:
        exemption = self.find(self.exemptions(), uid=uid)
        end_exemption(exemption=exemption, note=self.read(ExemptionEndIn)["note"], actor=self.user, at=self.at)
        return self.answer(ExemptionOut, self.find(self.exemptions(), uid=uid))


class _OfRuns(Endpoint):
    tag = TAG

    def runs(self) -> QuerySet[QualityRun]:
        return QualityRun.objects.visible_to(self.user).select_related("division")


class RunsView(_OfRuns):
    query_class = ListQuery

    @doc("检查记录", answer=QualityRunOut, many=True)
    def get(self, request: Request) -> Response:
        return self.pages(self.runs(), QualityRunOut)

    @doc("发起一次检查", request=QualityRunIn, answer=QualityRunOut, status=202, more="排队后由后台运行。")
    def post(self, request: Request) -> Response:
        given = self.read(QualityRunIn)
        division = self.place(given["division"])
        run = queue_checks(division=division, as_of=given.get("as_of"), actor=self.user, at=self.at)
        return self.answer(QualityRunOut, self.find(self.runs(), uid=run.uid), 202)


class RunView(_OfRuns):
    @doc("一次检查：进度和结果", answer=QualityRunOut)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(QualityRunOut, self.find(self.runs(), uid=uid))
