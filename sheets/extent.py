"""How far the cells of a worksheet reach, found without parsing it.

calamine keeps the rectangle round all cells, so two cells far apart are enough to take all memory.
Reading every reference would cost a third of the parse; so one search looks only for a reference
that goes beyond what was seen so far: a column further right, or a row number with more digits.

Cells and rows that hold nothing but a style do not count: calamine leaves them out, and a sheet whose rows somebody
formatted down to the last one is as usual as any. They are taken out only where such a reference was found.
"""

from __future__ import annotations

import re

from .faults import SheetError

_APOSTROPHE, _ODD_QUOTE = 0x27, b"r='"
_COLUMN = re.compile(rb"""r=["']([A-Z]{1,3})[0-9]""")
_ROW = re.compile(rb"""r=["'][A-Z]{0,3}([0-9]{1,20})["']""")
_ATTRIBUTES = rb"""(?: [A-Za-z0-9:]{1,30}="[^"<>]{0,60}")* ?"""
_EMPTY_CELL = re.compile(rb"<c" + _ATTRIBUTES + rb"(?:/>|></c>)")
_EMPTY_ROW = re.compile(rb"<row" + _ATTRIBUTES + rb"(?:/>|>\s{0,99}</row>)")
# What a piece ends with and the next one goes on with: a row that holds nothing yet, a cell, half a tag.
_OPEN_END = re.compile(rb"(?:<row" + _ATTRIBUTES + rb">\s{0,99})?(?:<c" + _ATTRIBUTES + rb">)?(?:<[^<>]{0,400})?\Z")
_LONGEST_END = 2_000


class Extent:
    """Watches one worksheet go by in pieces; raises SheetError when it reaches too far."""

    def __init__(self, rows: int, columns: int, cells: int) -> None:
        self._rows, self._columns, self._cells = rows, columns, cells
        self._digits = 1
        self._column = 1
        self._further = _further(self._column, self._digits)
        # Only once the rough bound is too large are row numbers read one by one.
        self._exact_row: int | None = None
        # The end of the last piece, where it cannot be told yet whether it holds anything.
        self._held = b""

    def add(self, tail: bytes, piece: bytes) -> None:
        """Look through a piece; `tail` is the end of the one before, for what was cut in two."""
        if self._held or self._is_further(tail + piece[:32]):
            piece = (self._held or tail) + piece
        self._held = b""
        if self._exact_row is not None or self._is_further(piece):
            self._look(self._filled(piece))

    def _is_further(self, piece: bytes) -> bool:
        # No usual program writes references in single quotes; who does is read in full.
        odd = _APOSTROPHE in piece and _ODD_QUOTE in piece
        return odd or self._further.search(piece) is not None

    def _filled(self, piece: bytes) -> bytes:
        """The piece without its empty cells and rows; an end that may turn out to be one is held back."""
        filled = _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", piece))
        end = _OPEN_END.search(filled, max(0, len(filled) - _LONGEST_END))
        if end is None:
            return filled
        self._held = end[0]
        return filled[: end.start()]

    def _look(self, piece: bytes) -> None:
        if self._exact_row is not None:
            self._read_rows(piece)
        if not self._is_further(piece):
            return
        for letters in set(_COLUMN.findall(piece)):
            self._column = max(self._column, column_number(letters))
        longest = max((len(digits) for digits in _ROW.findall(piece)), default=1)
        self._digits = max(self._digits, longest)
        self._further = _further(self._column, self._digits)
        self._judge(piece)

    def _judge(self, piece: bytes) -> None:
        if self._column > self._columns:
            raise SheetError(f"表格超过{self._columns}列，请删除右侧多余的列后再导入")
        rough = min(10**self._digits - 1, self._rows)
        if rough * self._column > self._cells or self._digits >= len(str(self._rows)):
            self._read_rows(piece)

    def _read_rows(self, piece: bytes) -> None:
        last = max(map(int, _ROW.findall(piece)), default=1)
        self._exact_row = max(self._exact_row or 1, last)
        if self._exact_row > self._rows:
            raise SheetError(f"表格超过{self._rows}行，请删除下方多余的行，或拆成几个文件")
        if self._exact_row * self._column > self._cells:
            raise SheetError("表格的范围过大（行数乘列数），请删除右侧和下方多余的行列后再导入")


def column_number(letters: bytes) -> int:
    """b'A' -> 1, b'AA' -> 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """1 -> 'A', 27 -> 'AA'."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _further(column: int, digits: int) -> re.Pattern[bytes]:
    """Matches a reference right of `column` (from 1) or with more row digits than `digits`."""
    letters = column_letters(column)
    longer = f"[A-Z]{{{len(letters) + 1}}}"
    same = [
        f"{letters[:i]}[{chr(ord(letter) + 1)}-Z]" + "[A-Z]" * (len(letters) - i - 1)
        for i, letter in enumerate(letters)
        if letter != "Z"
    ]
    beyond = "|".join([longer, *(f"{pattern}[0-9]" for pattern in same)])
    return re.compile(rf'r="(?:{beyond}|[A-Z]*[0-9]{{{digits + 1}}})'.encode())
