"""The rules of contract section 5 once more, slowly and plainly: loops over typed rows, no frames, no database.

Rows are dicts of the feed's own columns as typed values (Decimal, date, str; absent is empty) plus `who`, the number
of a person. Nothing here is shared with the program but the names of rules and risks.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Row = dict[str, Any]
Pair = tuple[str, str]


@dataclass
class Home:
    """A household of the register. `income` None is not known; `cancelled_on` the day from which it is none."""

    number: str
    category: str
    income: Decimal | None = None
    cancelled_on: date | None = None
    episodes: list[tuple[str, date, date | None]] = field(default_factory=list)  # main risk, identified, cleared


@dataclass
class Human:
    """A person with his moves: (household number, first day) in the order of days."""

    number: str
    skill: str
    moves: list[tuple[str, date]]

    @property
    def born(self) -> date:
        return date(int(self.number[6:10]), int(self.number[10:12]), int(self.number[12:14]))


@dataclass
class Suspicion:
    """A clue: `hits` is {(rule, period): (figure, evidence)}; `state` open, unfounded, solved."""

    state: str = "open"
    hits: dict[tuple[str, date], tuple[Decimal | None, frozenset[Any]]] = field(default_factory=dict)


@dataclass
class Outcome:
    """What a match says: clues with their rules, and the pairs that were opened, extended, covered, suppressed."""

    clues: dict[Pair, dict[str, Decimal | None]] = field(default_factory=dict)
    opened: set[Pair] = field(default_factory=set)
    extended: set[Pair] = field(default_factory=set)
    covered: set[Pair] = field(default_factory=set)
    suppressed: set[Pair] = field(default_factory=set)


RISK = {
    "medical_burden": "因病",
    "major_disease": "因病",
    "uninsured": "基本医疗",
    "school_dropout": "义务教育",
    "education_cost": "因学",
    "welfare_exit": "收入",
    "severe_disability": "因残",
    "dangerous_house": "因安全住房",
    "unsafe_water": "因安全饮水",
    "disaster_loss": "因自然灾害",
    "job_loss": "因务工就业不稳",
    "accident": "因意外事故",
    "labour_death": "缺劳动力",
    "industry_loss": "因产业项目失败",
    "low_income": "收入",
}
LINES = [(date(2026, 1, 1), 8800), (date(2024, 1, 1), 8700)]


class Reference:
    """The county and all files sent so far: `files[feed][period]` is the current file's rows."""

    def __init__(self, homes: list[Home], humans: list[Human]) -> None:
        self.homes = {home.number: home for home in homes}
        self.humans = {human.number: human for human in humans}
        self.files: dict[str, dict[date, list[Row]]] = {}
        self.clues: dict[Pair, list[Suspicion]] = {}
        self.incomes: dict[str, tuple[Decimal, date]] = {}

    def send(self, feed: str, period: date, rows: list[Row]) -> None:
        self.files.setdefault(feed, {})[period] = rows

    # --- how things stood on E ---

    def home_of(self, number: str, end: date) -> Home | None:
        human = self.humans.get(number)
        places = [home for home, since in human.moves if since <= end] if human else []
        home = self.homes[places[-1]] if places else None
        return home if home is not None and self.is_judged(home, end) else None

    def is_judged(self, home: Home, end: date) -> bool:
        return home.cancelled_on is None or home.cancelled_on > end

    def main_risk(self, home: Home, end: date) -> str | None:
        for risk, identified, cleared in home.episodes:
            if identified <= end and (cleared is None or cleared > end):
                return risk
        return None

    # --- what fires ---

    def fired(self, period: date) -> dict[str, dict[str, tuple[Decimal | None, frozenset[Any]]]]:
        """{household number: {rule: (figure, evidence)}}."""
        end = period.replace(day=calendar.monthrange(period.year, period.month)[1])
        found: dict[str, dict[str, tuple[Decimal | None, frozenset[Any]]]] = {}
        for feed, rule in SINGLE.items():
            for row in self.files.get(feed, {}).get(period, []):
                home = self.home_of(row["who"], end)
                if home is not None and rule[1](row, self.humans[row["who"]], end):
                    _, evidence = found.setdefault(home.number, {}).get(rule[0], (None, frozenset()))
                    found[home.number][rule[0]] = (None, evidence | {key(feed, row)})
        for home in self.homes.values():
            if self.is_judged(home, end):
                self._medical(home, period, end, found)
                self._education(home, period, end, found)
                self._income(home, period, end, found)
        return found

    def _in_window(self, feed: str, home: Home, period: date, end: date, inside: Any) -> tuple[list[Row], bool]:
        """Rows of the household inside the window, each once, and whether this period's file adds one."""
        seen: set[Any] = set()
        rows, fresh = [], False
        begins = 1 if feed == "medical_costs" else 9
        since = date(period.year - (period.month < begins), begins, 1)
        months = [month for month in self.files.get(feed, {}) if month <= period]
        for month in sorted(months, key=lambda month: (month < since, month)):
            for row in self.files[feed][month]:
                if inside(row) and self.home_of(row["who"], end) is home and key(feed, row) not in seen:
                    seen.add(key(feed, row))
                    rows.append(row)
                    fresh = fresh or month == period
        return rows, fresh

    def _medical(self, home: Home, period: date, end: date, found: Any) -> None:
        first = date(end.year, 1, 1)
        rows, fresh = self._in_window("medical_costs", home, period, end, lambda row: first <= row["结算日期"] <= end)
        total = sum((row["个人自付"] for row in rows), Decimal(0))
        supported = home.category == "脱贫户" or self.main_risk(home, end) is not None
        if fresh and total >= (5000 if supported else 20000):
            evidence = frozenset(key("medical_costs", row) for row in rows)
            found.setdefault(home.number, {})["medical_burden"] = (cents(total), evidence)

    def _education(self, home: Home, period: date, end: date, found: Any) -> None:
        first = end.year if end.month >= 9 else end.year - 1
        year = f"{first}-{first + 1}"
        rows, fresh = self._in_window("education_costs", home, period, end, lambda row: row["学年"] == year)
        total = sum((row["自付金额"] for row in rows), Decimal(0))
        if fresh and total >= 10000:
            evidence = frozenset(key("education_costs", row) for row in rows)
            found.setdefault(home.number, {})["education_cost"] = (cents(total), evidence)

    def _income(self, home: Home, period: date, end: date, found: Any) -> None:
        line = next(line for since, line in LINES if since <= end)
        if home.income is None or home.income >= line or self.main_risk(home, end) is not None:
            return
        last = self.incomes.get(home.number)
        if last is None or last[0] != home.income or last[1] == period:
            self.incomes[home.number] = (home.income, period)
            found.setdefault(home.number, {})["low_income"] = (cents(home.income), frozenset([home.income]))

    # --- where it goes ---

    def match(self, period: date) -> Outcome:
        end = period.replace(day=calendar.monthrange(period.year, period.month)[1])
        outcome = Outcome()
        for number, hits in self.fired(period).items():
            for risk in {RISK[rule] for rule in hits}:
                of_risk = {rule: hit for rule, hit in hits.items() if RISK[rule] == risk}
                self._place((number, risk), of_risk, period, end, outcome)
        return outcome

    def _place(self, pair: Pair, hits: dict[str, Any], period: date, end: date, outcome: Outcome) -> None:
        if self.main_risk(self.homes[pair[0]], end) == pair[1]:
            outcome.covered.add(pair)
            return
        clues = self.clues.setdefault(pair, [])
        running = next((clue for clue in clues if clue.state == "open"), None)
        if running is not None:
            outcome.extended.add(pair)
        elif any(self._reopens(rule, hit, clues) for rule, hit in hits.items()):
            running = Suspicion()
            clues.append(running)
            outcome.opened.add(pair)
        else:
            outcome.suppressed.add(pair)
            return
        outcome.clues[pair] = {rule: figure for rule, (figure, _) in hits.items()}
        for rule, hit in hits.items():
            running.hits[rule, period] = hit

    def _reopens(self, rule: str, hit: tuple[Decimal | None, frozenset[Any]], clues: list[Suspicion]) -> bool:
        figure, evidence = hit
        before = [clue.hits[key][0] for clue in clues for key in sorted(clue.hits) if key[0] == rule]
        if figure is not None and before:
            last = before[-1]
            if rule == "low_income":
                return figure <= last - abs(last) * Decimal("0.2") and figure < last
            return figure >= last + abs(last) * Decimal("0.2") and figure > last
        seen = {one for clue in clues for _, found in clue.hits.values() for one in found}
        return not evidence <= seen


