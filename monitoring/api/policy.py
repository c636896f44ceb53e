"""Policy parameters: what each is, what is in force where and when, and setting a value."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery
from accounts.api.fields import Day, DivisionCode, Input, Output, Text
from accounts.api.schema import doc
from accounts.api.serializers import PersonName, Place
from accounts.models import Division
from accounts.scope import scope_of
from monitoring.models import PolicyValue
from monitoring.policy import PARAMETERS, PolicyBook
from monitoring.services.policy import set_value

TAG = "政策参数"


@extend_schema_field(
    {"oneOf": [{"type": "string", "maxLength": 200}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}]}
)
class AnyValue(serializers.Field[Any, Any, Any, Any]):
    """A number, a text or a yes-or-no; the parameter says which fits."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str | int | float | bool) or isinstance(data, str) and len(data) > 200:
            raise serializers.ValidationError("应为数字、文字或真假值。")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class ParameterOut(Output):
    key = serializers.CharField()
    title = serializers.CharField()
    kind = serializers.CharField()
    choices = serializers.DictField(child=serializers.CharField(), help_text="可选的值；空表示不限")
    value = serializers.CharField(help_text="所问地点和日期的现行值")
    valid_from = serializers.DateField()
    source = serializers.CharField(help_text="依据")  # type: ignore[assignment]


class PolicyQuery(Input):
    division = DivisionCode(required=False, help_text="哪里；不填为你任职的地方")
    on = Day(required=False, help_text="哪天；不填为今天")


class ValueOut(Output):
    key = serializers.CharField()
    division = Place()
    value = serializers.SerializerMethodField(method_name="shown")
    valid_from = serializers.DateField()
    source = serializers.CharField()  # type: ignore[assignment]
    set_by = PersonName()
    recorded_at = serializers.DateTimeField()

    @extend_schema_field(OpenApiTypes.STR)
    def shown(self, row: PolicyValue) -> str:
        return str(row.value)


class ValueIn(Input):
    division = DivisionCode()
    value = AnyValue()
    valid_from = Day()
    source = Text(200)  # type: ignore[assignment]


class PolicyView(Endpoint):
    tag = TAG
    query_class = PolicyQuery

    @doc("某地某日现行的全部参数", answer=ParameterOut(many=True))
    def get(self, request: Request) -> Response:
        on, code = self.query.get("on") or self.context()["today"], self._code()
        book = PolicyBook()
        return Response([_shown(book, key, on, code) for key in PARAMETERS])

    def _code(self) -> str:
        if "division" in self.query:
            return self.place(self.query["division"]).code
        return scope_of(self.user).posts[0].division_id


class ParameterView(Endpoint):
    tag = TAG
    query_class = ListQuery

    @doc("一个参数在各地设过的值", answer=ValueOut, many=True)
    def get(self, request: Request, key: str) -> Response:
        self._known(key)
        # A value above the user's places is in force in them; one beside them is none of his business.
        above = [code for post in scope_of(self.user).posts for code in _line(post.division)]
        mine = Division.objects.visible_to(self.user) | Division.objects.filter(code__in=above)
        rows = PolicyValue.objects.filter(key=key, division__in=mine).select_related("division", "set_by")
        return self.pages(rows, ValueOut)

    @doc("设定一个值（县级）", request=ValueIn, answer=ValueOut, status=201)
    def post(self, request: Request, key: str) -> Response:
        self._known(key)
        given = self.read(ValueIn)
        given["division"] = self.place(given["division"])
        return self.answer(ValueOut, set_value(key=key, **given, actor=self.user, at=self.at), 201)

    def _known(self, key: str) -> None:
        if key not in PARAMETERS:
            raise Http404


def _line(place: Division) -> list[str]:
    """The codes of the place and of those that it lies in."""
    return [place.code[:digits].ljust(12, "0") for digits in (2, 4, 6, 9, 12)]


def _shown(book: PolicyBook, key: str, on: date, code: str) -> dict[str, Any]:
    setting, parameter = book.setting(key, on=on, code=code), PARAMETERS[key]
    return {
        "key": key,
        "title": parameter.title,
        "kind": parameter.kind,
        "choices": dict(parameter.choices),
        **setting.as_json(),
    }
