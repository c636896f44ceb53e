"""Papers of clues, cases and visits: the list, an A4 page to print, a Word file to reword."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.models import Division
from accounts.views.base import Page
from households.history import members_as_of
from households.models import Household
from monitoring.clue_story import stories_of
from monitoring.desk.dossier import dossier_of
from monitoring.models import Case, Clue, Episode, Visit
from monitoring.policy import PolicyBook
from monitoring.printing.blanks import BLANKS
from monitoring.printing.catalogue import PAPERS, papers_of
from monitoring.printing.fields import day_words
from monitoring.printing.review_sheet import SHEETS, may_see_sheet, sheet_rows
from monitoring.printing.visit_fields import visit_fields
from monitoring.views.cases import case_for


class CasePapers(Page):
    """What can be printed of a case."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        dossier = dossier_of(case_for(self.user, uid))
        context = {"case": dossier.case, "dossier": dossier, "papers": papers_of(dossier)}
        context["may_see_sheet"] = may_see_sheet(self.user, dossier.case.village_id)
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
    """One visit as the form that both sides sign: F2, or F9 for a follow-up."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        rows = Visit.objects.visible_to(self.user).select_related(
            "household__village__parent__parent", "clue", "income", "condition", "recorded_by"
        )
        visit = get_object_or_404(rows.prefetch_related("visitors__user", "signatures__file"), uid=uid)
        members = visit.household.memberships.as_of(visit.visited_on).select_related("person").order_by("id")
        followed = visit.kind == Visit.Kind.FOLLOW_UP
        context = {
            "visit": visit,
            "household": visit.household,
            "p": visit_fields(visit, members),
            "sheet": f"monitoring/print/{'followup' if followed else 'visit'}_sheet.html",
            "on": day_words(visit.visited_on),
            "household_signed": [one for one in visit.signatures.all() if one.of_household],
            "visitors_signed": [one for one in visit.signatures.all() if not one.of_household],
        }
        return render(request, "monitoring/print/visit.html", context)


class CluePrint(Page):
    """One clue as it stands, for the house and for the file: why it exists, what was done, who signs."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        rows = Clue.objects.visible_to(self.user).select_related("household__village__parent", "village__parent")
        clue = get_object_or_404(rows, uid=uid)
        family = list(clue.household.memberships.select_related("person").present_first())
        monitored = clue.household.episodes.filter(state=Episode.State.MONITORED).exists()
        present = [row for row in family if row.left_on is None]
        context = {
            "clue": clue,
            "head": next((row.person.name for row in present if row.is_head), ""),
            "size": len(present),
            "stories": stories_of(clue, family, monitored=monitored),
            "transitions": clue.transitions.select_related("actor").order_by("id"),
            "visits": clue.visits.prefetch_related("visitors"),
            "on": timezone.localdate(self.at),
        }
        return render(request, "monitoring/print/clue.html", context)


class BlankList(Page):
    """The forms that can be filled by hand."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "monitoring/blanks.html", {"blanks": BLANKS.values()})


class BlankForm(Page):
    """One form to fill by hand; of a household (`uid`), with what the register knows."""

    def get(self, request: HttpRequest, name: str, uid: str = "") -> HttpResponse:
        blank = BLANKS.get(name)
        if blank is None:
            raise Http404
        household, members = None, []
        if uid:
            rows = Household.objects.visible_to(self.user).select_related("village__parent__parent")
            household = get_object_or_404(rows, uid=uid)
            members = list(members_as_of(household, timezone.localdate(self.at)))
        context = {"blank": blank, "household": household, "p": blank.fill(household, members)}
        return render(request, "monitoring/print/blank.html", context)


class ReviewSheet(Page):
    """F7: what a village has handed up, as the sheet on which the township reviews or the county decides."""

    def get(self, request: HttpRequest, level: str) -> HttpResponse:
        villages = Division.objects.filter(level=Division.Level.VILLAGE).select_related("parent__parent")
        village = get_object_or_404(villages, code=request.GET.get("village", ""))
        sheet = SHEETS.get(level)
        if sheet is None or not may_see_sheet(self.user, village.code):
            raise Http404
        today = timezone.localdate(self.at)
        rows = sheet_rows(Case.objects.visible_to(self.user).filter(village=village), sheet, today)
        context = {
            "village": village,
            "title": f"{_above(village, level)}{sheet.verdict}表",
            "verdict": sheet.verdict,
            "batch": f"{village.code}-{today:%Y%m%d}",
            "on": day_words(today),
            "rows": rows,
            "people": sum(row.members for row in rows),
        }
        return render(request, "monitoring/print/review.html", context)


def _above(village: Division, level: str) -> str:
    """The township or county that signs the sheet."""
    township = village.parent
    place = township if level == "township" or township is None else township.parent
    return place.name if place else ""
