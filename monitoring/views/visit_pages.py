"""A recorded visit: what was found, by whom, with photos and signatures; and the page that says where it went."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.services import audit
from accounts.services.pictures import picture_of
from accounts.views.base import Page
from households.heads import head_of
from monitoring.models import Visit
from monitoring.visit_sections import sections_for

STOOD = {"same": "与上次相同", "changed": "有变化"}


class VisitDetail(Page):
    """One visit; `?done` heads it with where it went."""

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        rows = Visit.objects.visible_to(self.user).select_related(
            "household__village__parent", "clue", "case", "episode", "income", "condition", "recorded_by"
        )
        visit = get_object_or_404(rows.prefetch_related("visitors__user", "photos", "signatures__file"), uid=uid)
        context = {
            "visit": visit,
            "head": head_of(visit.household),
            "rows": _rows(visit),
            "photos": visit.photos.all(),
            "done": "done" in request.GET and visit.recorded_by_id == self.user.pk,
        }
        return render(request, "monitoring/visit/detail.html", context)


class VisitFile(Page):
    """A photo or signature of a visit, for those who see the visit; every look is kept."""

    def get(self, request: HttpRequest, uid: str, sha256: str) -> HttpResponse:
        visit = get_object_or_404(Visit.objects.visible_to(self.user), uid=uid)
        signed = visit.signatures.filter(file__sha256=sha256).select_related("file").first()
        file = signed.file if signed else visit.photos.filter(sha256=sha256).first()
        if file is None:
            raise Http404
        content, kind = picture_of(file, small="small" in request.GET)
        audit.record(
            actor=self.user,
            at=self.at,
            action="visit.picture_viewed",
            target=visit,
            detail={"file": sha256[:16]},
            address=request.META.get("REMOTE_ADDR"),
        )
        answer = HttpResponse(content, content_type=kind)
        answer["Cache-Control"] = "private, no-store"
        return answer


def _rows(visit: Visit) -> list[dict[str, Any]]:
    """Every section of the visit with what was answered and how it stood; unseen ones say so."""
    answers = json.loads(visit.answers) if visit.answers else {}
    return [
        {
            "title": section.title,
            "words": section.summary(answers.get(section.key, {})),
            "stood": STOOD.get(visit.sections.get(section.key, ""), ""),
            "compares": section.compares,
        }
        for section in sections_for(visit.kind)
        if visit.sections and section.key not in ("team", "proof")
    ]
