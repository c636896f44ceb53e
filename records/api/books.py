"""Books over the API: what is declared, the lines of one, the same acts as on the pages, workbooks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import Endpoint, ListQuery, Upload, narrow, within
from accounts.api.fields import Day, DivisionCode, Flag, Input, Output, PastDay, Text
from accounts.api.schema import FILE, doc
from accounts.api.serializers import PersonName, RowFault
from accounts.api.uploads import made_book, workbook
from accounts.models import Division
from households.models import Household, Person
from records.books import BOOKS, Book
from records.models import RecordBatch
from records.readings import book_of, books_of, name_of, place_of, shown, with_names
from records.services.book_originals import write_batch_errors, write_template
from records.services.book_undo import undo_book
from records.services.books import import_book
from records.services.lines import add_line, change_line, correct_line, end_line, withdraw_line
from records.values import NOTE_LIMIT, REASON_LIMIT

TAG = "底册"
_LONGEST = 1_000


class BookColumnOut(Output):
    field = serializers.CharField(help_text="values 里的名字")
    name = serializers.CharField(help_text="表头")
    aliases = serializers.ListField(child=serializers.CharField(), help_text="也认识的表头")
    needed = serializers.BooleanField()
    shape = serializers.CharField(help_text="text、words、flag、whole、amount、date、household")
    words = serializers.ListField(child=serializers.CharField(), help_text="可取的词；空表示不限")
    masked = serializers.BooleanField(help_text="加密保存，读出时遮盖")


class BookOut(Output):
    code = serializers.CharField()
    title = serializers.CharField()
    subject = serializers.CharField(help_text="person、household、place")
    department_label = serializers.CharField()
    key = serializers.ListField(child=serializers.CharField(), help_text="连同对象认作同一条的字段")
    columns = BookColumnOut(many=True)


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string", "nullable": True}})
class Values(serializers.DictField):
    """Values by field, as text, number or truth; null and '' clear one."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict) or len(data) > 60:
            raise serializers.ValidationError("应为一个对象，键是字段名。")
        for name, value in data.items():
            if isinstance(value, dict | list) or len(str(value)) > _LONGEST or len(str(name)) > 60:
                raise serializers.ValidationError(f"“{str(name)[:40]}”的值太长或不是一个值。")
        return {str(name): value for name, value in data.items()}

    def to_representation(self, value: Any) -> Any:
        return value


class LineOut(Output):
    line = serializers.UUIDField(help_text="这一条，各时段相同")
    version = serializers.UUIDField(source="uid", help_text="这一时段，改动时原样交回")
    subject = serializers.SerializerMethodField(help_text="姓名、户或单位")
    place = serializers.SerializerMethodField()
    from_on = serializers.DateField()
    to_on = serializers.DateField(allow_null=True, help_text="不再如此的第一天")
    values = serializers.SerializerMethodField()
    note = serializers.CharField()
    reason = serializers.CharField()
    recorded_by = PersonName(allow_null=True)
    recorded_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)

    def get_subject(self, row: Any) -> str:
        return name_of(self.context["view"].book, row)

    def get_place(self, row: Any) -> str:
        return place_of(self.context["view"].book, row)

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_values(self, row: Any) -> dict[str, str]:
        return {column.field: shown(column, row) for column in self.context["view"].book.columns}


class LineQuery(ListQuery):
    division = DivisionCode(required=False)
    on = Day(required=False, help_text="哪一天有效的；不写就是今天")
    household = serializers.UUIDField(required=False)


class BatchQuery(ListQuery):
    division = DivisionCode(required=False)


class LineIn(Input):
    household = serializers.UUIDField(required=False, help_text="人的、户的底册要写")
    person = serializers.UUIDField(required=False, help_text="人的底册要写")
    division = DivisionCode(required=False, help_text="单位的底册要写")
    from_on = PastDay()
    to_on = Day(required=False, allow_null=True, default=None, help_text="不再如此的第一天")
    values = Values()
    note = Text(NOTE_LIMIT, required=False, default="")


class _OnLineIn(Input):
    version = serializers.UUIDField(help_text="你所看到的时段；已被改过则返回 409")


class LineChangeIn(_OnLineIn):
    on = PastDay(help_text="从哪一天起变")
    values = Values()
    reason = Text(REASON_LIMIT, required=False, default="")


class LineCorrectIn(_OnLineIn):
    values = Values()
    reason = Text(REASON_LIMIT)
    from_on = PastDay(required=False)
    to_on = Day(required=False, allow_null=True, help_text="写 null 就是还在继续")


