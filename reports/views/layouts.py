"""Pages of a ledger's layout: what is in force, its history, a workbook down and up, a look at it, and its start."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.api.uploads import as_attachment, made_book
from accounts.errors import Refused
from accounts.models import Division, User
from accounts.permissions import PERMISSIONS, may, require
from accounts.services.files import open_file
from accounts.views.base import Page
from reports.layouts.declared import PLACEHOLDERS, Declared, keys_of
from reports.ledgers import LEDGERS, Ledger
from reports.models import LayoutTerm, LedgerLayout
from reports.permissions import EDIT_LAYOUTS, EXPORT
from reports.services.layouts import (
    LARGEST,
    LEVELS,
    current_layout,
    enact_layout,
    layout_in_force,
    restore_standard,
    upload_layout,
)
from reports.services.preview import preview_ledger
from reports.views.choice import read_choice

MOST_ROWS = 12


class LayoutForm(forms.Form):
    """A changed workbook."""

    file = forms.FileField(
        label="改好的版式（.xlsx）",
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".xlsx"}),
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if not (upload.name or "").lower().endswith(".xlsx"):
            raise forms.ValidationError("版式要用 .xlsx 工作簿，请在 Excel 或 WPS 中另存为 .xlsx 再传。")
        if upload.size > LARGEST:
            raise forms.ValidationError("版式超过 2 MB，请去掉图片和数据再传。")
        return upload


class TermForm(forms.Form):
    """From which day on."""

    from_on = forms.DateField(
        label="从哪天起用",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
        help_text="截至这天及以后的台账用它；结过账的月份仍是结账时的样子。",
    )


class LayoutPage(Page):
    """A ledger's layout in a place: in force, its history, download and upload."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        ledger, place = _ledger(name), _place(self, request.GET.get("division", ""))
        return self._page(request, ledger, place, LayoutForm())

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        ledger, place = _ledger(name), _place(self, request.POST.get("division", ""))
        if "standard" in request.POST:
            return self._restore(request, ledger, place)
        require(actor=self.user, right=EDIT_LAYOUTS, code=place.code, at=self.at)
        form = LayoutForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(request, ledger, place, form, status=400)
        upload = form.cleaned_data["file"]
        try:
            with tempfile.TemporaryDirectory(prefix="shouwang-") as folder:
                path = Path(folder) / "layout.xlsx"
                path.write_bytes(upload.read())
                kept = upload_layout(
                    ledger=ledger, division=place, path=path, name=upload.name, actor=self.user, at=self.at
                )
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            for sentence in [refusal.message, *refusal.details]:
                form.add_error("file", sentence)
            return self._page(request, ledger, place, form, status=refusal.status)
        return redirect("layout-detail", name=ledger.code, uid=kept.uid)

    def _restore(self, request: HttpRequest, ledger: Ledger, place: Division) -> HttpResponse:
        today = timezone.localdate(self.at)
        restore_standard(ledger=ledger, division=place, from_on=today, actor=self.user, at=self.at)
        messages.success(request, f"{place.name}从 {today:%Y-%m-%d} 起用标准版式。")
        return redirect(f"{reverse('ledger-layout', args=[ledger.code])}?division={place.code}")

    def _page(
        self, request: HttpRequest, ledger: Ledger, place: Division, form: LayoutForm, status: int = 200
    ) -> HttpResponse:
        today = timezone.localdate(self.at)
        terms = LayoutTerm.objects.of(ledger.code, place).select_related("layout__file", "division", "set_by")
        context = {
            "ledger": ledger,
            "place": place,
            "places": _places(self.user),
            "form": form,
            "kept": layout_in_force(ledger.code, place, today),
            "terms": terms.order_by("-from_on", "-pk"),
            "waiting": LedgerLayout.objects.filter(ledger=ledger.code, division=place, terms=None)[:5],
            "editable": may(actor=self.user, right=EDIT_LAYOUTS, code=place.code, at=self.at),
            "keys": keys_of(ledger),
            "words": [f"{{{name}}}" for name in PLACEHOLDERS],
        }
        return render(request, "reports/layout.html", context, status=status)


