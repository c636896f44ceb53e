"""Month closing: the board, the steps, editions, differences, and the check of a printed hash."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint
from accounts.api.fields import DivisionCode, Input, Month, Output, Text
from accounts.api.schema import doc
from reports.ledgers import LEDGERS
from reports.models import ClosingStep, Edition
from reports.services.closing import take_step
from reports.services.closing_board import Standing, closing_board
from reports.services.difference import compare_month
from reports.services.editions import check_hash
from sheets.text import text

TAG = "月度结账"


class MonthIn(Input):
    division = DivisionCode()
    month = Month(help_text="月份，如 2026-10")


class StepIn(MonthIn):
    action = serializers.ChoiceField(
        choices=ClosingStep.Action.choices, help_text="confirm 确认 submit 上报 accept 接收 return 退回 reopen 重开"
    )
    version = serializers.IntegerField(min_value=1, help_text="看到的版本号，看板里有；没有人办过时为 1")
    reason = Text(500, required=False)


class DifferenceQuery(MonthIn):
    before = Text(40, required=False, help_text="closed 最近结账数，v1 第一版；不填为 closed")
    after = Text(40, required=False, help_text="now 现在看的数，v2 第二版；不填为 now")


class HashQuery(Input):
    hash = Text(300, help_text="印在台账上的校验码")


class ClosingOut(Output):
    division = serializers.CharField(source="division.code")
    name = serializers.CharField(source="division.name")
    state = serializers.CharField(source="closing.state")
    state_name = serializers.CharField(source="closing.get_state_display")
    reason = serializers.CharField(source="closing.reason")
    version = serializers.IntegerField(source="closing.version")
    due_on = serializers.DateField()
    waiting = serializers.CharField(help_text="等谁；没有要等的为空")


class ClosingBoardOut(ClosingOut):
    below = ClosingOut(many=True)


class EditionOut(Output):
    county = serializers.CharField(source="county_id")
    month = serializers.DateField()
    number = serializers.IntegerField()
    as_of = serializers.DateField()
    known_at = serializers.DateTimeField()
    closed_by = serializers.CharField(source="closed_by.name", default="")


class ChangedCellOut(Output):
    heading = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()


class ChangedRowOut(Output):
    sort = serializers.CharField(help_text="in 新进 out 退出 changed 变化")
    name = serializers.CharField()
    unit = serializers.CharField(help_text="汇总表的单位代码")
    household = serializers.CharField(help_text="明细的户编号")
    cells = ChangedCellOut(many=True)
    late = serializers.ListField(child=serializers.CharField(), help_text="迟到的录入")


class DifferenceOut(Output):
    ledger = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    rows = ChangedRowOut(many=True)


class SheetCheckOut(Output):
    ledger = serializers.CharField(source="sheet.ledger")
    title = serializers.CharField()
    county = serializers.CharField(source="sheet.edition.county.name")
    division = serializers.CharField(source="sheet.division_id")
    month = serializers.DateField(source="sheet.edition.month")
    edition = serializers.IntegerField(source="sheet.edition.number")
    sha256 = serializers.CharField(source="sheet.sha256")
    intact = serializers.BooleanField(help_text="封存内容是否仍与校验码相符")


class ClosingsView(Endpoint):
    tag = TAG
    query_class = MonthIn

    @doc("一个月办到哪一步", answer=ClosingBoardOut)
    def get(self, request: Request) -> Response:
        place = self.place(self.query["division"])
        return Response(ClosingBoardOut(closing_board(division=place, month=self.query["month"])).data)


class ClosingStepView(Endpoint):
    tag = TAG

    @doc("办一步：确认、上报、接收、退回、重开", request=StepIn, answer=ClosingOut)
    def post(self, request: Request) -> Response:
        given = self.read(StepIn)
        division, month = self.place(given["division"]), given["month"]
        take_step(
            division=division,
            month=month,
            action=given["action"],
            actor=self.user,
            at=self.at,
            version=given["version"],
            reason=given.get("reason", ""),
        )
        board: Standing = closing_board(division=division, month=month)
        return Response(ClosingOut(board).data)


class EditionsView(Endpoint):
    tag = TAG

    @doc("全部结账版", answer=EditionOut(many=True))
    def get(self, request: Request) -> Response:
        editions = Edition.objects.visible_to(self.user).select_related("closed_by")
        return Response(EditionOut(editions, many=True).data)


class EditionCheckView(Endpoint):
    tag = TAG
    query_class = HashQuery

    @doc("核验台账上的校验码", answer=SheetCheckOut)
    def get(self, request: Request) -> Response:
        found = check_hash(written=self.query["hash"], actor=self.user)
        if found is None:
            raise Http404
        return Response(SheetCheckOut(found).data)


class DifferenceView(Endpoint):
    tag = TAG
    query_class = DifferenceQuery

    @doc("结账数与现在看的数的差异", answer=DifferenceOut)
    def get(self, request: Request, name: str) -> Response:
        if name.upper() not in LEDGERS:
            raise Http404
        given = self.query
        found = compare_month(
            name=name,
            division=self.place(given["division"]),
            month=given["month"],
            actor=self.user,
            at=self.at,
            before=given.get("before") or "closed",
            after=given.get("after") or "now",
        )
        rows: list[dict[str, Any]] = [
            {
                "sort": row.sort,
                "name": row.name,
                "unit": row.unit.code if row.unit else "",
                "household": row.household.number if row.household else "",
                "cells": [
                    {"heading": cell.heading, "before": text(cell.before), "after": text(cell.after)}
                    for cell in row.cells
                ],
                "late": [str(event) for event in row.late],
            }
            for row in found.rows
        ]
        answer = {"ledger": found.ledger.code, "before": found.labels[0], "after": found.labels[1], "rows": rows}
        return Response(DifferenceOut(answer).data)
