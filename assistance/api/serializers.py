"""Input and output of plans, measures and deliveries."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.base import ListQuery
from accounts.api.fields import Day, DivisionCode, Flag, Input, Money, Output, PastDay, Text, Version, choice_of, many
from accounts.api.serializers import PersonName
from assistance.catalogue import CATEGORIES
from assistance.coverage import coverage, delivered_coverage
from assistance.models import Measure, Plan
from households.api.brief import MemberName
from monitoring.risks import Risk


class MeasureTypeOut(Output):
    category = serializers.CharField()
    item = serializers.CharField()
    developmental = serializers.BooleanField(help_text="开发式帮扶")
    active = serializers.BooleanField()


class MeasureTypeQuery(ListQuery):
    category = choice_of(CATEGORIES, required=False)
    active = Flag(required=False)


class MeasureTypeKey(Input):
    category = choice_of(CATEGORIES)
    item = Text(60)


class MeasureTypeIn(MeasureTypeKey):
    developmental = Flag()


class Whose(Output):
    """The household and episode that something belongs to."""

    household = serializers.UUIDField(source="household.uid")
    household_number = serializers.CharField(source="household.number")
    episode = serializers.UUIDField(source="uid")


class MeasureOut(Output):
    uid = serializers.UUIDField()
    whose = Whose(source="plan.episode")
    category = serializers.CharField(source="type.category")
    item = serializers.CharField(source="type.item")
    developmental = serializers.BooleanField(source="type.developmental")
    risk = serializers.CharField()
    beneficiary = MemberName(allow_null=True)
    content = serializers.CharField()
    planned_amount = serializers.DecimalField(12, 2)
    unit = serializers.CharField()
    responsible = serializers.CharField()
    starts_on = serializers.DateField()
    planned_end_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)
    cancelled_on = serializers.DateField(allow_null=True)
    end_reason = serializers.CharField()
    state = serializers.CharField()
    state_name = serializers.CharField(source="get_state_display")
    confirmed_on = serializers.DateField(allow_null=True)
    recorded_by = PersonName()
    recorded_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class RiskCover(Output):
    risk = serializers.CharField()
    planned = serializers.ListField(child=serializers.UUIDField(), help_text="对应且未取消的措施")
    delivered = serializers.ListField(child=serializers.UUIDField(), help_text="其中已有落实记录的")


class PlanOut(Output):
    whose = Whose(source="episode")
    responsible = PersonName(allow_null=True)
    unit = serializers.CharField()
    goal = serializers.CharField()
    due_on = serializers.DateField()
    adopted_on = serializers.DateField(allow_null=True)
    signed_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class PlanDetail(PlanOut):
    measures = serializers.SerializerMethodField()
    coverage = serializers.SerializerMethodField(help_text="每项风险由哪些措施对应")

    @extend_schema_field(MeasureOut(many=True))
    def get_measures(self, plan: Plan) -> Any:
        rows = plan.measures.select_related("plan__episode__household", "type", "beneficiary", "recorded_by")
        return MeasureOut(rows, many=True).data

    @extend_schema_field(RiskCover(many=True))
    def get_coverage(self, plan: Plan) -> Any:
        today = self.context["today"]
        planned, delivered = coverage(plan.episode, today), delivered_coverage(plan.episode, today)
        return [
            {"risk": risk, "planned": _uids(planned[risk]), "delivered": _uids(delivered[risk])} for risk in planned
        ]


def _uids(measures: list[Measure]) -> list[str]:
    return [str(measure.uid) for measure in measures]


class PlanQuery(ListQuery):
    division = DivisionCode(required=False)
    state = choice_of({"waiting": "待制定", "overdue": "逾期未制定", "adopted": "已制定"}, required=False)


class MeasureIn(Input):
    """A measure to be. `uid` makes sending twice harmless."""

    uid = serializers.UUIDField(required=False)
    category = choice_of(CATEGORIES)
    item = Text(60)
    risk = choice_of(Risk.values)
    content = Text(500)
    unit = Text(120)
    responsible = Text(60)
    starts_on = Day()
    planned_end_on = Day(required=False, allow_null=True)
    planned_amount = Money(required=False)
    beneficiary = serializers.UUIDField(required=False, allow_null=True, help_text="户内成员的 uid")


class MeasurePatch(MeasureIn):
    """Any of a measure's values; category and item go together."""

    version = Version()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["uid"]
        for name, field in self.fields.items():
            field.required = name == "version"

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("category" in attrs) != ("item" in attrs):
            raise serializers.ValidationError({"item": ["措施大类和小类须一起提交。"]})
        return attrs


class AdoptIn(Input):
    version = Version()
    responsible = Text(150, help_text="帮扶责任人的用户名；同时成为该户的帮扶责任人")
    unit = Text(120)
    goal = Text(500, required=False, default="")
    signed_on = PastDay(required=False, allow_null=True)
    measures = many(MeasureIn, required=False, max_length=50, help_text="与计划一起建立的措施")


class PlanPatch(Input):
    version = Version()
    responsible = Text(150, required=False, allow_blank=False)
    unit = Text(120, required=False, allow_blank=False)
    goal = Text(500, required=False)
    signed_on = PastDay(required=False)


class MeasureQuery(ListQuery):
    division = DivisionCode(required=False)
    household = serializers.UUIDField(required=False)
    episode = serializers.UUIDField(required=False)
    state = choice_of(Measure.State.values, required=False)
    risk = choice_of(Risk.values, required=False)
    category = choice_of(CATEGORIES, required=False)
    undelivered = Flag(required=False, help_text="只要已开始而尚无落实记录的")


class CancelIn(Input):
    version = Version()
    reason = Text(500)


class EndIn(Input):
    version = Version()
    on = PastDay()
    note = Text(500, required=False, default="")


class ConfirmIn(Input):
    version = Version()
    on = PastDay()


class DeliveryIn(Input):
    on = PastDay()
    amount = Money(required=False)
    note = Text(500, required=False, default="")
    proof = Text(64, required=False, help_text="POST /files/ 给出的 sha256")


class DeliveryOut(Output):
    uid = serializers.UUIDField()
    measure = serializers.UUIDField(source="measure.uid")
    delivered_on = serializers.DateField()
    amount = serializers.DecimalField(12, 2)
    note = serializers.CharField()
    proof = serializers.CharField(source="proof.sha256", default=None, allow_null=True)
    recorded_by = PersonName()
    recorded_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    withdraw_reason = serializers.CharField()


class WithdrawIn(Input):
    reason = Text(500)


class AgendaQuery(Input):
    start = Day()
    end = Day()


class DueOut(Output):
    on = serializers.DateField()
    kind = serializers.ChoiceField(["plan", "visit", "measure_end"])
    title = serializers.CharField()
    household = serializers.UUIDField(source="household.uid")
    household_number = serializers.CharField(source="household.number")
