"""Families of the made-up county: who lives together, how old, how healthy, with what number and name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from demo import names
from sheets.ids import checksum

ABLE = ("普通劳动力", "技能劳动力")
# The 154 numbers were never handed out, so that none of these phones rings.
PHONE_PREFIX = "154"

# Who lives with the householder, and how often: (relation, years younger from, to, male; None: either).
FAMILIES: list[tuple[int, list[tuple[str, int, int, bool | None]]]] = [
    (10, []),
    (18, [("配偶", -3, 4, None)]),
    (14, [("配偶", -3, 4, None), ("之子", 23, 30, True)]),
    (18, [("配偶", -3, 4, None), ("之女", 22, 28, False), ("之子", 26, 34, True)]),
    (10, [("配偶", -3, 4, None), ("之子", 24, 30, True), ("之女", 27, 33, False), ("之母", -28, -21, False)]),
    (
        10,
        [
            ("配偶", -3, 4, None),
            ("之子", 22, 26, True),
            ("之儿媳", 21, 27, False),
            ("之孙子", 46, 52, True),
            ("之孙女", 49, 55, False),
        ],
    ),
    (
        4,
        [
            ("配偶", -3, 4, None),
            ("之子", 22, 27, True),
            ("之儿媳", 22, 27, False),
            ("之孙女", 45, 52, False),
            ("之母", -27, -20, False),
        ],
    ),
    (5, [("之孙子", 50, 58, True)]),
    (7, [("之父", -29, -22, True), ("之母", -27, -20, False)]),
]
MARRIED_IN = ("配偶", "之儿媳", "之母")


@dataclass
class Someone:
    """A person of the county; `number` is his 18-character resident number, which starts with 99."""

    number: str
    name: str
    relation: str
    birth: date
    skill: str
    nation: str
    education: str
    schooling: str
    health: str
    work_months: int
    phone: str

    @property
    def male(self) -> bool:
        return int(self.number[16]) % 2 == 1

    @property
    def able(self) -> bool:
        return self.skill in ABLE

    def age(self, on: date) -> int:
        return on.year - self.birth.year - ((on.month, on.day) < (self.birth.month, self.birth.day))


class Families:
    """Makes families as they are on a day; no resident number is given twice."""

    def __init__(self, random: Random, today: date, area: str = "9901") -> None:
        self.random = random
        self.today = today
        self.area = area
        self._given: set[str] = set()

    def make(self) -> list[Someone]:
        """The householder first."""
        _, members = self.random.choices(FAMILIES, [weight for weight, _ in FAMILIES])[0]
        surname, nation = self.random.choice(names.SURNAMES), self.pick(names.NATIONS)
        alone = not members or members[0][0].startswith("之孙")
        born = self._day(1948, 1960) if alone else self._day(1956, 1985)
        head_is_male = self.random.random() < 0.82
        people = [self.someone("户主", born, head_is_male, surname, nation)]
        for relation, least, most, male in members:
            year = born.year + self.random.randint(least, most)
            own_surname = self.random.choice(names.SURNAMES) if relation in MARRIED_IN else surname
            its_male = not head_is_male if male is None else male
            people.append(self.someone(relation, self._day(year, year), its_male, own_surname, nation))
        return people

    def someone(self, relation: str, birth: date, male: bool, surname: str, nation: str) -> Someone:
        age = self.today.year - birth.year
        schooling = _schooling(age)
        skill = "无劳动力" if schooling else self._skill(age)
        works = skill in ABLE and self.random.random() < 0.6
        return Someone(
            number=self.number(birth, male),
            name=self._name(surname, male, nation),
            relation=relation,
            birth=birth,
            skill=skill,
            nation=nation,
            education="" if schooling else self._education(age),
            schooling=schooling,
            health=self._health(age),
            work_months=self.random.randint(1, 11) if works else 0,
            phone=self.phone() if 18 <= age <= 70 and self.random.random() < 0.8 else "",
        )

    def number(self, birth: date, male: bool) -> str:
        """A valid resident number that nobody has: no area of the country begins with 99."""
        while True:
            serial = self.random.randrange(500) * 2 + male
            body = f"{self.area}{self.random.randint(1, 9):02d}{birth:%Y%m%d}{serial:03d}"
            if body not in self._given:
                self._given.add(body)
                return body + checksum(body)

    def phone(self) -> str:
        return f"{PHONE_PREFIX}{self.random.randrange(10**8):08d}"

    def pick(self, weighted: list[tuple[str, int]]) -> str:
        return self.random.choices([word for word, _ in weighted], [weight for _, weight in weighted])[0]

    def _day(self, first_year: int, last_year: int) -> date:
        day = date(first_year, 1, 1) + timedelta(days=self.random.randrange((last_year - first_year + 1) * 365))
        return min(day, self.today)

    def _name(self, surname: str, male: bool, nation: str) -> str:
        if nation == "藏族" and self.random.random() < 0.5:
            return self.random.choice(names.LONG_NAMES)
        if self.random.random() < 0.004:
            return surname + self.random.choice(names.RARE)
        pool = names.MALE if male else names.FEMALE
        return surname + "".join(self.random.choice(pool) for _ in range(self.random.choice((1, 2, 2))))

    def _skill(self, age: int) -> str:
        if age < 16:
            return "无劳动力"
        if age < 60:
            return self.pick([("普通劳动力", 74), ("技能劳动力", 16), ("弱劳动力或半劳动力", 7), ("丧失劳动力", 3)])
        weak = 40 if age < 72 else 8
        return self.pick([("弱劳动力或半劳动力", weak), ("普通劳动力", weak // 8 * 2), ("无劳动力", 95 - weak)])

    def _health(self, age: int) -> str:
        ill = 20 if age < 45 else 140 if age < 65 else 320
        return self.pick([("健康", (1000 - ill) * 10), ("长期慢性病", ill * 7), ("患有大病", ill), ("残疾", ill * 2)])

    def _education(self, age: int) -> str:
        if age >= 30:
            return self.pick([("文盲或半文盲", 15), ("小学", 35), ("初中", 35), ("高中", 10), ("大专", 5)])
        return self.pick([("初中", 40), ("高中", 25), ("大专", 20), ("本科及以上", 15)])


_GRADES = {
    13: "七年级",
    14: "八年级",
    15: "九年级",
    16: "普通高中一年级",
    17: "普通高中二年级",
    18: "普通高中三年级",
} | {
    19: "高职高专一年级",
    20: "高职高专二年级",
    21: "本科三年级",
}


def _schooling(age: int) -> str:
    """What a child or student attends; empty from 22 on."""
    if age < 4:
        return "学龄前儿童"
    if age < 7:
        return "学前教育"
    return "小学" if age < 13 else _GRADES.get(age, "")
