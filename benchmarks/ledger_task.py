"""Writers of the same ledger: title and info line, two heading rows with merged groups, widths, number formats,
borders, frozen panes, A3 landscape with repeated headings and page numbers."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from xml.sax.saxutils import escape

from benchmarks.child import Task, peak_mb
from benchmarks.county import SEED
from sheets.extent import column_letters
from sheets.layout import CellKind
from sheets.styles import STYLES
from sheets.write import SheetColumn, SheetLayout, write_sheet

KINDS: tuple[CellKind, ...] = (*["text"] * 10, *["money"] * 14, *["int"] * 3, *["date"] * 3)
_GROUPS = ("基本信息", "收入与支出", "人数", "日期")
_EPOCH = date(1899, 12, 30).toordinal()
_BATCH = 2_000


def layout() -> SheetLayout:
    group = dict(zip(("text", "money", "int", "date"), _GROUPS, strict=True))
    columns = tuple(SheetColumn((group[kind], f"第{i}列"), 14, kind) for i, kind in enumerate(KINDS, 1))
    return SheetLayout("守望县防止返贫监测台账", columns, footer=())


def make_rows(count: int) -> list[list[Any]]:
    """10 texts (one a resident number), 14 amounts, 3 whole numbers, 3 dates."""
    random = Random(SEED)
    first = date(2020, 1, 1)
    words = [f"第{i}镇第{i}村王伟{i}" for i in range(500)]
    rows = []
    for i in range(count):
        texts = [f"99010119{i:010d}", *[words[random.randrange(500)] for _ in range(9)]]
        money = [round(random.random() * 50_000, 2) for _ in range(14)]
        numbers = [random.randrange(100) for _ in range(3)]
        days = [first + timedelta(days=random.randrange(2_400)) for _ in range(3)]
        rows.append([*texts, *money, *numbers, *days])
    return rows


def ledger(writer: str, rows: int, path: str) -> Task:
    """One stage: the rows, which lie in memory, into a file."""
    made = make_rows(rows)
    target = Path(path)
    before = peak_mb()
    yield "ready"
    {"ours": _ours, "floor": _floor, "xlsxwriter": _xlsxwriter}[writer](target, made)
    size = target.stat().st_size
    target.unlink()
    yield {"before_mb": before, "bytes": size}


def _ours(path: Path, rows: list[list[Any]]) -> None:
    write_sheet(path, layout(), rows)


def _floor(path: Path, rows: list[list[Any]]) -> None:
    """The fastest that keeps the layout: every part of an empty ledger as it is, and the rows put into its sheet, each
    by one formatting of a string made for exactly these thirty columns. No checks, no row heights, no kinds."""
    empty = path.with_suffix(".empty")
    write_sheet(empty, layout(), [])
    with zipfile.ZipFile(empty) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name in source.namelist():
            content = source.read(name)
            if not name.startswith("xl/worksheets/"):
                target.writestr(name, content)
                continue
            head, tail = content.split(b"</sheetData>")
            with target.open(name, "w", force_zip64=True) as part:
                part.write(head)
                _write_rows(part, rows, head.count(b"<row ") + 1)
                part.write(b"</sheetData>" + tail)
    empty.unlink()


def _write_rows(part: Any, rows: Sequence[list[Any]], first: int) -> None:
    template = _row_template()
    for start in range(0, len(rows), _BATCH):
        lines = []
        for number, row in enumerate(rows[start : start + _BATCH], first + start):
            texts, money, days = row[:10], row[10:27], row[27:]
            joined = "".join(texts)
            if "&" in joined or "<" in joined or ">" in joined:
                texts = [escape(text) for text in texts]
            lines.append(template.format(number, *texts, *money, *[day.toordinal() - _EPOCH for day in days]))
        part.write("".join(lines).encode())


def _row_template() -> str:
    cells = []
    for i, kind in enumerate(KINDS, 1):
        place, style = f'r="{column_letters(i)}{{0}}" s="{STYLES[kind]}"', f"{{{i}}}"
        if kind == "text":
            cells.append(f'<c {place} t="inlineStr"><is><t>{style}</t></is></c>')
        else:
            cells.append(f"<c {place}><v>{style}</v></c>")
    return f'<row r="{{0}}">{"".join(cells)}</row>'


def _xlsxwriter(path: Path, rows: list[list[Any]]) -> None:
    """The mature library in its frugal mode, with the same layout as far as it goes."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet()
    formats = {
        kind: book.add_format({"border": 1, "num_format": code})
        for kind, code in (("text", "@"), ("money", "#,##0.00"), ("int", "0"), ("date", "yyyy-mm-dd"))
    }
    sheet.merge_range(0, 0, 0, 29, "守望县防止返贫监测台账", book.add_format({"align": "center"}))
    sheet.set_column(0, 29, 14)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.repeat_rows(0, 3)
    sheet.freeze_panes(4, 0)
    for number, row in enumerate(rows, 4):
        for column, (cell, kind) in enumerate(zip(row, KINDS, strict=True)):
            sheet.write(number, column, cell, formats[kind])
    book.close()
