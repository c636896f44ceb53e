"""Pages of department files: who delivered what when, bring one, see what was rejected and what came of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.api.uploads import BOOK_BYTES, made_book, scratch_copy
from accounts.errors import Refused
from accounts.scope import scope_of
from accounts.views.base import Page, asked, do_and_return, said
from accounts.views.rejected import rejected_rows
from monitoring.feed_calendar import feed_calendar
from monitoring.feeds import FEEDS
from monitoring.models import FeedBatch, FeedReply, HeadingMapping
from monitoring.permissions import REPLY_TO_DEPARTMENT
from monitoring.querysets import COUNTY_READERS
from monitoring.run_results import feed_results
from monitoring.services.feed_originals import write_batch_errors
from monitoring.services.feed_replies import reply_to_department
from monitoring.services.feed_rights import may_with_feed
from monitoring.services.feed_undo import undo_batch
from monitoring.services.feed_uploads import keep_upload
from monitoring.services.feed_volume import FarFewer
from monitoring.services.feeds import FeedReport, import_feed
from monitoring.services.headings import learned_headings, look_at
from monitoring.views.runs import PeriodForm, last_month
from sheets.faults import SheetError


class UploadForm(PeriodForm):
    """A department's file for a month."""

    feed = forms.ChoiceField(label="数据", widget=forms.Select(attrs={"class": "form-select form-select-sm"}))
    file = forms.FileField(label="文件（xlsx、xls、csv）", widget=forms.FileInput(attrs={"class": "form-control"}))

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["feed"].choices = [(name, FEEDS[name].title) for name in names]  # type: ignore[attr-defined]

    def clean_period(self) -> date:
        period = super().clean_period()
        if period > timezone.localdate():
            raise forms.ValidationError(f"{period.year}年{period.month}月还没有到，请改成这份数据所属的月份。")
        return period

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > BOOK_BYTES:
            raise forms.ValidationError("文件超过 300 MB，请拆成几个文件后再传。")
        return file


