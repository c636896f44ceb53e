"""Builders of registered households for tests: `from builders import make_household`.

Numbers begin with 99 and have a true check digit; they follow from how many persons there are, so a test makes the
same ones every time.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from PIL import Image

from accounts.crypto import blind_index
from accounts.models import Division, User
from households.models import Household, Income, LivingCondition, Membership, Person
from monitoring.models import Episode, EpisodeEvent
from sheets.ids import checksum

AT = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
FAMILY = (
    {"name": "张三", "relation": "户主", "labour_skill": "普通劳动力", "birth": date(1975, 3, 2)},
    {"name": "李四", "relation": "配偶", "labour_skill": "普通劳动力", "birth": date(1978, 6, 1)},
    {"name": "张小明", "relation": "之子", "labour_skill": "无劳动力", "birth": date(2014, 9, 9)},
)


def make_number(serial: int, birth: date = date(1980, 1, 1)) -> str:
    """The serial-th resident number of that birth day: 17 digits that begin with 99 and the check digit."""
    body = f"9901{serial // 1000 % 100:02d}{birth:%Y%m%d}{serial % 1000:03d}"
    return body + checksum(body)


def make_person(
    household: Household,
    *,
    name: str = "张三",
    relation: str = "户主",
    birth: date = date(1980, 1, 1),
    id_number: str = "",
    joined_on: date = date(1900, 1, 1),
    phone: str = "",
    **values: Any,
) -> Person:
    """A registered person and his membership; `values` are further fields of Person."""
    number = id_number or make_number(Person.objects.count() + 1, birth)
    person = Person(
        name=name,
        id_number=number,
        id_index=blind_index("id_number", number),
        sex="男" if int(number[16]) % 2 else "女",
        birth_year=int(number[6:10]),
        **values,
    )
    if phone:
        person.phone = phone
    person.save()
    Membership.objects.create(
        person=person, household=household, relation=relation, joined_on=joined_on, recorded_at=AT
    )
    return person


def make_household(
    village: Division,
    *,
    members: Iterable[Mapping[str, Any]] = FAMILY,
    category: str = "一般农户",
    number: str = "",
    **values: Any,
) -> Household:
    """A household of that village with these members (make_person's arguments), the first a householder by default."""
    household = Household.objects.create(
        number=number or f"{village.code}{Household.objects.count() + 1:04d}",
        village=village,
        category=category,
        **values,
    )
    for member in members:
        make_person(household, **member)
    return household


def make_episode(
    household: Household,
    *,
    identified_on: date = date(2026, 1, 5),
    cleared_on: date | None = None,
    risks: Iterable[str] = ("因病",),
    monitored_type: str = "边缘易致贫户",
    **values: Any,
) -> Episode:
    """An episode with the events that its dates say."""
    wanted = list(risks)
    size = household.memberships.count()
    episode = Episode.objects.create(
        household=household,
        serial=household.episodes.count() + 1,
        monitored_type=monitored_type,
        risks=wanted,
        main_risk=wanted[0],
        state="cleared" if cleared_on else "monitored",
        identified_on=identified_on,
        cleared_on=cleared_on,
        clear_method="帮扶消除" if cleared_on else "",
        size=size,
        **values,
    )
    turns = [("identified", identified_on)] + ([("cleared", cleared_on)] if cleared_on else [])
    for kind, day in turns:
        EpisodeEvent.objects.create(episode=episode, kind=kind, happened_on=day, recorded_at=AT, household_size=size)
    return episode


def make_income(
    household: Household,
    *,
    recorded_by: User,
    per_head: int = 12000,
    basis: str = "visit",
    ends_on: date = date(2026, 9, 30),
    **values: Any,
) -> Income:
    """Twelve months' income that comes to `per_head` yuan a head."""
    members = max(household.memberships.count(), 1)
    return Income.objects.create(
        household=household,
        basis=basis,
        starts_on=date(ends_on.year - 1, ends_on.month, 1),
        ends_on=ends_on,
        members=members,
        wage=Decimal(per_head * members),
        items={"wage": {"务工收入": str(per_head * members)}},
        recorded_by=recorded_by,
        recorded_at=AT,
        **values,
    )


def make_condition(
    household: Household, *, on: date = date(2026, 9, 30), recorded_by: User | None = None, **values: Any
) -> LivingCondition:
    """Living conditions with every guarantee in order, but for what `values` say."""
    good = dict.fromkeys(("schooling_ok", "insurance_ok", "housing_ok", "water_ok", "spending_controlled"), True)
    return LivingCondition.objects.create(
        household=household, on=on, recorded_by=recorded_by, recorded_at=AT, **{**good, **values}
    )


def make_jpeg(shade: int = 90) -> bytes:
    """A small picture of one shade, as a telephone would send it."""
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, shade, shade)).save(out, "JPEG")
    return out.getvalue()
