"""Imports of the register: send a file, see what became of it, take it back, get the rejected rows to mend."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, Upload, narrow
from accounts.api.fields import Input
from accounts.api.schema import FILE, doc
from accounts.api.uploads import made_book, workbook
from households.api import serializers as s
from households.models import RegisterBatch
from households.services.register import import_register
from households.services.register_errors import write_import_errors
from households.services.register_undo import undo_register

TAG = "档案导入"


def imports_of(view: Endpoint) -> QuerySet[RegisterBatch]:
    return RegisterBatch.objects.visible_to(view.user).select_related("file", "imported_by")


class ImportsView(Upload):
    tag = TAG
    query_class = s.ImportQuery

    @doc("档案导入批次", answer=s.ImportOut, many=True)
    def get(self, request: Request) -> Response:
        return self.pages(narrow(imports_of(self), self.query, state="state"), s.ImportOut)

    @doc("导入档案，逐行报告", request=s.RegisterFileIn, answer=s.ReportOut, status=201)
    def post(self, request: Request) -> Response:
        given = self.read(s.RegisterFileIn)
        upload, dry_run = given["file"], given.get("dry_run", False)
        with workbook(upload) as path:
            name = upload.name or path.name
            report = import_register(path=path, name=name, actor=self.user, at=self.at, dry_run=dry_run, guarded=True)
        batch = str(report.batch.uid) if report.batch is not None else None
        return Response({"batch": batch, **report.as_json()}, status=201)


class _OfImport(Endpoint):
    tag = TAG

    def batch(self, uid: UUID) -> RegisterBatch:
        return self.find(imports_of(self), uid=uid)


class ImportView(_OfImport):
    @doc("一次导入和它退回的行", answer=s.ImportDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(s.ImportDetail, self.batch(uid))


class UndoImportView(_OfImport):
    @doc("撤销导入", request=Input, answer=s.ImportDetail)
    def post(self, request: Request, uid: UUID) -> Response:
        batch = self.batch(uid)
        self.read(Input)
        undo_register(batch=batch, actor=self.user, at=self.at)
        return self.answer(s.ImportDetail, self.batch(uid))


class ImportErrorsView(_OfImport):
    @doc("退回的行（附原因的工作簿，改好后可再传）", answer=FILE)
    def get(self, request: Request, uid: UUID) -> HttpResponseBase:
        batch = self.batch(uid)
        return made_book(
            "档案退回.xlsx", lambda path: write_import_errors(batch=batch, output=path, actor=self.user, at=self.at)
        )