class LineEndIn(_OnLineIn):
    on = Day(help_text="不再如此的第一天")
    reason = Text(REASON_LIMIT, required=False, default="")


class LineWithdrawIn(_OnLineIn):
    reason = Text(REASON_LIMIT)


class BookFileIn(Input):
    division = DivisionCode()
    listed_on = PastDay(required=False)
    full = Flag(required=False, default=False, help_text="该单位的全量名册：名册外的截止")
    file = serializers.FileField(max_length=255, help_text=".xlsx、.xls 或 .csv")


class BookBatchOut(Output):
    uid = serializers.UUIDField()
    book = serializers.CharField()
    division = serializers.CharField(source="division_id")
    file = serializers.CharField(source="file.name")
    state = serializers.CharField()
    state_name = serializers.CharField(source="get_state_display")
    imported_by = PersonName(allow_null=True)
    imported_at = serializers.DateTimeField()
    listed_on = serializers.DateField(allow_null=True)
    full = serializers.BooleanField()
    rows = serializers.IntegerField()
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    ended = serializers.IntegerField()
    rejected = serializers.IntegerField()


class BookBatchDetail(BookBatchOut):
    errors = RowFault(many=True)  # type: ignore[assignment]


class BooksView(Endpoint):
    tag = TAG

    @doc("底册的格式约定（只列经手的）", answer=BookOut(many=True))
    def get(self, request: Request) -> Response:
        return Response([declared(book) for book in books_of(self.user)])


class _OfBook(Endpoint):
    tag = TAG

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        found = book_of(self.user, kwargs["book"])
        if found is None:
            raise Http404
        self.book: Book = found

    def lines(self) -> QuerySet[Any]:
        return with_names(self.book, self.book.model.objects.visible_to(self.user).select_related("recorded_by"))

    def one(self, row: Any, status: int = 200) -> Response:
        return self.answer(LineOut, self.lines().get(pk=row.pk), status)

    def standing_place(self, code: str) -> Division:
        """A place that the user sees, or for a liaison one of his posts'."""
        found = Division.objects.filter(code=code).first()
        if found is None:
            raise Http404
        return found


class LinesView(_OfBook):
    query_class = LineQuery

    @doc("一本底册某一天有效的记录", answer=LineOut, many=True)
    def get(self, request: Request, book: str) -> Response:
        rows = self.lines().as_of(self.query.get("on") or timezone.localdate())  # type: ignore[attr-defined]
        filters: dict[str, Any] = {"division": within}
        if self.book.subject != "place":
            filters["household"] = "household__uid"
        return self.pages(narrow(rows, self.query, **filters), LineOut)

    @doc("录入一条", request=LineIn, answer=LineOut, status=201)
    def post(self, request: Request, book: str) -> Response:
        given = self.read(LineIn)
        row = add_line(
            book=self.book,
            values=given["values"],
            from_on=given["from_on"],
            to_on=given["to_on"],
            note=given["note"],
            actor=self.user,
            at=self.at,
            **self._subject(given),
        )
        return self.one(row, 201)

    def _subject(self, given: dict[str, Any]) -> dict[str, Any]:
        if self.book.subject == "place":
            return {"division": self.standing_place(given["division"]) if "division" in given else None}
        if "household" not in given:
            return {}
        household = Household.objects.filter(uid=given["household"]).first()
        if household is None:
            raise Http404
        person = Person.objects.filter(uid=given["person"]).first() if "person" in given else None
        return {"household": household, "person": person}


class LineView(_OfBook):
    @doc("一条记录的各个时段，新的在前；被更正的带 withdrawn_at", answer=LineOut(many=True))
    def get(self, request: Request, book: str, uid: UUID) -> Response:
        rows = list(self.lines().filter(line=uid).order_by("-pk"))
        if not rows:
            raise Http404
        return Response(LineOut(rows, many=True, context=self.context()).data)


class _OnLine(_OfBook):
    def about(self, uid: UUID, given: dict[str, Any]) -> dict[str, Any]:
        if not self.book.model.objects.visible_to(self.user).filter(line=uid).exists():
            raise Http404
        same = {"book": self.book, "line": uid, "seen": given["version"], "reason": given["reason"]}
        return {**same, "actor": self.user, "at": self.at}


class ChangeLineView(_OnLine):
    @doc("变更：从一天起按新的算", request=LineChangeIn, answer=LineOut)
    def post(self, request: Request, book: str, uid: UUID) -> Response:
        given = self.read(LineChangeIn)
        return self.one(change_line(values=given["values"], on=given["on"], **self.about(uid, given)))


