"""Imports of the register: bring the file, see what became of it, get the refused rows to mend, take it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from accounts.api.uploads import BOOK_BYTES, BOOK_ENDINGS, made_book, workbook
from accounts.errors import Refused
from accounts.scope import scope_of
from accounts.views.base import Page, asked, do_and_return
from accounts.views.rejected import rejected_rows
from households.models import RegisterBatch
from households.services.register import Report, import_register
from households.services.register_errors import write_import_errors
from households.services.register_undo import undo_register
from sheets.faults import SheetError


class RegisterForm(forms.Form):
    """The register's workbook, and whether it is only to be tried."""

    file = forms.FileField(
        label="农户档案文件",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ",".join(BOOK_ENDINGS)}),
        help_text="国家系统导出的一人一行的表，xlsx、xls 或 csv。标题行、空列、多出来的列都不要紧。",
        error_messages={"required": "请选择文件。", "empty": "这个文件是空的，请重新导出。"},
    )
    dry_run = forms.BooleanField(
        label="先试一遍，不写进系统",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        help_text="逐行检查，告诉你会新增、更新、退回多少，什么都不改。",
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if Path(upload.name or "").suffix.lower() not in BOOK_ENDINGS:
            raise forms.ValidationError("只能用 xlsx、xls、csv 文件。如果是 et 或别的格式，请另存为 xlsx 再传。")
        if (upload.size or 0) > BOOK_BYTES:
            raise forms.ValidationError("文件超过 300 MB，请按乡镇拆开再传。")
        return upload


class ImportList(Page):
    """What was imported when, and the form that brings a file."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(RegisterForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = RegisterForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(form, status=400)
        try:
            report = self._import(form)
        except (Refused, SheetError) as refusal:
            if getattr(refusal, "status", 400) in (403, 404):
                raise
            form.add_error("file", str(refusal))
            return self._page(form, status=400)
        if report.batch is None:
            return self._page(RegisterForm(), report=report, tried=form.cleaned_data["dry_run"])
        messages.success(request, f"已入库：{report.rows} 行，{report.households} 户、{report.persons} 人。")
        return redirect("register-detail", uid=report.batch.uid)

    def _import(self, form: RegisterForm) -> Report:
        upload = form.cleaned_data["file"]
        with workbook(upload) as path:
            name, dry_run = upload.name or path.name, form.cleaned_data["dry_run"]
            return import_register(path=path, name=name, actor=self.user, at=self.at, dry_run=dry_run, guarded=True)

    def _page(
        self, form: RegisterForm, *, report: Report | None = None, tried: bool = False, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "batches": RegisterBatch.objects.visible_to(self.user).select_related("file", "imported_by")[:50],
            "may_import": "county_bureau" in scope_of(self.user).roles,
            "report": report,
            "tried": tried,
            "refused": rejected_rows(report.errors) if report else None,
        }
        return render(self.request, "households/imports.html", context, status=status)


class _OfImport(Page):
    def batch(self, uid: str) -> RegisterBatch:
        rows = RegisterBatch.objects.visible_to(self.user).select_related("file", "imported_by")
        return get_object_or_404(rows, uid=uid)


class ImportDetail(_OfImport):
    """One import: its counts and refused rows; take it back."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        batch = self.batch(uid)
        later = RegisterBatch.objects.filter(state=RegisterBatch.State.DONE, pk__gt=batch.pk).exists()
        context = {
            "batch": batch,
            "refused": rejected_rows(batch.errors, asked(request).get("reason", "")),
            "may_undo": batch.state == "done" and not later and "county_bureau" in scope_of(self.user).roles,
            "may_import": "county_bureau" in scope_of(self.user).roles,
        }
        return render(request, "households/import.html", context)

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        batch = self.batch(uid)

        def act() -> str:
            undo_register(batch=batch, actor=self.user, at=self.at)
            return "这次导入已撤销，档案恢复到导入之前。"

        return do_and_return(request, act, to=request.path)


class ImportErrors(_OfImport):
    """The refused rows as they came, with the reason beside them, to mend and send again."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponseBase:
        batch = self.batch(uid)
        return made_book(
            f"档案退回{batch.imported_at:%Y%m%d}.xlsx",
            lambda path: write_import_errors(batch=batch, output=path, actor=self.user, at=self.at),
        )
