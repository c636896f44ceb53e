"""The list of exemptions: what is asked for, by whom it is decided, what stands."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Division, User
from accounts.permissions import PERMISSIONS, may
from accounts.views.base import Page, asked, do_and_return, keyset_page, put_on_form
from quality.checks import CHECKS
from quality.forms import PlaceExemptionForm
from quality.models import Exemption, Fault
from quality.permissions import DECIDE, DECIDE_PLACE, REQUEST
from quality.services.exemptions import decide_exemption, end_exemption, request_place_exemption

SHOWN = {"waiting": "待审批", "standing": "生效中", "all": "全部"}


class ExemptionList(Page):
    """Exemptions of the user's places; those that wait come first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        show = request.GET.get("show", "")
        show = show if show in SHOWN else "waiting"
        today = timezone.localdate(self.at)
        rows = Exemption.objects.visible_to(self.user)
        rows = rows.waiting() if show == "waiting" else rows.standing(today) if show == "standing" else rows
        listed = rows.select_related("division__parent", "requested_by", "fault__household").prefetch_related(
            "steps__actor"
        )
        page = keyset_page(listed, order=("-id",), query=request.GET)
        lines = [{"row": row, "may_decide": self._may(row), "held": self._held(row, today)} for row in page.rows]
        may_ask = places_to_exempt(self.user).exists()
        context = {"lines": lines, "page": page, "show": show, "tabs": SHOWN, "today": today, "may_ask": may_ask}
        return render(request, "quality/exemptions.html", context)

    def _may(self, row: Exemption) -> bool:
        right = DECIDE if row.subject else DECIDE_PLACE
        return may(actor=self.user, right=right, code=row.division_id, at=self.at)

    def _held(self, row: Exemption, today: date) -> int | None:
        """How many faults a place's exemption would take off the lists; None for one fault's, or where it is decided."""
        if row.subject or row.step is not None:
            return None
        faults = Fault.objects.visible_to(self.user).open(today).within(row.division)
        return faults.filter(check_code=row.check_code).count()


def places_to_exempt(user: User) -> QuerySet[Division]:
    """Where the user may ask that nobody be held to a rule."""
    places = Division.objects.in_charge(user, PERMISSIONS[REQUEST]).filter(level__gte=Division.Level.COUNTY)
    return places.order_by("code")


class PlaceExemptionNew(Page):
    """Ask that nobody of a place be held to a rule; `?check=` and `?division=` are chosen beforehand."""

    def get(self, request: HttpRequest) -> HttpResponse:
        wished = {name: value for name, value in asked(request).items() if name in ("check", "division")}
        return self._page(PlaceExemptionForm(initial=wished, places=self._offered()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PlaceExemptionForm(request.POST, places=self._offered())
        if not form.is_valid():
            return self._page(form, status=400)
        given = form.cleaned_data
        wish = {"check_code": given["check"], "division": given["division"], "reason": given["reason"]}
        try:
            request_place_exemption(**wish, ends_on=given["ends_on"], actor=self.user, at=self.at)
        except Refused as refusal:
            put_on_form(form, refusal)
            return self._page(form, status=refusal.status)
        rule, place = CHECKS[given["check"]].title, given["division"].name
        messages.success(request, f"已申请：{place}全部不查“{rule}”。由县里另一人审批，批准以前仍算待改。")
        return redirect("quality-exemptions")

    def _offered(self) -> QuerySet[Division]:
        """Raises Http404 for who may ask nowhere."""
        places = places_to_exempt(self.user)
        if not places.exists():
            raise Http404
        return places

    def _page(self, form: PlaceExemptionForm, status: int = 200) -> HttpResponse:
        return render(self.request, "quality/exemption_new.html", {"form": form}, status=status)


class ExemptionDecide(Page):
    """Grant, refuse or end one."""

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        exemption = get_object_or_404(Exemption.objects.visible_to(self.user), uid=uid)
        what, note = request.POST.get("act", ""), request.POST.get("note", "")
        common: dict[str, Any] = {"exemption": exemption, "actor": self.user, "at": self.at, "note": note}

        def act() -> str:
            if what == "end":
                end_exemption(**common)
                return "豁免已提前结束，问题重新算待改。"
            grant = what == "grant"
            decide_exemption(grant=grant, **common)
            return "已同意豁免。" if grant else "没有同意，申请人看得到理由。"

        return do_and_return(request, act, to=reverse("quality-exemptions"))
