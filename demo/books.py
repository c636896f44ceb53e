"""Writes the made-up files in the shapes that offices send: workbooks with title rows, CSV in two encodings."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from demo.quirks import Cell


@dataclass(frozen=True)
class Style:
    """One office's habits. `guide` puts an instruction sheet in front."""

    suffix: str = "xlsx"
    encoding: str = ""
    title_rows: int = 1
    guide: bool = False


PLAIN = Style()
STYLES = (
    PLAIN,
    Style(title_rows=2, guide=True),
    Style("csv", "gb18030", 0),
    Style(title_rows=0),
    Style("csv", "utf-8-sig", 0),
)


def write_rows(path: Path, title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]], style: Style) -> Path:
    """Write one file as `path` with the style's suffix, and return where it is."""
    path = path.with_suffix(f".{style.suffix}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if style.suffix == "csv":
        _write_csv(path, headings, rows, style.encoding)
    else:
        _write_workbook(path, title, headings, rows, style)
    return path


def _write_csv(path: Path, headings: Sequence[str], rows: Sequence[Sequence[Cell]], encoding: str) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        writer.writerows([_as_text(cell) for cell in row] for row in rows)


def _as_text(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y/%m/%d}"
    if isinstance(cell, float) and cell >= 1e15:
        return f"{cell:.5E}"  # what Excel leaves of a long number
    return "" if cell is None else str(cell)


def _write_workbook(
    path: Path, title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]], style: Style
) -> None:
    book = Workbook(write_only=True)
    if style.guide:
        guide = book.create_sheet("填表说明")
        guide.append(["一、证件号码请按文本格式填写。二、金额单位为元。三、演示数据，纯属虚构。"])
    sheet = book.create_sheet("数据")
    for line in ([f"{title}（演示数据）"], ["填报单位：演示"])[: style.title_rows]:
        sheet.append(line)
    sheet.append(list(headings))
    for row in rows:
        sheet.append([_typed(sheet, cell) for cell in row])
    book.save(path)


def _typed(sheet: WriteOnlyWorksheet, cell: Cell) -> Cell | WriteOnlyCell:
    """Text that begins with = stays text: offices wrap numbers like that."""
    if isinstance(cell, str) and cell.startswith("="):
        typed = WriteOnlyCell(sheet, cell)
        typed.data_type = "s"
        return typed
    return cell