class LayoutFile(Page):
    """The layout in force as a workbook to be changed."""

    def get(self, request: HttpRequest, name: str) -> HttpResponseBase:
        ledger, place = _ledger(name), _place(self, request.GET.get("division", ""))
        on = timezone.localdate(self.at)
        return made_book(
            f"{place.name}{ledger.title}版式.xlsx",
            lambda path: current_layout(ledger=ledger, division=place, on=on, path=path, actor=self.user, at=self.at),
        )


class LayoutDetail(Page):
    """One layout that was sent: how the ledger looks in it with real rows, and from when it is used."""

    def get(self, request: HttpRequest, name: str, uid: str) -> HttpResponse:
        kept = _kept(self.user, name, uid)
        today = timezone.localdate(self.at)
        return self._page(request, kept, TermForm(initial={"from_on": today}))

    def post(self, request: HttpRequest, name: str, uid: str) -> HttpResponse:
        kept = _kept(self.user, name, uid)
        form = TermForm(request.POST)
        if not form.is_valid():
            return self._page(request, kept, form, status=400)
        try:
            term = enact_layout(layout=kept, from_on=form.cleaned_data["from_on"], actor=self.user, at=self.at)
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            form.add_error("from_on", refusal.message)
            return self._page(request, kept, form, status=refusal.status)
        messages.success(request, f"{kept.division.name}的 {kept.ledger} 从 {term.from_on:%Y-%m-%d} 起用这个版式。")
        return redirect(f"{reverse('ledger-layout', args=[kept.ledger])}?division={kept.division_id}")

    def _page(self, request: HttpRequest, kept: LedgerLayout, form: TermForm, status: int = 200) -> HttpResponse:
        today = timezone.localdate(self.at)
        values = request.GET.copy()
        values["division"] = kept.division_id
        choice = read_choice(values, user=self.user, today=today)
        assert choice is not None  # its place is his
        declared = Declared.of_json(kept.declared)
        preview = preview_ledger(
            name=kept.ledger,
            division=kept.division,
            as_of=today,
            actor=self.user,
            at=self.at,
            most=MOST_ROWS,
            declared=declared,
        )
        ledger = LEDGERS[kept.ledger]
        shown = {column.key for column in declared.columns}
        context = {
            "kept": kept,
            "ledger": ledger,
            "choice": choice,
            "preview": preview,
            "opens": preview.opens,
            "form": form,
            "declared": declared,
            "left_out": [key for key in keys_of(ledger) if key not in shown],
            "editable": may(actor=self.user, right=EDIT_LAYOUTS, code=kept.division_id, at=self.at),
            "terms": kept.terms.select_related("set_by"),
        }
        return render(request, "reports/layout_detail.html", context, status=status)


class LayoutOriginal(Page):
    """The workbook as it was sent."""

    def get(self, request: HttpRequest, name: str, uid: str) -> HttpResponseBase:
        kept = _kept(self.user, name, uid)
        require(actor=self.user, right=EXPORT, code=kept.division_id, at=self.at)
        content = open_file(kept.file)
        return as_attachment(content, kept.file.name)


def _ledger(name: str) -> Ledger:
    ledger = LEDGERS.get(name.upper())
    if ledger is None:
        raise Http404
    return ledger


def _place(page: Page, code: str) -> Division:
    """The place asked for, of a village its township, else the user's highest one.

    Raises: Http404 for a place that is not his; Refused where its layouts cannot be changed at all.
    """
    visible = Division.objects.visible_to(page.user)
    found = visible.filter(code=code).first() if code else visible.filter(level__in=LEVELS).order_by("level").first()
    if found is not None and found.level == Division.Level.VILLAGE:
        found = visible.filter(pk=found.parent_id).first() or found
    if found is None:
        raise Http404
    require(actor=page.user, right=EXPORT, code=found.code, at=page.at)
    return found


def _places(user: User) -> list[Division]:
    return list(Division.objects.in_charge(user, PERMISSIONS[EXPORT]).filter(level__in=LEVELS).order_by("code"))


def _kept(user: User, name: str, uid: str) -> LedgerLayout:
    rows = LedgerLayout.objects.visible_to(user).select_related("division", "file", "uploaded_by")
    kept = rows.filter(uid=uid, ledger=_ledger(name).code).first()
    if kept is None:
        raise Http404
    return kept
