"""Life events as endpoints: one address a verb, below the household or the person that it is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint
from accounts.api.fields import DivisionCode, Flag, Input, Money, PastDay, Text, TextList, Version, choice_of
from accounts.api.schema import doc
from accounts.models import Division
from households.api.serializers import LifeEventOut, ProposalOut
from households.api.views import proposals_of
from households.models import Category, Household, LabourSkill, LifeEvent, Person, SupportClass
from households.models.person import RELATIONS
from households.services import life

NOT_SEEN = "没有找到，或者不在你的管辖范围内。"


class EventIn(Input):
    version = Version(help_text="户的版本号；改姓名、号码和人员信息时为人员的版本号")
    happened_on = PastDay(help_text="发生日期")
    reason = Text(500, required=False)
    client_uid = serializers.UUIDField(required=False, help_text="提交编号：同一编号重复提交只记一次")


class RelationIn(Input):
    person = serializers.UUIDField()
    relation = choice_of(RELATIONS)


class HeadIn(EventIn):
    relations = RelationIn(many=True, help_text="每个成员与新户主的关系，其中一人为户主")


class SplitIn(HeadIn):
    number = Text(40, help_text="新户编号")
    staying = RelationIn(many=True, required=False, help_text="留下的成员与户主的关系（原户主分出时）")


class MergeIn(HeadIn):
    into = serializers.UUIDField(help_text="并入哪一户")
    into_version = Version(help_text="并入户的版本号")


class MoveIn(EventIn):
    village = DivisionCode()
    group_name = Text(60, required=False)


class CancelHouseholdIn(EventIn):
    why = choice_of(life.CANCEL_REASONS)


class PersonValues(Input):
    nation = Text(20, required=False)
    education = Text(30, required=False)
    schooling = Text(30, required=False)
    health = Text(60, required=False)
    labour_skill = choice_of([*LabourSkill.values, ""], required=False)
    work_months = serializers.DecimalField(3, 1, required=False, allow_null=True, min_value=0, max_value=12)
    serious_illness_insurance = choice_of(["是", "否", ""], required=False)
    phone = Text(20, required=False)


class HouseholdValues(Input):
    group_name = Text(60, required=False)
    category = choice_of(Category.values, required=False)
    support_classes = TextList(limit=20, most=len(SupportClass.values), required=False)
    phone = Text(20, required=False)
    per_capita_income = Money(required=False, max_digits=9, allow_null=True)
    whole_without_labour = Flag(required=False)


class ArrivalIn(EventIn):
    name = Text(60)
    id_number = Text(40, help_text="证件号码，加密保存")
    relation = choice_of(RELATIONS)
    details = PersonValues(required=False)


class MoveOutIn(EventIn):
    destination = Text(200, required=False)


class LeaveIn(EventIn):
    why = choice_of(life.AWAY)


class HouseholdCorrectionIn(EventIn):
    values = HouseholdValues()


class PersonCorrectionIn(EventIn):
    values = PersonValues()


class RenameIn(EventIn):
    name = Text(60)


class RenumberIn(EventIn):
    id_number = Text(40, help_text="更正后的证件号码，加密保存")


class DecisionIn(Input):
    confirm = Flag(help_text="true 采纳，false 不采纳（须说明理由）")
    happened_on = PastDay(required=False, help_text="核实的发生日期；不填按部门报告")
    note = Text(500, required=False)
    married_out = Flag(required=False, help_text="婚姻变动是否为婚出")


class EventView(Endpoint):
    """One verb; subclasses are made from VERBS below."""

    form: type[Input]
    verb: Callable[..., LifeEvent]
    about: str

    def record(self, uid: UUID) -> Response:
        model = Household if self.about == "household" else Person
        row = self.find(model.objects.visible_to(self.user), uid=uid)  # type: ignore[attr-defined]
        given = self._resolved(self.read(self.form))
        event = type(self).verb(**{self.about: row}, **given, actor=self.user, at=self.at)
        return self.answer(LifeEventOut, event, 201)

    def _resolved(self, given: dict[str, Any]) -> dict[str, Any]:
        """What was sent with rows in the place of references."""
        if "into" in given:
            given["into"] = self._row(Household.objects.visible_to(self.user), "into", uid=given["into"])
        if "village" in given:
            villages = Division.objects.at_level(Division.Level.VILLAGE)
            given["village"] = self._row(villages, "village", code=given["village"])
        for name in ("relations", "staying"):
            if name in given:
                given[name] = self._relations(name, given[name])
        return given

    def _relations(self, name: str, sent: list[dict[str, Any]]) -> dict[int, str]:
        wanted = {one["person"]: one["relation"] for one in sent}
        found = dict(Person.objects.visible_to(self.user).filter(uid__in=wanted).values_list("uid", "pk"))
        if len(found) != len(wanted) or len(wanted) != len(sent):
            raise serializers.ValidationError({name: ["有成员没有找到，或者重复。"]})
        return {found[uid]: relation for uid, relation in wanted.items()}

    def _row(self, rows: Any, field: str, **key: Any) -> Any:
        row = rows.filter(**key).first()
        if row is None:
            raise serializers.ValidationError({field: [NOT_SEEN]})
        return row


class DecideView(Endpoint):
    tag = "待确认变动"

    @doc("采纳或不采纳部门报告的变动", request=DecisionIn, answer=ProposalOut)
    def post(self, request: Request, uid: UUID) -> Response:
        proposal = self.find(proposals_of(self), uid=uid)
        given = self.read(DecisionIn)
        life.decide_proposal(proposal=proposal, **given, actor=self.user, at=self.at)
        return self.answer(ProposalOut, self.find(proposals_of(self), uid=uid))


HOUSEHOLD_VERBS: dict[str, tuple[str, Callable[..., LifeEvent], type[Input]]] = {
    "change-head": ("户主变更", life.change_head, HeadIn),
    "split": ("分户", life.split, SplitIn),
    "merge": ("并户", life.merge, MergeIn),
    "move": ("整户搬迁", life.move_household, MoveIn),
    "cancel": ("注销农户", life.cancel, CancelHouseholdIn),
    "birth": ("出生", life.record_birth, ArrivalIn),
    "marry-in": ("婚入", life.marry_in, ArrivalIn),
    "move-in": ("迁入", life.move_in, ArrivalIn),
    "correct": ("更正户信息", life.correct_household, HouseholdCorrectionIn),
}
PERSON_VERBS: dict[str, tuple[str, Callable[..., LifeEvent], type[Input]]] = {
    "marry-out": ("婚出", life.marry_out, EventIn),
    "move-out": ("迁出", life.move_out, MoveOutIn),
    "death": ("死亡", life.record_death, EventIn),
    "leave": ("自然减少", life.leave, LeaveIn),
    "correct": ("更正人员信息", life.correct_person, PersonCorrectionIn),
    "rename": ("改名", life.change_name, RenameIn),
    "renumber": ("改号", life.change_number, RenumberIn),
}


def _view(about: str, title: str, verb: Callable[..., LifeEvent], form: type[Input]) -> type[EventView]:
    def post(self: EventView, request: Request, uid: UUID) -> Response:
        return self.record(uid)

    described = doc(title, request=form, answer=LifeEventOut, status=201)(post)
    tag = "农户变动" if about == "household" else "人员变动"
    values = {"about": about, "verb": staticmethod(verb), "form": form, "post": described, "tag": tag}
    return type(f"{about.title()}{verb.__name__.title()}View", (EventView,), values)


HOUSEHOLD_VIEWS = {path: _view("household", *verb) for path, verb in HOUSEHOLD_VERBS.items()}
PERSON_VIEWS = {path: _view("person", *verb) for path, verb in PERSON_VERBS.items()}
