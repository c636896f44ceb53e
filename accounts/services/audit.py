"""The one way into the append-only record of who did and looked at what."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db.models import Model

from accounts.models import AuditEvent, User
from sheets.faults import CellFault, mask_id
from sheets.ids import clean_id

_LIKE_A_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")


def record(
    *,
    actor: User | None,
    at: datetime,
    action: str,
    target: Model | None = None,
    purpose: str = "",
    detail: dict[str, Any] | None = None,
    address: str | None = None,
) -> AuditEvent:
    """Write one event, in the caller's transaction: no event, no act.

    `actor` None is the program itself or a person at its shell. `action` is `noun.verb` (`register.imported`),
    `target` the row that the act was about, `address` the client's. `detail` is JSON; ids, never values: a resident
    number that slips in is masked, because this record is kept for years and read by others.
    """
    return AuditEvent.objects.create(
        at=at,
        actor=actor,
        action=action,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        purpose=_without_numbers(purpose),
        detail=_without_numbers(detail or {}),
        address=address,
    )


def _without_numbers(value: Any) -> Any:
    if isinstance(value, str):
        return _LIKE_A_NUMBER.sub(lambda found: _masked(found.group()), value)
    if isinstance(value, dict):
        return {_without_numbers(key): _without_numbers(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_numbers(item) for item in value]
    return value


def _masked(digits: str) -> str:
    """Only true resident numbers are masked; other long numbers (of households, of files) are what was meant."""
    try:
        clean_id(digits, datetime.max.date())
    except CellFault:
        return digits
    return mask_id(digits)
