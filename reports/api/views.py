"""Ledgers: what there is, and one of them as a workbook."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import Http404
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint
from accounts.api.fields import DivisionCode, Flag, Input, Output, PastDay, Text
from accounts.api.schema import FILE, doc
from accounts.api.uploads import as_download
from reports.ledgers import LEDGERS
from reports.services.ledgers import LedgerOrder, write_ledger

TAG = "台账"


class LedgerOut(Output):
    code = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    levels = serializers.ListField(child=serializers.IntegerField(), help_text="可出的级别：3 县 4 乡镇 5 村")


class LedgerIn(Input):
    division = DivisionCode()
    as_of = PastDay(required=False, help_text="截至哪天；不填为今天")
    whole = Flag(required=False, help_text="true：完整证件号码和电话，须有权限并写明用途")
    purpose = Text(200, required=False)


class LedgersView(Endpoint):
    tag = TAG

    @doc("全部台账", answer=LedgerOut(many=True))
    def get(self, request: Request) -> Response:
        return Response(LedgerOut(LEDGERS.values(), many=True).data)


class LedgerView(Endpoint):
    tag = TAG

    @doc("出一本台账（工作簿）", request=LedgerIn, answer=FILE, more="每次导出都记入审计；默认遮盖证件号码和电话。")
    def post(self, request: Request, name: str) -> HttpResponseBase:
        if name.upper() not in LEDGERS:
            raise Http404
        given = self.read(LedgerIn)
        order = LedgerOrder(
            division=self.place(given["division"]),
            as_of=given.get("as_of"),
            actor=self.user,
            at=self.at,
            masked=not given.get("whole", False),
            purpose=given.get("purpose", ""),
        )
        with tempfile.TemporaryDirectory(prefix="shouwang-") as folder:
            path = Path(folder) / "ledger.xlsx"
            result = write_ledger(name=name, order=order, path=path)
            return as_download(path, result.ledger.filename(order.division, result.as_of, masked=order.masked))
