"""Signing in and out as the audit keeps it; connected to Django's own signals at start-up."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.services.audit import record


def connect() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.audit")
    user_logged_out.connect(_signed_out, dispatch_uid="accounts.audit")
    user_login_failed.connect(_failed, dispatch_uid="accounts.audit")


def _signed_in(sender: object, request: HttpRequest, user: User, **more: Any) -> None:
    record(actor=user, at=timezone.now(), action="session.started", target=user, address=_address(request))


def _signed_out(sender: object, request: HttpRequest, user: User | None, **more: Any) -> None:
    if user is not None:
        record(actor=user, at=timezone.now(), action="session.ended", target=user, address=_address(request))


def _failed(sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **more: Any) -> None:
    """A name that nobody has is not kept: people type their password there."""
    name = User.objects.normalize_username(str(credentials.get("username") or ""))
    user = User.objects.filter(username=name).first()
    locked = bool(getattr(request, "axes_locked_out", False))
    record(
        actor=None,
        at=timezone.now(),
        action="session.refused",
        target=user,
        detail={"known_user": user is not None, "locked": locked},
        address=_address(request),
    )


def _address(request: HttpRequest | None) -> str | None:
    return request.META.get("REMOTE_ADDR") if request is not None else None
