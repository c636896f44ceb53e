"""Households and persons: lists, one with its members, incomes, conditions and events, proposals to confirm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery, narrow, within
from accounts.api.schema import doc
from households.api import living
from households.api import serializers as s
from households.api.brief import with_briefs
from households.models import ChangeProposal, Household, Income, LifeEvent, LivingCondition, Membership, Person
from households.services.living import enter_condition, enter_income

TAG = "农户"


def households_of(view: Endpoint) -> QuerySet[Household]:
    """Households that the caller may see, with householder and whether they are monitored."""
    monitored = Household.objects.filter(pk=OuterRef("pk"), episodes__state="monitored")
    return with_briefs(Household.objects.visible_to(view.user).annotate(is_monitored=Exists(monitored)), path="")


class HouseholdsView(Endpoint):
    tag = TAG
    query_class = s.HouseholdQuery

    @doc("农户列表", answer=s.HouseholdOut, many=True)
    def get(self, request: Request) -> Response:
        rows = narrow(
            households_of(self),
            self.query,
            division=within,
            category="category",
            number="number",
            head=_headed_by,
            monitored="is_monitored",
            mending=lambda rows, wanted: rows.exclude(needs_mending="") if wanted else rows,
            cancelled=lambda rows, wanted: rows.filter(cancelled_on__isnull=not wanted),
        )
        return self.pages(rows, s.HouseholdOut, order=("village_id", "id"))


def _headed_by(rows: Any, letters: str) -> Any:
    heads = Membership.objects.heads().current().named(letters)
    return rows.filter(pk__in=heads.values("household_id"))


class _OfHousehold(Endpoint):
    tag = TAG

    def household(self, uid: UUID) -> Household:
        return self.find(Household.objects.visible_to(self.user), uid=uid)


class HouseholdView(Endpoint):
    tag = TAG

    @doc("一户：成员（号码遮盖）、收入、生活条件、监测周期", answer=s.HouseholdDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(s.HouseholdDetail, self.find(households_of(self).select_related("helper"), uid=uid))


class IncomesView(_OfHousehold):
    query_class = ListQuery

    @doc("一户的收入记录", answer=living.IncomeOut, many=True)
    def get(self, request: Request, uid: UUID) -> Response:
        rows = Income.objects.filter(household=self.household(uid)).select_related("recorded_by")
        return self.pages(rows, living.IncomeOut)

    @doc("登记收入", request=living.IncomeIn, answer=living.IncomeOut, status=201)
    def post(self, request: Request, uid: UUID) -> Response:
        household, given = self.household(uid), self.read(living.IncomeIn)
        income = enter_income(household=household, **given, actor=self.user, at=self.at)
        return self.answer(living.IncomeOut, income, 201)


class ConditionsView(_OfHousehold):
    query_class = ListQuery

    @doc("一户的生活条件记录", answer=living.ConditionOut, many=True)
    def get(self, request: Request, uid: UUID) -> Response:
        rows = LivingCondition.objects.filter(household=self.household(uid)).select_related("recorded_by")
        return self.pages(rows, living.ConditionOut)

    @doc("登记生活条件", request=living.ConditionIn, answer=living.ConditionOut, status=201)
    def post(self, request: Request, uid: UUID) -> Response:
        household, given = self.household(uid), self.read(living.ConditionIn)
        condition = enter_condition(household=household, **given, actor=self.user, at=self.at)
        return self.answer(living.ConditionOut, condition, 201)


class LifeEventsView(_OfHousehold):
    query_class = ListQuery

    @doc("一户的变动记录", answer=s.LifeEventOut, many=True)
    def get(self, request: Request, uid: UUID) -> Response:
        rows = LifeEvent.objects.filter(household=self.household(uid))
        return self.pages(rows.select_related("person", "actor", "other_household"), s.LifeEventOut)


class PersonView(Endpoint):
    tag = "人员"

    @doc("一个人（号码遮盖）和他所在的户", answer=s.PersonDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(s.PersonDetail, self.find(Person.objects.visible_to(self.user), uid=uid))


def proposals_of(view: Endpoint) -> QuerySet[ChangeProposal]:
    return with_briefs(ChangeProposal.objects.visible_to(view.user).select_related("person", "decided_by"))


class ProposalsView(Endpoint):
    tag = "待确认变动"
    query_class = s.ProposalQuery

    @doc("部门报告、等待村里确认的变动", answer=s.ProposalOut, many=True)
    def get(self, request: Request) -> Response:
        rows = narrow(proposals_of(self), self.query, division=within, state="state")
        return self.pages(rows, s.ProposalOut)
