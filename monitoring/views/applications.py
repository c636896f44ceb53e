"""The inbox of own applications: to be linked to a registered household or refused; filing one for a farmer; posters."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import segno
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.errors import Forbidden, Refused
from accounts.models import Division
from accounts.permissions import PERMISSIONS, may
from accounts.querysets import DivisionQuerySet
from accounts.scope import in_division, scope_of
from accounts.views.base import Page, do_and_return, keyset_page
from households.models import Household, Membership
from monitoring.models import Application
from monitoring.services.applications import (
    DIFFICULTIES,
    HANDLE,
    content_of,
    link_application,
    phone_of,
    point_of,
    refuse_application,
    submit_application,
)
from monitoring.views.apply import ApplicationForm, CadresApplicationForm, kept_days

MOST_CANDIDATES = 10
# Villages of one township; each is a page.
MOST_POSTERS = 60


class ApplicationPage(Page):
    """A page for those who deal with applications somewhere."""

    def villages(self) -> DivisionQuerySet:
        """The villages in which the user deals with applications."""
        return Division.objects.in_charge(self.user, PERMISSIONS[HANDLE]).at_level(Division.Level.VILLAGE)

    def poster(self, village: Division) -> dict[str, Any]:
        """A village with the drawing of its code."""
        point = point_of(village=village, actor=self.user, at=self.at)
        address = self.request.build_absolute_uri(reverse("apply", args=[point.token]))
        drawing = segno.make(address, error="m").svg_inline(omitsize=True, svgclass="fv-qr", lineclass=None, border=2)
        return {"village": village, "drawing": drawing}

    def addresses(self) -> dict[str, str]:
        return {"state_address": self.request.build_absolute_uri(reverse("apply-state"))}

    def found(self, uid: str) -> Application:
        rows = Application.objects.visible_to(self.user).select_related(
            "village__parent", "household", "clue", "filed_by", "decided_by"
        )
        return get_object_or_404(rows, uid=uid)


class ApplicationList(ApplicationPage):
    """Applications of the user's places; those that wait first shown, the others behind a tab."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = Application.objects.visible_to(self.user).select_related("village__parent", "household", "clue")
        every = request.GET.get("state") == "all"
        page = keyset_page(rows if every else rows.waiting(), order=("-id",), query=request.GET)
        context = {
            "page": page,
            "lines": [{"row": row, "told": _told(row)} for row in page.rows],
            "every": every,
            "waiting": rows.waiting().count(),
            "villages": self.villages().select_related("parent").order_by("code")[:400],
        }
        return render(request, "monitoring/apply/list.html", context)


class ApplicationDetail(ApplicationPage):
    """One application: what was told, who it may be, and the two ways out of the inbox."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        return self._page(self.found(uid))

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        application, act = self.found(uid), request.POST.get("act")
        if act == "phone":
            address = request.META.get("REMOTE_ADDR")
            phone = phone_of(application=application, actor=self.user, at=self.at, address=address)
            return self._page(application, phone=phone)
        to = reverse("application-detail", args=[application.uid])
        if act == "refuse":
            return do_and_return(request, lambda: self._refuse(application), to=to)
        return do_and_return(request, lambda: self._link(application), to=to)

    def _refuse(self, application: Application) -> str:
        reason = self.request.POST.get("reason", "")
        refuse_application(application=application, reason=reason, actor=self.user, at=self.at)
        return "已记为不予受理。申报人凭回执只会看到“已办完，请到村委会问结果”，请当面或打电话告诉他理由。"

    def _link(self, application: Application) -> str:
        number = self.request.POST.get("household", "").strip()[:40]
        household = Household.objects.visible_to(self.user).filter(number=number).first()
        if household is None:
            raise Refused(f"你的管辖范围内没有户编号“{number}”，请核对。", field="household", code="invalid")
        clue = link_application(application=application, household=household, actor=self.user, at=self.at)
        return f"已转成{clue.risk}线索 {clue.number}，现在{clue.get_state_display()}。"

    def _page(self, application: Application, phone: str = "") -> HttpResponse:
        told = _told(application)
        may_handle = application.state == Application.State.RECEIVED and may(
            actor=self.user, right=HANDLE, code=application.village_id, at=self.at
        )
        context = {
            "application": application,
            "told": told,
            "phone": phone,
            "waiting": application.state == Application.State.RECEIVED,
            "may_handle": may_handle,
            "candidates": self._candidates(application, told) if may_handle else [],
        }
        return render(self.request, "monitoring/apply/detail.html", context)

    def _candidates(self, application: Application, told: dict[str, Any]) -> list[Membership]:
        """Registered people of the same name in the village's township, for a person to choose from."""
        people = Membership.objects.visible_to(self.user).current().filter(person__name=told["name"])
        township = application.village.parent or application.village
        people = people.filter(in_division("household__village_id", township))
        return list(people.select_related("person", "household__village").order_by("id")[:MOST_CANDIDATES])


