"""The figures of the overview: every one is a count of the faults that the list behind it shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count
from django.db.models.functions import Left, TruncMonth

from accounts.models import Division
from monitoring.clock import add_months
from quality.checks import CHECKS, GROUPS, LEVELS, Check
from quality.querysets import EXEMPT, MENDED, OPEN, FaultQuerySet

MONTHS = 6


@dataclass
class Count3:
    """How many are open, exempt and mended."""

    open: int = 0
    exempt: int = 0
    mended: int = 0

    @property
    def total(self) -> int:
        return self.open + self.exempt + self.mended

    def add(self, stood: str, number: int) -> None:
        setattr(self, stood, getattr(self, stood) + number)


@dataclass
class RuleLine:
    """A check and how its faults stand."""

    check: Check
    count: Count3 = field(default_factory=Count3)


@dataclass(frozen=True)
class Overview:
    """How a place stands: in all, by level, by rule in groups, by place below, and month by month."""

    count: Count3
    late: int
    levels: list[tuple[int, str, Count3]]
    groups: list[tuple[str, list[RuleLine]]]
    places: list[tuple[Division, Count3]]
    trend: list[tuple[date, int, int]]


def overview_of(faults: FaultQuerySet, place: Division, today: date) -> Overview:
    """The figures of one place; a fixed number of queries."""
    rows = faults.within(place)
    stood = rows.as_of(today)
    lines = {code: RuleLine(check) for code, check in CHECKS.items()}
    levels = {level: Count3() for level in LEVELS}
    whole = Count3()
    for code, level, how, number in _counted(stood, "check_code", "level"):
        whole.add(how, number)
        levels[level].add(how, number)
        if code in lines:
            lines[code].count.add(how, number)
    return Overview(
        count=whole,
        late=stood.filter(stood=OPEN, due_on__lt=today).count(),
        levels=[(level, LEVELS[level], levels[level]) for level in LEVELS],
        groups=_grouped(lines.values()),
        places=_places(stood, place),
        trend=_trend(rows, today),
    )


def _counted(rows: Any, *by: str) -> Any:
    return rows.order_by().values_list(*by, "stood").annotate(number=Count("pk"))


def _grouped(lines: Iterable[RuleLine]) -> list[tuple[str, list[RuleLine]]]:
    """Rules that have found something, the most open first, by group."""
    found: dict[str, list[RuleLine]] = {}
    for line in lines:
        if line.count.total:
            found.setdefault(line.check.group, []).append(line)
    order = [(GROUPS[key], found[key]) for key in GROUPS if key in found]
    return [(title, sorted(rows, key=lambda row: (row.check.level, -row.count.open))) for title, rows in order]


def _places(stood: Any, place: Division) -> list[tuple[Division, Count3]]:
    """The places of the next level with faults; none for a village."""
    if place.level >= Division.Level.VILLAGE:
        return []
    units = list(Division.objects.within(place).at_level(place.level + 1).order_by("code"))
    length = len(units[0].prefix) if units else 12
    counts = {unit.prefix: Count3() for unit in units}
    for prefix, how, number in _counted(stood.annotate(unit=Left("village_id", length)), "unit"):
        if prefix in counts:
            counts[prefix].add(how, number)
    return [(unit, counts[unit.prefix]) for unit in units if counts[unit.prefix].total]


def _trend(rows: FaultQuerySet, today: date) -> list[tuple[date, int, int]]:
    """New and mended month by month, the oldest first."""
    this = today.replace(day=1)
    months = [add_months(this, -back) for back in reversed(range(MONTHS))]
    new, mended = (_by_month(rows, column, months[0]) for column in ("found_on", "mended_on"))
    return [(month, new.get(month, 0), mended.get(month, 0)) for month in months]


def _by_month(rows: FaultQuerySet, column: str, since: date) -> dict[date, int]:
    counted = rows.filter(**{f"{column}__gte": since}).order_by().annotate(month=TruncMonth(column))
    return {row["month"]: row["number"] for row in counted.values("month").annotate(number=Count("pk"))}


STANDS = {OPEN: "待改", EXEMPT: "已豁免", MENDED: "已改"}
