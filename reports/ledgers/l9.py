"""L9 收入减少户工作档案: the files kept of households whose income fell, beside what the register says of both years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from households.models import Income
from records.models import IncomeFile
from reports.ledgers import facts
from reports.ledgers.base import Reading
from reports.ledgers.books import HomeBookLedger
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell

_CAUSES = (
    ("务工", "lost_wages"),
    ("产业", "lost_business"),
    ("转移", "lost_transfers"),
    ("资产", "lost_property"),
    ("其他", "lost_otherwise"),
)


class IncomeFileLedger(HomeBookLedger):
    """上年 and 本年 are the annual incomes of the file's year and of the one before; empty where not recorded."""

    code = "L9"
    title = "收入减少户工作档案"
    unit = "户、元"
    paper = "A4"
    freeze = 6
    counter = ("户主", "户")
    book = IncomeFile
    order = ("place", "household__number", "year", "id")
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("户主",), 11),
        Column(("上年人均",), 11, "money"),
        Column(("本年人均",), 11, "money"),
        Column(("减少额",), 11, "money"),
        *(Column(("减少原因", name), 10, "money") for name, _ in _CAUSES),
        Column(("分析",), 24, secret="text"),
        Column(("措施",), 24, secret="text"),
        Column(("完成时限",), 11, "date"),
        Column(("结果",), 20, secret="text"),
        Column(("核实人",), 9),
    )

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterator[list[Cell]]:
        annual = _annual({item.household_id for item in items}, reading)
        heads = facts.heads({item.household_id for item in items}, reading.on, reading.known_at)
        for item in items:
            head = heads.get(item.household_id)
            place = places.cells(item.place, item.household.group_name)
            years = annual[item.household_id]
            yield [
                *place,
                head.name if head else "",
                *_fall(years.get(item.year - 1), years.get(item.year)),
                *_told(item),
            ]


def _annual(households: set[int], reading: Reading) -> defaultdict[int, dict[int, Decimal]]:
    """The annual income a head of each household by year, the last one recorded."""
    rows: QuerySet[Income] = Income.objects.as_of(reading.on, reading.known_at).filter(
        household__in=list(households), basis=Income.Basis.ANNUAL
    )
    found: defaultdict[int, dict[int, Decimal]] = defaultdict(dict)
    for income in rows.order_by("ends_on", "id"):
        found[income.household_id][income.ends_on.year] = income.net_per_capita
    return found


def _fall(before: Decimal | None, now: Decimal | None) -> tuple[Cell, Cell, Cell]:
    return before, now, before - now if before is not None and now is not None else None


def _told(line: IncomeFile) -> Iterator[Cell]:
    yield from (getattr(line, field) for _, field in _CAUSES)
    yield from (line.analysis, line.measures, line.due_on, line.result, line.checked_by)
