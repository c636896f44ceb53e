"""Text and values as cells of a worksheet part. Formula-proof cells live here and nowhere else.

Every text is an inline string (`t="inlineStr"`), which no program evaluates whatever it begins with;
no `<f>` is ever written. Columns are done whole: one look tells whether any cell needs escaping.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Final, cast

from .text import Cell, text

# Excel's limit for one cell; what is longer makes it "repair" the file.
LONGEST: Final = 32_767
CUT_MARK: Final = "……（内容过长，已截断）"

_BINARY: Final = frozenset({int, float})
# 15 digits are what a spreadsheet keeps; NaN and infinity are no numbers to it.
_LIMIT: Final = 10**15
_EPOCH: Final = date(1899, 12, 30).toordinal()
# Not characters of XML 1.0. They cannot be seen, and nobody can have meant them.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel reads _x0041_ as 'A'; so an underscore that begins such a thing is itself written like that.
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def escape(value: str) -> str:
    """The text as XML content that reads back equal: cut to a cell's length, nothing left to obey."""
    if len(value) <= LONGEST and _is_plain(value):
        return value
    kept = _ILLEGAL.sub("", value)
    if len(kept) > LONGEST:
        kept = kept[: LONGEST - len(CUT_MARK)] + CUT_MARK
    kept = _ESCAPE_LIKE.sub("_x005F_", kept)
    plain = kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace("\r", "&#13;")


def attribute(value: str) -> str:
    """The text as the value of an XML attribute in double quotes."""
    return escape(value).replace('"', "&quot;").replace("\n", " ").replace("&#13;", " ")


def serial(day: date) -> int:
    """Excel's number of a day."""
    return day.toordinal() - _EPOCH


def text_cell(place: str, style: int, value: str) -> str:
    """One string cell; `place` is its reference, such as 'B7'."""
    if not value:
        return f'<c r="{place}" s="{style}"/>'
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def number_cell(place: str, style: int, value: object) -> str:
    """One number cell; `value` must print as a plain number."""
    return f'<c r="{place}" s="{style}"><v>{value}</v></c>'


def text_column(letters: str, style: int, rows: Sequence[int], values: Sequence[Cell]) -> list[str]:
    """The string cells of a column, '' and None as empty cells."""
    words = [value if type(value) is str else _words(value) for value in values]
    joined = "".join(words)
    keep = ""
    too_long = len(joined) > LONGEST and max(map(len, words)) > LONGEST
    if too_long or " " in joined or not _is_plain(joined):
        words, keep = list(map(escape, words)), ' xml:space="preserve"'
    start, middle = f'<c r="{letters}', f'" s="{style}" t="inlineStr"><is><t{keep}>'
    return [
        f"{start}{row}{middle}{word}</t></is></c>" if word else f'{start}{row}" s="{style}"/>'
        for row, word in zip(rows, words, strict=True)
    ]


def _is_plain(value: str) -> bool:
    """No markup, no escape, no control character and no white space but the plain space."""
    return value.isprintable() and "&" not in value and "<" not in value and ">" not in value and "_x" not in value


def number_column(letters: str, style: int, text_style: int, rows: Sequence[int], values: Sequence[Cell]) -> list[str]:
    """The number cells of a column; what is no number, or too long for one, goes out as text."""
    start, middle = f'<c r="{letters}', f'" s="{style}"><v>'
    if _all_plain(values):
        return [f"{start}{row}{middle}{value}</v></c>" for row, value in zip(rows, values, strict=True)]
    return [_number(f"{letters}{row}", style, text_style, value) for row, value in zip(rows, values, strict=True)]


def _all_plain(values: Sequence[Cell]) -> bool:
    """Nothing but numbers that a spreadsheet keeps. The sum tells whether NaN is among them: min and max do not."""
    if not set(map(type, values)) <= _BINARY:
        return False
    numbers = cast(Sequence[float], values)
    return min(numbers) > -_LIMIT and max(numbers) < _LIMIT and isfinite(sum(numbers))


def _number(place: str, style: int, text_style: int, value: Cell) -> str:
    if value is None or value == "":
        return f'<c r="{place}" s="{style}"/>'
    # True is a word here, not a one.
    whole = type(value) is int and abs(value) < _LIMIT
    if whole or (isinstance(value, (float, Decimal)) and abs(float(value)) < _LIMIT):
        return f'<c r="{place}" s="{style}"><v>{value}</v></c>'
    return text_cell(place, text_style, _words(value))


def _words(value: Cell) -> str:
    """A text as it stands, anything else in its canonical form."""
    return value if isinstance(value, str) else text(value)


def date_column(letters: str, style: int, text_style: int, rows: Sequence[int], values: Sequence[Cell]) -> list[str]:
    """The date cells of a column, real dates of Excel; what is no date goes out as text."""
    return [
        f'<c r="{letters}{row}" s="{style}"><v>{value.toordinal() - _EPOCH}</v></c>'
        if type(value) is date and value.year >= 1901
        else _date(f"{letters}{row}", style, text_style, value)
        for row, value in zip(rows, values, strict=True)
    ]


def _date(place: str, style: int, text_style: int, value: Cell) -> str:
    if isinstance(value, datetime) and value.year > 1900:
        return number_cell(place, style, serial(value.date()))
    return text_cell(place, text_style if value else style, _words(value))
