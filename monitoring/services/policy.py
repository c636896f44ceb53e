"""Setting policy parameters: each value dated, for one place, with its source; never changed afterwards."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.errors import Refused
from accounts.models import Division, Role, User
from accounts.permissions import add_rights, require
from accounts.services.audit import record
from monitoring.models import PolicyValue
from monitoring.policy import BEGINNING, PARAMETERS, Parameter

SET_POLICY = "monitoring.set_policy"
SOURCE_LENGTH = 200

add_rights({SET_POLICY: frozenset({Role.COUNTY_BUREAU})})


@transaction.atomic
def set_value(
    *, key: str, division: Division, value: Any, valid_from: date, source: str, actor: User, at: datetime
) -> PolicyValue:
    """Set a parameter for a place and everything below it from a day on. The latest entry for a day wins.

    `value` is what the parameter's kind holds: a number (also as text) for money and percent, an int, a bool, a
    choice's key, a text.

    Raises:
        Refused: no such parameter, an unfit value, a day out of range or no source. Forbidden, OutOfScope: see
            `accounts.permissions.require`.
    """
    parameter = PARAMETERS.get(key)
    if parameter is None:
        raise Refused(f"没有名为“{key}”的参数。", field="key", code="unknown")
    require(actor=actor, right=SET_POLICY, code=division.code, at=at)
    if valid_from < BEGINNING:
        raise Refused(f"生效日期不能早于 {BEGINNING}。", field="valid_from", code="invalid")
    stored = PolicyValue.objects.create(
        key=key,
        division=division,
        value=_fitting(parameter, value),
        valid_from=valid_from,
        source=_named_source(source),
        set_by=actor,
        recorded_at=at,
    )
    detail = {"key": key, "division": division.code, "value": stored.value, "valid_from": valid_from.isoformat()}
    record(actor=actor, at=at, action="policy.set", target=stored, detail=detail | {"source": stored.source})
    return stored


def _fitting(parameter: Parameter, value: Any) -> Any:
    """The value as JSON keeps it; amounts as text, so that no digit is lost."""
    try:
        typed = parameter.parse(value)
    except ValueError as error:
        raise Refused(f"{error}。", field="value", code="invalid") from None
    return f"{typed:f}" if isinstance(typed, Decimal) else typed


def _named_source(source: str) -> str:
    named = " ".join(source.split())
    if not named:
        raise Refused("请写明依据（文件名称、文号）。", field="source", code="missing")
    if len(named) > SOURCE_LENGTH:
        raise Refused(f"依据不能超过 {SOURCE_LENGTH} 字。", field="source", code="invalid")
    return named
