"""Pages of exports: ask for a workbook, watch it being made, fetch it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.api.uploads import as_attachment
from accounts.errors import Refused
from accounts.permissions import may
from accounts.services.view_log import PURPOSES
from accounts.views.base import Page, keyset_page
from reports.ledgers import LEDGERS
from reports.models import ExportRun
from reports.permissions import EXPORT_WHOLE
from reports.services import sets
from reports.services.exports import KEPT_FOR, filename_of, open_export, queue_export, title_of
from reports.views.choice import Choice, read_choice


class ExportForm(forms.Form):
    """Masked, or whole for a purpose."""

    masked = forms.ChoiceField(
        label="号码怎么出",
        choices=[("1", "遮住证件号码和电话"), ("0", "完整号码")],
        initial="1",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    purpose = forms.ChoiceField(
        label="用途",
        required=False,
        choices=[("", "请选择"), *((purpose, purpose) for purpose in PURPOSES)],
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="要完整号码才选。用途、时间和你的姓名一起记入查看记录。",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("masked") == "0" and not given.get("purpose") and "purpose" not in self.errors:
            self.add_error("purpose", "要完整号码，请选一个用途。")
        return given


class ExportNew(Page):
    """Ask for the workbook of a ledger, or for the set of all; one press of the preview's button, or this page for whole
    numbers."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        return self._show(request, name, self._choice(request.GET), ExportForm())

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        choice = self._choice(request.POST)
        form = ExportForm(request.POST)
        if not form.is_valid():
            return self._show(request, name, choice, form, status=400)
        masked = form.cleaned_data["masked"] == "1"
        try:
            run = queue_export(
                name=_code(name),
                division=choice.division,
                as_of=choice.as_of,
                masked=masked,
                purpose="" if masked else form.cleaned_data["purpose"],
                known=choice.known,
                actor=self.user,
                at=self.at,
            )
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            form.add_error(None, refusal.message)
            return self._show(request, name, choice, form, status=refusal.status)
        # The page says itself how far the export is, and goes on saying it when that changes.
        return redirect("export-detail", uid=run.uid)

    def _choice(self, values: Any) -> Choice:
        choice = read_choice(values, user=self.user, today=timezone.localdate())
        if choice is None:
            raise Http404
        return choice

    def _show(
        self, request: HttpRequest, name: str, choice: Choice, form: ExportForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "choice": choice,
            "code": _code(name),
            "title": title_of(_code(name)),
            "contents": len(sets.ledgers_at(choice.division.level)) if _code(name) == sets.CODE else 0,
            "may_whole": may(actor=self.user, right=EXPORT_WHOLE, code=choice.division.code, at=self.at),
        }
        return render(request, "reports/export_new.html", context, status=status)


class ExportList(Page):
    """The user's exports, newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        runs = ExportRun.objects.visible_to(self.user).select_related("division")
        page = keyset_page(runs, order=("-id",), query=request.GET)
        for run in page.rows:
            run.title = title_of(run.ledger)
        return render(request, "reports/exports.html", {"page": page, "days": KEPT_FOR.days})


class ExportDetail(Page):
    """One export: its percentage while it is made, then the file."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        run = get_object_or_404(ExportRun.objects.visible_to(self.user).select_related("division", "file"), uid=uid)
        context = {"run": run, "title": title_of(run.ledger), "kept_until": _kept_until(run)}
        template = "reports/export_progress.html" if request.headers.get("HX-Request") else "reports/export.html"
        return render(request, template, context)


class ExportFile(Page):
    """The workbook, or the archive of all, of a finished export."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponseBase:
        run = get_object_or_404(ExportRun.objects.visible_to(self.user).select_related("division", "file"), uid=uid)
        content = open_export(run=run, actor=self.user, at=self.at, address=request.META.get("REMOTE_ADDR"))
        return as_attachment(content, filename_of(run))


def _code(name: str) -> str:
    code = name.upper()
    if code not in LEDGERS and code != sets.CODE:
        raise Http404
    return code


def _kept_until(run: ExportRun) -> Any:
    return run.finished_at + KEPT_FOR - timedelta(days=1) if run.finished_at else None
