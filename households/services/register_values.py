"""What the cells of the register become in the database: fields of household, person and living conditions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models

from households import register
from households.models import Household, Person
from households.services.register_rows import Group, Member
from sheets.clean import birth_date, fold_code, sex

_TENTH = Decimal("0.1")
_SMALL = 32_767


def _whole(number: Decimal) -> int | None:
    """A count; nothing for what no household can have."""
    return int(number) if number == int(number) and 0 <= number <= _SMALL else None


def _months(number: Decimal) -> Decimal | None:
    return number.quantize(_TENTH) if 0 <= number < 1000 else None


def yes(cell: str) -> bool | None:
    """是 and 否; None for anything else, which is never the same as 否."""
    return {"是": True, "否": False}.get(fold_code(cell))


def _not(cell: str) -> bool | None:
    answer = yes(cell)
    return None if answer is None else not answer


# Column → field and what the parsed cell becomes. Texts are cut to the field's length by character.
HOUSEHOLD_FIELDS: Mapping[str, tuple[str, Callable[[Any], Any] | None]] = {
    register.GROUP: ("group_name", None),
    register.CATEGORY: ("category", None),
    register.SIZE: ("declared_size", _whole),
    register.INCOME: ("per_capita_income", None),
    register.HOUSEHOLD_PHONE: ("phone", None),
    register.FIRST_IDENTIFIED: ("first_identified_on", None),
}
PERSON_FIELDS: Mapping[str, tuple[str, Callable[[Any], Any] | None]] = {
    register.NAME: ("name", None),
    register.PERSON_NUMBER: ("number", None),
    register.NATION: ("nation", None),
    register.EDUCATION: ("education", None),
    register.SCHOOLING: ("schooling", None),
    register.HEALTH: ("health", None),
    register.SKILL: ("labour_skill", None),
    register.WORK_MONTHS: ("work_months", _months),
    register.INSURANCE: ("serious_illness_insurance", None),
    register.PERSON_PHONE: ("phone", None),
    register.PERSON_IDENTIFIED: ("identified_on", None),
}
CONDITION_FIELDS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    register.UNSAFE_HOUSE: ("housing_ok", _not),
    register.SAFE_WATER: ("water_ok", yes),
}


def household_values(group: Group) -> dict[str, tuple[str, Any]]:
    """Field → (column, value) for every household value that the file has; an empty one changes nothing."""
    return _filled(group, HOUSEHOLD_FIELDS, Household)


def condition_values(group: Group) -> dict[str, tuple[str, Any]]:
    """The same for living conditions; an answer that is neither 是 nor 否 says nothing."""
    return _filled(group, CONDITION_FIELDS, None)


def _filled(
    group: Group, fields: Mapping[str, tuple[str, Callable[[Any], Any] | None]], model: type[models.Model] | None
) -> dict[str, tuple[str, Any]]:
    found: dict[str, tuple[str, Any]] = {}
    for column, (name, derive) in fields.items():
        cell = group.value(column)
        value = None if cell is None else _value(cell, derive, model, name)
        if value is not None:
            found[name] = column, value
    return found


def person_values(member: Member, found: frozenset[str]) -> dict[str, Any]:
    """Field → value for every column that the row's sheet has; an empty cell empties the field, but not the name."""
    values: dict[str, Any] = {}
    for column, (name, derive) in PERSON_FIELDS.items():
        cell = member[column]
        empty = cell is None or cell == ""
        if column in found and not (empty and column == register.NAME):
            values[name] = _empty(name) if empty else _value(cell, derive, Person, name)
    return values


def identity_values(number: str) -> dict[str, Any]:
    """What the resident number itself says."""
    return {"sex": sex(number), "birth_year": birth_date(number).year}


def _empty(name: str) -> Any:
    return None if name in ("work_months", "identified_on") else ""


def _value(cell: Any, derive: Callable[[Any], Any] | None, model: type[models.Model] | None, name: str) -> Any:
    if derive is not None:
        return derive(cell)
    return cut(cell, model, name) if isinstance(cell, str) and model is not None else cell


def cut(written: str, model: type[models.Model], name: str) -> str:
    """A text as long as its field takes; sealed texts are as long as they are."""
    if name == "phone":
        return written
    longest = getattr(model._meta.get_field(name), "max_length", None)
    return written[:longest] if longest else written
