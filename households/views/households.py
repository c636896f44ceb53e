"""The list of households; the page of one is on the floor that reads all (reports/views/household.py)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.errors import Refused, TooMany
from accounts.models import Division
from accounts.scope import in_division, scope_of
from accounts.views.base import Page, keyset_page
from households.models import Category, Household, Membership
from households.services.view_log import find_by_number
from households.views.lines import bare, lines_of
from sheets.clean import fold_name

ORDER = ("village_id", "id")


class HouseholdList(Page):
    """Households of the user's places, by village; filters in the address, pages by key."""

    def get(self, request: HttpRequest) -> HttpResponse:
        filters = request.GET
        households = _filtered(Household.objects.visible_to(self.user), filters)
        page = keyset_page(bare(households), order=ORDER, query=filters)
        context = {
            "page": page,
            "lines": lines_of(page.rows, _name_in(filters)),
            "filters": filters,
            "categories": Category.choices,
            "places": _places(self.user),
            "imports": bool(scope_of(self.user).roles & {"county_bureau", "auditor"}),
        }
        return render(request, "households/list.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Find by a whole resident number, which must not stand in an address."""
        written, address = request.POST.get("id_number", ""), request.META.get("REMOTE_ADDR")
        try:
            household = find_by_number(id_number=written, actor=self.user, at=self.at, address=address)
        except TooMany:
            raise
        except Refused as refusal:
            return render(request, "households/not_found.html", {"message": refusal.message})
        if household is None:
            return render(request, "households/not_found.html", {"message": "你的管辖范围内没有这个证件号码。"})
        return redirect("household-detail", uid=household.uid)


def _written(filters: Any) -> str:
    return str(filters.get("q", "")).strip()[:60]


def _name_in(filters: Any) -> str:
    """The letters of a name that are asked for; a number is none."""
    text = _written(filters)
    return "" if text.isdigit() else fold_name(text)


def _filtered(households: QuerySet[Household], filters: Any) -> QuerySet[Household]:
    if name := _name_in(filters):
        members = Membership.objects.current().named(name)
        households = households.filter(pk__in=members.values("household_id"))
    elif number := _written(filters):
        households = households.filter(number=number)
    if category := filters.get("category"):
        households = households.filter(category=category)
    if code := filters.get("division"):
        division = Division.objects.filter(code=code).first()
        if division is None:
            raise Http404
        households = households.filter(in_division("village_id", division))
    if filters.get("monitored"):
        households = households.filter(episodes__state="monitored")
    return households


def _places(user: Any) -> QuerySet[Division]:
    """The townships and villages the user may choose from; a county's villages come after a township is chosen."""
    visible = Division.objects.visible_to(user)
    townships = visible.at_level(Division.Level.TOWNSHIP)
    return townships or visible.at_level(Division.Level.VILLAGE)
