"""I1 各项指标完成情况表: what a county is judged by, each figure with its target and verdict, by place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from accounts.models import Division
from reports.indicators.base import Frame, Indicator, Judged
from reports.indicators.catalogue import INDICATORS
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Figures, Shown, Source, SummaryLedger, Table
from sheets.text import Cell

FRAME = "frame"


def judged(indicator: Indicator, unit: Division, figures: Figures) -> Judged:
    """An indicator of a place by the figures of its row."""
    if FRAME not in figures:
        return Judged("none", None, None)
    return replace(indicator.judge(unit, figures, figures[FRAME]), counted=indicator.counted)


def _value(indicator: Indicator) -> Shown:
    def value(unit: Division, figures: Figures) -> Cell:
        found = judged(indicator, unit, figures).value
        if isinstance(found, Decimal) and indicator.unit == "%":
            return round(found / 100, 6)
        return found

    words = "比例%" if indicator.unit == "%" else f"数（{indicator.unit}）"
    return Shown((indicator.title, words), value, 9, "percent" if indicator.unit == "%" else "int")


def _verdict(indicator: Indicator) -> Shown:
    return Shown((indicator.title, "是否达标"), lambda unit, figures: judged(indicator, unit, figures).words, 8, "text")


def _columns(indicator: Indicator, *, whole: bool) -> Iterable[Shown]:
    """Its figures (`whole`: all of them, else the printed ones), its share, its verdict."""
    computed = {figure.key for figure in indicator.figures}
    for words, keys in indicator.columns:
        if not whole and words not in indicator.printed:
            continue
        if set(keys) <= computed:
            yield Shown((indicator.title, words), keys, 7)
        else:
            yield Shown((indicator.title, words), lambda _, figures, key=keys[0]: figures[key], 7)  # type: ignore[misc]
    if indicator.unit == "%":
        yield _value(indicator)
    yield _verdict(indicator)


class IndicatorLedger(SummaryLedger):
    """Some indicators of a place and of the places below it."""

    indicators: tuple[Indicator, ...] = ()
    sources: ClassVar[Mapping[str, Source]] = {}
    figures: ClassVar[tuple[Figure, ...]] = ()
    shown: ClassVar[tuple[Shown, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        cls.sources = {name: source for one in cls.indicators for name, source in one.sources.items()}
        cls.figures = tuple(figure for one in cls.indicators for figure in one.figures)
        cls.shown = tuple(shown for one in cls.indicators for shown in _columns(one, whole=len(cls.indicators) == 1))
        super().__init_subclass__(**kwargs)

    def tables(self, reading: Reading, places: Sequence[Division]) -> dict[str, Table]:
        frame, tables = Frame.of(reading), super().tables(reading, places)
        lines = [line for table in tables.values() for line in table]
        for indicator in self.indicators:
            found = indicator.more(reading, [unit for unit, _ in lines]) if indicator.more else []
            for (_, figures), more in zip(lines, found, strict=bool(found)):
                figures.update(more)
        for _, figures in lines:
            figures[FRAME] = frame
        return tables

    def total(self, table: Table) -> Figures:
        counted = [(unit, {key: value for key, value in row.items() if key != FRAME}) for unit, row in table]
        keys = {key for _, row in counted for key in row}
        sums = {key: sum(row.get(key) or 0 for _, row in counted) for key in keys}
        total = self._nothing() | sums
        if table:
            total[FRAME] = table[0][1][FRAME]
        return total


class IndicatorStatement(IndicatorLedger):
    """All of them. 合计 is judged by the sums of the rows against the targets of the whole place. A village has its page;
    sheets of all villages would be counted one by one at every closing."""

    code = "I1"
    levels = (Division.Level.COUNTY, Division.Level.TOWNSHIP)
    title = "各项指标完成情况表"
    unit = "户、人、个、%"
    indicators = tuple(INDICATORS.values())


def board_of(indicator: Indicator) -> IndicatorLedger:
    """One indicator alone, counted without the others."""
    values = {"code": indicator.code, "title": indicator.title, "printed": False, "indicators": (indicator,)}
    board: IndicatorLedger = type(f"Board{indicator.code}", (IndicatorLedger,), values)()
    return board


BOARDS: dict[str, IndicatorLedger] = {code: board_of(one) for code, one in INDICATORS.items()}

__all__ = [
    "BOARDS", "FRAME", "INDICATORS", "Frame", "Indicator", "IndicatorLedger", "IndicatorStatement", "Judged", "judged",
]  # fmt: skip
