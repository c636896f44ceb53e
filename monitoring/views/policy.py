"""The page of policy parameters: what is in force here today, and by which source."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.scope import scope_of
from accounts.views.base import Page
from monitoring.policy import PARAMETERS, PolicyBook


class PolicyList(Page):
    """Every parameter with its value for the user's place today, since when, by which source."""

    def get(self, request: HttpRequest) -> HttpResponse:
        post = next(iter(scope_of(self.user).posts), None)
        code = post.division_id if post else "0" * 12
        book, today = PolicyBook(), timezone.localdate()
        found = [(parameter, book.setting(key, on=today, code=code)) for key, parameter in PARAMETERS.items()]
        rows = [(parameter, setting, parameter.words(setting.value)) for parameter, setting in found]
        return render(request, "monitoring/policy.html", {"rows": rows})
