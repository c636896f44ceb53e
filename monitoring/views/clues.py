"""Pages of clues: the list, and one clue that explains itself."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.views.base import Page, keyset_page
from households.models import Membership
from monitoring.models import Clue, Hit
from monitoring.querysets import ClueQuerySet
from monitoring.risks import Risk
from monitoring.workflow.engine import available_actions


class ClueList(Page):
    """Clues of the user's places, newest first; filters in the address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        clues = _filtered(Clue.objects.visible_to(self.user), request.GET)
        heads = Membership.objects.heads().current().select_related("person")
        clues = clues.select_related("household", "village__parent").prefetch_related(
            Prefetch("household__memberships", heads, to_attr="heads")
        )
        context = {
            "page": keyset_page(clues, order=("-id",), after=request.GET.get("after", "")),
            "filters": request.GET,
            "states": Clue.State.choices,
            "risks": Risk.values,
            "channels": Clue.Channel.choices,
        }
        return render(request, "monitoring/clues.html", context)


class ClueDetail(Page):
    """One clue: why it exists, what the department sent, what was done, what the user may do."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        rows = Clue.objects.visible_to(self.user).select_related("household", "village__parent", "person")
        clue = get_object_or_404(rows, uid=uid)
        context = {
            "clue": clue,
            "head": Membership.objects.heads()
            .current()
            .filter(household=clue.household)
            .select_related("person")
            .first(),
            "hits": [_explained(hit) for hit in clue.hits.order_by("-period", "rule")],
            "earlier": clue.household.clues.filter(risk=clue.risk).exclude(pk=clue.pk).order_by("-id")[:10],
            "transitions": clue.transitions.select_related("actor", "post__division").order_by("-id"),
            "visits": clue.visits.prefetch_related("visitors"),
            "cases": clue.cases.order_by("-id"),
            "actions": [item for item in available_actions(clue, self.user, self.at) if item.action != "verify"],
        }
        return render(request, "monitoring/clue.html", context)


def _explained(hit: Hit) -> dict[str, Any]:
    """A hit with its evidence opened, for the page."""
    return {"hit": hit, "evidence": json.loads(hit.evidence) if hit.evidence else []}


def _filtered(clues: ClueQuerySet, filters: Any) -> ClueQuerySet:
    for name in ("state", "risk", "channel"):
        if value := filters.get(name):
            clues = clues.filter(**{name: value})
    if filters.get("overdue"):
        clues = clues.overdue(timezone.localdate())
    elif not filters.get("state") and not filters.get("period"):
        clues = clues.open()
    if period := _month(filters.get("period", "")):
        clues = clues.filter(hits__period=period).distinct()
    return clues


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01") if text else None
    except ValueError:
        return None
