"""The indicators that a county is judged by, of a place and of the places below it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint
from accounts.api.fields import DivisionCode, Input, Output, PastDay
from accounts.api.schema import doc
from reports.services.indicators import Row, Standing, indicators

STATES = "met 达标，unmet 未达标，partial 待核实（不明的还能改变结论），none 无数据，untargeted 没有目标只列数"


class IndicatorQuery(Input):
    division = DivisionCode()
    as_of = PastDay(required=False, help_text="截至哪天；不填为今天")


class FigureOut(Output):
    words = serializers.CharField()
    number = serializers.IntegerField()


class StandingOut(Output):
    code = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    state = serializers.CharField(help_text=STATES)
    value = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True, help_text="不知道时为 null")
    target = serializers.DecimalField(max_digits=20, decimal_places=2, allow_null=True)
    missing = serializers.IntegerField(help_text="情况不明的数")
    figures = FigureOut(many=True)


class PlaceOut(Output):
    division = serializers.CharField()
    name = serializers.CharField()
    indicators = StandingOut(many=True)


class SheetOut(Output):
    as_of = serializers.DateField()
    whole = PlaceOut()
    below = PlaceOut(many=True)


class IndicatorsView(Endpoint):
    tag = "台账"
    query_class = IndicatorQuery

    @doc("各项指标", answer=SheetOut, more="一个地方和它下一级各地的指标、目标和结论。")
    def get(self, request: Request) -> Response:
        place = self.place(self.query["division"])
        on = self.query.get("as_of") or timezone.localdate(self.at)
        sheet = indicators(division=place, as_of=on, actor=self.user, at=self.at)
        below = [_place(row, place) for row in sheet.rows]
        return Response(SheetOut({"as_of": on, "whole": _place(sheet.whole, place), "below": below}).data)


def _place(row: Row, place: Any) -> dict[str, Any]:
    unit = row.unit or place
    return {"division": unit.code, "name": unit.name, "indicators": [_standing(one) for one in row.standings]}


def _standing(one: Standing) -> dict[str, Any]:
    indicator, judged = one.indicator, one.judged
    value = judged.value if judged.value is None else round(judged.value, 2)
    return {
        "code": indicator.code,
        "title": indicator.title,
        "unit": indicator.unit,
        "state": judged.state,
        "value": value,
        "target": judged.target,
        "missing": judged.missing,
        "figures": one.parts,
    }
