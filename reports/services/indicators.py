"""The indicators of a place on a day, and of one indicator the months before."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Division, User
from accounts.permissions import require
from reports.ledgers.base import Reading
from reports.ledgers.i1 import (
    BOARDS,
    FRAME,
    INDICATORS,
    Frame,
    Indicator,
    IndicatorLedger,
    IndicatorStatement,
    Judged,
    judged,
)
from reports.ledgers.summary import Figures
from reports.permissions import EXPORT

MONTHS = 12


@dataclass(frozen=True)
class Part:
    """A figure of an indicator: its words, the number, whether it opens a list."""

    words: str
    number: int
    opens: bool


@dataclass(frozen=True)
class Standing:
    """An indicator of one place."""

    indicator: Indicator
    judged: Judged
    parts: list[Part]


@dataclass(frozen=True)
class Row:
    """A place with its indicators; None for the whole place asked for."""

    unit: Division | None
    standings: list[Standing]


@dataclass(frozen=True)
class Sheet:
    """The indicators of a place, and of the places below it."""

    reading: Reading
    whole: Row
    rows: list[Row]


@dataclass(frozen=True)
class Course:
    """One indicator: today's table, how its text is read, and its verdicts at the end of the last months, oldest first."""

    indicator: Indicator
    sheet: Sheet
    readings: list[str]
    months: list[tuple[date, Standing]]


def indicators(
    *, division: Division, as_of: date, actor: User, at: datetime, known_at: datetime | None = None
) -> Sheet:
    """All indicators of a place.

    Raises:
        OutOfScope, Forbidden: not his to see.
    """
    require(actor=actor, right=EXPORT, code=division.code, at=at)
    return _sheet(IndicatorStatement(), Reading(division, as_of, known_at))[0]


def indicator_course(
    *, code: str, division: Division, as_of: date, actor: User, at: datetime, months: int = MONTHS
) -> Course:
    """One indicator of a place with its last months.

    Raises: as `indicators`.
    """
    require(actor=actor, right=EXPORT, code=division.code, at=at)
    indicator, board = INDICATORS[code], BOARDS[code]
    sheet, frame = _sheet(board, Reading(division, as_of))
    readings = indicator.reading_words(frame, division) if frame else []
    past = []
    for on in _month_ends(as_of, months - 1):
        reading = Reading(division, on)
        total = board.total(board.table(reading))
        past.append((on, _standing(indicator, division, total)))
    past.append((as_of, sheet.whole.standings[0]))
    return Course(indicator, sheet, readings, past)


def _sheet(board: IndicatorLedger, reading: Reading) -> tuple[Sheet, Frame | None]:
    table = board.table(reading)
    total = board.total(table)
    shown = board.indicators
    rows = [Row(unit, [_standing(one, unit, figures) for one in shown]) for unit, figures in table]
    whole = Row(None, [_standing(one, reading.division, total) for one in shown])
    return Sheet(reading, whole, rows), total.get(FRAME)


def _standing(indicator: Indicator, unit: Division, figures: Figures) -> Standing:
    counted = {figure.key for figure in indicator.figures}
    parts = [
        Part(words, sum(figures.get(key) or 0 for key in keys), set(keys) <= counted)
        for words, keys in indicator.columns
    ]
    return Standing(indicator, judged(indicator, unit, figures), parts)


def _month_ends(on: date, count: int) -> list[date]:
    """The last days of the months before a day's, oldest first."""
    ends, month = [], on.replace(day=1)
    for _ in range(count):
        year, number = (month.year - 1, 12) if month.month == 1 else (month.year, month.month - 1)
        month = date(year, number, 1)
        ends.append(month.replace(day=calendar.monthrange(year, number)[1]))
    return ends[::-1]
