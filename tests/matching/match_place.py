"""A county of a few households whose departments send files."""

from __future__ import annotations

import csv
from datetime import date, datetime
from pathlib import Path
from typing import Any

from builders import AT, make_household

from accounts.models import Division
from households.models import Household, Person
from monitoring.feeds import FEEDS
from monitoring.models import Clue
from monitoring.services.feeds import FeedReport, import_feed
from monitoring.services.matching import MatchResult, match

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


class Place:
    """The county: `household()`, `send()` a department's file, `match()` a month, and look at what came of it."""

    def __init__(self, county: Division, village: Division, folder: Path) -> None:
        self.county = county
        self.village = village
        self._folder = folder
        self._files = 0

    def household(self, **values: Any) -> Household:
        """A household of three (张三 李四 张小明), well off unless told otherwise."""
        return make_household(values.pop("village", self.village), **{"per_capita_income": 20000, **values})

    def send(self, feed: str, period: date, *rows: dict[str, Any], at: datetime = AT) -> FeedReport:
        """Import a file with these rows; `who` is a person, or (name, number), the rest are columns of the feed."""
        number = FEEDS[feed].id_column
        lines = [{**row, **dict(zip(("姓名", number), _named(row["who"]), strict=True))} for row in rows]
        columns = {name: None for line in lines for name in line if name != "who"}
        needed = {column.name: None for column in FEEDS[feed].layout() if column.needed}
        self._files += 1
        path = self._folder / f"{feed}-{self._files}.csv"
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(needed | columns), extrasaction="ignore")
            writer.writeheader()
            writer.writerows(lines)
        return import_feed(feed=feed, path=path, name=path.name, period=period, actor=None, at=at)

    def match(self, period: date, at: datetime = AT) -> MatchResult:
        return match(county=self.county, period=period, actor=None, at=at)

    def clue(self, household: Household, risk: str) -> Clue:
        """The newest clue of the household for the risk."""
        return Clue.objects.filter(household=household, risk=risk).latest("pk")


def _named(who: Any) -> tuple[str, str]:
    return (who.name, who.id_number) if isinstance(who, Person) else who


def bill(who: Any, amount: str | int, on: str = "2026-09-10", **more: Any) -> dict[str, Any]:
    """A row of medical_costs."""
    return {"who": who, "结算日期": on, "个人自付": amount, **more}


def rules(result: MatchResult) -> dict[tuple[str, str], dict[str, float | None]]:
    """The clues of a result: {(household number, risk): {rule: figure}}."""
    return {(clue["household"], clue["risk"]): clue["rules"] for clue in result.clues}
