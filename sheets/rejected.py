"""Rejected rows as worksheets: as they came, with the reason beside them.

Cells that were text, or empty, are formatted as text, so that a resident number typed into them
stays one; numbers and dates keep their types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import IO, Any, Final, NamedTuple

from .extent import column_letters
from .judge import Fault
from .package import PartWriter
from .styles import STYLES
from .text import Cell, fold_heading, text
from .xml import number_cell, serial, text_cell

REASON, ORIGINAL_ROW = "错误原因", "原行号"
_WIDTH, _REASON_WIDTH, _ROW_WIDTH = 14, 50, 8
# A number this long is a resident number or an account; what replaces it must stay text.
_LONG_NUMBER: Final = 1e11
_VIEW: Final = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="18"/>'
)


class Rejected(NamedTuple):
    """A rejected row: where it stood (sheet by its place in the file), what was in it, its first fault."""

    sheet: int
    row: int
    cells: Sequence[Cell]
    fault: Fault

    def as_json(self, sheet: str) -> dict[str, Any]:
        """The row among the `errors` of an answer; `sheet` is the name of its sheet."""
        column, fault = self.fault
        return {"sheet": sheet, "row": self.row, "column": column, "code": fault.code, "message": fault.message}


@dataclass(frozen=True)
class RejectedSheet:
    """The rejected rows of one source sheet: (sheet row, cells as received, reason in Chinese)."""

    name: str
    headings: Sequence[str]
    rows: Sequence[tuple[int, Sequence[Cell], str]]


def rejected_sheets(sheets: Sequence[tuple[str, Sequence[str]]], rejected: Sequence[Rejected]) -> list[RejectedSheet]:
    """Of each source sheet (name, headings) the rows rejected, where there are any."""
    found = []
    for number, (name, headings) in enumerate(sheets):
        rows = [
            (one.row, one.cells, f"{one.fault.column}：{one.fault.fault.message}")
            for one in rejected
            if one.sheet == number
        ]
        if rows:
            found.append(RejectedSheet(name, headings, rows))
    return found


def rejected_parts(sheets: Sequence[RejectedSheet]) -> list[Callable[[IO[bytes]], None]]:
    """One writer a sheet; with nothing rejected, one sheet that says so."""
    if not sheets:
        return [partial(_write, RejectedSheet("错误数据", ["没有被退回的数据"], []))]
    return [partial(_write, sheet) for sheet in sheets]


def _write(sheet: RejectedSheet, part: IO[bytes]) -> None:
    headings = _headings(sheet)
    kept = [i for i, heading in enumerate(headings) if fold_heading(heading) not in (REASON, ORIGINAL_ROW)]
    writer = PartWriter(part)
    writer.head(_VIEW, [_WIDTH] * len(kept) + [_REASON_WIDTH, _ROW_WIDTH])
    words = [*(headings[i] for i in kept), REASON, ORIGINAL_ROW]
    writer.add(_row(1, (text_cell(place, STYLES["raw_head"], word) for place, word in _placed(1, words))))
    for number, (origin, cells, reason) in enumerate(sheet.rows, 2):
        padded = [*cells, *[""] * (len(headings) - len(cells))]
        made = _cells(number, [padded[i] for i in kept], reason, origin)
        writer.add(_row(number, made))
    writer.tail("")


def _headings(sheet: RejectedSheet) -> list[str]:
    """The headings of the source, with blanks where rows are wider than their heading row."""
    width = max([len(sheet.headings), *(len(cells) for _, cells, _ in sheet.rows)])
    return [*sheet.headings, *[""] * (width - len(sheet.headings))]


def _placed(number: int, cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    for i, cell in enumerate(cells, 1):
        yield f"{column_letters(i)}{number}", cell


def _row(number: int, cells: Iterator[str]) -> str:
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cells(number: int, cells: Sequence[Cell], reason: str, origin: int) -> Iterator[str]:
    for i, cell in enumerate(cells, 1):
        yield _as_it_came(f"{column_letters(i)}{number}", cell)
    yield text_cell(f"{column_letters(len(cells) + 1)}{number}", STYLES["raw_reason"], reason)
    yield number_cell(f"{column_letters(len(cells) + 2)}{number}", STYLES["raw_number"], origin)


def _as_it_came(place: str, cell: Cell) -> str:
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, (int, float, Decimal)) and abs(float(cell)) < float("inf"):
        style = "raw_text" if abs(float(cell)) >= _LONG_NUMBER else "raw_number"
        return number_cell(place, STYLES[style], cell)
    if isinstance(cell, datetime) and cell.year > 1900:
        moment = serial(cell.date()) + (cell.hour * 3600 + cell.minute * 60 + cell.second) / 86_400
        return number_cell(place, STYLES["raw_moment"], moment)
    if isinstance(cell, date) and cell.year > 1900:
        return number_cell(place, STYLES["raw_date"], serial(cell))
    return text_cell(place, STYLES["raw_text"], cell if isinstance(cell, str) else text(cell))