def key(feed: str, row: Row) -> Any:
    return (feed, *sorted((name, str(value)) for name, value in row.items() if value not in ("", None)))


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _of_school_age(human: Human, end: date) -> bool:
    born = human.born
    age = end.year - born.year - ((end.month, end.day) < (born.month, born.day))
    return 6 <= age <= 15


def _jobless(row: Row, human: Human, end: date) -> bool:
    month = end.month - 3 if end.month > 3 else end.month + 9
    year = end.year if end.month > 3 else end.year - 1
    limit = date(year, month, min(end.day, calendar.monthrange(year, month)[1]))
    lost = row.get("失业日期")
    return row["就业状态"] == "失业" and row.get("求职意愿") == "是" and lost is not None and lost <= limit


def _dry(row: Row) -> bool:
    litres, minutes, days = row.get("水量"), row.get("取水时间"), row.get("缺水天数")
    return (
        (litres is not None and litres < 20)
        or row.get("水质结论") == "不合格"
        or (minutes is not None and minutes > 20)
        or (days is not None and days > 36)
    )


def _struck(row: Row) -> bool:
    return (
        row.get("直接经济损失", Decimal(0)) >= 5000
        or row.get("倒损房屋间数", Decimal(0)) >= 1
        or row.get("伤亡", "") not in ("", "0", "无", "否")
    )


SINGLE: dict[str, tuple[str, Any]] = {
    "major_disease": ("major_disease", lambda row, human, end: row.get("治疗状态") != "治愈"),
    "insurance_status": ("uninsured", lambda row, human, end: row["参保状态"] in ("未参保", "中断")),
    "school_dropout": (
        "school_dropout",
        lambda row, human, end: _of_school_age(human, end) and row.get("劝返情况") != "已复学",
    ),
    "welfare_changes": ("welfare_exit", lambda row, human, end: row["变动类型"] == "退出"),
    "disability": (
        "severe_disability",
        lambda row, human, end: row["变动类型"] == "新办" and row["残疾等级"] in ("一级", "二级"),
    ),
    "housing": ("dangerous_house", lambda row, human, end: row["鉴定等级"] in "CD" and not row.get("竣工日期")),
    "water": ("unsafe_water", lambda row, human, end: _dry(row)),
    "disasters": ("disaster_loss", lambda row, human, end: _struck(row)),
    "employment": ("job_loss", _jobless),
    "accidents": ("accident", lambda row, human, end: True),
    "population_changes": (
        "labour_death",
        lambda row, human, end: row["变动类型"] == "死亡" and human.skill in ("普通劳动力", "技能劳动力"),
    ),
    "industry_losses": ("industry_loss", lambda row, human, end: row["损失金额"] >= 10000),
}
