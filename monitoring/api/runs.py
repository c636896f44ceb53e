"""Runs of the monthly match: ask for one, watch it, confirm a held one, read and compare results."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery, narrow
from accounts.api.fields import DivisionCode, Input, Month, Output, choice_of
from accounts.api.schema import doc
from accounts.api.serializers import PersonName, Place
from households.api.brief import HouseholdBrief, with_briefs
from monitoring.models import Hit, MatchRun
from monitoring.risks import Risk
from monitoring.rules import RULES_BY_NAME
from monitoring.services.runs import compare_runs, confirm_run, queue_run

TAG = "月度比对"


class RunOut(Output):
    uid = serializers.UUIDField()
    county = Place()
    period = Month()
    state = serializers.CharField()
    state_name = serializers.CharField(source="get_state_display")
    started_by = PersonName(allow_null=True)
    queued_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    step = serializers.CharField()
    done_steps = serializers.IntegerField()
    total_steps = serializers.IntegerField()
    households = serializers.IntegerField()
    opened = serializers.IntegerField()
    extended = serializers.IntegerField()
    covered = serializers.IntegerField()
    suppressed = serializers.IntegerField()
    warnings = serializers.ListField(child=serializers.CharField())
    error = serializers.CharField()


class RuleCount(Output):
    rule = serializers.CharField()
    risk = serializers.CharField()
    outcome = serializers.CharField()
    households = serializers.IntegerField()


class RunDetail(RunOut):
    by_rule = serializers.SerializerMethodField(help_text="本月各规则的命中户数和去向")

    @extend_schema_field(RuleCount(many=True))
    def get_by_rule(self, run: MatchRun) -> Any:
        counts = hits_of(run).values("rule", "risk", "outcome").annotate(households=Count("household"))
        return RuleCount(counts.order_by("risk", "rule", "outcome"), many=True).data


class RunQuery(ListQuery):
    period = Month(required=False)
    state = choice_of(MatchRun.State.values, required=False)


class RunIn(Input):
    county = DivisionCode()
    period = Month()


class HitOut(Output):
    uid = serializers.UUIDField()
    household = HouseholdBrief()
    rule = serializers.CharField()
    risk = serializers.CharField()
    period = Month()
    outcome = serializers.CharField()
    outcome_name = serializers.CharField(source="get_outcome_display")
    figure = serializers.DecimalField(14, 2, allow_null=True)
    clue = serializers.UUIDField(source="clue.uid", default=None, allow_null=True)
    episode = serializers.UUIDField(source="episode.uid", default=None, allow_null=True)
    arithmetic = serializers.CharField()


class HitQuery(ListQuery):
    rule = choice_of(RULES_BY_NAME, required=False)
    risk = choice_of(Risk.values, required=False)
    outcome = choice_of(Hit.Outcome.values, required=False)


class CompareQuery(Input):
    previous = serializers.UUIDField(help_text="与哪次运行相比")


class PairOut(Output):
    household_number = serializers.CharField()
    risk = serializers.CharField()


class CompareOut(Output):
    new = PairOut(many=True, help_text="本月首次")
    gone = PairOut(many=True, help_text="本月不再")
    unchanged = PairOut(many=True, help_text="两月都有")
    back = PairOut(many=True, help_text="中断后又有")


class _OfRuns(Endpoint):
    tag = TAG

    def runs(self) -> QuerySet[MatchRun]:
        return MatchRun.objects.visible_to(self.user).select_related("county", "started_by")

    def run(self, uid: UUID) -> MatchRun:
        return self.find(self.runs(), uid=uid)


class RunsView(_OfRuns):
    query_class = RunQuery

    @doc("比对运行列表", answer=RunOut, many=True)
    def get(self, request: Request) -> Response:
        return self.pages(narrow(self.runs(), self.query, period="period", state="state"), RunOut)

    @doc("发起一次比对", request=RunIn, answer=RunOut, status=202, more="排队后由后台运行；数据量异常时先待人确认。")
    def post(self, request: Request) -> Response:
        given = self.read(RunIn)
        county = self.place(given["county"])
        run = queue_run(county=county, period=given["period"], actor=self.user, at=self.at)
        return self.answer(RunOut, self.run(run.uid), 202)


class RunView(_OfRuns):
    @doc("一次运行：进度和结果", answer=RunDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(RunDetail, self.run(uid))


class ConfirmRunView(_OfRuns):
    @doc("确认数据量异常后继续", request=Input, answer=RunOut)
    def post(self, request: Request, uid: UUID) -> Response:
        run = self.run(uid)
        self.read(Input)
        return self.answer(RunOut, confirm_run(run=run, actor=self.user, at=self.at))


class HitsView(_OfRuns):
    query_class = HitQuery

    @doc("一次运行所在月份的规则命中", answer=HitOut, many=True)
    def get(self, request: Request, uid: UUID) -> Response:
        rows = with_briefs(hits_of(self.run(uid)).select_related("clue", "episode"))
        return self.pages(narrow(rows, self.query, rule="rule", risk="risk", outcome="outcome"), HitOut)


class CompareView(_OfRuns):
    query_class = CompareQuery

    @doc("与另一次运行相比", answer=CompareOut)
    def get(self, request: Request, uid: UUID) -> Response:
        run = self.run(uid)
        previous = self.find(self.runs().filter(county=run.county), uid=self.query["previous"])
        found = compare_runs(run, previous)
        groups = {name: _pairs(getattr(found, name)) for name in ("new", "gone", "unchanged", "back")}
        return Response(groups)


def hits_of(run: MatchRun) -> QuerySet[Hit]:
    """Standing hits of the run's county and month, whichever run found them first."""
    return Hit.objects.standing().within(run.county).filter(period=run.period)


def _pairs(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"household_number": number, "risk": risk} for number, risk in pairs]
