"""How far the tables that only grow are under seal, and whether they still agree."""

from __future__ import annotations

import csv

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from accounts.models import AuditSeal
from accounts.services.seal_check import last_check
from accounts.services.seal_copies import seal_rows
from accounts.services.seals import seal_states
from accounts.views.audit import AuditPage


@method_decorator(never_cache, name="dispatch")
class AuditSeals(AuditPage):
    """For whoever may open the log; the copy is for keeping outside of the system."""

    def get(self, request: HttpRequest) -> HttpResponse:
        self.roles_that_read()
        if "copy" in request.GET:
            answer = HttpResponse(content_type="text/csv; charset=utf-8")
            answer["Content-Disposition"] = f'attachment; filename="audit-seals-{self.at:%Y%m%d}.csv"'
            csv.writer(answer, lineterminator="\n").writerows(seal_rows(AuditSeal.objects.all(), {}))
            return answer
        return render(request, "accounts/seals.html", {"states": seal_states(), "check": last_check()})
