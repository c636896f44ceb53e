"""Layouts of ledgers: what a place has, a workbook down and up, from when one is used, and back to the standard."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery, Upload, narrow
from accounts.api.fields import Day, DivisionCode, Input, Output
from accounts.api.schema import FILE, doc
from accounts.api.serializers import PersonName, Place
from accounts.api.uploads import as_attachment, as_download, workbook
from accounts.permissions import require
from accounts.services.files import open_file
from reports.ledgers import LEDGERS, Ledger
from reports.models import LayoutTerm, LedgerLayout
from reports.permissions import EXPORT
from reports.services.layouts import LARGEST, current_layout, enact_layout, restore_standard, upload_layout

TAG = "台账版式"


class LayoutQuery(ListQuery):
    division = DivisionCode(required=False)


class PlaceQuery(Input):
    division = DivisionCode()


class LayoutIn(Input):
    division = DivisionCode(help_text="县或乡镇")
    file = serializers.FileField(max_length=255, help_text=".xlsx，2 MB 以内；从现用版式改来")


class TermIn(Input):
    from_on = Day(help_text="从哪天起用")


class StandardIn(TermIn):
    division = DivisionCode(help_text="县或乡镇")


class TermOut(Output):
    ledger = serializers.CharField()
    division = Place()
    layout = serializers.UUIDField(source="layout.uid", default=None, allow_null=True, help_text="null：标准版式")
    from_on = serializers.DateField()
    set_by = PersonName()
    recorded_at = serializers.DateTimeField()


class LayoutColumnOut(Output):
    key = serializers.CharField(help_text="列键；空：自填列")
    path = serializers.ListField(child=serializers.CharField(), help_text="表头，自上而下")
    width = serializers.FloatField()


class LayoutOut(Output):
    uid = serializers.UUIDField()
    ledger = serializers.CharField()
    division = Place()
    title = serializers.CharField(source="declared.title")
    columns = LayoutColumnOut(source="declared.columns", many=True)
    uploaded_by = PersonName()
    uploaded_at = serializers.DateTimeField()
    terms = TermOut(many=True, help_text="从哪天起用；空：还没有用过")


class _OfLayouts(Endpoint):
    tag = TAG

    def ledger(self, name: str) -> Ledger:
        if name.upper() not in LEDGERS:
            raise Http404
        return LEDGERS[name.upper()]

    def layouts(self, name: str) -> QuerySet[LedgerLayout]:
        rows = LedgerLayout.objects.visible_to(self.user).filter(ledger=self.ledger(name).code)
        return rows.select_related("division", "uploaded_by").prefetch_related("terms__division", "terms__set_by")


class LayoutsView(_OfLayouts, Upload):
    query_class = LayoutQuery

    @doc("一本台账传过的版式", answer=LayoutOut, many=True)
    def get(self, request: Request, name: str) -> Response:
        return self.pages(narrow(self.layouts(name), self.query, division="division_id"), LayoutOut)

    @doc(
        "上传改好的版式",
        request=LayoutIn,
        answer=LayoutOut,
        status=201,
        more="整份检查，错处逐格列在 details 里；传上来不改变现用版式，启用以后才用。",
    )
    def post(self, request: Request, name: str) -> Response:
        ledger, given = self.ledger(name), self.read(LayoutIn)
        upload, place = given["file"], self.place(given["division"])
        if upload.size > LARGEST:
            raise serializers.ValidationError({"file": ["版式超过 2 MB，请去掉图片和数据再传。"]})
        with workbook(upload) as path:
            kept = upload_layout(
                ledger=ledger, division=place, path=path, name=upload.name, actor=self.user, at=self.at
            )
        return self.answer(LayoutOut, self.find(self.layouts(name), uid=kept.uid), 201)


class LayoutView(_OfLayouts):
    @doc("一份版式", answer=LayoutOut)
    def get(self, request: Request, name: str, uid: UUID) -> Response:
        return self.answer(LayoutOut, self.find(self.layouts(name), uid=uid))


class LayoutBookView(_OfLayouts):
    @doc("一份版式的工作簿，传来时的样子", answer=FILE)
    def get(self, request: Request, name: str, uid: UUID) -> HttpResponseBase:
        kept = self.find(self.layouts(name).select_related("file"), uid=uid)
        require(actor=self.user, right=EXPORT, code=kept.division_id, at=self.at)
        content = open_file(kept.file)
        return as_attachment(content, kept.file.name)


class LayoutEnactView(_OfLayouts):
    @doc(
        "启用一份版式", request=TermIn, answer=TermOut, more="截至这天及以后的台账用它；结过账的月份仍是结账时的样子。"
    )
    def post(self, request: Request, name: str, uid: UUID) -> Response:
        kept = self.find(self.layouts(name), uid=uid)
        from_on = self.read(TermIn)["from_on"]
        term = enact_layout(layout=kept, from_on=from_on, actor=self.user, at=self.at)
        return self.answer(TermOut, term)


class LayoutTermsView(_OfLayouts):
    query_class = PlaceQuery

    @doc("一个地方历次起用的版式", answer=TermOut(many=True), more="含上级定的；最近的在前。")
    def get(self, request: Request, name: str) -> Response:
        terms = LayoutTerm.objects.of(self.ledger(name).code, self.place(self.query["division"]))
        found = terms.select_related("layout", "division", "set_by").order_by("-from_on", "-pk")
        return Response(TermOut(found, many=True, context=self.context()).data)


class LayoutStandardView(_OfLayouts):
    @doc("撤下自己的版式，换回标准版式", request=StandardIn, answer=TermOut)
    def post(self, request: Request, name: str) -> Response:
        ledger, given = self.ledger(name), self.read(StandardIn)
        wish: dict[str, Any] = {"division": self.place(given["division"]), "from_on": given["from_on"]}
        return self.answer(TermOut, restore_standard(ledger=ledger, **wish, actor=self.user, at=self.at))


class LayoutCurrentView(_OfLayouts):
    query_class = PlaceQuery

    @doc("现用版式的工作簿，改好再传", answer=FILE)
    def get(self, request: Request, name: str) -> HttpResponseBase:
        ledger, place = self.ledger(name), self.place(self.query["division"])
        with tempfile.TemporaryDirectory(prefix="shouwang-") as folder:
            path = Path(folder) / "layout.xlsx"
            on = timezone.localdate(self.at)
            current_layout(ledger=ledger, division=place, on=on, path=path, actor=self.user, at=self.at)
            return as_download(path, f"{place.name}{ledger.title}版式.xlsx")
