"""One household on one page, and its time line in full."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.models import User
from accounts.permissions import may
from accounts.views.base import Page, whole_number
from assistance.models import Measure
from households.heads import head_of
from households.models import Household
from households.permissions import DECIDE, RECORD
from records.books import BOOKS
from records.models import Problem
from records.problems.kinds import KINDS as PROBLEM_KINDS
from records.readings import kept_about
from reports.household.collection import collection
from reports.household.facts import chart_of, department_facts, earned, papers
from reports.household.guarantees import RULE, Records, guarantees
from reports.household.story import KINDS, chapter_of

ON_PAGE = 12


def _households(user: User) -> QuerySet[Household]:
    return Household.objects.visible_to(user).select_related("village__parent", "helper")


class HouseholdDetail(Page):
    """Members, guarantees, incomes, help, department facts, papers and the newest of the story."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        household = get_object_or_404(_households(self.user), uid=uid)
        members = list(household.memberships.select_related("person").present_first())
        context = {
            "household": household,
            "head": next((row for row in members if row.is_head and row.left_on is None), None),
            "present": [row for row in members if row.left_on is None],
            "left": [row for row in members if row.left_on is not None],
            **self._incomes(household),
            **self._work(household),
            **self._books(household),
            "facts": department_facts(household),
            "chapter": chapter_of(household, size=ON_PAGE),
            "proposals": list(household.change_proposals.filter(state="open").select_related("person")),
            "may_change": self._may(household, RECORD),
            "may_decide": self._may(household, DECIDE),
            "may_visit": self._may(household, "monitoring.record_visit"),
            "may_report": self._may(household, "monitoring.register_clue"),
            "may_reveal": self._may(household, "accounts.reveal"),
            "may_find": any(self._may(household, kind.right("find")) for kind in PROBLEM_KINDS.values()),
            "may_audit": self._may(household, "accounts.view_audit"),
            "may_open_case": self._may(household, "monitoring.prepare_case"),
            "kinds": KINDS,
            "year": timezone.localdate().year,
        }
        return render(request, "households/detail.html", context)

    def _incomes(self, household: Household) -> dict[str, Any]:
        rows = earned(household, household.incomes.all()[:60])
        return {"earned": rows, "chart": chart_of(rows) if rows else None}

    def _work(self, household: Household) -> dict[str, Any]:
        """What was done and is in hand, and what follows from it for the guarantees."""
        cases = list(household.cases.order_by("-id")[:50])
        records = Records.of(household)
        measures = Measure.objects.filter(plan__episode__household=household).standing(timezone.localdate())
        found = guarantees(household, records, timezone.localdate(self.at))
        return {
            "guarantees": found,
            "all_good": all(item.state == "ok" for item in found),
            "rule": RULE if any(item.disagrees for item in found) else "",
            "episodes": records.episodes,
            "open_case": next((case for case in cases if case.closed_on is None), None),
            "open_clues": [clue for clue in records.clues if clue.closed_on is None],
            "problems": [problem for problem in records.problems if problem.state in Problem.OPEN_STATES],
            "measures": list(measures.select_related("type", "beneficiary")[:20]),
            "papers": papers(household.visits.all()[:40], cases)[:20],
        }

    def _books(self, household: Household) -> dict[str, Any]:
        """What the books say of the household today, and the books in which the user may write about it."""
        today = timezone.localdate()
        kept = [one for one in kept_about(household) if one.from_on <= today and (not one.to_on or today < one.to_on)]
        about = [book for book in BOOKS.values() if book.subject != "place"]
        return {"kept": kept, "books": [book for book in about if self._may(household, book.right)]}

    def _may(self, household: Household, right: str) -> bool:
        code, helper = household.village_id, household.helper_id
        return may(actor=self.user, right=right, code=code, at=self.at, helper_id=helper)


class HouseholdCollection(Page):
    """The collection form (信息采集表) as an A4 page, filled from the data."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        household = get_object_or_404(_households(self.user), uid=uid)
        return render(request, "households/print/collection.html", collection(household, timezone.localdate(self.at)))


class HouseholdStory(Page):
    """The whole time line, page by page, of one kind where asked."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        household = get_object_or_404(_households(self.user), uid=uid)
        kind = request.GET.get("kind", "")
        kind = kind if kind in KINDS else ""
        number = whole_number(request.GET.get("page"), digits=3) or 1
        context = {
            "household": household,
            "head": head_of(household),
            "chapter": chapter_of(household, kind=kind, page=number),
            "kinds": KINDS,
            "kind": kind,
            "number": number,
        }
        return render(request, "households/story.html", context)
