"""What was known of a household before a visit: the last visit's answers, else the records, else the register."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from households.models import Household, Income, LabourSkill, LivingCondition, Membership
from monitoring.models import Visit
from monitoring.visit_sections import INCOME, NOT_OK, OK

_LOOK_BACK = 6
_ABLE = (LabourSkill.SKILLED, LabourSkill.ORDINARY, LabourSkill.WEAK)
_FLAGS = {
    "home": {"housing": "housing_ok", "water": "water_ok"},
    "school": {"schooling": "schooling_ok", "insurance": "insurance_ok"},
    "spending": {"controlled": "spending_controlled"},
}
_TOTALS = ("wage", "business", "property_income", "transfer", "business_cost")


@dataclass(frozen=True)
class LastTime:
    """Values by section, as a draft keeps them; the day of the last visit; the members; the last income record."""

    values: Mapping[str, dict[str, Any]]
    visited_on: date | None
    members: tuple[Membership, ...]
    income: Income | None

    @property
    def head(self) -> str:
        return next((one.person.name for one in self.members if one.is_head), "户主")


def last_time(household: Household, *, on: date) -> LastTime:
    """What there is to hold a visit on a day against; four queries."""
    visits = list(
        Visit.objects.filter(household=household, visited_on__lte=on).order_by("-visited_on", "-id")[:_LOOK_BACK]
    )
    memberships = Membership.objects.filter(household=household).as_of(on)
    members = tuple(memberships.select_related("person").order_by("id"))
    income = Income.objects.filter(household=household).as_of(on).order_by("-ends_on", "-id").first()
    conditions = LivingCondition.objects.filter(household=household).as_of(on).order_by("-on", "-id")[:_LOOK_BACK]
    values: dict[str, dict[str, Any]] = _of_register(members)
    for visit in reversed(visits):
        answered = json.loads(visit.answers) if visit.answers else {}
        values |= {key: answered[key] for key in visit.sections if key in answered}
    _lay_income(values, income)
    _lay_conditions(values, list(conditions))
    if not values.get("policies") and (told := next((visit.policies for visit in visits if visit.policies), "")):
        values["policies"] = {"policies": told}
    return LastTime(values, visits[0].visited_on if visits else None, members, income)


def _of_register(members: tuple[Membership, ...]) -> dict[str, dict[str, Any]]:
    people = [one.person for one in members]
    if not people:
        return {}
    able = sum(person.labour_skill in _ABLE for person in people)
    return {
        "people": {"size": str(len(people)), "labour": str(able)},
        "work": {"workers": str(sum(bool(person.work_months) for person in people))},
    }


def _lay_income(values: dict[str, dict[str, Any]], income: Income | None) -> None:
    """The last income record is what the last answers became, or is newer than they are."""
    if income is None:
        return
    totals = (getattr(income, name) for name in _TOTALS)
    values["income"] = {name: _plain(total) for name, total in zip(INCOME, totals, strict=True)}
    if "spending" not in values and (income.own_payments or income.claims):
        values["spending"] = {"other": _plain(income.own_payments), "claims": _plain(income.claims)}


def _lay_conditions(values: dict[str, dict[str, Any]], conditions: list[LivingCondition]) -> None:
    """For every guarantee the latest look at it."""
    for section, names in _FLAGS.items():
        for name, column in names.items():
            known = next((flag for one in conditions if (flag := getattr(one, column)) is not None), None)
            if known is not None:
                values.setdefault(section, {})[name] = OK if known else NOT_OK
    if grade := next((one.house_grade for one in conditions if one.house_grade), ""):
        values.setdefault("home", {})["grade"] = grade


def _plain(amount: Any) -> str:
    return f"{amount:f}".removesuffix(".00")
