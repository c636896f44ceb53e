"""Cells and form entries as the values of a book's fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import NOT_PROVIDED

from records.books.base import Book, BookColumn
from sheets.clean import AMOUNT_INVALID, Cell, CellFault, code, parse_date, parse_month, parse_number, squeeze, text

TEXT_TOO_LONG = "text_too_long"
REASON_LIMIT, NOTE_LIMIT = 200, 500
_MOST = Decimal(10) ** 12

Parse = Callable[[Cell], Any]


def parser_of(column: BookColumn) -> Parse:
    """How a cell of the column becomes a value; None for a blank one.

    The parser raises CellFault for what is no such value.
    """
    if column.shape in ("words", "flag"):
        return lambda cell: _word(column, cell)
    if column.shape == "date":
        return parse_date
    if column.shape == "whole":
        return lambda cell: _whole(cell, column.limit)
    if column.shape == "amount":
        return lambda cell: _amount(cell, column.places)
    return lambda cell: _text(cell, column.limit)


def _word(column: BookColumn, cell: Cell) -> Any:
    word = code(cell, column.codes or {})
    return column.values[word] if word else None


def _whole(cell: Cell, most: int) -> int | None:
    number = parse_number(cell)
    if number is None:
        return None
    if number != int(number) or not 0 <= number <= most:
        raise CellFault(AMOUNT_INVALID, f"应为 0 到 {most} 的整数")
    return int(number)


def _amount(cell: Cell, places: int) -> Decimal | None:
    number = parse_number(cell)
    if number is None:
        return None
    if not 0 <= number < _MOST:
        raise CellFault(AMOUNT_INVALID, "金额不能是负数，也不能超过一万亿")
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _text(cell: Cell, limit: int) -> str | None:
    written = " ".join(text(cell).split())
    if len(written) > limit:
        raise CellFault(TEXT_TOO_LONG, f"超过 {limit} 个字，请缩短")
    return written or None


def parse_note(cell: Cell) -> str | None:
    return _text(cell, NOTE_LIMIT)


def parse_first_day(cell: Cell) -> date | None:
    """A day, or the first of a month."""
    return parse_month(cell)


def parse_day_after(cell: Cell) -> date | None:
    """The first day that it is no longer so: the day after the last one, or the month after the last one."""
    try:
        day = parse_date(cell)
    except CellFault:
        last = parse_month(cell)
        return None if last is None else (last + timedelta(days=31)).replace(day=1)
    return day_after(day)


def day_after(last: date | None) -> date | None:
    """The first day that it is no longer so; None without a last day, and for 9999-12-31, which says that there is none."""
    return None if last in (None, date.max) else last + timedelta(days=1)


def blank_of(book: Book, field: str) -> Any:
    """What a field holds where nothing is given."""
    if book.by_field[field].secret:
        return ""
    made: Any = book.model._meta.get_field(field)
    if made.default is not NOT_PROVIDED:
        return made.default
    return None if made.null else ""


def with_blanks(book: Book, given: dict[str, Any]) -> dict[str, Any]:
    """All values of a line of which only these are given."""
    return {**{field: blank_of(book, field) for field in book.by_field}, "note": "", **given}


def key_of(book: Book, subject: Any, values: dict[str, Any]) -> tuple[Any, ...]:
    """What makes two rows the same line."""
    return (subject, *(squeeze(str(values.get(field) or "")).upper() for field in book.key))
