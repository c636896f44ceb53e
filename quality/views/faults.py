"""Pages of data quality: the overview, the lists, one fault, runs, and the list of a rule as a workbook."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from accounts.api.uploads import made_book
from accounts.errors import Refused
from accounts.models import Division
from accounts.permissions import may
from accounts.views.base import Page, do_and_return, keyset_page, put_on_form
from households.heads import head_names, with_heads
from households.permissions import RECORD
from quality.checks import CHECKS, GROUPS, LEVELS, NOT_COVERED
from quality.figures import STANDS, overview_of
from quality.forms import ExemptionForm
from quality.mending import mend_of
from quality.models import Fault, QualityRun
from quality.permissions import REQUEST, RUN
from quality.querysets import OPEN
from quality.services.books import write_rule_book
from quality.services.exemptions import request_exemption
from quality.services.runs import queue_checks
from quality.views.exemptions import places_to_exempt

Level = Division.Level
VISIT = "monitoring.record_visit"
OWNER_NAMES = {"village": "村", "township": "乡镇", "county": "县"}
SHOWN = {
    "all": "全部待改",
    "mine": "轮到我改",
    "late": "超期没改",
    **{key: STANDS[key] for key in ("exempt", "mended")},
}


class _OfPlace(Page):
    """Pages about one place of the user's; `?division=` chooses."""

    def places(self) -> list[Division]:
        """Counties and townships of his, or his villages."""
        rows = Division.objects.visible_to(self.user).filter(level__gte=Level.COUNTY)
        upper = list(rows.filter(level__lte=Level.TOWNSHIP).order_by("code"))
        return upper if len(upper) > 1 else [*upper, *rows.filter(level=Level.VILLAGE).order_by("code")[:500]]

    def place(self, places: list[Division]) -> Division | None:
        code = self.request.GET.get("division", "")
        if code:
            return get_object_or_404(Division.objects.visible_to(self.user), code=code)
        return places[0] if places else None


