"""Reading a written ledger back, as a clerk's program would: by its headings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl


@dataclass
class Written:
    """A ledger as it stands in the file: rows by heading ('识别时·人均纯收入'), groups joined with ·."""

    sheet: Any
    title: str
    info: list[str]
    headings: list[str]
    totals: dict[str, Any]
    rows: list[dict[str, Any]]
    footer: list[str]

    def column(self, heading: str) -> list[Any]:
        return [row[heading] for row in self.rows]

    def row(self, heading: str, value: Any) -> dict[str, Any]:
        """The one row with that value."""
        (found,) = [row for row in self.rows if row[heading] == value]
        return found


def read_ledger(path: Path) -> Written:
    sheet = openpyxl.load_workbook(path).active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    top = next(i for i, line in enumerate(lines) if line[0] == "序号")
    first = next(i for i, line in enumerate(lines) if "合计" in line[:2])
    headings = _headings(sheet, top, first)
    last = max(i for i, line in enumerate(lines) if line[0] == "单位负责人：")
    rows = [dict(zip(headings, line, strict=True)) for line in lines[first + 1 : last]]
    return Written(
        sheet=sheet,
        title=lines[0][0],
        info=[cell for cell in lines[top - 1] if cell],
        headings=headings,
        totals=dict(zip(headings, lines[first], strict=True)),
        rows=rows,
        footer=[cell for cell in lines[last] if cell],
    )


def _headings(sheet: Any, top: int, first: int) -> list[str]:
    """Paths of the merged headings between two rows (from 0)."""
    merged = {}
    for area in sheet.merged_cells.ranges:
        for row in range(area.min_row, area.max_row + 1):
            for column in range(area.min_col, area.max_col + 1):
                merged[row, column] = sheet.cell(area.min_row, area.min_col).value
    paths = []
    for column in range(1, sheet.max_column + 1):
        words = [merged.get((row + 1, column), sheet.cell(row + 1, column).value) for row in range(top, first)]
        paths.append("·".join(dict.fromkeys(word for word in words if word)))
    return paths
