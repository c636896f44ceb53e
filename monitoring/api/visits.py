"""Visits: sent by phones, also twice and late; the uid from the phone makes them one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery, narrow, within
from accounts.api.fields import Day, DivisionCode, Flag, Input, Output, PastDay, Text, TextList, choice_of, many
from accounts.api.files import attached, attached_one
from accounts.api.schema import doc
from accounts.api.serializers import PersonName
from accounts.models import User
from households.api.brief import HouseholdBrief, with_briefs
from households.api.living import ConditionOut, ConditionValues, IncomeOut, IncomeValues
from households.models import Household
from monitoring.api.clues import named
from monitoring.api.steps import MOST_FILES, field_of
from monitoring.models import Case, Clue, Visit
from monitoring.services.visits import CONTENT, STOOD, Paper, Signature, record_visit

TAG = "走访"


class VisitorIn(Input):
    username = Text(150, required=False, help_text="系统用户；其他人填姓名和单位")
    name = Text(60, required=False)
    unit = Text(120, required=False)
    from_village = Flag(required=False, help_text="村两委成员（系统用户按岗位判断）")


ContentIn = type("ContentIn", (Input,), {one.name: field_of(one, needed=one.needed) for one in CONTENT})


class SignatureIn(Input):
    name = Text(60)
    of_household = Flag(required=False, help_text="农户")
    file = Text(64, required=False, help_text="手写签字图片，POST /files/ 给出的 sha256")
    reason = Text(200, required=False, help_text="没有手写签字的原因")


class VisitIn(Input):
    household = serializers.UUIDField()
    kind = choice_of(Visit.Kind.values)
    visited_on = PastDay()
    visitors = many(VisitorIn, min_length=1, max_length=12)
    clue = serializers.UUIDField(required=False, allow_null=True, help_text="核实走访必填")
    case = serializers.UUIDField(required=False, allow_null=True, help_text="消除核查必填")
    photos = TextList(limit=64, most=MOST_FILES, required=False, help_text="POST /files/ 给出的 sha256")
    content = ContentIn(required=False)
    income = IncomeValues(required=False, allow_null=True)
    condition = ConditionValues(required=False, allow_null=True)
    sections = serializers.DictField(
        child=choice_of(STOOD), required=False, help_text="核过的项：same 与上次相同，changed 有变化"
    )
    answers = serializers.DictField(child=serializers.DictField(), required=False, help_text="各项的回答，加密保存")
    signatures = many(SignatureIn, max_length=13, required=False)


class VisitorOut(Output):
    user = PersonName(allow_null=True)
    name = serializers.CharField()
    unit = serializers.CharField()
    from_village = serializers.BooleanField()


class VisitOut(Output):
    uid = serializers.UUIDField()
    household = HouseholdBrief()
    kind = serializers.CharField()
    kind_name = serializers.CharField(source="get_kind_display")
    visited_on = serializers.DateField()
    by_phone = serializers.BooleanField()
    finding = serializers.CharField()
    finding_name = serializers.CharField(source="get_finding_display")
    clue = serializers.UUIDField(source="clue.uid", default=None, allow_null=True)
    case = serializers.UUIDField(source="case.uid", default=None, allow_null=True)
    recorded_by = PersonName()
    recorded_at = serializers.DateTimeField()


class VisitDetail(VisitOut):
    risks = serializers.ListField(child=serializers.CharField())
    difficulties = serializers.CharField()
    coping = serializers.CharField()
    policies = serializers.CharField()
    advice = serializers.CharField()
    signed = serializers.BooleanField()
    unsigned_reason = serializers.CharField()
    sections = serializers.DictField(child=serializers.CharField())
    location = serializers.DictField()
    visitors = VisitorOut(many=True)
    income = IncomeOut(allow_null=True)
    condition = ConditionOut(allow_null=True)
    photos = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_photos(self, visit: Visit) -> list[str]:
        return [photo.sha256 for photo in visit.photos.all()]


class VisitQuery(ListQuery):
    division = DivisionCode(required=False)
    household = serializers.UUIDField(required=False)
    kind = choice_of(Visit.Kind.values, required=False)
    since = Day(required=False)
    until = Day(required=False)


def visits_of(view: Endpoint) -> QuerySet[Visit]:
    return with_briefs(Visit.objects.visible_to(view.user).select_related("clue", "case", "recorded_by"))


class VisitsView(Endpoint):
    tag = TAG
    query_class = VisitQuery

    @doc("走访列表", answer=VisitOut, many=True)
    def get(self, request: Request) -> Response:
        rows = narrow(
            visits_of(self),
            self.query,
            division=within,
            household="household__uid",
            kind="kind",
            since="visited_on__gte",
            until="visited_on__lte",
        )
        return self.pages(rows, VisitOut)


class VisitView(Endpoint):
    tag = TAG

    @doc("一次走访", answer=VisitDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(VisitDetail, self._visit(uid))

    @doc(
        "提交走访",
        request=VisitIn,
        answer=VisitDetail,
        more="编号由手机产生：同一编号同一内容重复提交得到同一走访，内容不同则返回 409。核实结果随后用线索的“提交核实结果”上报。",
    )
    def put(self, request: Request, uid: UUID) -> Response:
        given = self._resolved(self.read(VisitIn))
        record_visit(uid=uid, **given, actor=self.user, at=self.at)
        return self.answer(VisitDetail, self._visit(uid))

    def _visit(self, uid: UUID) -> Visit:
        rows = visits_of(self).select_related("income", "condition").prefetch_related("visitors__user", "photos")
        return self.find(rows, uid=uid)

    def _paper(self, given: dict[str, Any]) -> Paper:
        """The part of what was sent that a visit entered section by section has."""
        signed = given.pop("signatures", [])
        for one in signed:
            _reason_or_file(one)
            one["file"] = attached_one(one.get("file", ""), field="signatures", actor=self.user, at=self.at)
        return Paper(
            sections=given.pop("sections", {}),
            answers=given.pop("answers", {}),
            signatures=tuple(Signature(**one) for one in signed),
        )

    def _resolved(self, given: dict[str, Any]) -> dict[str, Any]:
        """What was sent with rows in the place of references."""
        rows = {"household": Household, "clue": Clue, "case": Case}
        for name, model in rows.items():
            if given.get(name) is not None:
                given[name] = named(model.objects.visible_to(self.user), given[name], name)  # type: ignore[attr-defined]
        given["photos"] = attached(given.get("photos", []), field="photos", actor=self.user, at=self.at)
        given["visitors"] = [_visitor(one) for one in given["visitors"]]
        given["paper"] = self._paper(given)
        content = given.get("content") or {}
        given["content"] = {name: value for name, value in content.items() if value is not None}
        return given


def _reason_or_file(sent: dict[str, Any]) -> None:
    if not sent.get("file") and not sent.get("reason"):
        raise serializers.ValidationError({"signatures": ["签字要有图片，或者写明没有签的原因。"]})


def _visitor(sent: dict[str, Any]) -> dict[str, Any]:
    username = sent.pop("username", "")
    if not username:
        return sent
    user = User.objects.filter(username=User.objects.normalize_username(username), is_active=True).first()
    if user is None:
        raise serializers.ValidationError({"visitors": [f"没有用户名为“{username}”的走访人。"]})
    return {**sent, "user": user}