class Overview(_OfPlace):
    """How the place stands, by rule, level and place below, and the button that has everything checked anew."""

    def get(self, request: HttpRequest) -> HttpResponse:
        places = self.places()
        place = self.place(places)
        context: dict[str, Any] = {"places": places, "place": place, "not_covered": NOT_COVERED, "rules": len(CHECKS)}
        if place is not None:
            today = timezone.localdate(self.at)
            context["overview"] = overview_of(Fault.objects.visible_to(self.user), place, today)
            context["mine"] = Fault.objects.visible_to(self.user).mine(self.user).open(today).count()
            runs = QualityRun.objects.visible_to(self.user).select_related("division", "started_by")
            context["runs"] = runs[:5]
            context["may_run"] = may(actor=self.user, right=RUN, code=place.code, at=self.at)
        return render(request, "quality/overview.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        place = get_object_or_404(Division.objects.visible_to(self.user), code=request.POST.get("division", ""))

        def act() -> str:
            queue_checks(division=place, as_of=None, actor=self.user, at=self.at)
            return f"{place.name}的数据质量检查已发起。"

        return do_and_return(request, act, to=f"{request.path}?division={place.code}")


class RunProgress(Page):
    """One run: how far it is, then what it found."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        run = get_object_or_404(
            QualityRun.objects.visible_to(self.user).select_related("division", "started_by"), uid=uid
        )
        template = "quality/run_progress.html" if request.headers.get("HX-Request") else "quality/run.html"
        return render(request, template, {"run": run, "polled": bool(request.headers.get("HX-Request"))})


class FaultList(_OfPlace):
    """Faults of the user's places: whose turn, late, exempt, mended; one rule's by its address."""

    def get(self, request: HttpRequest, code: str = "") -> HttpResponse:
        check = CHECKS.get(code)
        if code and check is None:
            raise Http404
        today = timezone.localdate(self.at)
        show = request.GET.get("show", "")
        show = show if show in SHOWN else "all"
        rows = Fault.objects.visible_to(self.user).as_of(today)
        if check is not None:
            rows = rows.filter(check_code=check.code)
        if request.GET.get("division"):
            place = get_object_or_404(Division.objects.visible_to(self.user), code=request.GET["division"])
            rows = rows.within(place)
        if (level := request.GET.get("level", "")) in {str(one) for one in LEVELS}:
            rows = rows.filter(level=int(level))
        rows = _shown(rows, show, self.user, today)
        listed = with_heads(rows.select_related("person", "village__parent"))
        # The worst first.
        page = keyset_page(listed, order=("level", "id"), query=request.GET)
        context = {
            "check": check,
            "page": page,
            "show": show,
            "tabs": SHOWN,
            "levels": [(str(one), f"{one} {name}") for one, name in LEVELS.items()],
            "level": level,
            "owners": OWNER_NAMES,
            "count": page.total(),
            "places": self.places(),
            "division": request.GET.get("division", ""),
            "groups": GROUPS,
            "may_exempt": check is not None and places_to_exempt(self.user).exists(),
        }
        return render(request, "quality/faults.html", context)


def _shown(rows: Any, show: str, user: Any, today: Any) -> Any:
    if show in ("exempt", "mended"):
        return rows.filter(stood=show)
    rows = rows.filter(stood=OPEN)
    if show == "mine":
        return rows.mine(user)
    return rows.filter(due_on__lt=today) if show == "late" else rows


class FaultDetail(Page):
    """One fault: what is wrong, by which rule, where it is mended, and the way to an exemption."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        return self._page(self._fault(uid), ExemptionForm())

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        fault = self._fault(uid)
        form = ExemptionForm(request.POST)
        if not form.is_valid():
            return self._page(fault, form, status=400)
        try:
            request_exemption(fault=fault, **form.cleaned_data, actor=self.user, at=self.at)
        except Refused as refusal:
            put_on_form(form, refusal)
            return self._page(fault, form, status=refusal.status)
        messages.success(request, "豁免已申请，由乡镇分管领导或县里审批。批准以前仍算待改。")
        return redirect("quality-fault", uid=uid)

    def _fault(self, uid: str) -> Fault:
        rows = Fault.objects.visible_to(self.user).as_of(timezone.localdate(self.at))
        return get_object_or_404(rows.select_related("household", "person", "village__parent", "run"), uid=uid)

    def _page(self, fault: Any, form: ExemptionForm, status: int = 200) -> HttpResponse:
        helper = fault.household.helper_id if fault.household else None
        exemptions = fault.exemptions.select_related("requested_by").prefetch_related("steps__actor")
        context = {
            "fault": fault,
            "check": fault.rule,
            "mend": mend_of(fault),
            "form": form,
            "stands": STANDS,
            "owners": OWNER_NAMES,
            "exemptions": exemptions,
            "may_mend": any(
                may(actor=self.user, right=right, code=fault.village_id, at=self.at, helper_id=helper)
                for right in (RECORD, VISIT)
            ),
            "may_ask": fault.stood == OPEN
            and all(one.step for one in exemptions)
            and may(actor=self.user, right=REQUEST, code=fault.village_id, at=self.at, helper_id=helper),
            "head": head_names([fault.household_id]).get(fault.household_id, "") if fault.household_id else "",
        }
        return render(self.request, "quality/fault.html", context, status=status)


class RuleBook(_OfPlace):
    """The open faults of a rule's number as a workbook, one sheet a source table."""

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        check = CHECKS.get(code)
        place = self.place(self.places())
        if check is None or place is None:
            raise Http404
        today = timezone.localdate(self.at)
        return made_book(
            f"{check.reference}{check.title}（{place.name}{today:%Y%m%d}）.xlsx",
            lambda path: write_rule_book(check=check, division=place, path=path, actor=self.user, at=self.at),
        )
