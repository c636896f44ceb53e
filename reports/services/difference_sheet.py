"""A difference as a workbook: a line a cell that differs, with the late entries that explain it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from reports.services.difference import UNDATED, CellChange, Difference, RowChange
from sheets.layout import SheetColumn, SheetLayout
from sheets.text import Cell, text
from sheets.write import write_sheet


def write_difference(found: Difference, path: Path) -> int:
    """Write it and say how many lines it has."""
    month = found.month
    layout = SheetLayout(
        title=f"{found.division.name}{found.ledger.title}差异（{month.year}年{month.month}月）",
        columns=(
            SheetColumn(("序号",), 6, "seq"),
            SheetColumn(("单位或户主",), 16),
            SheetColumn(("户编号",), 20),
            SheetColumn(("怎么变",), 8),
            SheetColumn(("列",), 22),
            SheetColumn((found.labels[0],), 16),
            SheetColumn((found.labels[1],), 16),
            SheetColumn(("增减",), 10),
            SheetColumn(("迟到的录入",), 60),
        ),
        name=f"{found.ledger.code}差异",
        info=(f"前：{found.labels[0]}", f"后：{found.labels[1]}"),
        footer=(),
    )
    return write_sheet(path, layout, _lines(found))


def _lines(found: Difference) -> Iterator[list[Cell]]:
    for row in found.rows:
        for change in row.cells:
            yield [None, row.name, row.household.number if row.household else "", row.words, *_change(row, change)]


def _change(row: RowChange, change: CellChange) -> list[Cell]:
    step = change.step
    shown = step if isinstance(step, int | float | Decimal) else None
    late = "；".join(map(str, row.late)) or (UNDATED if row.household else "")
    return [change.heading, text(change.before), text(change.after), "" if shown is None else f"{shown:+}", late]
