"""Pages of cases: the list, one case with its papers and its next steps, a photo or scan of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.due import DUE_SOON_DAYS
from accounts.models import Division, User
from accounts.services import audit
from accounts.services.pictures import picture_of
from accounts.views.base import Page, keyset_page
from households.heads import with_heads
from monitoring.desk.basis import basis_of, grid_of
from monitoring.desk.checklist import checklist_of
from monitoring.desk.dossier import dossier_of
from monitoring.desk.policy_clock import clock_of, shortage
from monitoring.desk.progress import marks_of, move_of, people_of
from monitoring.exit_checks import check_exit
from monitoring.models import Case
from monitoring.policy import PolicyBook
from monitoring.printing.catalogue import papers_of
from monitoring.printing.review_sheet import may_see_sheet
from monitoring.querysets import CaseQuerySet
from monitoring.workflow.engine import available_actions, conditions

# Steps that end a case or send it back: never the one button that a page offers first.
ASIDE = ("stop", "review_reject", "decide_reject", "refuse_authorisation", "review_return", "decide_return")


class CaseList(Page):
    """Cases of the user's places by their deadline; open ones unless a state is asked for, closed ones newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        today, mine = timezone.localdate(self.at), Case.objects.visible_to(self.user)
        show = request.GET.get("show", "")
        cases = _filtered(mine, request.GET, today) if show not in SHOWN else _shown(mine, show, self.user, today)
        context = {
            "page": keyset_page(
                with_heads(cases.select_related("village__parent")).by_deadline(),
                order=("term", "id") if request.GET.get("state", "") in ("", *Case.OPEN_STATES) else ("-id",),
                query=request.GET,
            ),
            "filters": request.GET,
            "states": Case.State.choices,
            "kinds": Case.Kind.choices,
            "limits": [
                (name, title, request.GET.get(name, ""), values.items())
                for name, title, values in (("clock", "全程时限", WHOLE), ("overdue", "本步时限", STEP))
            ],
            "show": show,
            "tabs": [(name, title, _shown(mine, name, self.user, today).count()) for name, title in SHOWN.items()],
        }
        return render(request, "monitoring/cases.html", context)


class CaseDetail(Page):
    """One case: where it stands and whose turn it is, the clock, what is missing, every paper, what the user may do."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        case = case_for(self.user, uid)
        dossier, today, book = dossier_of(case), timezone.localdate(self.at), PolicyBook()
        clock, people = clock_of(dossier, today, book), people_of(case, today)
        move = move_of(dossier, today)
        actions = available_actions(case, self.user, self.at)
        main = next((item for item in actions if move and item.action == move.action), None)
        context = {
            "case": case,
            "dossier": dossier,
            "marks": marks_of(dossier, people, today),
            "clock": clock,
            "shortage": shortage(dossier, clock, book, today),
            "move": move,
            "turn": people.words(move.level) if move else "",
            "main": main,
            "actions": [item for item in actions if not item.missing and item != main],
            "aside": ASIDE,
            "explains": any(item.action == "explain_hit" for item in actions),
            "decides": any(item.action == "decide_hit" for item in actions),
            "conditions": conditions(case, move.action, self.at) if move else [],
            "checklist": checklist_of(dossier, book, today),
            "basis": basis_of(dossier, book, today),
            "exit_checks": _exit_checks(case, today),
            "today": today,
            "forms": papers_of(dossier),
            "may_see_sheet": may_see_sheet(self.user, case.village_id),
        }
        context["items"], context["grid"] = grid_of(dossier)
        return render(request, "monitoring/case.html", context)


class CaseFile(Page):
    """One photo or scan of a case for those who see the case, every look kept; `?small=1` for lists."""

    def get(self, request: HttpRequest, uid: str, pk: int) -> HttpResponse:
        dossier = dossier_of(case_for(self.user, uid))
        paper = next((paper for paper in dossier.papers if paper.file.pk == pk), None)
        if paper is None:
            raise Http404
        content, kind = picture_of(paper.file, small=bool(request.GET.get("small")))
        audit.record(
            actor=self.user,
            at=self.at,
            action="case.picture_viewed",
            target=dossier.case,
            detail={"file": paper.file.sha256[:16]},
            address=request.META.get("REMOTE_ADDR"),
        )
        answer = HttpResponse(content, content_type=kind)
        answer["Cache-Control"] = "private, no-store"
        answer["Content-Disposition"] = "inline"
        return answer


def case_for(user: Any, uid: str) -> Case:
    """The case of that uid in the user's places, with what its papers need; Http404 otherwise."""
    rows = Case.objects.visible_to(user).select_related(
        "household", "village__parent__parent", "clue", "episode__household", "opened_by"
    )
    return get_object_or_404(rows, uid=uid)


SHOWN = {"turn": "轮到我", "overdue": "超期", "returned": "退回补正中", "untold": "结果没告知农户"}

# What the two limits of a case may be asked for in the bar, by the value in the address.
_SOON = f"临期（剩 {DUE_SOON_DAYS} 天以内）"
WHOLE = {"": "不限", "soon": _SOON, "over": "超期"}
STEP = {"": "不限", "soon": _SOON, "1": "超期"}


def _shown(cases: CaseQuerySet, show: str, user: User, today: date) -> CaseQuerySet:
    """The cases behind a tab of the list."""
    if show == "turn":
        return cases.waiting_for(user)
    if show == "overdue":
        return cases.overdue(today)
    return cases.sent_back() if show == "returned" else cases.untold()


def _filtered(cases: CaseQuerySet, filters: Any, today: date) -> CaseQuerySet:
    for name in ("state", "kind"):
        if value := filters.get(name):
            cases = cases.filter(**{name: value})
    if place := Division.objects.filter(code=filters.get("division", "")).first():
        cases = cases.within(place)
    if filters.get("clock") == "over":
        return cases.decision_overdue(today)
    if filters.get("clock") == "soon":
        return cases.decision_due_soon(today)
    if filters.get("overdue") == "soon":
        return cases.due_soon(today)
    if filters.get("overdue"):
        return cases.overdue(today)
    return cases if filters.get("state") else cases.open()


def _exit_checks(case: Case, today: date) -> list[Any]:
    if case.kind != Case.Kind.CLEAR or case.episode is None or case.closed_on:
        return []
    return check_exit(episode=case.episode, on=today, securing=case.secure_only)
