"""Amounts and other numbers as departments write them (contract section 3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from .faults import AMOUNT_INVALID, CellFault, quote
from .text import INVISIBLE, Cell, is_blank, text

_DECIMALS: Final = Decimal("0.000001")
# A county's largest sum has ten digits; a number cell of eighteen is a misplaced resident number.
_LARGEST: Final = Decimal(10) ** 12
# Width alone, not NFKC, which would read 5² as 52 and ① as 1.
_WIDTH: Final = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {0xFFE5: "¥", 0x2212: "-", 0x2013: "-"}
    | dict.fromkeys(map(ord, INVISIBLE), " ")
)
_SPACES = re.compile(" +")
# Nearly all cells: nothing to tidy, nothing to round, nothing too large.
_PLAIN = re.compile(r"-?[0-9]{1,11}(?:\.[0-9]{1,6})?")
# What is left between digits after tidying may only be separators of thousands.
_NUMBER = re.compile(
    r"(?P<open>\()? ?(?P<sign>[-+])? ?¥? ?(?P<late>[-+])? ?"
    r"(?P<whole>[0-9]{1,3}(?: ?, ?[0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)?"
    r"(?P<fraction>\.[0-9]*)? ?(?:元|(?P<close>(?:元 ?)?\)|\) ?元))?"
)


def parse_number(value: Cell) -> Decimal | None:
    """The number in a cell, six decimals at most; None for a blank cell.

    Understood: number cells, thousands separators in groups of three, 元 and ¥, full width, white
    space, a minus before or accountants' brackets around.

    Raises:
        CellFault: `amount_invalid` for words, 万 and other units, dates, NaN, scientific notation.
    """
    if isinstance(value, str):
        return _from_text(value)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise _fault(value)
    return _from_number(value)


def parse_numbers(
    values: Sequence[Cell], *, needed: bool = False
) -> tuple[list[Decimal | None], list[CellFault | None]]:
    """`parse_number` for a column: (numbers, faults); where `needed`, a blank cell is a fault."""
    # Keyed with the type, because True, 1 and 1.0 are one key to a dict.
    memo: dict[tuple[type, Cell], tuple[Decimal | None, CellFault | None]] = {}
    numbers: list[Decimal | None] = []
    faults: list[CellFault | None] = []
    is_plain = _PLAIN.fullmatch
    for value in values:
        if type(value) is str and is_plain(value):
            numbers.append(Decimal(value))
            faults.append(None)
            continue
        key = (type(value), value)
        known = memo.get(key)
        if known is None:
            known = memo[key] = _judge(value, needed=needed)
        numbers.append(known[0])
        faults.append(known[1])
    return numbers, faults


def _judge(value: Cell, *, needed: bool) -> tuple[Decimal | None, CellFault | None]:
    try:
        number = parse_number(value)
    except CellFault as fault:
        return None, fault
    empty = needed and number is None
    return number, CellFault(AMOUNT_INVALID, "数值为空，请补填") if empty else None


def _from_number(value: float | Decimal) -> Decimal:
    # The shortest text of a float is what the clerk typed; its binary tail is nobody's money.
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise CellFault(AMOUNT_INVALID, "不是有效数值")
    return _bounded(number, value)


def _from_text(value: str) -> Decimal | None:
    if _PLAIN.fullmatch(value):
        return Decimal(value)
    if is_blank(value):
        return None
    found = _NUMBER.fullmatch(_SPACES.sub(" ", value.translate(_WIDTH)).strip())
    if found is None or not _well_formed(found):
        raise _fault(value)
    whole = (found["whole"] or "0").replace(",", "").replace(" ", "")
    number = Decimal(whole + (found["fraction"] or ""))
    negative = found["open"] or "-" in (found["sign"], found["late"])
    return _bounded(-number if negative else number, value)


def _well_formed(found: re.Match[str]) -> bool:
    """One sign at most, brackets in pairs and then no sign, a digit somewhere."""
    signs = sum(mark is not None for mark in (found["sign"], found["late"], found["open"]))
    has_digit = found["whole"] is not None or len(found["fraction"] or "") > 1
    return signs <= 1 and has_digit and (found["open"] is None) == (found["close"] is None)


def _bounded(number: Decimal, value: Cell) -> Decimal:
    if abs(number) >= _LARGEST:
        raise CellFault(AMOUNT_INVALID, f"{quote(text(value))}超出了可能的大小，请核对")
    if -number.as_tuple().exponent > 6:  # type: ignore[operator]  # finite: the exponent is an int
        return number.quantize(_DECIMALS, ROUND_HALF_UP)
    return number


def _fault(value: Cell) -> CellFault:
    message = f"{quote(text(value))}不是有效数值，只填数字，不要写“万”或其他单位"
    return CellFault(AMOUNT_INVALID, message)
