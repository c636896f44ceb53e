"""Papers of cases and visits: the list, an A4 page to print, a Word file to reword."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.views.base import Page
from households.services.conditions import FLAGS
from monitoring.desk.dossier import dossier_of
from monitoring.models import Visit
from monitoring.policy import PolicyBook
from monitoring.printing.catalogue import PAPERS, papers_of
from monitoring.printing.fields import day_words
from monitoring.views.cases import case_for


class CasePapers(Page):
    """What can be printed of a case."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        dossier = dossier_of(case_for(self.user, uid))
        context = {"case": dossier.case, "dossier": dossier, "papers": papers_of(dossier)}
        return render(request, "monitoring/papers.html", context)


class CasePaper(Page):
    """One paper as an A4 page."""

    def get(self, request: HttpRequest, uid: str, name: str) -> HttpResponse:
        dossier = dossier_of(case_for(self.user, uid))
        paper = PAPERS.get(name)
        if paper is None or not paper.fits(dossier):
            raise Http404
        context = {
            "case": dossier.case,
            "paper": paper,
            "p": paper.read(dossier, timezone.localdate(self.at), PolicyBook()),
        }
        return render(request, paper.template, context)


class VisitPrint(Page):
    """One visit as the form that both sides sign."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        rows = Visit.objects.visible_to(self.user).select_related(
            "household__village__parent__parent", "clue", "income", "condition", "recorded_by"
        )
        visit = get_object_or_404(rows.prefetch_related("visitors", "signatures__file"), uid=uid)
        members = visit.household.memberships.as_of(visit.visited_on).select_related("person").order_by("id")
        context = {
            "visit": visit,
            "household": visit.household,
            "members": members,
            "head": next((member.person for member in members if member.relation == "户主"), None),
            "seen": _seen(visit),
            "on": day_words(visit.visited_on),
            "household_signed": [one for one in visit.signatures.all() if one.of_household],
            "visitors_signed": [one for one in visit.signatures.all() if not one.of_household],
        }
        return render(request, "monitoring/print/visit.html", context)


def _seen(visit: Visit) -> list[tuple[str, Any]]:
    """The guarantees as they were seen; None is 没看, never 否."""
    if visit.condition is None:
        return [(title, None) for title in FLAGS.values()]
    return [(title, getattr(visit.condition, name)) for name, title in FLAGS.items()]
