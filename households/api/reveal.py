"""Whole numbers: seen one at a time for a stated purpose, and searched by; all of it is kept and counted."""

from __future__ import annotations

from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint
from accounts.api.fields import Input, Output, Text, choice_of
from accounts.api.schema import doc
from households.api.serializers import HouseholdOut
from households.api.views import households_of
from households.models import Household, Person
from households.services.view_log import FIELDS, PURPOSES, find_by_number, reveal_household_phone, reveal_person

QUOTA = "每次查看都记入审计，一小时内次数有限，超过返回 429。"


class PurposeIn(Input):
    purpose = choice_of(PURPOSES)


class RevealIn(PurposeIn):
    field = choice_of(FIELDS)


class RevealOut(Output):
    value = serializers.CharField()


class FindIn(Input):
    id_number = Text(40, help_text="完整证件号码；不出现在地址中")


class FindOut(Output):
    household = HouseholdOut(allow_null=True, help_text="没有，或者不在你的管辖范围内，都是 null")


class RevealPersonView(Endpoint):
    tag = "人员"

    @doc("查看完整号码", request=RevealIn, answer=RevealOut, more=QUOTA)
    def post(self, request: Request, uid: UUID) -> Response:
        person, given = self.find(Person.objects.visible_to(self.user), uid=uid), self.read(RevealIn)
        value = reveal_person(person=person, **given, actor=self.user, at=self.at, address=self.address)
        return Response({"value": value})


class RevealPhoneView(Endpoint):
    tag = "农户"

    @doc("查看户联系电话", request=PurposeIn, answer=RevealOut, more=QUOTA)
    def post(self, request: Request, uid: UUID) -> Response:
        household, given = self.find(Household.objects.visible_to(self.user), uid=uid), self.read(PurposeIn)
        value = reveal_household_phone(household=household, **given, actor=self.user, at=self.at, address=self.address)
        return Response({"value": value})


class FindView(Endpoint):
    tag = "农户"

    @doc("按完整证件号码查找", request=FindIn, answer=FindOut, more=QUOTA)
    def post(self, request: Request) -> Response:
        given = self.read(FindIn)
        found = find_by_number(**given, actor=self.user, at=self.at, address=self.address)
        row = self.find(households_of(self), pk=found.pk) if found is not None else None
        return Response(FindOut({"household": row}, context=self.context()).data)
