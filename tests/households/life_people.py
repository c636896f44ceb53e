"""What the tests of life events say of people: who they are by name, what a submission of a cadre holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cast import NOW

from accounts.models import User
from households.history import members_as_of
from households.models import Household, Person

TODAY = date(2026, 11, 10)
DAY = date(2026, 11, 3)
BEFORE = DAY - timedelta(days=1)


def who(household: Household, on: date = TODAY) -> dict[str, str]:
    return {row.person.name: row.relation for row in members_as_of(household, on)}


def person_named(name: str) -> Person:
    return Person.objects.get(name=name)


def keys_of(**relations: str) -> dict[int, str]:
    return {person_named(name).pk: relation for name, relation in relations.items()}


def by(actor: User, **more: Any) -> dict[str, Any]:
    return {"version": 1, "happened_on": DAY, "actor": actor, "at": NOW, **more}


def newcomer(household: Household, actor: User, number: str, **more: Any) -> dict[str, Any]:
    return {"household": household, "name": "新人", "id_number": number, "relation": "之儿媳", **by(actor), **more}