class ApplicationNew(ApplicationPage):
    """A cadre fills the application in for a farmer."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(CadresApplicationForm(initial={"uid": uuid4()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CadresApplicationForm(request.POST)
        village = get_object_or_404(self._own(), code=request.POST.get("village", ""))
        if not form.is_valid():
            return self._page(form, status=400)
        try:
            receipt = submit_application(
                village=village, uid=form.cleaned_data["uid"], content=form.content(), actor=self.user, at=self.at
            )
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            form.refuse(refusal)
            return self._page(form, status=refusal.status)
        receipt.application.refresh_from_db()
        messages.success(request, f"已代为申报，回执编号 {receipt.number}，请抄给农户。")
        return redirect("application-detail", uid=receipt.application.uid)

    def _own(self) -> DivisionQuerySet:
        villages = self.villages()
        if not villages.exists():
            raise Forbidden("代农户申报由村级和乡镇办理。")
        return villages

    def _page(self, form: ApplicationForm, status: int = 200) -> HttpResponse:
        villages = self._own().order_by("code")
        context = {
            "form": form,
            "villages": villages,
            "kept_days": kept_days(villages[0].code),
            "chosen": self.request.POST.get("village", ""),
        }
        return render(self.request, "monitoring/apply/new.html", context, status=status)


class ApplicationPoster(ApplicationPage):
    """The poster of a village, an A4 page with the code that leads to its public form; POST makes a new code."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        return self._page(self._village(code))

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        point_of(village=self._village(code), actor=self.user, at=self.at, anew=True)
        messages.success(request, "已换新码，旧海报上的码从现在起打不开，请重新打印张贴。")
        return redirect("application-poster", code=code)

    def _village(self, code: str) -> Division:
        if not scope_of(self.user).covers(code):
            return get_object_or_404(Division.objects.none(), pk=code)
        return get_object_or_404(Division.objects.select_related("parent"), code=code)

    def _page(self, village: Division) -> HttpResponse:
        context = {"village": village, "posters": [self.poster(village)], **self.addresses()}
        return render(self.request, "monitoring/apply/poster.html", context)


class ApplicationPosters(ApplicationPage):
    """The posters of all villages of a township that the user deals with, one on each page."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        townships = Division.objects.filter(level=Division.Level.TOWNSHIP)
        township = get_object_or_404(townships, code=code)
        villages = list(self.villages().within(township).select_related("parent").order_by("code")[:MOST_POSTERS])
        if not villages:
            raise Http404
        context = {"township": township, "posters": [self.poster(village) for village in villages]}
        return render(request, "monitoring/apply/poster.html", {**context, **self.addresses()})


def _told(application: Application) -> dict[str, Any]:
    """What was told, with the difficulty in the farmer's words."""
    told = content_of(application)
    return {**told, "difficulty_words": dict(DIFFICULTIES).get(told["difficulty"], told["difficulty"])}
