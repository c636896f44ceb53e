"""Pages of cases: the list, and one case with its papers and its next steps."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.views.base import Page, keyset_page
from households.models import Membership
from monitoring.exit_checks import check_exit
from monitoring.models import Case
from monitoring.querysets import CaseQuerySet
from monitoring.workflow.engine import available_actions

ENROL_STEPS = ("preparing", "appraising", "notice", "at_township", "at_county", "announcing", "recording", "done")
CLEAR_STEPS = ("assessing", *ENROL_STEPS[1:])


class CaseList(Page):
    """Cases of the user's places; open ones unless a state is asked for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        cases = _filtered(Case.objects.visible_to(self.user), request.GET)
        heads = Membership.objects.heads().current().select_related("person")
        cases = cases.select_related("household", "village__parent").prefetch_related(
            Prefetch("household__memberships", heads, to_attr="heads")
        )
        context = {
            "page": keyset_page(cases, order=("-id",), after=request.GET.get("after", "")),
            "filters": request.GET,
            "states": Case.State.choices,
            "kinds": Case.Kind.choices,
        }
        return render(request, "monitoring/cases.html", context)


class CaseDetail(Page):
    """One case: where it stands, its papers, what the user may do, and for a clearing each condition."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        rows = Case.objects.visible_to(self.user).select_related("household", "village__parent", "clue", "episode")
        case = get_object_or_404(rows, uid=uid)
        context = {
            "case": case,
            "head": Membership.objects.heads()
            .current()
            .filter(household=case.household)
            .select_related("person")
            .first(),
            "steps": _steps(case),
            "comparisons": case.comparisons.select_related("person"),
            "appraisals": case.appraisals.all(),
            "notices": case.notices.prefetch_related("objections"),
            "visits": case.visits.prefetch_related("visitors"),
            "transitions": case.transitions.select_related("actor", "post__division").order_by("-id"),
            "actions": available_actions(case, self.user, self.at),
            "exit_checks": _exit_checks(case, self.at),
        }
        return render(request, "monitoring/case.html", context)


def _filtered(cases: CaseQuerySet, filters: Any) -> CaseQuerySet:
    for name in ("state", "kind"):
        if value := filters.get(name):
            cases = cases.filter(**{name: value})
    if filters.get("overdue"):
        return cases.overdue(timezone.localdate())
    return cases if filters.get("state") else cases.open()


def _steps(case: Case) -> list[dict[str, Any]]:
    """The stepper: each state of this kind with done, now or later."""
    order = CLEAR_STEPS if case.kind in (Case.Kind.CLEAR, Case.Kind.ROLL_BACK) else ENROL_STEPS
    place = order.index(case.state) if case.state in order else -1
    labels = dict(Case.State.choices)
    return [{"title": labels[state], "done": i < place, "now": i == place} for i, state in enumerate(order)]


def _exit_checks(case: Case, at: Any) -> list[Any]:
    if case.kind != Case.Kind.CLEAR or case.episode is None:
        return []
    return check_exit(episode=case.episode, on=timezone.localdate(at), securing=case.secure_only)
