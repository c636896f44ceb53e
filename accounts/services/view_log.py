"""Who saw whose whole number: one person at a time, for a purpose, within a quota, written before the answer leaves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from accounts.errors import Refused, TooMany
from accounts.models import AuditEvent, User
from accounts.permissions import require
from accounts.services import audit

PURPOSES: Final = ("入户核实", "信息比对", "帮扶联系", "政策兑现", "证件更正", "督查核对")
FIELDS: Final = {"id_number": "证件号码", "phone": "联系电话"}
REVEALED: Final = "person.revealed"
SEARCHED: Final = "person.searched"
Field = Literal["id_number", "phone"]


def reveal(
    *,
    target: Model,
    field: Field,
    purpose: str,
    code: str,
    actor: User,
    at: datetime,
    helper_id: int | None = None,
    address: str | None = None,
) -> str:
    """The whole `field` of `target` (a row with that sealed attribute) in the place `code`; empty where there is none.

    Raises:
        Refused: the purpose is not one of PURPOSES.
        TooMany: the actor has seen REVEALS_PER_HOUR within the hour; this too is kept.
        OutOfScope, Forbidden: see `accounts.permissions.require`.
    """
    require(actor=actor, right="accounts.reveal", code=code, at=at, helper_id=helper_id)
    if field not in FIELDS:
        raise Refused("只能查看证件号码或联系电话。", field="field")
    if purpose not in PURPOSES:
        raise Refused(f"请选择查看用途：{'、'.join(PURPOSES)}。", field="purpose")
    _note(REVEALED, target, {"field": field}, purpose, actor, at, address)
    return str(getattr(target, field))


def note_search(*, found: Model | None, actor: User, at: datetime, address: str | None = None) -> None:
    """Keep that somebody searched by a whole number, and whom he found; counts against the same quota.

    Raises: TooMany.
    """
    _note(SEARCHED, found, {"found": found is not None}, "", actor, at, address)


def seen_this_hour(*, actor: User, at: datetime) -> int:
    """How many whole numbers the actor has seen, or searched by, in the hour that ends now."""
    events = AuditEvent.objects.filter(actor=actor, action__in=[REVEALED, SEARCHED])
    return events.filter(at__gt=at - timedelta(hours=1), at__lte=at).count()


def _note(
    action: str,
    target: Model | None,
    detail: dict[str, object],
    purpose: str,
    actor: User,
    at: datetime,
    address: str | None,
) -> None:
    """Count and write under a lock on the actor, so that two requests at once do not share the last place."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)
        within = seen_this_hour(actor=actor, at=at) < settings.REVEALS_PER_HOUR
        if not within:
            detail = {**detail, "action": action}
            action = "person.quota_exceeded"
        audit.record(actor=actor, at=at, action=action, target=target, purpose=purpose, detail=detail, address=address)
    if not within:
        raise TooMany(
            f"一小时内查看完整号码已达{settings.REVEALS_PER_HOUR}次，请稍后再查看。",
            code="quota_exceeded",
        )