class FeedList(Page):
    """The calendar of a data month, the files that came, and the form that brings one.

    A file sent by script (`Accept: application/json`) is answered in JSON: where to go, or what is wrong.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        given = PeriodForm(request.GET)
        period = given.cleaned_data["period"] if given.is_valid() else last_month()
        form = UploadForm(names=_names(self.user), initial={"period": period, "feed": request.GET.get("feed")})
        return self._page(request, form, period)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES, names=_names(self.user))
        address = self._take_in(form) if form.is_valid() else ""
        by_script = request.headers.get("Accept") == "application/json"
        if by_script:
            return JsonResponse({"to": address}) if address else JsonResponse({"errors": said(form)}, status=400)
        if address:
            return redirect(address)
        period = form.cleaned_data.get("period") or last_month()
        return self._page(self.request, form, period, status=400)

    def _take_in(self, form: UploadForm) -> str:
        """The page that tells what became of the file; '' where the form says why nothing did."""
        upload, feed, period = form.cleaned_data["file"], form.cleaned_data["feed"], form.cleaned_data["period"]
        with scratch_copy(upload) as path:
            try:
                report = import_feed(
                    feed=feed,
                    path=path,
                    name=upload.name,
                    period=period,
                    actor=self.user,
                    at=self.at,
                    guarded=True,
                    confirmed_rows=0,
                )
            except FarFewer as refusal:
                kept = keep_upload(feed=feed, path=path, name=upload.name, period=period, actor=self.user, at=self.at)
                return reverse("feed-replace", args=[kept.uid, refusal.rows])
            except SheetError as refusal:
                if look_at(path, FEEDS[feed], learned_headings(feed)):
                    kept = keep_upload(
                        feed=feed, path=path, name=upload.name, period=period, actor=self.user, at=self.at
                    )
                    return reverse("feed-headings", args=[kept.uid])
                form.add_error("file", str(refusal))
                return ""
            except Refused as refusal:
                if refusal.status in (403, 404):
                    raise
                form.add_error("file", refusal.message)
                return ""
        tell = messages.warning if report.counts.rejected else messages.success
        tell(self.request, told(report))
        return reverse("feed-detail", args=[report.batch.uid])

    def _page(self, request: HttpRequest, form: UploadForm, period: date, status: int = 200) -> HttpResponse:
        batches = FeedBatch.objects.visible_to(self.user).current().filter(period=period)
        names = _seen(self.user)
        county = scope_of(self.user).posts[0].division.code if scope_of(self.user).posts else "0" * 12
        context = {
            "form": form,
            "period": period,
            "calendar": feed_calendar(names=names, period=period, today=timezone.localdate(), code=county),
            "rows": [
                {"batch": batch, "title": FEEDS[batch.feed].title}
                for batch in batches.select_related("file", "imported_by").defer("errors", "headings")
            ],
            "learned": HeadingMapping.objects.filter(feed__in=_names(self.user)).select_related("set_by")[:50],
            "titles": {name: FEEDS[name].title for name in FEEDS},
            "may_bring": bool(_names(self.user)),
        }
        return render(request, "monitoring/feeds.html", context, status=status)


def told(report: FeedReport) -> str:
    """What became of a file, and of the one in whose place it is."""
    counts, batch = report.counts, report.batch
    title = f"{FEEDS[report.feed].title} {report.period.year}年{report.period.month}月"
    words = f"{counts.rows} 行，接收 {counts.accepted}，退回 {counts.rejected}，重复 {counts.duplicates}。"
    if not report.stored:
        return f"{title}：这个文件以前导入过，没有重复导入。{words}"
    if batch.supplements:
        return f"{title}补正表：{words}{batch.supplements.file.name} 的其他行不变。"
    if batch.replaces:
        return f"{title}：{words}替换了 {batch.replaces.file.name}（{batch.replaces.rows} 行），传错了可以撤销。"
    return f"{title}：{words}"


class FeedDetail(Page):
    """One file: its counts, warnings, rejected rows, and what the match made of it; take it back."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        batch = get_object_or_404(_batches(self.user), uid=uid)
        feed = FEEDS[batch.feed]
        context = {
            "batch": batch,
            "feed": feed,
            "title": feed.title,
            "refused": rejected_rows(batch.errors, asked(request).get("reason", "")),
            "mended": batch.supplemented_by.current().select_related("file").order_by("pk"),
            "results": feed_results(batch.feed, batch.period),
            "replies": FeedReply.objects.of_month(batch.feed, batch.period).select_related("replied_by"),
            "may_reply": may_with_feed(actor=self.user, feed=feed, at=self.at, right=REPLY_TO_DEPARTMENT),
            "may_bring": batch.feed in _names(self.user),
            "sees_clues": bool(scope_of(self.user).area_posts()),
        }
        return render(request, "monitoring/feed.html", context)

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        batch = get_object_or_404(_batches(self.user), uid=uid)

        def act() -> str:
            undo_batch(batch=batch, actor=self.user, at=self.at)
            return "这个文件已撤销。"

        return do_and_return(request, act, to=request.path)


class FeedReplyGiven(Page):
    """The county tells the department what came of its month."""

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        batch = get_object_or_404(_batches(self.user), uid=uid)

        def act() -> str:
            note = request.POST.get("note", "")
            reply_to_department(feed=batch.feed, period=batch.period, note=note, actor=self.user, at=self.at)
            return f"已回告{FEEDS[batch.feed].department_label}，联络员在这一页看得到。"

        return do_and_return(request, act, to=reverse("feed-detail", args=[batch.uid]))


class FeedErrors(Page):
    """The rejected rows as they came, with the reasons, as a workbook to mend and send again."""

    def get(self, request: HttpRequest, uid: str) -> FileResponse:
        batch = get_object_or_404(_batches(self.user), uid=uid)
        name = f"{FEEDS[batch.feed].title}{batch.period:%Y%m}退回.xlsx"
        return made_book(name, lambda path: write_batch_errors(batch=batch, output=path, actor=self.user, at=self.at))


def _batches(user: Any) -> QuerySet[FeedBatch]:
    return FeedBatch.objects.visible_to(user).select_related("file", "imported_by", "supplements__file")


def _seen(user: Any) -> list[str]:
    """The feeds whose calendar the user sees: all for the county's own people, a liaison his department's."""
    scope = scope_of(user)
    return [
        name for name, feed in FEEDS.items() if scope.roles & COUNTY_READERS or feed.department in scope.departments
    ]


def _names(user: Any) -> list[str]:
    """The feeds that the user may bring: a liaison his department's, the county bureau all."""
    scope = scope_of(user)
    return [
        name for name, feed in FEEDS.items() if "county_bureau" in scope.roles or feed.department in scope.departments
    ]
