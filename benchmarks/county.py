"""A made-up county of any size, the same for the same size: places, households, persons, all in 99…

SCALE 1 is the county of the goals: 500,000 persons in 150,000 households, 210 villages, 15 townships.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 20261008
PERSONS, HOUSEHOLDS = 500_000, 150_000
TOWNSHIPS, VILLAGES = 15, 14  # 14 villages in each township
COUNTY = "990101000000"
ANCESTORS = {"990000000000": "示例省", "990100000000": "示例市", COUNTY: "守望县"}
PERIOD = date(2026, 10, 1)
END = date(2026, 10, 31)

_SURNAMES = list("王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈")
_GIVEN = list("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲红梅建华国春玉志海燕波宁云飞鹏斌凤洁龙林")
_RELATIONS = ("户主", "配偶", "之子", "之女", "之父", "之母", "之儿媳", "之孙子")
_SKILLS = ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力", "丧失劳动力", "无劳动力")
_WEIGHTS = np.array((7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))
_CHECK = np.array(list("10X98765432"))
_FIRST_BIRTH = date(1940, 1, 1)
_BIRTH_DAYS = (date(2026, 1, 1) - _FIRST_BIRTH).days


def resident_numbers(prefix: str, births: NDArray[Any], serials: NDArray[Any]) -> list[str]:
    """18-character numbers: `births` are days after 1940-01-01, `serials` below 1000."""
    days = np.array([f"{_FIRST_BIRTH + timedelta(days=i):%Y%m%d}" for i in range(_BIRTH_DAYS)])
    bodies = [f"{prefix}{day}{serial:03d}" for day, serial in zip(days[births], serials.tolist(), strict=True)]
    digits = np.frombuffer("".join(bodies).encode(), dtype=np.uint8).reshape(-1, 17) - 48
    checks = _CHECK[(digits.astype(np.int64) @ _WEIGHTS) % 11]
    return [body + check for body, check in zip(bodies, checks.tolist(), strict=True)]


@dataclass(frozen=True)
class County:
    """The register of a county of `scale`; everything is a column, persons in the order of their households."""

    scale: float

    @property
    def persons(self) -> int:
        return max(200, int(PERSONS * self.scale))

    @property
    def households(self) -> int:
        return max(60, int(HOUSEHOLDS * self.scale))

    def _random(self, what: int) -> np.random.Generator:
        return np.random.default_rng([SEED, what, self.persons])

    @cached_property
    def divisions(self) -> list[tuple[str, str, int, str | None]]:
        """(code, name, level, parent) from the province down."""
        found: list[tuple[str, str, int, str | None]] = []
        parent: str | None = None
        for level, (code, name) in enumerate(ANCESTORS.items(), 1):
            found.append((code, name, level, parent))
            parent = code
        for t in range(TOWNSHIPS):
            township = f"990101{100 + t}000"
            found.append((township, f"第{t + 1}镇", 4, COUNTY))
            found += [(f"990101{100 + t}{201 + v}", f"第{t + 1}镇{v + 1}村", 5, township) for v in range(VILLAGES)]
        return found

    @cached_property
    def villages(self) -> list[str]:
        """Village code of each household; households stand in the order of their villages."""
        codes = [code for code, _, level, _ in self.divisions if level == 5]
        return [codes[i * len(codes) // self.households] for i in range(self.households)]

    @cached_property
    def numbers(self) -> list[str]:
        """户编号 of each household."""
        return [f"9901{i:08d}" for i in range(self.households)]

    @cached_property
    def lifted(self) -> NDArray[np.bool_]:
        """Whether 户类型 is 脱贫户, by household."""
        return self._random(1).random(self.households) < 0.3

    @cached_property
    def incomes(self) -> list[float]:
        """人均纯收入 of each household; about 4 in 1,000 below the line."""
        drawn = self._random(2).lognormal(9.75, 0.25, self.households)
        return [round(float(value), 2) for value in drawn]

    @cached_property
    def home(self) -> NDArray[np.int64]:
        """Household of each person: everybody after the first of each goes to a random one."""
        rest = self._random(3).integers(0, self.households, self.persons - self.households)
        return np.sort(np.concatenate([np.arange(self.households), rest]))

    @cached_property
    def ids(self) -> list[str]:
        """Resident number of each person; all differ."""
        place = np.arange(self.persons)
        births = self._random(4).permutation(_BIRTH_DAYS)[place % _BIRTH_DAYS]
        return resident_numbers("990101", births, place // _BIRTH_DAYS)

    @cached_property
    def names(self) -> list[str]:
        random = self._random(5)
        parts = [np.array(_SURNAMES), np.array(_GIVEN), np.array(["", *_GIVEN])]
        drawn = [part[random.integers(0, len(part), self.persons)].tolist() for part in parts]
        return list(map("".join, zip(*drawn, strict=True)))

    @cached_property
    def relations(self) -> list[str]:
        """与户主关系 of each person; the first of a household is its head."""
        first = np.concatenate([[True], self.home[1:] != self.home[:-1]])
        drawn = self._random(6).integers(1, len(_RELATIONS), self.persons)
        return [_RELATIONS[0 if head else place] for head, place in zip(first.tolist(), drawn.tolist(), strict=True)]

    @cached_property
    def skills(self) -> list[str]:
        return [_SKILLS[i] for i in self._random(7).integers(0, len(_SKILLS), self.persons).tolist()]

    def strangers(self, count: int) -> list[str]:
        """Valid resident numbers of nobody registered here."""
        random = self._random(8)
        return resident_numbers("990102", random.integers(0, _BIRTH_DAYS, count), random.integers(0, 1000, count))
