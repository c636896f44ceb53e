"""The review queue of a township or the county: one case beside its evidence, or many at once; returns and their counts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Refused
from accounts.views.base import Page, put_on_form
from monitoring.desk.dossier import dossier_of
from monitoring.desk.evidence_rows import evidence_of, summary_of
from monitoring.desk.policy_clock import clock_of
from monitoring.desk.queue import REJECT_OF, RETURN_OF, Queue, Waiting, queue_of
from monitoring.forms import ReviewForm
from monitoring.models import Case
from monitoring.policy import PolicyBook
from monitoring.services.return_reasons import reasons_for
from monitoring.services.reviews import pass_one, pass_together, send_back
from monitoring.views.cases import case_for
from monitoring.views.ticked import ticked


class ReviewQueue(Page):
    """The list of what waits and the chosen case beside it, the first one when none is chosen."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return queue_page(self, request, request.GET.get("case", ""))


class Review(Page):
    """Pass one case or send it back; then the next one."""

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        case = case_for(self.user, uid)
        if case.state not in RETURN_OF:
            messages.error(request, f"{case.number} 已经是“{case.get_state_display()}”，不用再办。")
            return redirect("review-list")
        form = ReviewForm(request.POST, reasons=reasons_for(case.village_id), targets=_targets(case))
        if not form.is_valid():
            return queue_page(self, request, str(uid), form, status=400)
        following = _next(queue_of(self.user, timezone.localdate(self.at), PolicyBook()), str(uid))
        try:
            words = self._act(case, form.cleaned_data)
        except Refused as refusal:
            put_on_form(form, refusal)
            return queue_page(self, request, str(uid), form, status=refusal.status)
        messages.success(request, words)
        return redirect(f"{reverse('review-list')}{f'?case={following}' if following else ''}")

    def _act(self, case: Case, data: dict[str, Any]) -> str:
        common = {"case": case, "version": data["version"], "actor": self.user, "at": self.at}
        if data["verdict"] == "pass":
            row = pass_one(note=data["note"], **common)
            return f"{case.number}：已通过，现在{row.get_state_display()}。"
        row = send_back(reason=data["reason"], note=data["note"], to=data["to"], **common)
        return f"{case.number}：已退回到{row.get_state_display()}，经办人会在工作台看到理由。"


class ReviewBatch(Page):
    """Pass the chosen cases together and show what came of each."""

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            lines = pass_together(wanted=ticked(request.POST.getlist("item")), actor=self.user, at=self.at)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return redirect("review-list")
        done = [line for line in lines if line.ok]
        context = {
            "lines": sorted(lines, key=lambda line: (line.ok, line.left_out)),
            "done": len(done),
            "people": sum(line.waiting.members for line in done),
            "left_out": sum(line.left_out for line in lines),
            "refused": sum(not line.ok and not line.left_out for line in lines),
        }
        return render(request, "monitoring/review_batch.html", context)


def queue_page(
    page: Page, request: HttpRequest, uid: str, form: ReviewForm | None = None, status: int = 200
) -> HttpResponse:
    """The queue with the case of that uid opened."""
    today, book = timezone.localdate(page.at), PolicyBook()
    queue = queue_of(page.user, today, book)
    only = request.GET.get("only", "")
    listed = (queue.due_now if only == "due" else []) or queue.rows
    chosen = next((row for row in queue.rows if str(row.case.uid) == uid), None) or next(iter(listed), None)
    context: dict[str, Any] = {"queue": queue, "chosen": chosen, "only": only}
    if chosen is not None:
        context |= _opened(page, chosen, form, book)
        context["next_uid"] = _next(queue, str(chosen.case.uid))
    return render(request, "monitoring/reviews.html", context, status=status)


def _opened(page: Page, chosen: Waiting, form: ReviewForm | None, book: PolicyBook) -> dict[str, Any]:
    case, today = case_for(page.user, str(chosen.case.uid)), timezone.localdate(page.at)
    dossier = dossier_of(case)
    rows = evidence_of(dossier, book, today)
    reasons = reasons_for(case.village_id)
    empty = ReviewForm(initial={"version": case.version}, reasons=reasons, targets=_targets(case))
    return {
        "case": case,
        "dossier": dossier,
        "clock": clock_of(dossier, today, book),
        "rows": rows,
        "summary": summary_of(rows),
        "form": form or empty,
        "reasons": reasons,
        "reject": REJECT_OF[Case.State(case.state)],
    }


def _targets(case: Case) -> list[tuple[str, str]]:
    """Where a township may send the case back to; the county always to the township."""
    if case.state != Case.State.AT_TOWNSHIP:
        return []
    first = Case.State.PREPARING if case.kind in (Case.Kind.ENROL, Case.Kind.REIDENTIFY) else Case.State.ASSESSING
    return [(state.value, state.label) for state in (Case.State.NOTICE, Case.State.APPRAISING, first)]


def _next(queue: Queue, uid: str) -> str:
    """The uid after this one in the queue, the first one at its end, none when it was alone."""
    uids = [str(row.case.uid) for row in queue.rows]
    place = uids.index(uid) if uid in uids else -1
    others = uids[place + 1 :] + uids[: max(place, 0)]
    return others[0] if others else ""
