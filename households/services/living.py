"""Entering incomes and living conditions by hand, outside a visit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Role, User
from accounts.permissions import add_rights, require
from accounts.services.audit import record
from households.models import Household, Income, LivingCondition
from households.services.conditions import record_condition, record_income

RECORD_LIVING = "households.record_living"

add_rights(
    {
        RECORD_LIVING: frozenset(
            {Role.VILLAGE_CADRE, Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER, Role.COUNTY_BUREAU, Role.HELPER}
        )
    }
)


def enter_income(*, household: Household, actor: User, at: datetime, **income: Any) -> Income:
    """`record_income` by a person with the right for the household. Raises also OutOfScope, Forbidden."""
    _require(household, actor, at)
    with transaction.atomic():
        kept = record_income(household=household, actor=actor, at=at, **income)
        detail = {"household": str(household.uid), "basis": kept.basis, "ends_on": kept.ends_on.isoformat()}
        record(actor=actor, at=at, action="income.recorded", target=kept, detail=detail)
    return kept


def enter_condition(*, household: Household, actor: User, at: datetime, **condition: Any) -> LivingCondition:
    """`record_condition` by a person with the right for the household. Raises also OutOfScope, Forbidden."""
    _require(household, actor, at)
    with transaction.atomic():
        kept = record_condition(household=household, actor=actor, at=at, **condition)
        detail = {"household": str(household.uid), "on": kept.on.isoformat()}
        record(actor=actor, at=at, action="condition.recorded", target=kept, detail=detail)
    return kept


def _require(household: Household, actor: User, at: datetime) -> None:
    require(actor=actor, right=RECORD_LIVING, code=household.village_id, at=at, helper_id=household.helper_id)
