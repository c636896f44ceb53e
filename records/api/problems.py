"""Problems: the list, registering one, its steps, and the look through the books."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery, narrow, within
from accounts.api.fields import Count, DivisionCode, Flag, Input, Output, PastDay, Text, choice_of
from accounts.api.files import attached
from accounts.api.schema import doc
from accounts.api.serializers import PersonName
from accounts.models import Division
from households.models import Household, Person
from monitoring.api.clues import named
from monitoring.api.steps import ActionOut, StepView, arguments_of, field_of, step_views
from records.models import Problem
from records.problems.kinds import KINDS
from records.problems.table import TABLE
from records.problems.turns import waiting_for
from records.services.problems import available_actions, perform
from records.services.problems_opening import open_problem
from records.services.problems_raising import raise_problems

TAG = "问题清零"


class ProblemOut(Output):
    uid = serializers.UUIDField()
    number = serializers.CharField()
    kind = serializers.CharField()
    kind_name = serializers.CharField(source="get_kind_display")
    division = serializers.CharField(source="division_id")
    household = serializers.UUIDField(source="household.uid", allow_null=True, default=None)
    person = serializers.UUIDField(source="person.uid", allow_null=True, default=None)
    clue = serializers.UUIDField(source="clue.uid", allow_null=True, default=None)
    level = serializers.CharField()
    origin = serializers.CharField()
    description = serializers.CharField()
    found_on = serializers.DateField()
    person_in_charge = serializers.CharField()
    due_on = serializers.DateField(allow_null=True)
    overdue = serializers.SerializerMethodField()
    state = serializers.CharField()
    state_name = serializers.CharField(source="get_state_display")
    signed_off_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()

    def get_overdue(self, problem: Problem) -> bool:
        running = problem.state in Problem.OPEN_STATES
        return bool(running and problem.due_on and problem.due_on < self.context["today"])


class ProblemStepOut(Output):
    action = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    duty = serializers.CharField()
    actor = PersonName(allow_null=True)
    note = serializers.CharField()
    data = serializers.DictField()  # type: ignore[assignment]
    files = serializers.SerializerMethodField()
    happened_on = serializers.DateField()
    recorded_at = serializers.DateTimeField()

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_files(self, row: Any) -> list[str]:
        return [file.sha256 for file in row.files.all()]


class ProblemDetail(ProblemOut):
    grade = serializers.CharField()
    category = serializers.CharField()
    households_affected = serializers.IntegerField(allow_null=True)
    persons_affected = serializers.IntegerField(allow_null=True)
    measures = serializers.CharField()
    leader = serializers.CharField()
    unit = serializers.CharField()
    details = serializers.DictField()
    done_on = serializers.DateField(allow_null=True)
    checked_on = serializers.DateField(allow_null=True)
    looked_back_on = serializers.DateField(allow_null=True)
    history = serializers.SerializerMethodField()
    actions = serializers.SerializerMethodField(help_text="你现在可以办理的动作")

    @extend_schema_field(ProblemStepOut(many=True))
    def get_history(self, problem: Problem) -> Any:
        steps = problem.steps.select_related("actor").prefetch_related("files").order_by("id")
        return ProblemStepOut(steps, many=True).data

    @extend_schema_field(ActionOut(many=True))
    def get_actions(self, problem: Problem) -> Any:
        view = self.context["view"]
        return ActionOut(available_actions(problem, view.user, view.at), many=True).data


class ProblemQuery(ListQuery):
    division = DivisionCode(required=False)
    household = serializers.UUIDField(required=False)
    kind = choice_of(list(KINDS), required=False)
    state = choice_of(Problem.State.values, required=False)
    level = choice_of(Problem.Level.values, required=False)
    open = Flag(required=False, help_text="true：没有清零的；false：已销号和不属实的")
    overdue = Flag(required=False, help_text="true：只要超期的")
    mine = Flag(required=False, help_text="true：只要轮到你办的")


_DETAILS = {wanted.name: wanted for kind in KINDS.values() for wanted in kind.inputs.get("open", ())}
DetailsIn = type("ProblemDetailsIn", (Input,), {name: field_of(one, needed=False) for name, one in _DETAILS.items()})


class ProblemIn(Input):
    kind = choice_of(list(KINDS))
    origin = choice_of(Problem.Origin.values)
    found_on = PastDay()
    description = Text(1000)
    division = DivisionCode(required=False, help_text="涉及单位；落到户的问题不填")
    household = serializers.UUIDField(required=False, allow_null=True)
    person = serializers.UUIDField(required=False, allow_null=True)
    level = choice_of(Problem.Level.values, required=False)
    grade = Text(20, required=False)
    category = Text(40, required=False)
    households_affected = Count(required=False, allow_null=True)
    persons_affected = Count(required=False, allow_null=True)
    details = DetailsIn(required=False)


class RaiseIn(Input):
    division = DivisionCode()


class RaisedOut(Output):
    dropout = serializers.IntegerField()
    house = serializers.IntegerField()
    zero_job = serializers.IntegerField()
    known = serializers.IntegerField(help_text="底册里有、已经登记过的")


def problems_of(view: Endpoint) -> QuerySet[Problem]:
    return Problem.objects.visible_to(view.user).select_related("household", "person", "clue", "division")


class ProblemsView(Endpoint):
    tag = TAG
    query_class = ProblemQuery

    @doc("问题列表", answer=ProblemOut, many=True)
    def get(self, request: Request) -> Response:
        today = self.context()["today"]
        rows = narrow(
            problems_of(self),
            self.query,
            division=within,
            household="household__uid",
            kind="kind",
            state="state",
            level="level",
            open=lambda rows, wanted: rows.open() if wanted else rows.closed(),
            overdue=lambda rows, wanted: rows.overdue(today) if wanted else rows,
            mine=lambda rows, wanted: waiting_for(rows, self.user, today) if wanted else rows,
        )
        return self.pages(rows, ProblemOut)

    @doc("登记问题", request=ProblemIn, answer=ProblemDetail, status=201)
    def post(self, request: Request) -> Response:
        given = self.read(ProblemIn)
        if given.get("household") is not None:
            given["household"] = named(Household.objects.visible_to(self.user), given["household"], "household")
        if given.get("person") is not None:
            given["person"] = named(Person.objects.visible_to(self.user), given["person"], "person")
        if given.get("division"):
            given["division"] = _division(given["division"])
        problem = open_problem(**given, actor=self.user, at=self.at)
        return self.answer(ProblemDetail, self.find(problems_of(self), uid=problem.uid), 201)


class ProblemView(Endpoint):
    tag = TAG

    @doc("一个问题", answer=ProblemDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(ProblemDetail, self.find(problems_of(self), uid=uid))


class RaiseView(Endpoint):
    tag = TAG

    @doc("从就学、住房、务工底册查出问题", request=RaiseIn, answer=RaisedOut, more="已经登记过的不重复登记。")
    def post(self, request: Request) -> Response:
        place = _division(self.read(RaiseIn)["division"])
        made = raise_problems(division=place, on=timezone.localdate(self.at), actor=self.user, at=self.at)
        return Response({**made.raised, "known": made.known})


class ProblemStepView(StepView):
    tag = TAG
    model = Problem
    detail = ProblemDetail

    def take(self, uid: UUID) -> Response:
        problem = self.find(Problem.objects.visible_to(self.user), uid=uid)
        given = self.read(self.form)
        files = attached(given.get("files", []), field="files", actor=self.user, at=self.at)
        arguments = arguments_of(given)
        perform(problem=problem, action=self.action, actor=self.user, at=self.at, files=files, **arguments)
        return self.answer(ProblemDetail, self.find(problems_of(self), uid=uid))


def _division(code: str) -> Division:
    """The place of a code; a code that there is none of is refused in the words of a foreign one."""
    division = Division.objects.filter(code=code).first()
    if division is None:
        raise serializers.ValidationError({"division": ["没有找到，或者不在你的管辖范围内。"]})
    return division


STEPS = step_views(ProblemStepView, "Problem", TABLE.values())
