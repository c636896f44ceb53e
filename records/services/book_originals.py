"""The workbook of a delivery's rows sent back, from the kept original, and the empty workbook to fill in."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from accounts.models import User
from accounts.services.audit import record
from accounts.services.files import open_file
from records.books import BOOKS, Book
from records.models import RecordBatch
from records.permissions import require_book
from records.services.books import sheet_name
from sheets.layout import CellKind, SheetColumn, SheetLayout
from sheets.read import opened_book
from sheets.rejected import RejectedSheet
from sheets.table import Column
from sheets.write import write_errors, write_sheet

_BLANK_ROWS = 200


def write_batch_errors(*, batch: RecordBatch, output: Path, actor: User | None, at: datetime) -> int:
    """Write the rows that this delivery sent back, as they came, with the reasons; returns how many.

    Raises:
        Refused: the original is missing or damaged. Forbidden, OutOfScope: not his to deliver.
    """
    book = BOOKS[batch.book]
    require_book(actor=actor, book=book, code=batch.division_id, at=at)
    wanted = {(error["sheet"], error["row"]): f"{error['column']}：{error['message']}" for error in batch.errors}
    with TemporaryDirectory(prefix="shouwang-") as folder:
        path = Path(folder) / f"original{Path(batch.file.name).suffix}"
        with open_file(batch.file) as kept, path.open("wb") as copy:
            shutil.copyfileobj(kept, copy)
        written = write_errors(output, _sheets(book, batch, path, wanted))
    record(actor=actor, at=at, action="record.errors_exported", target=batch, detail={"rows": written})
    return written


def _sheets(book: Book, batch: RecordBatch, path: Path, wanted: dict[tuple[str, int], str]) -> list[RejectedSheet]:
    found = []
    with opened_book(path, guarded=True) as opened:
        for table in opened.tables(book.layout()):
            name = sheet_name(table, path, batch.file.name)
            rows = [
                (row, block.row(place), wanted[name, row])
                for block in table.blocks()
                for place, row in enumerate(block.rows)
                if (name, row) in wanted
            ]
            if rows:
                found.append(RejectedSheet(name, table.headings, rows))
    return found


def write_template(*, book: Book, output: Path) -> None:
    """An empty workbook with the book's headings; cells that take words of a list offer them."""
    columns = tuple(
        SheetColumn((column.name,), _width(column), _kind(column), _words(column)) for column in book.layout()
    )
    needed = "、".join(column.name for column in book.layout() if column.needed)
    info = (f"必填：{needed}" if needed else "", "日期写成 2026-10-05；证件号码按文本填写；留空的格不改已有内容")
    layout = SheetLayout(f"{book.title}导入模板", columns, name=book.title, info=info, footer=())
    write_sheet(output, layout, [[""] * len(columns)] * _BLANK_ROWS)


def _width(column: Column) -> float:
    return 22 if column.kind == "id" else max(10, 2 * len(column.name) + 2)


def _kind(column: Column) -> CellKind:
    """Everything as text but amounts: what is typed stays as it was typed."""
    return "money" if column.kind == "number" else "text"


def _words(column: Column) -> tuple[str, ...]:
    return tuple(dict.fromkeys((column.codes or {}).values()))
