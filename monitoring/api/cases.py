"""Cases: the list, opening a clearing or roll-back, what asset files say, and the steps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, narrow, within
from accounts.api.schema import doc
from accounts.permissions import require
from households.api.brief import with_briefs
from households.models import Household
from monitoring.api import case_serializers as s
from monitoring.api.clues import named
from monitoring.api.steps import StepView, step_views
from monitoring.models import Case
from monitoring.services.cases import start_case
from monitoring.services.comparison import comparison_draft
from monitoring.workflow.case_steps import CASE_STEPS

TAG = "办件"


def cases_of(view: Endpoint) -> QuerySet[Case]:
    """Cases that the caller may see, with what the outputs name."""
    return with_briefs(Case.objects.visible_to(view.user).select_related("clue", "episode", "opened_by"))


class CasesView(Endpoint):
    tag = TAG
    query_class = s.CaseQuery

    @doc("办件列表", answer=s.CaseOut, many=True)
    def get(self, request: Request) -> Response:
        today = self.context()["today"]
        rows = narrow(
            cases_of(self),
            self.query,
            division=within,
            household="household__uid",
            kind="kind",
            state="state",
            open=lambda rows, wanted: rows.open() if wanted else rows.closed(),
            overdue=lambda rows, wanted: rows.overdue(today) if wanted else rows,
            mine=lambda rows, wanted: rows.waiting_for(self.user) if wanted else rows,
        )
        return self.pages(rows, s.CaseOut)

    @doc(
        "发起风险消除或消除回退",
        request=s.CaseIn,
        answer=s.CaseDetail,
        status=201,
        more="纳入认定由线索的“转认定”发起。",
    )
    def post(self, request: Request) -> Response:
        given = self.read(s.CaseIn)
        given["household"] = named(Household.objects.visible_to(self.user), given["household"], "household")
        case = start_case(**given, actor=self.user, at=self.at)
        return self.answer(s.CaseDetail, self.find(cases_of(self), uid=case.uid), 201)


class CaseView(Endpoint):
    tag = TAG

    @doc("一个办件：授权、比对、评议、公示、异议、办理记录", answer=s.CaseDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(s.CaseDetail, self.find(cases_of(self), uid=uid))


class ComparisonDraftView(Endpoint):
    tag = TAG

    @doc("由部门资产数据得出的比对结果草稿", answer=s.DraftRow(many=True))
    def get(self, request: Request, uid: UUID) -> Response:
        case = self.find(cases_of(self), uid=uid)
        require(
            actor=self.user,
            right="monitoring.compare_assets",
            code=case.village_id,
            at=self.at,
            helper_id=case.household.helper_id,
        )
        return Response(comparison_draft(case, on=self.context()["today"]))


class CaseStepView(StepView):
    tag = TAG
    model = Case
    detail = s.CaseDetail

    def shown(self) -> Any:
        return cases_of(self)


STEPS = step_views(CaseStepView, "Case", CASE_STEPS.values())
