"""What surrounds every request: one reading of the user's scope, and refusals that no view has caught as pages.

A NUL, which no person types and PostgreSQL does not take, is answered as a bad request wherever it comes in.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.errors import Refused
from accounts.scope import held_scopes


class ScopeMiddleware:
    """Reads the scope of the user once a request. What ends his post takes effect with his next one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with held_scopes():
            return self.get_response(request)


class RefusalMiddleware:
    """Answers a service's refusal with its own status and sentence; the API has its own shape (accounts.api.errors)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DataError | ValueError) and _has_nul(request):
            return render(request, "400.html", status=400)
        if not isinstance(error, Refused):
            return None
        if error.status == 404:
            return render(request, "404.html", status=404)
        return render(request, "refused.html", {"refusal": error}, status=error.status)


def _has_nul(request: HttpRequest) -> bool:
    values = (value for given in (request.GET, request.POST) for _, found in given.lists() for value in found)
    return "\0" in request.path or any("\0" in value for value in values)
