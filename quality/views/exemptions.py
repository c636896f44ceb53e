"""The list of exemptions: what is asked for, by whom it is decided, what stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import may
from accounts.views.base import Page, do_and_return, keyset_page
from quality.models import Exemption
from quality.permissions import DECIDE, DECIDE_PLACE
from quality.services.exemptions import decide_exemption, end_exemption

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
        page = keyset_page(listed, order=("-id",), after=request.GET.get("after", ""))
        lines = [{"row": row, "may_decide": self._may(row)} for row in page.rows]
        context = {"lines": lines, "page": page, "show": show, "tabs": SHOWN, "today": today}
        return render(request, "quality/exemptions.html", context)

    def _may(self, row: Exemption) -> bool:
        right = DECIDE if row.subject else DECIDE_PLACE
        return may(actor=self.user, right=right, code=row.division_id, at=self.at)


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
