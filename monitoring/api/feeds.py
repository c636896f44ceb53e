"""Department files: what is declared, what came, bring one, take it back, mend what was rejected."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery, Upload, narrow
from accounts.api.fields import Input, Month, Output, choice_of
from accounts.api.schema import FILE, doc
from accounts.api.serializers import PersonName, RowFault
from accounts.api.uploads import made_book, workbook
from monitoring.feeds import FEEDS, Feed
from monitoring.models import FeedBatch, FeedReply
from monitoring.services.feed_originals import write_batch_errors
from monitoring.services.feed_replies import MOST_NOTE, reply_to_department
from monitoring.services.feed_undo import undo_batch
from monitoring.services.feeds import FeedReport, import_feed

TAG = "部门数据"


class ColumnOut(Output):
    name = serializers.CharField(help_text="表头")
    aliases = serializers.ListField(child=serializers.CharField(), help_text="也认识的表头")
    needed = serializers.BooleanField()
    kind = serializers.CharField()
    codes = serializers.ListField(child=serializers.CharField(), help_text="可取的值；空表示不限")


class FeedOut(Output):
    name = serializers.CharField()
    title = serializers.CharField()
    department = serializers.CharField()
    department_label = serializers.CharField()
    columns = ColumnOut(many=True)


class FeedBatchOut(Output):
    uid = serializers.UUIDField()
    feed = serializers.CharField()
    period = Month()
    file = serializers.CharField(source="file.name")
    state = serializers.CharField()
    state_name = serializers.CharField(source="get_state_display")
    imported_by = PersonName(allow_null=True)
    imported_at = serializers.DateTimeField()
    rows = serializers.IntegerField()
    accepted = serializers.IntegerField()
    rejected = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    matched = serializers.IntegerField()
    name_differs = serializers.IntegerField()
    not_registered = serializers.IntegerField()
    warnings = serializers.ListField(child=serializers.CharField())


class FeedBatchDetail(FeedBatchOut):
    errors = RowFault(many=True)  # type: ignore[assignment]


class FeedResultsOut(Output):
    hits = serializers.IntegerField(help_text="触发户次")
    outcomes = serializers.DictField(child=serializers.IntegerField(), help_text="各去向的户次")
    clues = serializers.IntegerField(help_text="形成线索")
    open = serializers.IntegerField(help_text="还在办")
    true = serializers.IntegerField(help_text="核实属实")
    enrolled = serializers.IntegerField(help_text="纳入监测")
    solved = serializers.IntegerField(help_text="政策化解")


class FeedReplyOut(Output):
    feed = serializers.CharField()
    period = Month()
    replied_on = serializers.DateField()
    results = FeedResultsOut(help_text="回告时的结果，只有条数")
    note = serializers.CharField()
    replied_by = PersonName()


class FeedReplyIn(Input):
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=MOST_NOTE, help_text="附言")


class FeedBatchQuery(ListQuery):
    feed = choice_of(FEEDS, required=False)
    period = Month(required=False)
    state = choice_of(FeedBatch.State.values, required=False)


class FeedFileIn(Input):
    feed = choice_of(FEEDS)
    period = Month()
    file = serializers.FileField(max_length=255, help_text=".xlsx、.xls 或 .csv")


class FeedListView(Endpoint):
    tag = TAG

    @doc("部门数据的格式约定", answer=FeedOut(many=True))
    def get(self, request: Request) -> Response:
        return Response([declared(feed) for feed in FEEDS.values()])


class BatchesView(Upload):
    tag = TAG
    query_class = FeedBatchQuery

    @doc("部门数据批次（联络员只见本部门的）", answer=FeedBatchOut, many=True)
    def get(self, request: Request) -> Response:
        rows = FeedBatch.objects.visible_to(self.user).select_related("file", "imported_by")
        return self.pages(narrow(rows, self.query, feed="feed", period="period", state="state"), FeedBatchOut)

    @doc("上传一个部门一个月的数据", request=FeedFileIn, answer=FeedBatchDetail, status=201)
    def post(self, request: Request) -> Response:
        given = self.read(FeedFileIn)
        upload = given["file"]
        with workbook(upload) as path:
            report = self._import(given, path, upload.name or path.name)
        return self.answer(FeedBatchDetail, report.batch, 201)

    def _import(self, given: dict[str, Any], path: Path, name: str) -> FeedReport:
        return import_feed(
            feed=given["feed"],
            path=path,
            name=name,
            period=given["period"],
            actor=self.user,
            at=self.at,
            guarded=True,
        )


class _OfBatch(Endpoint):
    tag = TAG

    def batch(self, uid: UUID) -> FeedBatch:
        return self.find(FeedBatch.objects.visible_to(self.user).select_related("file", "imported_by"), uid=uid)


class BatchView(_OfBatch):
    @doc("一个批次和它退回的行", answer=FeedBatchDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(FeedBatchDetail, self.batch(uid))


class UndoBatchView(_OfBatch):
    @doc("撤销批次", request=Input, answer=FeedBatchDetail)
    def post(self, request: Request, uid: UUID) -> Response:
        batch = self.batch(uid)
        self.read(Input)
        undo_batch(batch=batch, actor=self.user, at=self.at)
        return self.answer(FeedBatchDetail, self.batch(uid))


class BatchRepliesView(_OfBatch):
    @doc("县里就这个数据和月份回告了什么（新的在前）", answer=FeedReplyOut(many=True))
    def get(self, request: Request, uid: UUID) -> Response:
        batch = self.batch(uid)
        rows = FeedReply.objects.of_month(batch.feed, batch.period).select_related("replied_by")
        return Response(FeedReplyOut(rows, many=True).data)

    @doc("向部门回告这个数据和月份的结果", request=FeedReplyIn, answer=FeedReplyOut, status=201)
    def post(self, request: Request, uid: UUID) -> Response:
        batch = self.batch(uid)
        given = self.read(FeedReplyIn)
        reply = reply_to_department(
            feed=batch.feed, period=batch.period, note=given["note"], actor=self.user, at=self.at
        )
        return self.answer(FeedReplyOut, reply, 201)


class BatchErrorsView(_OfBatch):
    @doc("退回的行（附原因的工作簿，改好后可再传）", answer=FILE)
    def get(self, request: Request, uid: UUID) -> HttpResponseBase:
        batch = self.batch(uid)
        return made_book(
            f"{FEEDS[batch.feed].title}{batch.period:%Y%m}退回.xlsx",
            lambda path: write_batch_errors(batch=batch, output=path, actor=self.user, at=self.at),
        )


def declared(feed: Feed) -> dict[str, Any]:
    """A declaration as the answer shows it."""
    columns = [
        {
            "name": column.name,
            "aliases": sorted(column.aliases),
            "needed": column.needed,
            "kind": str(column.kind),
            "codes": sorted(set((column.codes or {}).values())),
        }
        for column in feed.layout()
    ]
    labels = {"department": feed.department, "department_label": feed.department_label}
    return {"name": feed.name, "title": feed.title, **labels, "columns": columns}
