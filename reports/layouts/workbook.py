"""A layout as a workbook that a clerk changes in Excel or WPS.

Column A, hidden, says what each row is; the hidden row 列键 says which column of the ledger each column is, so that a
heading may be renamed and a column moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from reports.layouts.declared import OWN, Declared
from sheets.layout import SheetColumn, heading_cells, heading_height, shares

TITLE, INFO, HEADING, KEYS, SUM, DATA, FOOTER = "标题", "填报", "表头", "列键", "合计", "数据", "签名"
MARKS: Final = (TITLE, INFO, HEADING, KEYS, SUM, DATA, FOOTER)
KEY_SIGN, OWN_KEY = "#", "#自填"
_FIRST = 2
_PAPER_CODES: Final = {"A3": 8, "A4": 9}
_EDGE = Side(style="thin")
_BORDER = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_GREY = PatternFill("solid", fgColor="D9D9D9")
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)


def write_layout(path: Path, declared: Declared, name: str) -> None:
    """Write the workbook of a layout."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = name[:31]
    columns = [SheetColumn(one.path, one.width) for one in declared.columns]
    last = _FIRST + len(columns) - 1
    sheet.column_dimensions["A"].hidden = True
    for number, column in enumerate(columns, _FIRST):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    row = _title(sheet, declared.title, last)
    if declared.info:
        row = _spread(sheet, row, INFO, declared.info, columns)
    row = _headings(sheet, row, columns)
    _line(sheet, row, KEYS, [KEY_SIGN + one.key if one.key != OWN else OWN_KEY for one in declared.columns])
    sheet.row_dimensions[row].hidden = True
    body = [(SUM, ["合计"]), (DATA, ["（数据从这里开始，不用填）"])]
    for mark, words in body if declared.totals == "top" else body[::-1]:
        row += 1
        _line(sheet, row, mark, [*words, *[""] * (len(columns) - 1)])
    if declared.footer:
        _spread(sheet, row + 1, FOOTER, declared.footer, columns)
    sheet.page_setup.paperSize = _PAPER_CODES[declared.paper]
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = (2 if declared.spread else 1), 0
    sheet.page_setup.orientation = "landscape" if declared.landscape else "portrait"
    book.save(path)


def _put(sheet: Any, row: int, column: int, words: str) -> Any:
    """A cell of text, whatever its words begin with."""
    cell = sheet.cell(row, column)
    cell.value = words
    cell.data_type = "s"
    cell.number_format = "@"
    return cell


def _title(sheet: Any, words: str, last: int) -> int:
    _put(sheet, 1, 1, TITLE)
    cell = _put(sheet, 1, _FIRST, words)
    cell.font, cell.alignment = Font(name="方正小标宋简体", size=20), _CENTRE
    sheet.row_dimensions[1].height = 40
    if last > _FIRST:
        sheet.merge_cells(start_row=1, start_column=_FIRST, end_row=1, end_column=last)
    return 2


def _spread(sheet: Any, row: int, mark: str, words: Sequence[str], columns: Sequence[SheetColumn]) -> int:
    """Several texts across the width, each merged over its share of the columns."""
    _put(sheet, row, 1, mark)
    bounds = shares([column.width for column in columns], [1] * len(words))
    shown = list(words) if len(bounds) > len(words) else ["  ".join(words)]
    for word, left, right in zip(shown, bounds, bounds[1:], strict=False):
        _put(sheet, row, left + _FIRST, word)
        if right - left > 1:
            sheet.merge_cells(start_row=row, start_column=left + _FIRST, end_row=row, end_column=right + _FIRST - 1)
    return row + 1


def _headings(sheet: Any, first: int, columns: Sequence[SheetColumn]) -> int:
    cells = heading_cells(columns)
    depth = max(len(column.path) for column in columns)
    for level in range(depth):
        _put(sheet, first + level, 1, HEADING)
        beginning = [cell for cell in cells if cell.top == level]
        sheet.row_dimensions[first + level].height = heading_height(beginning, columns)
        for number in range(len(columns)):
            cell = sheet.cell(first + level, number + _FIRST)
            cell.border, cell.fill, cell.alignment = _BORDER, _GREY, _CENTRE
    for one in cells:
        _put(sheet, first + one.top, one.left + _FIRST, one.words).font = Font(name="黑体")
        if (one.top, one.left) != (one.bottom, one.right):
            sheet.merge_cells(
                start_row=first + one.top,
                start_column=one.left + _FIRST,
                end_row=first + one.bottom,
                end_column=one.right + _FIRST,
            )
    return first + depth


def _line(sheet: Any, row: int, mark: str, words: Sequence[str]) -> None:
    _put(sheet, row, 1, mark)
    for number, word in enumerate(words, _FIRST):
        cell = _put(sheet, row, number, word)
        cell.border = _BORDER
