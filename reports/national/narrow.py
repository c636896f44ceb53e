"""What the lists read: rows with no more than the columns that some cell shows or is judged by.

A list of a county is 150,000 persons; models of all their columns would cost several times what the cells do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from households.models import Household, Person
from households.models.person import HEAD
from records.models.people import place_of_work

Narrow = TypeVar("Narrow", bound=NamedTuple)


class Home(NamedTuple):
    """A household, and the village where it lived on the day as `place`."""

    id: int
    place: str
    number: str
    uid: UUID
    group_name: str
    category: str
    support_classes: list[str]
    declared_size: int | None
    phone_sealed: bytes | None
    per_capita_income: Decimal | None
    first_identified_on: date | None
    whole_without_labour: bool

    @property
    def phone(self) -> str:
        return Household.phone.opened(self.uid, self.phone_sealed).strip()


class Member(NamedTuple):
    """A person in a household; `membership` is the key of his being in it."""

    household_id: int
    membership: int
    person_id: int
    relation: str
    uid: UUID
    number: str
    name: str
    id_sealed: bytes
    sex: str
    nation: str
    education: str
    schooling: str
    health: str
    labour_skill: str
    work_months: Decimal | None
    serious_illness_insurance: str
    phone_sealed: bytes | None
    identified_on: date | None

    @property
    def is_head(self) -> bool:
        return self.relation == HEAD

    @property
    def phone(self) -> str:
        return Person.phone.opened(self.uid, self.phone_sealed).strip()


class Turn(NamedTuple):
    """A turn of an episode with what the lists tell of that; `clear_method` is the case's, where there was one."""

    household_id: int
    episode_id: int
    kind: str
    happened_on: date
    dated: bool
    monitored_type: str
    risks: list[str]
    episode_method: str
    case_method: str | None


class Condition(NamedTuple):
    """What was found on a day; None where it was not looked at."""

    household_id: int
    on: date
    schooling_ok: bool | None
    insurance_ok: bool | None
    housing_ok: bool | None
    water_ok: bool | None
    house_grade: str
    house_area: Decimal | None
    farmland: Decimal | None
    road_km: Decimal | None


class Earned(NamedTuple):
    """An income with what its sums per head are reckoned from, and the sub-items of its transfers."""

    household_id: int
    basis: str
    ends_on: date
    members: int
    wage: Decimal
    business: Decimal
    property_income: Decimal
    transfer: Decimal
    business_cost: Decimal
    own_payments: Decimal
    transfers: dict[str, str] | None


class House(NamedTuple):
    household_id: int
    area: Decimal | None
    grade: str


class Collector(NamedTuple):
    """Who recorded a visit."""

    household_id: int
    name: str
    phone: str


class Job(NamedTuple):
    person_id: int
    working: bool
    work_place: str
    area: str
    channel: str

    @property
    def where(self) -> str:
        return place_of_work(self.work_place, self.area)


class Post(NamedTuple):
    person_id: int
    kind: str
    from_on: date


class School(NamedTuple):
    person_id: int
    state: str
    leaving_reason: str


class Support(NamedTuple):
    person_id: int
    kind: str


def narrow(rows: QuerySet[Any], kind: type[Narrow], **elsewhere: str) -> Iterator[Narrow]:
    """The rows as such a kind, whose fields are columns of theirs or lie at the paths given."""
    return map(kind._make, rows.values_list(*(elsewhere.get(name, name) for name in kind._fields)))


def owned(rows: QuerySet[Any], kind: type[Narrow], **elsewhere: str) -> defaultdict[int, list[Narrow]]:
    """The same in their order for each of those whom they are about, whose key is the first field."""
    found: defaultdict[int, list[Narrow]] = defaultdict(list)
    for row in narrow(rows, kind, **elsewhere):
        found[row[0]].append(row)
    return found
