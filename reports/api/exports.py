"""Exports as jobs: ask for a workbook or for the set of all, watch it being made, fetch it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery, narrow
from accounts.api.fields import DivisionCode, Flag, Input, Output, PastDay, Text, choice_of
from accounts.api.schema import FILE, doc
from accounts.api.serializers import Place
from accounts.api.uploads import ARCHIVE_TYPE, as_attachment
from reports.models import ExportRun
from reports.services.exports import filename_of, open_export, queue_export

TAG = "台账"
FILES = {**FILE, (200, ARCHIVE_TYPE): OpenApiTypes.BINARY}


class ExportIn(Input):
    ledger = Text(10, help_text="台账编号，如 L1；ALL 是整套，打成压缩包")
    division = DivisionCode()
    as_of = PastDay(required=False, help_text="截至哪天；不填为今天")
    known = Text(40, required=False, help_text="now 现在看的数，closed 结账数，或一个时间；不填时结了账的月份按结账数")
    whole = Flag(required=False, help_text="true：完整证件号码和电话，须有权限并写明用途")
    purpose = Text(200, required=False)


class ExportOut(Output):
    uid = serializers.UUIDField()
    ledger = serializers.CharField()
    division = Place()
    as_of = serializers.DateField()
    known = serializers.CharField()
    masked = serializers.BooleanField()
    state = serializers.CharField()
    state_name = serializers.CharField(source="get_state_display")
    percent = serializers.IntegerField()
    rows = serializers.IntegerField()
    queued_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField()


class ExportQuery(ListQuery):
    state = choice_of(ExportRun.State.values, required=False)


class _OfExports(Endpoint):
    tag = TAG

    def runs(self) -> QuerySet[ExportRun]:
        return ExportRun.objects.visible_to(self.user).select_related("division", "file")

    def run(self, uid: UUID) -> ExportRun:
        return self.find(self.runs(), uid=uid)


class ExportsView(_OfExports):
    query_class = ExportQuery

    @doc("自己的台账导出列表", answer=ExportOut, many=True)
    def get(self, request: Request) -> Response:
        return self.pages(narrow(self.runs(), self.query, state="state"), ExportOut)

    @doc("后台导出一本台账或整套", request=ExportIn, answer=ExportOut, status=202, more="好了从 file/ 下载，留 30 天。")
    def post(self, request: Request) -> Response:
        given = self.read(ExportIn)
        run = queue_export(
            name=given["ledger"],
            division=self.place(given["division"]),
            as_of=given.get("as_of"),
            masked=not given.get("whole", False),
            purpose=given.get("purpose", ""),
            known=given.get("known", ""),
            actor=self.user,
            at=self.at,
        )
        return self.answer(ExportOut, self.run(run.uid), 202)


class ExportView(_OfExports):
    @doc("一次导出：进度和结果", answer=ExportOut)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(ExportOut, self.run(uid))


class ExportFileView(_OfExports):
    @doc("导出好的工作簿或压缩包", answer=FILES, more="每次下载都记入审计。")
    def get(self, request: Request, uid: UUID) -> HttpResponseBase:
        run = self.run(uid)
        content = open_export(run=run, actor=self.user, at=self.at, address=request.META.get("REMOTE_ADDR"))
        return as_attachment(content, filename_of(run))
