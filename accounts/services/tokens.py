"""Keys for the API: issued at sign-in, ended at sign-out, with a change of password, or after their time."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import ApiToken, User
from accounts.services.audit import record

LIFETIME = timedelta(hours=12)


def issue_token(*, actor: User, at: datetime, address: str | None = None) -> tuple[str, ApiToken]:
    """A new key for `actor` and its row; the key itself is shown this once."""
    key = secrets.token_urlsafe(32)
    with transaction.atomic():
        ApiToken.objects.filter(user=actor, expires_at__lte=at).delete()
        token = ApiToken.objects.create(user=actor, digest=digest_of(key), made_at=at, expires_at=at + LIFETIME)
        record(actor=actor, at=at, action="token.issued", target=token, address=address)
    return key, token


def revoke_token(*, token: ApiToken, actor: User, at: datetime) -> None:
    """End one key; ending it again does nothing."""
    with transaction.atomic():
        record(actor=actor, at=at, action="token.revoked", target=token)
        ApiToken.objects.filter(pk=token.pk).delete()


def end_tokens(*, user: User, actor: User | None, at: datetime) -> int:
    """End all keys of `user`, as at a change of password or when he is switched off; gives how many."""
    with transaction.atomic():
        ended = ApiToken.objects.filter(user=user).delete()[0]
        if ended:
            record(actor=actor, at=at, action="token.ended_all", target=user, detail={"tokens": ended})
    return ended


def find_token(*, key: str, at: datetime) -> ApiToken | None:
    """The unexpired row of a key."""
    rows = ApiToken.objects.select_related("user").filter(expires_at__gt=at)
    return rows.filter(digest=digest_of(key)).first()


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
