"""What cases look like: the row, its papers, its history."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.base import ListQuery
from accounts.api.fields import DivisionCode, Flag, Input, Output, Text, choice_of
from accounts.api.serializers import PersonName
from households.api.brief import HouseholdBrief, MemberName
from monitoring.api.steps import ActionOut, TransitionOut, actions_for, history
from monitoring.models import Appraisal, Authorisation, Case, Comparison, Notice, Objection
from monitoring.services.cases import STARTABLE


class CaseOut(Output):
    uid = serializers.UUIDField()
    number = serializers.CharField()
    kind = serializers.CharField()
    kind_name = serializers.CharField(source="get_kind_display")
    household = HouseholdBrief()
    state = serializers.CharField()
    state_name = serializers.CharField(source="get_state_display")
    monitored_type = serializers.CharField()
    risks = serializers.ListField(child=serializers.CharField())
    returned = serializers.BooleanField(help_text="退回补正中")
    green_channel = serializers.BooleanField()
    opened_on = serializers.DateField()
    due_on = serializers.DateField(allow_null=True)
    decision_due_on = serializers.DateField(allow_null=True)
    paused_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class AuthorisationOut(Output):
    signed_on = serializers.DateField()
    granted = serializers.BooleanField()
    signatories = serializers.ListField(child=serializers.CharField())
    witnesses = serializers.ListField(child=serializers.CharField())
    paper = serializers.CharField(source="paper.sha256", default=None, allow_null=True)
    recorded_by = PersonName()


class ComparisonOut(Output):
    person = MemberName(allow_null=True)
    item = serializers.CharField()
    item_name = serializers.CharField(source="get_item_display")
    hit = serializers.BooleanField()
    found = serializers.CharField()
    unit = serializers.CharField()
    compared_on = serializers.DateField()
    explanation = serializers.CharField()
    decision = serializers.CharField()
    decided_by = PersonName(allow_null=True)
    decision_note = serializers.CharField()


class AppraisalOut(Output):
    held_on = serializers.DateField()
    place = serializers.CharField()
    chair = serializers.CharField()
    recorder = serializers.CharField()
    entitled = serializers.IntegerField()
    present = serializers.IntegerField()
    barred = serializers.IntegerField()
    agree = serializers.IntegerField()
    disagree = serializers.IntegerField()
    abstain = serializers.IntegerField()
    opinion = serializers.CharField()
    passed = serializers.BooleanField()
    attendance = serializers.ListField(child=serializers.DictField())


class ObjectionOut(Output):
    uid = serializers.UUIDField()
    objector = serializers.CharField()
    content = serializers.CharField()
    received_on = serializers.DateField()
    due_on = serializers.DateField()
    investigators = serializers.ListField(child=serializers.CharField())
    finding = serializers.CharField()
    upheld = serializers.BooleanField(allow_null=True)
    answered_on = serializers.DateField(allow_null=True)
    answered_how = serializers.CharField()


class NoticeOut(Output):
    kind = serializers.CharField()
    place = serializers.CharField()
    hung_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="最后一个公示日")
    taken_down_on = serializers.DateField(allow_null=True)
    days = serializers.IntegerField()
    text = serializers.CharField()
    objections = serializers.SerializerMethodField()

    @extend_schema_field(ObjectionOut(many=True))
    def get_objections(self, notice: Notice) -> Any:
        return ObjectionOut(Objection.objects.filter(notice=notice), many=True).data


class CaseDetail(CaseOut):
    clue = serializers.UUIDField(source="clue.uid", default=None, allow_null=True)
    episode = serializers.UUIDField(source="episode.uid", default=None, allow_null=True)
    clear_method = serializers.CharField()
    secure_only = serializers.BooleanField(help_text="整户无劳动能力，只落实兜底保障")
    reason = serializers.CharField()
    return_reason = serializers.CharField()
    opened_by = PersonName()
    reviewed_on = serializers.DateField(allow_null=True)
    decided_on = serializers.DateField(allow_null=True)
    announced_on = serializers.DateField(allow_null=True)
    told_household_on = serializers.DateField(allow_null=True)
    authorisation = serializers.SerializerMethodField()
    comparisons = serializers.SerializerMethodField()
    appraisals = serializers.SerializerMethodField()
    notices = serializers.SerializerMethodField()
    history = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField(help_text="你现在可以办理的动作")

    @extend_schema_field(AuthorisationOut(allow_null=True))
    def get_authorisation(self, case: Case) -> Any:
        row = Authorisation.objects.filter(case=case).select_related("paper", "recorded_by").first()
        return AuthorisationOut(row).data if row is not None else None

    @extend_schema_field(ComparisonOut(many=True))
    def get_comparisons(self, case: Case) -> Any:
        rows = Comparison.objects.filter(case=case).select_related("person", "decided_by")
        return ComparisonOut(rows, many=True).data

    @extend_schema_field(AppraisalOut(many=True))
    def get_appraisals(self, case: Case) -> Any:
        return AppraisalOut(Appraisal.objects.filter(case=case), many=True).data

    @extend_schema_field(NoticeOut(many=True))
    def get_notices(self, case: Case) -> Any:
        return NoticeOut(Notice.objects.filter(case=case), many=True).data

    @extend_schema_field(TransitionOut(many=True))
    def get_history(self, case: Case) -> Any:
        return TransitionOut(history(case), many=True).data

    @extend_schema_field(ActionOut(many=True))
    def get_actions(self, case: Case) -> Any:
        return actions_for(self.context["view"], case)


class CaseQuery(ListQuery):
    division = DivisionCode(required=False)
    household = serializers.UUIDField(required=False)
    kind = choice_of(Case.Kind.values, required=False)
    state = choice_of(Case.State.values, required=False)
    open = Flag(required=False, help_text="在办或办结")
    overdue = Flag(required=False, help_text="true：只要本步超期的")
    mine = Flag(required=False, help_text="true：只要轮到你办的")


class CaseIn(Input):
    household = serializers.UUIDField()
    kind = choice_of([str(kind) for kind in STARTABLE])
    reason = Text(500, required=False, help_text="回退须写明理由")


class DraftRow(Output):
    person = serializers.UUIDField()
    item = serializers.CharField()
    hit = serializers.BooleanField()
    found = serializers.CharField()
    unit = serializers.CharField()
    compared_on = serializers.DateField()
