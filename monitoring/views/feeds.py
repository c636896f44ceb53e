"""Pages of department files: what came for which month, bring one, see what was rejected."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.errors import Refused
from accounts.scope import scope_of
from accounts.views.base import Page, do_and_return
from monitoring.feeds import FEEDS
from monitoring.models import FeedBatch
from monitoring.services.feed_originals import write_batch_errors
from monitoring.services.feed_undo import undo_batch
from monitoring.services.feeds import import_feed
from monitoring.views.runs import PeriodForm, last_month
from sheets.faults import SheetError


class UploadForm(PeriodForm):
    """A department's file for a month."""

    feed = forms.ChoiceField(label="数据", widget=forms.Select(attrs={"class": "form-select form-select-sm"}))
    file = forms.FileField(label="文件（xlsx、xls、csv）", widget=forms.FileInput(attrs={"class": "form-control"}))

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["feed"].choices = [(name, FEEDS[name].title) for name in names]  # type: ignore[attr-defined]


class FeedList(Page):
    """Files that came, newest month first, and the form that brings one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(names=_names(self.user), initial={"period": last_month()})
        return self._page(request, form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES, names=_names(self.user))
        if not form.is_valid():
            return self._page(request, form, status=400)
        try:
            report = self._import(form)
        except (Refused, SheetError) as refusal:
            if getattr(refusal, "status", 400) in (403, 404):
                raise
            form.add_error("file", str(refusal))
            return self._page(request, form, status=400)
        messages.success(
            request,
            f"{FEEDS[report.feed].title} {report.period:%Y年%m月}：{report.counts.rows} 行，"
            f"接收 {report.counts.accepted}，退回 {report.counts.rejected}，重复 {report.counts.duplicates}。",
        )
        return redirect("feed-detail", uid=report.batch.uid)

    def _import(self, form: UploadForm) -> Any:
        upload = form.cleaned_data["file"]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "upload"
            with path.open("wb") as copy:
                for chunk in upload.chunks():
                    copy.write(chunk)
            return import_feed(
                feed=form.cleaned_data["feed"],
                path=path,
                name=upload.name,
                period=form.cleaned_data["period"],
                actor=self.user,
                at=self.at,
            )

    def _page(self, request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
        batches = FeedBatch.objects.visible_to(self.user).current().select_related("file", "imported_by")[:200]
        rows = [{"batch": batch, "title": FEEDS[batch.feed].title} for batch in batches]
        return render(request, "monitoring/feeds.html", {"rows": rows, "form": form}, status=status)


class FeedDetail(Page):
    """One file: its counts, warnings and rejected rows; take it back."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        batch = get_object_or_404(_batches(self.user), uid=uid)
        return render(request, "monitoring/feed.html", {"batch": batch, "title": FEEDS[batch.feed].title})

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        batch = get_object_or_404(_batches(self.user), uid=uid)

        def act() -> str:
            undo_batch(batch=batch, actor=self.user, at=self.at)
            return "这个文件已撤销。"

        return do_and_return(request, act, to=request.path)


class FeedErrors(Page):
    """The rejected rows as they came, with the reasons, as a workbook to mend and send again."""

    def get(self, request: HttpRequest, uid: str) -> FileResponse:
        batch = get_object_or_404(_batches(self.user), uid=uid)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "errors.xlsx"
            write_batch_errors(batch=batch, output=path, actor=self.user, at=self.at)
            content = path.open("rb")
        name = f"{FEEDS[batch.feed].title}{batch.period:%Y%m}退回.xlsx"
        return FileResponse(content, as_attachment=True, filename=name)


def _batches(user: Any) -> QuerySet[FeedBatch]:
    return FeedBatch.objects.visible_to(user).select_related("file", "imported_by")


def _names(user: Any) -> list[str]:
    """The feeds that the user may bring: a liaison his department's, the county bureau all."""
    scope = scope_of(user)
    return [
        name for name, feed in FEEDS.items() if "county_bureau" in scope.roles or feed.department in scope.departments
    ]