class CorrectLineView(_OnLine):
    @doc("更正：原来写错的撤下重写", request=LineCorrectIn, answer=LineOut)
    def post(self, request: Request, book: str, uid: UUID) -> Response:
        given = self.read(LineCorrectIn)
        days: dict[str, Any] = {"from_on": given.get("from_on"), "to_on": given.get("to_on")}
        lasting = "to_on" in given and given["to_on"] is None
        return self.one(correct_line(values=given["values"], lasting=lasting, **days, **self.about(uid, given)))


class EndLineView(_OnLine):
    @doc("截止：从一天起不再如此", request=LineEndIn, answer=LineOut)
    def post(self, request: Request, book: str, uid: UUID) -> Response:
        given = self.read(LineEndIn)
        return self.one(end_line(on=given["on"], **self.about(uid, given)))


class WithdrawLineView(_OnLine):
    @doc("撤回：整条都不该有", request=LineWithdrawIn, answer=None, status=204)
    def post(self, request: Request, book: str, uid: UUID) -> Response:
        given = self.read(LineWithdrawIn)
        withdraw_line(**self.about(uid, given))
        return Response(status=204)


class BookFilesView(_OfBook, Upload):
    tag = TAG
    query_class = BatchQuery

    @doc("一本底册的导入批次", answer=BookBatchOut, many=True)
    def get(self, request: Request, book: str) -> Response:
        rows = _batches(self).filter(book=self.book.code)
        return self.pages(narrow(rows, self.query, division=_batches_within), BookBatchOut)

    @doc("导入一本底册的工作簿", request=BookFileIn, answer=BookBatchDetail, status=201)
    def post(self, request: Request, book: str) -> Response:
        given = self.read(BookFileIn)
        upload = given["file"]
        with workbook(upload) as path:
            report = import_book(
                book=self.book.code,
                path=path,
                name=upload.name or path.name,
                division=self.standing_place(given["division"]),
                actor=self.user,
                at=self.at,
                listed_on=given.get("listed_on"),
                full=given["full"],
                guarded=True,
            )
        return self.answer(BookBatchDetail, report.batch, 201)


class BookTemplateView(_OfBook):
    @doc("导入模板（空工作簿）", answer=FILE)
    def get(self, request: Request, book: str) -> HttpResponseBase:
        return made_book(f"{self.book.title}导入模板.xlsx", lambda path: write_template(book=self.book, output=path))


class _OfBookBatch(Endpoint):
    tag = TAG

    def batch(self, uid: UUID) -> RecordBatch:
        return self.find(_batches(self), uid=uid)


class BookBatchView(_OfBookBatch):
    @doc("一个导入批次和它退回的行", answer=BookBatchDetail)
    def get(self, request: Request, uid: UUID) -> Response:
        return self.answer(BookBatchDetail, self.batch(uid))


class UndoBookBatchView(_OfBookBatch):
    @doc("撤销导入批次", request=Input, answer=BookBatchDetail)
    def post(self, request: Request, uid: UUID) -> Response:
        batch = self.batch(uid)
        self.read(Input)
        undo_book(batch=batch, actor=self.user, at=self.at)
        return self.answer(BookBatchDetail, self.batch(uid))


class BookBatchErrorsView(_OfBookBatch):
    @doc("退回的行（附原因的工作簿，改好后可再传）", answer=FILE)
    def get(self, request: Request, uid: UUID) -> HttpResponseBase:
        batch = self.batch(uid)
        return made_book(
            f"{BOOKS[batch.book].title}退回.xlsx",
            lambda path: write_batch_errors(batch=batch, output=path, actor=self.user, at=self.at),
        )


def _batches(view: Endpoint) -> QuerySet[RecordBatch]:
    codes = [book.code for book in books_of(view.user)]
    rows = RecordBatch.objects.visible_to(view.user).filter(book__in=codes)
    return rows.select_related("file", "imported_by")


def _batches_within(rows: QuerySet[RecordBatch], code: str) -> QuerySet[RecordBatch]:
    place = Division.objects.filter(code=code).first()
    if place is None:
        return rows.none()
    low, high = place.code_range
    return rows.filter(division__gte=low, division__lt=high)


def declared(book: Book) -> dict[str, Any]:
    """A declaration as the answer shows it."""
    columns = [
        {
            "field": column.field,
            "name": column.name,
            "aliases": list(column.aliases),
            "needed": column.needed,
            "shape": column.shape,
            "words": list(column.values),
            "masked": bool(column.secret),
        }
        for column in book.columns
    ]
    about = {"code": book.code, "title": book.title, "subject": book.subject, "key": list(book.key)}
    return {**about, "department_label": book.department_label, "columns": columns}
