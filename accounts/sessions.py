"""How long a sign-in lasts, and what comes before everything else after it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from accounts.models import User
from accounts.services.second_factor import must_set_up

_PHONE = re.compile(r"Mobi|Android|iPhone|iPad|HarmonyOS|MicroMessenger")
# A session is written at most this often to note that it is in use.
_NOTE_EVERY = timedelta(minutes=1)
# Where somebody with a first or an old password may go; the API refuses him itself.
_BEFORE_RENEWAL = ("password", "logout", "login")


class SessionLimits:
    """Ends sessions after idle minutes (more on a phone) and after SESSION_COOKIE_AGE in any case; sends whoever has to
    change his password or set up his second factor to that page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now()
            if _is_over(request, now):
                logout(request)
            else:
                _note(request, now)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        user, match = request.user, request.resolver_match
        if not isinstance(user, User) or match is None or request.path.startswith("/api/"):
            return None
        if match.url_name in _BEFORE_RENEWAL:
            return None
        if user.must_renew_password(timezone.now()):
            return redirect("password")
        if match.url_name != "second-factor-setup" and must_set_up(user):
            return redirect("second-factor-setup")
        return None


def idle_limit(user_agent: str) -> timedelta:
    """How long a session may lie unused in this browser."""
    on_phone = _PHONE.search(user_agent) is not None
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES_PHONE if on_phone else settings.SESSION_IDLE_MINUTES)


def _is_over(request: HttpRequest, now: datetime) -> bool:
    started, seen = request.session.get("started"), request.session.get("seen")
    if started is None or seen is None:
        return False
    idle = now.timestamp() - seen > idle_limit(request.headers.get("User-Agent", "")).total_seconds()
    return idle or now.timestamp() - started > settings.SESSION_COOKIE_AGE


def _note(request: HttpRequest, now: datetime) -> None:
    moment = now.timestamp()
    if request.session.get("started") is None:
        request.session["started"] = moment
    if moment - request.session.get("seen", 0) >= _NOTE_EVERY.total_seconds():
        request.session["seen"] = moment
