"""The county as it truly is: places and households. The same size, day and seed make the same county anywhere.

Proportions are those of the domain study, section 6.6: of 60,000 households 9,000 were lifted out of poverty (脱贫户)
and 1,600 monitored, half of these cleared; main risks 因病 38 %, 因残 20 %, 缺劳动力 12 %, 因学 8 %, 务工 10 % ….
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from demo import names
from demo.family import Families, Someone

PROVINCE, CITY, COUNTY = ("990000000000", "示例省"), ("990100000000", "示例市"), ("990101000000", "守望县")
FULL_SIZE = 60_000
LIFTED_SHARE = 0.15
# Monitored in the register; what the played year enrols comes on top.
MONITORED_SHARE = 0.025
RISKS = [
    ("因病", 38),
    ("因残", 20),
    ("缺劳动力", 12),
    ("因学", 8),
    ("因务工就业不稳", 10),
    ("因自然灾害", 3),
    ("因意外事故", 2),
    ("因产业项目失败", 2),
    ("因安全住房", 1),
    ("其他", 4),
]


@dataclass(frozen=True)
class Village:
    code: str
    name: str
    township: str

    @property
    def township_code(self) -> str:
        return self.code[:9] + "000"


@dataclass(frozen=True)
class Watched:
    """A monitoring episode that the register brings along."""

    monitored_type: str
    risk: str
    identified_on: date
    cleared_on: date | None


@dataclass
class House:
    number: str
    village: Village
    group: str
    lifted: bool
    income: int
    people: list[Someone]
    watched: Watched | None = None
    unsafe: bool = False

    @property
    def head(self) -> Someone:
        return self.people[0]

    @property
    def open(self) -> bool:
        """Monitored with a risk that is not cleared."""
        return self.watched is not None and self.watched.cleared_on is None


@dataclass(frozen=True)
class County:
    villages: list[Village]
    houses: list[House]

    def divisions(self) -> list[tuple[str, str, str]]:
        """(code, name, rural population) of every place, the county and what is above it first; villages alone say
        how many live there."""
        people = Counter(house.village.code for house in self.houses for _ in house.people)
        townships = {village.township_code: village.township for village in self.villages}
        places = [(code, name, "") for code, name in (PROVINCE, CITY, COUNTY, *townships.items())]
        return places + [(village.code, village.name, str(people[village.code])) for village in self.villages]


def build_county(households: int, today: date, seed: str = "守望") -> County:
    """A county of so many households, with families as they are on `today`."""
    random = Random(f"{seed} {households}")
    families = Families(random, today)
    villages = _villages(random, households)
    houses = [_house(families, serial, villages, households) for serial in range(households)]
    _watch_some(random, houses, today)
    return County(villages, houses)


def _villages(random: Random, households: int) -> list[Village]:
    """12 townships and 150 villages at full size, fewer for a small county."""
    count = max(6, round(150 * min(1.0, households / FULL_SIZE) ** 0.6))
    townships = names.TOWNSHIPS[: max(3, min(12, round(count / 5)))]
    words = random.sample([head + tail for head in names.VILLAGE_HEADS for tail in names.VILLAGE_TAILS], count)
    made = []
    for index, word in enumerate(words):
        place = index * len(townships) // count
        made.append(Village(f"990101{100 + place:03d}{200 + index:03d}", f"{word}村", townships[place]))
    return made


def _house(families: Families, serial: int, villages: list[Village], households: int) -> House:
    random = families.random
    lifted = random.random() < LIFTED_SHARE
    income = int(random.lognormvariate(9.6 if lifted else 9.75, 0.3))
    # Few stay below the line: those that the platform's own rule is to find.
    if income < 8800 and random.random() > 0.07:
        income = random.randint(8800, 12000)
    return House(
        number=f"9901{serial:08d}",
        village=villages[serial * len(villages) // households],
        group=random.choice(names.GROUPS),
        lifted=lifted,
        income=income,
        people=families.make(),
    )


def _watch_some(random: Random, houses: list[House], today: date) -> None:
    """Give a share of the households an episode that fits them; those lifted out of poverty more often."""
    order = sorted(houses, key=lambda house: random.random() * (0.35 if house.lifted else 1.0))
    for house in order[: round(len(houses) * MONITORED_SHARE)]:
        house.watched = _episode(random, house.lifted, today)
        house.income = random.randint(9500, 14000) if house.watched.cleared_on else random.randint(7200, 12500)
        _suit(random, house)


def _episode(random: Random, lifted: bool, today: date) -> Watched:
    risk = random.choices([word for word, _ in RISKS], [weight for _, weight in RISKS])[0]
    identified = date(today.year - random.randint(1, 5), random.randint(1, 10), 1)
    cleared = None
    if (today - identified).days > 700 and random.random() < 0.7:
        cleared = (identified + timedelta(days=random.randint(200, 330))).replace(day=1)
    kind = "脱贫不稳定户" if lifted else random.choices(["边缘易致贫户", "突发严重困难户"], [75, 25])[0]
    return Watched(kind, risk, identified, cleared)


def _suit(random: Random, house: House) -> None:
    """Make somebody ill or disabled, or everybody weak, so that the risk has a reason."""
    risk = house.watched.risk if house.watched else ""
    someone = random.choice(house.people)
    if risk == "因病":
        someone.health = "患有大病"
    elif risk == "因残":
        someone.health = "残疾"
        someone.skill = "弱劳动力或半劳动力" if someone.able else someone.skill
    elif risk == "缺劳动力":
        for person in house.people:
            person.skill = "弱劳动力或半劳动力" if person.able else person.skill
            person.work_months = 0
    elif risk == "因安全住房":
        house.unsafe = True


def everybody(houses: list[House]) -> Iterator[tuple[House, Someone]]:
    for house in houses:
        for person in house.people:
            yield house, person
