"""Days and months in every way in which departments write them (contract section 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from .faults import CODE_UNKNOWN, DATE_INVALID, CellFault, quote
from .text import INVISIBLE, Cell, fold_code, is_blank, squeeze, text

_FIRST_YEAR, _LAST_YEAR = 1900, 2100
# How departments' systems write that something has no end.
_NO_END: Final = date.max
# Day 0 of Excel's calendar as it counts from March 1900 on (it believes in 29 February 1900).
_SERIAL_ZERO: Final = date(1899, 12, 30)

_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_CLOCK = r"\d{1,2}\s*[::时點点]\s*\d{1,2}(\s*[:分]\s*\d{1,2}(\.\d+)?)?\s*[分秒]?"
_TIME_PART = re.compile(
    rf"(?:[T\s]|(?<=[日号]))\s*(?:上午|下午|[AaPp][Mm])?\s*{_CLOCK}"
    r"\s*(?:[AaPp][Mm])?\s*(?:Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})[日号]", re.ASCII)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2})|年(\d{1,2})月份?)", re.ASCII)
_COMPACT_MONTH = re.compile(r"(\d{4})(\d{2})(?:\.0)?", re.ASCII)
_DASHES = re.compile(r"[-‐‑‒–—―−－﹣﹘〜⸺⸻]+")
_SCHOOL_YEAR = re.compile(r"(\d{4})-(\d{4})(?:学年)?", re.ASCII)


def parse_date(value: Cell) -> date | None:
    """The day in a cell, its time part dropped; None for a blank cell.

    Understood: dates, 2026-10-05, 2026/10/5, 2026.10.5, 20261005, 2026年10月5日 and Excel serials
    of five digits, as numbers or as text, with or without a time, in whatever width.

    Raises:
        CellFault: `date_invalid` for anything else, and for days outside 1900 to 2100, but for
            9999-12-31, which systems write for no end.
    """
    if is_blank(value):
        return None
    day = _as_day(value)
    if day is None or not (_FIRST_YEAR <= day.year <= _LAST_YEAR or day == _NO_END):
        raise CellFault(DATE_INVALID, f"{quote(_shown(value))}不是有效日期，应写成 2026-10-05 这样")
    return day


def parse_month(value: Cell) -> date | None:
    """The day in a cell that may hold a month only: 202306 is 2023-06-01; None for a blank cell.

    A number cell 2023.1 may have been 2023.10 before the spreadsheet took its nought away, so it
    is refused rather than guessed at.

    Raises:
        CellFault: `date_invalid`.
    """
    if is_blank(value):
        return None
    if not isinstance(value, (datetime, date, bool)):
        day = _as_month(value)
        if day is not None:
            return day
    return parse_date(value)


def parse_dates(values: Sequence[Cell], *, needed: bool = False) -> tuple[list[date | None], list[CellFault | None]]:
    """`parse_date` for a column: (days, faults); where `needed`, a blank cell is a fault."""
    return _column(values, parse_date, needed=needed)


def parse_months(values: Sequence[Cell], *, needed: bool = False) -> tuple[list[date | None], list[CellFault | None]]:
    """`parse_month` for a column: (days, faults); where `needed`, a blank cell is a fault."""
    return _column(values, parse_month, needed=needed)


def parse_school_year(value: Cell) -> str:
    """'2026—2027学年' -> '2026-2027'; '' for a blank cell.

    Raises:
        CellFault: `code_unknown` for anything but two years that follow each other.
    """
    written = text(value)
    if not written:
        return ""
    found = _SCHOOL_YEAR.fullmatch(_DASHES.sub("-", fold_code(written)))
    if found is None or int(found[2]) != int(found[1]) + 1:
        raise CellFault(CODE_UNKNOWN, f"{quote(written)}不是有效学年，应写成 2026-2027 这样")
    return f"{found[1]}-{found[2]}"


def _column(
    values: Sequence[Cell], parse: Callable[[Cell], date | None], *, needed: bool
) -> tuple[list[date | None], list[CellFault | None]]:
    # Keyed with the type, because True, 1 and 1.0 are one key to a dict.
    memo: dict[tuple[type, Cell], tuple[date | None, CellFault | None]] = {}
    days: list[date | None] = []
    faults: list[CellFault | None] = []
    for value in values:
        key = (type(value), value)
        known = memo.get(key)
        if known is None:
            known = memo[key] = _judge(value, parse, needed=needed)
        days.append(known[0])
        faults.append(known[1])
    return days, faults


def _judge(value: Cell, parse: Callable[[Cell], date | None], *, needed: bool) -> tuple[date | None, CellFault | None]:
    try:
        day = parse(value)
    except CellFault as fault:
        return None, fault
    return day, CellFault(DATE_INVALID, "日期为空，请补填") if needed and day is None else None


def _shown(value: Cell) -> str:
    return value if isinstance(value, str) else text(value)


def _as_day(value: Cell) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _from_compact(text(value))
    return None


def _from_text(value: str) -> date | None:
    narrow = value.translate(_WIDTH).strip(INVISIBLE)
    bare = squeeze(_without_time(narrow))
    found = _DAY.fullmatch(bare)
    if found is None:
        return _from_compact(bare)
    year, month, day = (found[1], found[3], found[4]) if found[1] else found.group(5, 6, 7)
    return _day(int(year), int(month), int(day))


def _without_time(narrow: str) -> str:
    """The text before a time of day at its end; the whole text where there is none."""
    found = next((m for m in _TIME_PART.finditer(narrow) if m.end() == len(narrow)), None)
    return narrow[: found.start()] if found else narrow


def _from_compact(bare: str) -> date | None:
    """20261005, or a serial of five digits whose fraction is a time of day."""
    found = _COMPACT_DAY.fullmatch(bare)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]))
    serial = _SERIAL.fullmatch(bare)
    return _SERIAL_ZERO + timedelta(days=int(serial[1])) if serial else None


def _as_month(value: Cell) -> date | None:
    bare = squeeze(text(value))
    if isinstance(value, (float, Decimal)) and bare.endswith(".1"):
        return None
    found = _COMPACT_MONTH.fullmatch(bare) or _MONTH.fullmatch(bare)
    if found is None:
        return None
    year, month = (group for group in found.groups() if group is not None)
    return _day(int(year), int(month), 1) if _FIRST_YEAR <= int(year) <= _LAST_YEAR else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
