"""T12 数据质量问题反馈表: what the checks of data found in each place, by rule, and how it stood on the day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse

from accounts.models import Division
from quality.checks import CHECKS, Check
from quality.models import Fault
from quality.querysets import EXEMPT, MENDED, OPEN
from reports.ledgers.base import Reading
from reports.ledgers.equation import Equation
from reports.ledgers.places import beside, row_beside
from reports.ledgers.summary import Figure, Figures, Shown, Source, SummaryLedger, Table
from reports.ledgers.telling import Told
from sheets.text import Cell

_STATES = {OPEN: "未改", EXEMPT: "已豁免", MENDED: "已改"}


def faults(reading: Reading) -> QuerySet[Any]:
    """Every fault found by the day, with how it stood at its end."""
    rows = Fault.objects.within(reading.division).as_of(reading.on, reading.known_at)
    return rows.annotate(place=F("village_id"))


def of_fault(row: Any) -> Told:
    """One fault, and the page on which it is mended."""
    words = f"{row.title} · {row.words} · {_STATES[row.stood]}"
    return Told(row.found_on, words, link=reverse("quality-fault", args=[row.uid]))


def _code(unit: Division) -> str:
    return beside(unit.code)[1]


def _rule(unit: Division) -> Check | None:
    return CHECKS.get(_code(unit))


def _reference(unit: Division, figures: Figures) -> Cell:
    rule = _rule(unit)
    return rule.reference if rule else _code(unit)


def _title(unit: Division, figures: Figures) -> Cell:
    rule = _rule(unit)
    return rule.title if rule else ""


def _level(unit: Division, figures: Figures) -> Cell:
    rule = _rule(unit)
    return f"{rule.level} {rule.level_name}" if rule else ""


class QualityStatement(SummaryLedger):
    """A row for each place below and each rule that has found something there: 问题条数 = 已改 + 豁免 + 未改."""

    code = "T12"
    title = "数据质量问题反馈表"
    unit = "条"
    paper = "A4"
    equations = (
        Equation.of((("已改", "mended", 1), ("豁免", "exempt", 1), ("未改", "open", 1)), ("问题条数", "found"), "条"),
    )
    sources = {"faults": Source(faults, "household", of_fault, related=("person",), counted="条")}
    figures = (
        Figure("found", "faults"),
        Figure("mended", "faults", Q(stood=MENDED)),
        Figure("exempt", "faults", Q(stood=EXEMPT)),
        Figure("open", "faults", Q(stood=OPEN)),
    )
    shown = (
        Shown(("规则编号",), _reference, 22, "text"),
        Shown(("规则名称",), _title, 30, "text"),
        Shown(("级别",), _level, 8, "text"),
        Shown(("问题条数",), "found", 9),
        Shown(("已改",), "mended", 8),
        Shown(("豁免",), "exempt", 8),
        Shown(("未改",), "open", 8),
    )

    def size(self, reading: Reading) -> int:
        return len(self.table(reading))

    def tables(self, reading: Reading, places: Sequence[Division]) -> dict[str, Table]:
        """Rows in the order of the places, the gravest rules first; one query."""
        counted = faults(reading).order_by().values_list("place", "check_code", "level", "stood")
        lying: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for village, *count in counted.annotate(number=Count("pk")):
            lying[village].append(tuple(count))
        return {place.code: self._table(self.units(place), lying) for place in places}

    def _table(self, units: list[Division], lying: Mapping[str, list[tuple[Any, ...]]]) -> Table:
        """The rows of some units, of what was counted in each village."""
        found: dict[tuple[int, int, str], Figures] = {}
        for at, unit in enumerate(units):
            counts = chain.from_iterable(counted for village, counted in lying.items() if unit.contains(village))
            for code, level, stood, number in counts:
                figures = found.setdefault((at, level, code), self._nothing())
                figures["found"] += number
                figures[stood] += number
        return [(row_beside(units[at], code), found[at, level, code]) for at, level, code in sorted(found)]

    def cell(self, unit: Division, key: str, reading: Reading) -> QuerySet[Any]:
        rows = super().cell(unit, key, reading)
        return rows.filter(check_code=_code(unit)) if _code(unit) else rows
