"""Clues: the list, registering one, its explanation, and its steps, one by one and in batches."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery, narrow, within
from accounts.api.errors import NOT_FOUND
from accounts.api.fields import Day, DivisionCode, Flag, Input, Month, Output, PastDay, Text, Version, choice_of, many
from accounts.api.schema import doc
from accounts.models import Department
from households.api.brief import HouseholdBrief, MemberName, with_briefs
from households.models import Household, Person
from monitoring.api.steps import ActionOut, StepView, TransitionOut, actions_for, history, step_views
from monitoring.models import Clue, Hit
from monitoring.risks import Risk
from monitoring.services.clues import open_clue
from monitoring.workflow.batch import Outcome, perform_each
from monitoring.workflow.clue_steps import CLUE_STEPS

TAG = "风险线索"
BATCH_ACTIONS = ("dispatch", "send_back", "close_unfounded", "close_solved")
MOST_IN_BATCH = 200


class ClueOut(Output):
    uid = serializers.UUIDField()
    number = serializers.CharField()
    household = HouseholdBrief()
    person = MemberName(allow_null=True)
    risk = serializers.CharField()
    channel = serializers.CharField()
    channel_name = serializers.CharField(source="get_channel_display")
    department = serializers.CharField()
    period = Month(allow_null=True)
    received_on = serializers.DateField()
    state = serializers.CharField()
    state_name = serializers.CharField(source="get_state_display")
    warning = serializers.CharField()
    figure = serializers.DecimalField(14, 2, allow_null=True)
    threshold = serializers.DecimalField(14, 2, allow_null=True)
    green_channel = serializers.BooleanField()
    due_on = serializers.DateField(allow_null=True)
    decision_due_on = serializers.DateField(allow_null=True)
    overdue = serializers.SerializerMethodField()
    closed_on = serializers.DateField(allow_null=True)
    next_review_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()

    def get_overdue(self, clue: Clue) -> bool:
        return clue.due_on is not None and clue.due_on < self.context["today"]


class ClueDetail(ClueOut):
    content = serializers.SerializerMethodField(help_text="线索内容")
    close_reason = serializers.CharField()
    dispatched_on = serializers.DateField(allow_null=True)
    verified_on = serializers.DateField(allow_null=True)
    reporter = serializers.CharField()
    told_reporter_on = serializers.DateField(allow_null=True)
    visits = serializers.SerializerMethodField()
    cases = serializers.SerializerMethodField()
    history = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField(help_text="你现在可以办理的动作")

    def get_content(self, clue: Clue) -> str:
        return clue.content or ""

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_visits(self, clue: Clue) -> list[str]:
        return [str(uid) for uid in clue.visits.order_by("id").values_list("uid", flat=True)]

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_cases(self, clue: Clue) -> list[str]:
        return [str(uid) for uid in clue.cases.order_by("id").values_list("uid", flat=True)]

    @extend_schema_field(TransitionOut(many=True))
    def get_history(self, clue: Clue) -> Any:
        return TransitionOut(history(clue), many=True).data

    @extend_schema_field(ActionOut(many=True))
    def get_actions(self, clue: Clue) -> Any:
        return actions_for(self.context["view"], clue)


class ClueQuery(ListQuery):
    division = DivisionCode(required=False)
    household = serializers.UUIDField(required=False)
    state = choice_of(Clue.State.values, required=False)
    risk = choice_of(Risk.values, required=False)
    channel = choice_of(Clue.Channel.values, required=False)
    department = choice_of(Department.values, required=False)
    period = Month(required=False, help_text="有这个数据月份的证据")
    received_since = Day(required=False)
    received_until = Day(required=False)
    open = Flag(required=False, help_text="在办或办结")
    overdue = Flag(required=False, help_text="true：只要本步超期的")
    mine = Flag(required=False, help_text="true：只要轮到你办的")


class ClueIn(Input):
    household = serializers.UUIDField()
    risk = choice_of(Risk.values)
    channel = choice_of(Clue.Channel.values)
    received_on = PastDay(required=False, help_text="不填为今天")
    content = Text(2000, required=False)
    warning = Text(500, required=False)
    person = serializers.UUIDField(required=False, allow_null=True, help_text="涉及的户内成员")
    department = choice_of(Department.values, required=False)
    reporter = Text(60, required=False)
    green_channel = Flag(required=False, help_text="先帮后补")


class Evidence(Output):
    feed = serializers.CharField()
    title = serializers.CharField()
    department = serializers.CharField(default="")
    period = serializers.CharField(default="")
    file = serializers.CharField(default="")
    sha256 = serializers.CharField(default="")
    sheet = serializers.CharField(default="")
    row = serializers.IntegerField(default=None, allow_null=True)
    received = serializers.DictField(child=serializers.CharField(), help_text="收到时的原样，证件号码已遮盖")
    name_differs = serializers.BooleanField(default=False)
    person = serializers.DictField(child=serializers.CharField(), default=None, allow_null=True)


class HitExplained(Output):
    rule = serializers.CharField()
    risk = serializers.CharField()
    period = Month()
    outcome = serializers.CharField()
    figure = serializers.DecimalField(14, 2, allow_null=True)
    arithmetic = serializers.CharField()
    parameters = serializers.DictField(help_text="参数 → 取值、生效日期、依据")
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    evidence = serializers.SerializerMethodField()

    @extend_schema_field(Evidence(many=True))
    def get_evidence(self, hit: Hit) -> Any:
        return Evidence(json.loads(hit.evidence) if hit.evidence else [], many=True).data


class ClueBatchItem(Input):
    uid = serializers.UUIDField()
    version = Version()


class ClueBatchIn(Input):
    action = choice_of(BATCH_ACTIONS)
    note = Text(1000, required=False)
    items = many(ClueBatchItem, min_length=1, max_length=MOST_IN_BATCH)


class ClueBatchResult(Output):
    uid = serializers.UUIDField()
    ok = serializers.BooleanField()
    state = serializers.CharField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()
    detail = serializers.CharField()


def clues_of(view: Endpoint) -> QuerySet[Clue]:
    """Clues that the caller may see, with what the outputs name."""
    return with_briefs(Clue.objects.visible_to(view.user).select_related("person", "village"))


class CluesView(Endpoint):
    tag = TAG
    query_class = ClueQuery

    @doc("线索列表", answer=ClueOut, many=True)
    def get(self, request: Request) -> Response:
        today = self.context()["today"]
        rows = narrow(
            clues_of(self),
            self.query,
            division=within,
            household="household__uid",
            state="state",
            risk="risk",
            channel="channel",
            department="department",
            received_since="received_on__gte",
            received_until="received_on__lte",
            period=lambda rows, month: rows.filter(pk__in=Hit.objects.filter(period=month).values("clue_id")),
            open=lambda rows, wanted: rows.open() if wanted else rows.closed(),
            overdue=lambda rows, wanted: rows.overdue(today) if wanted else rows,
            mine=lambda rows, wanted: rows.waiting_for(self.user) if wanted else rows,
        )
        return self.pages(rows, ClueOut)

    @doc("登记线索", request=ClueIn, answer=ClueDetail, status=201, more="同一户同一风险已有在办线索的，并入那条线索。")
    def post(self, request: Request) -> Response:
        given = self.read(ClueIn)
        given["household"] = named(Household.objects.visible_to(self.user), given["household"], "household")
        if given.get("person") is not None:
            given["person"] = named(Person.objects.visible_to(self.user), given["person"], "person")
        clue = open_clue(**given, actor=self.user, at=self.at)
        return self.answer(ClueDetail, self.find(clues_of(self), uid=clue.uid), 201)


class ClueView(Endpoint):
    tag = TAG

    @doc("一条线索", answer=ClueDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(ClueDetail, self.find(clues_of(self), uid=uid))


class ExplanationView(Endpoint):
    tag = TAG

    @doc("线索的由来：规则、参数和依据、收到的原始数据、算式", answer=HitExplained(many=True))
    def get(self, request: Request, uid: UUID) -> Response:
        clue = self.find(Clue.objects.visible_to(self.user), uid=uid)
        return Response(HitExplained(clue.hits.order_by("-period", "rule"), many=True).data)


class ClueStepView(StepView):
    tag = TAG
    model = Clue
    detail = ClueDetail

    def shown(self) -> Any:
        return clues_of(self)


class BatchView(Endpoint):
    """Each item stands for itself: one that is refused does not hold up the others."""

    tag = TAG

    @doc("批量分派、退回或办结，逐条给出结果", request=ClueBatchIn, answer=ClueBatchResult(many=True))
    def post(self, request: Request) -> Response:
        given = self.read(ClueBatchIn)
        wanted = {item["uid"]: item["version"] for item in given["items"]}
        seen = {clue.uid: clue for clue in Clue.objects.visible_to(self.user).filter(uid__in=wanted)}
        outcomes = perform_each(
            items=[(clue, wanted[uid]) for uid, clue in seen.items()],
            action=given["action"],
            actor=self.user,
            at=self.at,
            note=given.get("note", ""),
        )
        found = {outcome.subject.uid: outcome for outcome in outcomes}
        return Response([_result(uid, found.get(uid)) for uid in wanted])


def _result(uid: UUID, outcome: Outcome | None) -> dict[str, Any]:
    """What became of one item; no outcome says in the usual words that it is not there or not the caller's to see."""
    if outcome is None:
        said = {"code": NOT_FOUND["code"], "detail": NOT_FOUND["detail"]}
        return {"uid": str(uid), "ok": False, "state": None, "version": None, **said}
    now = {"state": outcome.subject.state, "version": outcome.subject.version} if outcome.ok else {}
    return {
        "uid": str(uid),
        "ok": outcome.ok,
        "state": now.get("state"),
        "version": now.get("version"),
        "code": outcome.code,
        "detail": outcome.message,
    }


def named(rows: QuerySet[Any], uid: UUID, field: str) -> Any:
    """A row that a body refers to; ValidationError in the same words for foreign and none."""
    row = rows.filter(uid=uid).first()
    if row is None:
        raise serializers.ValidationError({field: ["没有找到，或者不在你的管辖范围内。"]})
    return row


STEPS = step_views(ClueStepView, "Clue", [CLUE_STEPS])
