"""Dates, amounts and counts as sentences write them, and the calendar arithmetic of rules."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

MILLION = 1_000_000


def plain(value: Any) -> str:
    """A parameter or number without needless zeros: Decimal('20000.00') -> '20,000', 0.5 -> '0.5'."""
    text = f"{Decimal(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(millionths: int) -> str:
    """Millionths of a yuan in full, two decimals at least: 21246000000 -> '21,246.00'."""
    text = f"{Decimal(millionths) / MILLION:,.6f}"
    return text[:-4] + text[-4:].rstrip("0")


def number(millionths: int) -> str:
    """Millionths of something counted or measured: 15500000 -> '15.5'."""
    return plain(Decimal(millionths) / MILLION)


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def addition(amounts: Sequence[int]) -> str:
    """'3,000.00＋2,500.50－100.00＝5,400.50' of amounts in millionths, refunds with a minus; one amount alone."""
    if len(amounts) == 1:
        return amount(amounts[0])
    signs = ["" if i == 0 and value >= 0 else ("＋" if value >= 0 else "－") for i, value in enumerate(amounts)]
    terms = "".join(f"{sign}{amount(abs(value))}" for sign, value in zip(signs, amounts, strict=True))
    return f"{terms}＝{amount(sum(amounts))}"


def distinct(words: Iterable[str]) -> str:
    """The different words in order of first sight, joined by 、."""
    return "、".join(dict.fromkeys(word for word in words if word))


def days_of(pieces: Iterable[Mapping[str, Any]]) -> str:
    """The main dates of the rows, each once, joined by 、."""
    return distinct(piece["on"].isoformat() for piece in pieces if piece["on"])


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier; a day that the month lacks becomes its last."""
    year, month0 = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


def years_before(day: date, years: int) -> date:
    """The last birth date of those who have completed `years` on `day` (29 February counts from 1 March)."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def school_year(day: date) -> int:
    """First year of the school year (September to August) that holds `day`."""
    return day.year if day.month >= 9 else day.year - 1
