"""One department's month in the making."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from demo.county import County, House
from demo.family import Someone

BASIS = 3000
Values = dict[str, date | float | str | None]
Living = tuple[House, Someone]


@dataclass
class Month:
    """One feed's month in the making: whom it is about and the rows so far."""

    county: County
    first: date
    random: Random
    people: list[Living]
    rows: list[tuple[House, Someone, Values]] = field(default_factory=list)

    @property
    def last(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def count(self, of_3000: float) -> int:
        """So many in a county of 3,000 households, give or take a fifth; at least one."""
        return max(1, round(of_3000 * len(self.county.houses) / BASIS * self.random.uniform(0.8, 1.2)))

    def day(self, back: int = 0) -> date:
        """A day of the month, or of so many days before it."""
        return self.last - timedelta(days=self.random.randrange(27 + back))

    def some(self, of_3000: float, fits: Callable[[House, Someone], bool] = lambda house, person: True) -> list[Living]:
        """Different persons who fit."""
        fitting = [pair for pair in self.people if fits(*pair)]
        return self.random.sample(fitting, min(self.count(of_3000), len(fitting)))

    def regulars(self, topic: str, of_3000: float, fits: Callable[[House, Someone], bool]) -> list[Living]:
        """Persons who come up in every month's file, such as the chronically ill."""
        fitting = [pair for pair in self.people if fits(*pair)]
        wanted = max(1, round(of_3000 * len(self.county.houses) / BASIS))
        return Random(topic).sample(fitting, min(wanted, len(fitting)))

    def add(self, living: Living, **values: date | float | str | None) -> None:
        self.rows.append((*living, values))


Maker = Callable[[Month], None]
MAKERS: dict[str, Maker] = {}


def sends(feed: str) -> Callable[[Maker], Maker]:
    """Register the function that makes the rows of a feed."""

    def keep(maker: Maker) -> Maker:
        MAKERS[feed] = maker
        return maker

    return keep
