"""Pages where a sender says what the headings of his file mean, and that few rows are all there are."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.errors import Refused
from accounts.views.base import Page, do_and_return, whole_number
from monitoring.feeds import FEEDS
from monitoring.models import FeedUpload, HeadingMapping
from monitoring.services.feed_uploads import drop_upload, look_at_upload, take_in
from monitoring.services.feed_volume import FarFewer
from monitoring.services.feeds import current_batches
from monitoring.services.headings import forget
from monitoring.views.feeds import told
from sheets.faults import SheetError


class UploadPage(Page):
    """A page about a file of the user's that waits."""

    def upload(self, uid: str) -> FeedUpload:
        return get_object_or_404(FeedUpload.objects.visible_to(self.user).select_related("file"), uid=uid)

    def dropped(self, upload: FeedUpload) -> HttpResponse:
        drop_upload(upload)
        messages.success(self.request, "这个文件没有导入，已经删去。")
        return redirect("feed-list")


class FeedReplace(UploadPage):
    """A waiting file that has `rows` rows, far fewer than the one it would replace: replace that one, or leave it."""

    def get(self, request: HttpRequest, uid: str, rows: int) -> HttpResponse:
        upload = self.upload(uid)
        standing = current_batches(upload.feed, upload.period).filter(supplements__isnull=True).first()
        context = {"upload": upload, "title": FEEDS[upload.feed].title, "rows": rows, "standing": standing}
        return render(request, "monitoring/feed_replace.html", context)

    def post(self, request: HttpRequest, uid: str, rows: int) -> HttpResponse:
        upload = self.upload(uid)
        if "drop" in request.POST:
            return self.dropped(upload)
        try:
            report = take_in(upload=upload, chosen={}, actor=self.user, at=self.at, confirmed_rows=rows)
        except FarFewer as refusal:
            return redirect("feed-replace", uid=uid, rows=refusal.rows)
        except SheetError as refusal:
            messages.error(request, str(refusal))
            return redirect("feed-list")
        messages.success(request, told(report))
        return redirect("feed-detail", uid=report.batch.uid)


class FeedHeadings(UploadPage):
    """A waiting file's columns with their letters and first cells, and what each is to be taken for."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        return self._show(request, self.upload(uid), {})

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        upload = self.upload(uid)
        if "drop" in request.POST:
            return self.dropped(upload)
        chosen, confirmed = _chosen(request.POST), whole_number(request.POST.get("confirmed_rows")) or 0
        try:
            report = take_in(upload=upload, chosen=chosen, actor=self.user, at=self.at, confirmed_rows=confirmed)
        except (Refused, SheetError) as refusal:
            if getattr(refusal, "status", 400) in (403, 404):
                raise
            problem = {"message": refusal.message, "field": getattr(refusal, "field", "")}
            if isinstance(refusal, FarFewer):
                problem = {"message": refusal.message, "field": "", "rows": str(refusal.rows)}
            return self._show(request, upload, chosen, problem, status=400)
        messages.success(request, f"{told(report)}表头的认法已记住，下次自动认出。")
        return redirect("feed-detail", uid=report.batch.uid)

    def _show(
        self,
        request: HttpRequest,
        upload: FeedUpload,
        chosen: dict[int, str],
        problem: dict[str, str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        seen = look_at_upload(upload)
        context = {
            "upload": upload,
            "title": FEEDS[upload.feed].title,
            "seen": seen,
            "columns": [{"seen": column, "chosen": chosen.get(column.place, "")} for column in seen.columns],
            "problem": problem,
        }
        return render(request, "monitoring/feed_headings.html", context, status=status)


class HeadingForget(Page):
    """Take an assigned heading back."""

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        mapping = get_object_or_404(HeadingMapping, uid=uid)

        def act() -> str:
            forget(mapping=mapping, actor=self.user, at=self.at)
            return f"不再把“{mapping.heading}”认作{mapping.column}。已导入的文件不变。"

        return do_and_return(request, act, to="feed-list")


def _chosen(values: Any) -> dict[int, str]:
    """Column places and what they are taken for; `column_3=姓名`."""
    found: dict[int, str] = {}
    for name, value in values.items():
        place = whole_number(name.removeprefix("column_"), digits=3)
        if name.startswith("column_") and place is not None and value:
            found[place] = value[:60]
    return found
