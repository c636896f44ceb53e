"""Pages of books: all of them, the lines of one, bring a workbook, see what was sent back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.api.uploads import made_book, scratch_copy
from accounts.errors import Refused
from accounts.models import Division, User
from accounts.scope import scope_of
from accounts.views.base import Page, asked, do_and_return, keyset_page, said
from accounts.views.rejected import rejected_rows
from records.book_forms import UploadForm, may_enter, writable_places
from records.books import BOOKS, Book
from records.models import RecordBatch
from records.readings import (
    book_of,
    books_of,
    columns_on_list,
    last_day,
    name_of,
    place_name,
    place_of,
    shelves,
    shown,
    with_names,
)
from records.services.book_originals import write_batch_errors, write_template
from records.services.book_undo import undo_book
from records.services.books import BookReport, import_book
from sheets.faults import SheetError

_BATCHES = 20


def find_book(user: User, code: str) -> Book:
    """The book of that code if the user sees it; 404 otherwise."""
    book = book_of(user, code)
    if book is None:
        raise Http404
    return book


class BookList(Page):
    """The books that the user sees: lines in force today, the newest delivery."""

    def get(self, request: HttpRequest) -> HttpResponse:
        found = shelves(self.user, timezone.localdate())
        writable = {shelf.book.code for shelf in found if writable_places(self.user, shelf.book)}
        enterable = {shelf.book.code for shelf in found if may_enter(self.user, shelf.book)}
        return render(request, "records/books.html", {"shelves": found, "writable": writable, "enterable": enterable})


class BookDetail(Page):
    """The lines of a book in force on a day, by place and by the word that sorts them."""

    def get(self, request: HttpRequest, book: str) -> HttpResponse:
        declared = find_book(self.user, book)
        on = _day(request.GET.get("on", "")) or timezone.localdate()
        rows = narrowed(declared, self.user, asked(request), on)
        page = keyset_page(with_names(declared, rows), order=("-id",), query=request.GET)
        columns = columns_on_list(declared)
        sorting = _sorting(declared)
        context = {
            "book": declared,
            "page": page,
            "count": page.total(),
            "columns": columns,
            "lines": [_line(declared, row, columns) for row in page.rows],
            "on": on,
            "filters": request.GET,
            "places": _places(self.user),
            "sorting": sorting,
            "words": [(word, word) for word in sorting.values] if sorting else [],
            "may_write": bool(writable_places(self.user, declared)),
            "may_enter": may_enter(self.user, declared),
        }
        return render(request, "records/book.html", context)


def narrowed(book: Book, user: User, query: dict[str, str], on: date) -> QuerySet[Any]:
    """The lines that the address asks for."""
    rows = book.model.objects.visible_to(user)
    rows = rows.standing() if query.get("ended") else rows.as_of(on)
    place = Division.objects.filter(code=query.get("division") or "-").first()
    if query.get("division"):
        rows = rows.within(place) if place else rows.none()
    sorting = _sorting(book)
    if sorting and query.get("word") in sorting.values:
        rows = rows.filter(**{sorting.field: sorting.values[query["word"]]})
    words = (query.get("q") or "").strip()[:60]
    return rows.filter(_named(book, words)) if words else rows


def _named(book: Book, words: str) -> Q:
    if book.subject == "place":
        name = next((field for field in ("name", "number", "topic") if field in book.by_field), book.columns[0].field)
        return Q(**{f"{name}__icontains": words}) | Q(division__name__startswith=words)
    number = Q(household__number=words)
    if book.subject == "person":
        return number | Q(person__name__holds=words)
    heads = Q(household__memberships__relation="户主", household__memberships__left_on__isnull=True)
    return number | (heads & Q(household__memberships__person__name__holds=words))


def _sorting(book: Book) -> Any:
    """The first column whose cells are words of a list."""
    return next((column for column in book.columns if column.shape in ("words", "flag")), None)


def _line(book: Book, row: Any, columns: list[Any]) -> dict[str, Any]:
    return {
        "row": row,
        "name": name_of(book, row),
        "place": place_of(book, row),
        "cells": [(column, shown(column, row)) for column in columns],
        "last_day": last_day(row),
    }


def _places(user: User) -> list[tuple[str, str]]:
    scope = scope_of(user)
    visible = Division.objects.visible_to(user) if scope.area_posts() else Division.objects.none()
    for post in scope.posts:
        if post.department:
            visible = visible | Division.objects.within(post.division)
    townships = visible.at_level(Division.Level.TOWNSHIP).select_related("parent")
    found = townships if len(townships) > 1 else visible.at_level(Division.Level.VILLAGE).select_related("parent")
    return [(place.code, place.name) for place in found]


class BookUpload(Page):
    """Bring a workbook of a book; what came before. A file sent by script is answered in JSON."""

    def get(self, request: HttpRequest, book: str) -> HttpResponse:
        declared = find_book(self.user, book)
        # A mended file goes where the one before it went, and holds of the same day.
        wished = {name: value for name, value in asked(request).items() if name in ("division", "listed_on") and value}
        return self._page(declared, UploadForm(user=self.user, book=declared, initial=wished))

    def post(self, request: HttpRequest, book: str) -> HttpResponse:
        declared = find_book(self.user, book)
        form = UploadForm(request.POST, request.FILES, user=self.user, book=declared)
        address = self._take_in(declared, form) if form.is_valid() else ""
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"to": address}) if address else JsonResponse({"errors": said(form)}, status=400)
        return redirect(address) if address else self._page(declared, form, status=400)

    def _take_in(self, book: Book, form: UploadForm) -> str:
        """The page that tells what became of the file; '' where the form says why nothing did."""
        given = form.cleaned_data
        upload = given["file"]
        with scratch_copy(upload) as path:
            try:
                report = import_book(
                    book=book.code,
                    path=path,
                    name=upload.name,
                    division=given["division"],
                    actor=self.user,
                    at=self.at,
                    listed_on=given["listed_on"],
                    full=given["full"],
                    guarded=True,
                )
            except SheetError as refusal:
                form.add_error("file", str(refusal))
                return ""
            except Refused as refusal:
                if refusal.status in (403, 404):
                    raise
                form.add_error(refusal.field if refusal.field in form.fields else "file", refusal.message)
                return ""
        self._tell(report)
        return reverse("book-batch", args=[report.batch.uid])

    def _tell(self, report: BookReport) -> None:
        for warning in report.warnings:
            messages.warning(self.request, warning)
        tell = messages.warning if report.rejected else messages.success
        tell(self.request, told(report))

    def _page(self, book: Book, form: UploadForm, status: int = 200) -> HttpResponse:
        batches = RecordBatch.objects.visible_to(self.user).filter(book=book.code).defer("errors")
        context = {
            "book": book,
            "form": form,
            "may_write": bool(form.places),
            "batches": batches.select_related("file", "division", "imported_by")[:_BATCHES],
            "layout": book.layout(),
        }
        return render(self.request, "records/upload.html", context, status=status)


def told(report: BookReport) -> str:
    """What became of a file, in a sentence."""
    tally = report.tally
    if not report.stored:
        return f"这个文件已经导入过，{tally.unchanged} 行都没有变化。"
    if len(report.rejected) == report.rows:
        return f"{report.rows} 行全部退回，一行也没有入库。照下面的原因改好再上传。"
    return (
        f"{BOOKS[report.book].title}：{report.rows} 行，新增 {tally.created}，变更 {tally.changed}，"
        f"未变 {tally.unchanged}，截止 {tally.ended}，退回 {len(report.rejected)}"
        f"{'，退回的没有入库，照下面的原因改好再上传' if report.rejected else ''}。"
    )


class BookTemplate(Page):
    """An empty workbook of a book to fill in."""

    def get(self, request: HttpRequest, book: str) -> FileResponse:
        declared = find_book(self.user, book)
        return made_book(f"{declared.title}导入模板.xlsx", lambda path: write_template(book=declared, output=path))


def _batches(user: User) -> QuerySet[RecordBatch]:
    codes = [book.code for book in books_of(user)]
    rows = RecordBatch.objects.visible_to(user).filter(book__in=codes)
    return rows.select_related("file", "division__parent", "imported_by")


class BookBatch(Page):
    """One delivery: its counts, the rows sent back; take it back."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        batch = get_object_or_404(_batches(self.user), uid=uid)
        book = BOOKS[batch.book]
        places = writable_places(self.user, book)
        context = {
            "batch": batch,
            "book": book,
            "where": place_name(batch.division),
            "refused": rejected_rows(batch.errors, asked(request).get("reason", "")),
            "may_write": any(place.contains(batch.division_id) for place in places),
        }
        return render(request, "records/batch.html", context)

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        batch = get_object_or_404(_batches(self.user), uid=uid)

        def act() -> str:
            undo_book(batch=batch, actor=self.user, at=self.at)
            return "这个批次已撤销，它写下的记录不再算数，它改过的恢复原样。"

        return do_and_return(request, act, to=request.path)


class BookErrors(Page):
    """The rows sent back as they came, with the reasons, as a workbook to mend and send again."""

    def get(self, request: HttpRequest, uid: str) -> FileResponse:
        batch = get_object_or_404(_batches(self.user), uid=uid)
        return made_book(
            f"{BOOKS[batch.book].title}退回.xlsx",
            lambda path: write_batch_errors(batch=batch, output=path, actor=self.user, at=self.at),
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
