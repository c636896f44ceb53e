"""Pages of the ledgers: choose, and receive the workbook."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Division
from accounts.views.base import Page
from reports.ledgers import LEDGERS
from reports.services.ledgers import write_ledger


class LedgerForm(forms.Form):
    """Which place, as of which day."""

    division = forms.ModelChoiceField(
        label="地方",
        queryset=Division.objects.none(),
        widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
    )
    as_of = forms.DateField(
        label="截至", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})
    )

    def __init__(self, *args: Any, places: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = places  # type: ignore[attr-defined]


class LedgerList(Page):
    """All ledgers with one form: place, day, which one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        places = _places(self.user)
        form = LedgerForm(initial={"as_of": timezone.localdate(), "division": places.first()}, places=places)
        return _page(request, form)


class LedgerDownload(Page):
    """One ledger as a workbook."""

    def get(self, request: HttpRequest, name: str) -> HttpResponseBase:
        if name.upper() not in LEDGERS:
            raise Http404
        form = LedgerForm(request.GET, places=_places(self.user))
        if not form.is_valid():
            return _page(request, form, status=400)
        folder = tempfile.TemporaryDirectory()
        path = Path(folder.name) / "ledger.xlsx"
        division, day = form.cleaned_data["division"], form.cleaned_data["as_of"]
        try:
            write_ledger(name=name, division=division, as_of=day, path=path, actor=self.user, at=self.at)
        except Refused as refusal:
            folder.cleanup()
            form.add_error(None, refusal.message)
            return _page(request, form, status=refusal.status)
        # The open file outlives its folder: the space is free once the answer is sent.
        content = path.open("rb")
        folder.cleanup()
        filename = f"{division.name}{LEDGERS[name.upper()].title}（{day:%Y%m%d}）.xlsx"
        return FileResponse(content, as_attachment=True, filename=filename)


def _places(user: Any) -> Any:
    levels = (Division.Level.COUNTY, Division.Level.TOWNSHIP, Division.Level.VILLAGE)
    return Division.objects.visible_to(user).filter(level__in=levels)


def _page(request: HttpRequest, form: LedgerForm, status: int = 200) -> HttpResponse:
    return render(request, "reports/ledgers.html", {"form": form, "ledgers": LEDGERS.values()}, status=status)
