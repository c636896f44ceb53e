"""The search of the top bar: a household, clue or case by what a person has in hand. Sent by POST, because a resident
number must not stand in an address."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.errors import Refused, TooMany
from accounts.views.base import Page
from households.models import Household
from households.services.view_log import find_by_number
from monitoring.models import Case, Clue
from sheets.clean import fold_name, squeeze

LONGEST = 60
# Shorter runs of digits are household numbers; a resident number has 15, 18, 20 or 22 characters.
_ID_LENGTHS = (15, 18, 20, 22)


class Find(Page):
    """One field: goes to what was meant where that is one thing, else to the list of households by that name."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "reports/find.html")

    def post(self, request: HttpRequest) -> HttpResponse:
        written = request.POST.get("q", "").strip()[:LONGEST]
        word = squeeze(written).upper()
        if not word:
            return redirect("find")
        exact = self._by_number_of_paper(word)
        if exact is not None:
            return redirect(exact)
        if len(word) in _ID_LENGTHS and word[:-1].isdigit():
            return self._by_resident_number(request, written)
        if any(letter.isdigit() for letter in word):
            return self._nothing(request, f"你的管辖范围内没有编号“{written}”。")
        return redirect(f"{reverse('household-list')}?{urlencode({'q': fold_name(written)})}")

    def _by_number_of_paper(self, word: str) -> Any:
        """The page of the household, clue or case with this number, if the user may see it."""
        for model, name in ((Household, "household-detail"), (Clue, "clue-detail"), (Case, "case-detail")):
            row = model.objects.visible_to(self.user).filter(number=word).first()  # type: ignore[attr-defined]
            if row is not None:
                return reverse(name, args=[row.uid])
        return None

    def _by_resident_number(self, request: HttpRequest, written: str) -> HttpResponse:
        address = request.META.get("REMOTE_ADDR")
        try:
            household = find_by_number(id_number=written, actor=self.user, at=self.at, address=address)
        except TooMany:
            raise
        except Refused as refusal:
            return self._nothing(request, refusal.message)
        if household is None:
            return self._nothing(request, "你的管辖范围内没有这个证件号码。")
        return redirect("household-detail", uid=household.uid)

    def _nothing(self, request: HttpRequest, message: str) -> HttpResponse:
        return render(request, "reports/find.html", {"message": message})
