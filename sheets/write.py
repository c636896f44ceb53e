"""Streamed ledgers and error workbooks, written as OOXML by hand.

Three million cells take a few seconds and no memory: rows are taken in batches, turned into cells a
column at a time, and deflated at once. A workbook is written beside its place and moved there when
it is whole, so that a failure leaves no file.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import IO, Final

from .across import repeated_columns
from .extent import column_letters
from .layout import (
    HeadingCell,
    SheetColumn,
    SheetLayout,
    heading_cells,
    heading_height,
    room_for,
    row_heights,
    shares,
    sheet_names,
)
from .package import ChoiceLists, PartWriter, fixed_parts
from .rejected import RejectedSheet, rejected_parts
from .styles import STYLES
from .text import Cell
from .xml import date_column, number_column, text_cell, text_column

__all__ = [
    "RejectedSheet",
    "Sheet",
    "SheetColumn",
    "SheetLayout",
    "whole_archive",
    "write_book",
    "write_errors",
    "write_sheet",
]

_BATCH: Final = 2_000
_PAPER_CODES: Final = {"A3": 8, "A4": 9}
_FIT_TO_PAGE: Final = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
_NUMBERS: Final = {"int", "money", "percent", "seq"}


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: how it looks, its rows (taken once, as they are written), its totals."""

    layout: SheetLayout
    rows: Iterable[Sequence[Cell]]
    totals: Sequence[Cell] | None = None


def write_sheet(
    path: Path,
    layout: SheetLayout,
    rows: Iterable[Sequence[Cell]],
    totals: Sequence[Cell] | None = None,
) -> int:
    """Write one ledger as an .xlsx file and return how many data rows it has."""
    return write_book(path, [Sheet(layout, rows, totals)])[0]


def write_book(path: Path, sheets: Sequence[Sheet]) -> list[int]:
    """Write several sheets into one .xlsx file and return the number of data rows of each.

    Raises:
        ValueError: no sheet, or a row with more or fewer cells than its layout has columns.
    """
    if not sheets:
        raise ValueError("a workbook needs a sheet")
    names = sheet_names([sheet.layout.name or sheet.layout.title for sheet in sheets])
    lists = ChoiceLists([column.validation for sheet in sheets for column in sheet.layout.columns])
    counts: list[int] = []
    with whole_archive(path) as archive:
        repeated = [_repeated(sheet.layout) for sheet in sheets]
        first = sheets[0].layout
        sizes = {"title_size": first.title_points, "line_size": first.line_points}
        fixed_parts(archive, names, repeated, lists, **sizes)
        for i, sheet in enumerate(sheets, 1):
            with archive.open(f"xl/worksheets/sheet{i}.xml", "w", force_zip64=True) as part:
                counts.append(_SheetWriter(part, sheet, lists).write())
    return counts


def write_errors(path: Path, sheets: Sequence[RejectedSheet]) -> int:
    """Return rejected rows as they came, with 错误原因 and 原行号 beside them; says how many.

    The heading row keeps the words of the source, so that the mended file can be sent in again.
    """
    names = sheet_names([sheet.name for sheet in sheets] or ["错误数据"])
    with whole_archive(path) as archive:
        fixed_parts(archive, names, ["$1:$1"] * len(names), ChoiceLists([]), title_size=20)
        for i, write in enumerate(rejected_parts(sheets), 1):
            with archive.open(f"xl/worksheets/sheet{i}.xml", "w", force_zip64=True) as part:
                write(part)
    return sum(len(sheet.rows) for sheet in sheets)


def _repeated(layout: SheetLayout) -> str:
    """The headings, and where pages lie side by side the columns that say whose row it is."""
    rows = f"${layout.first_heading_row}:${layout.last_heading_row}"
    first, end = repeated_columns(layout.freeze)
    return f"${column_letters(first + 1)}:${column_letters(end)},{rows}" if layout.cuts and end > first else rows


@contextmanager
def whole_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """A zip that appears at `path` only when everything went well."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner reads; a ledger follows the umask.
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


class _SheetWriter:
    """Writes one ledger sheet from top to bottom."""

    def __init__(self, part: IO[bytes], sheet: Sheet, lists: ChoiceLists) -> None:
        self._part = PartWriter(part)
        self._sheet = sheet
        self._layout = sheet.layout
        self._lists = lists
        self._merges: list[str] = []
        self._row = 1

    def write(self) -> int:
        """Write everything and return the number of data rows."""
        self._open()
        self._title()
        self._headings()
        totals_on_top = self._layout.totals_at == "top"
        if totals_on_top:
            self._totals()
        first = self._row
        count = self._data()
        if not totals_on_top:
            self._totals()
        self._footer()
        self._close(first, count)
        return count

    def _open(self) -> None:
        layout = self._layout
        corner = f"{column_letters(layout.freeze + 1)}{layout.last_heading_row + 1}"
        split = f'xSplit="{layout.freeze}" ' if layout.freeze else ""
        pane = "bottomRight" if layout.freeze else "bottomLeft"
        self._part.head(
            f"{'' if layout.cuts else _FIT_TO_PAGE}<sheetViews>"
            '<sheetView showGridLines="0" workbookViewId="0">'
            f'<pane {split}ySplit="{layout.last_heading_row}" topLeftCell="{corner}" '
            f'activePane="{pane}" state="frozen"/><selection pane="{pane}"/></sheetView></sheetViews>'
            '<sheetFormatPr defaultRowHeight="20"/>',
            [column.width for column in layout.columns],
        )

    def _title(self) -> None:
        layout, pages = self._layout, self._pages
        starts = [layout.title_column, *(left for left, _ in pages[1:])]
        ends = [right for _, right in pages]
        titles = [self._merged(*run, STYLES["title"], layout.title) for run in zip(starts, ends, strict=True)]
        self._line(titles, layout.title_points * 2)
        if layout.info:
            self._line(self._over_first_page(layout.info), layout.line_points * 2.2)

    def _over_first_page(self, words: Sequence[str]) -> list[str]:
        """Several texts over the first page across; nothing over the columns that the next one repeats, where a piece
        of it would show."""
        before, end = repeated_columns(self._layout.freeze)
        right = self._pages[0][1]
        if not (self._layout.cuts and before):
            return self._spread(words, 0, right)
        return [*self._spread(words[:1], 0, before), *self._spread(words[1:], end, right)]

    @property
    def _pages(self) -> list[tuple[int, int]]:
        """The columns of each page across: the first, and the one after the last."""
        return list(pairwise((0, *self._layout.cuts, len(self._layout.columns))))

    def _spread(self, words: Sequence[str], first: int, end: int) -> list[str]:
        """Several texts across these columns, each merged over its share of them."""
        if not words:
            return []
        wanted = [room_for(word, self._layout.line_points) for word in words]
        bounds = shares([column.width for column in self._layout.columns[first:end]], wanted)
        shown = list(words) if len(bounds) > len(words) else ["  ".join(words)]
        runs = zip(shown, bounds, bounds[1:], strict=False)
        return [self._merged(first + left, first + right, STYLES["info"], word) for word, left, right in runs]

    def _merged(self, left: int, right: int, style: int, words: str) -> str:
        """A text in the row over the columns from `left` to before `right`."""
        place = f"{column_letters(left + 1)}{self._row}"
        if right - left > 1:
            self._merges.append(f"{place}:{column_letters(right)}{self._row}")
        return text_cell(place, style, words)

    def _line(self, cells: Iterable[str], height: float | None = None) -> None:
        tall = f' ht="{height}" customHeight="1"' if height else ""
        self._part.add(f'<row r="{self._row}"{tall}>{"".join(cells)}</row>')
        self._row += 1

    def _headings(self) -> None:
        """Every cell under a merged heading is written too, or its border would be missing."""
        columns, first = self._layout.columns, self._row
        words: dict[tuple[int, int], HeadingCell] = {}
        for cell in heading_cells(columns):
            words[cell.top, cell.left] = cell
            if (cell.top, cell.left) != (cell.bottom, cell.right):
                self._merges.append(cell.reference(first))
        for level in range(self._layout.depth):
            row = [words.get((level, i)) for i in range(len(columns))]
            self._line(self._heading_row(row), heading_height(row, columns))
        if self._layout.number_row:
            numbers = [str(i + 1) for i in range(len(columns))]
            self._line(self._plain_row(numbers, "head"))

    def _heading_row(self, row: Sequence[HeadingCell | None]) -> Iterator[str]:
        for i, cell in enumerate(row, 1):
            place = f"{column_letters(i)}{self._row}"
            yield text_cell(place, STYLES["head"], cell.words if cell else "")

    def _plain_row(self, words: Sequence[str], style: str) -> Iterator[str]:
        for i, word in enumerate(words, 1):
            yield text_cell(f"{column_letters(i)}{self._row}", STYLES[style], word)

    def _totals(self) -> None:
        if self._sheet.totals is None:
            return
        self._check(self._sheet.totals)
        makers = _makers(self._layout.columns, prefix="total_")
        batch = [make([self._row], [cell]) for make, cell in zip(makers, self._sheet.totals, strict=True)]
        self._line(cells[0] for cells in batch)

    def _data(self) -> int:
        makers = _makers(self._layout.columns)
        seqs = [i for i, column in enumerate(self._layout.columns) if column.kind == "seq"]
        source, count = iter(self._sheet.rows), 0
        while batch := list(islice(source, _BATCH)):
            for row in batch:
                self._check(row)
            columns: list[Sequence[Cell]] = list(zip(*batch, strict=True))
            for i in seqs:
                columns[i] = [count + n if cell is None else cell for n, cell in enumerate(columns[i], 1)]
            self._part.add(self._rows(makers, columns, len(batch)))
            count += len(batch)
        return count

    def _rows(self, makers: Sequence[_Maker], columns: Sequence[Sequence[Cell]], size: int) -> str:
        """A batch of rows: its cells made column by column, then put together row by row."""
        numbers = range(self._row, self._row + size)
        made = [make(numbers, cells) for make, cells in zip(makers, columns, strict=True)]
        self._row += size
        tall = row_heights(self._layout.columns, columns, size)
        rows = map("".join, zip(*made, strict=True))
        return "".join([f'<row r="{n}"{ht}>{row}</row>' for n, ht, row in zip(numbers, tall, rows, strict=True)])

    def _check(self, row: Sequence[Cell]) -> None:
        if len(row) != len(self._layout.columns):
            raise ValueError(f"row of {len(row)} cells for {len(self._layout.columns)} columns")

    def _footer(self) -> None:
        if self._layout.footer:
            self._line(self._over_first_page(self._layout.footer), self._layout.line_points * 2.7)

    def _close(self, first: int, count: int) -> None:
        landscape = "landscape" if self._layout.landscape else "portrait"
        merges = "".join(f'<mergeCell ref="{place}"/>' for place in self._merges)
        merged = f'<mergeCells count="{len(self._merges)}">{merges}</mergeCells>' if merges else ""
        margin = f"{1.5 / 2.54:.4f}"
        self._part.tail(
            f"{merged}{self._validations(first, count)}"
            '<printOptions horizontalCentered="1"/>'
            f'<pageMargins left="{margin}" right="{margin}" top="{margin}" bottom="{margin}" '
            'header="0.3" footer="0.3"/>'
            f'<pageSetup paperSize="{_PAPER_CODES[self._layout.paper]}" orientation="{landscape}" {self._fit()}/>'
            f"<headerFooter><oddFooter>&amp;C&amp;{self._layout.line_points}第&amp;P页 共&amp;N页</oddFooter></headerFooter>"
            f"{self._breaks()}"
        )

    def _fit(self) -> str:
        """How the sheet comes onto the paper: one page wide, or cut by hand, which programs do only at a set scale."""
        if not self._layout.cuts:
            return 'fitToWidth="1" fitToHeight="0"'
        return f'scale="{int(100 * self._layout.scale)}" pageOrder="overThenDown"'

    def _breaks(self) -> str:
        cuts = "".join(f'<brk id="{place}" max="1048575" man="1"/>' for place in self._layout.cuts)
        count = len(self._layout.cuts)
        return f'<colBreaks count="{count}" manualBreakCount="{count}">{cuts}</colBreaks>' if count else ""

    def _validations(self, first: int, count: int) -> str:
        # Some rows below the data too, for those that a clerk adds.
        last = first + max(count, 1) - 1
        rules = [
            self._lists.rule(column.validation, f"{letters}{first}:{letters}{last}")
            for letters, column in _lettered(self._layout.columns)
            if column.validation
        ]
        return f'<dataValidations count="{len(rules)}">{"".join(rules)}</dataValidations>' if rules else ""


_Maker = Callable[[Sequence[int], Sequence[Cell]], list[str]]


def _lettered(columns: Sequence[SheetColumn]) -> Iterator[tuple[str, SheetColumn]]:
    for i, column in enumerate(columns, 1):
        yield column_letters(i), column


def _makers(columns: Sequence[SheetColumn], prefix: str = "") -> list[_Maker]:
    """For each column, what turns its values into cells; `prefix` 'total_' for the bold formats."""
    return [_maker(letters, column, prefix) for letters, column in _lettered(columns)]


def _maker(letters: str, column: SheetColumn, prefix: str) -> _Maker:
    kind = column.kind
    text_style = STYLES["label" if column.narrow and not prefix else f"{prefix}text"]
    if kind in _NUMBERS:
        # A total may stand under a running number, and is then a number or a word like any other.
        own = "int" if prefix and kind == "seq" else kind
        style, label = STYLES[f"{prefix}{own}"], STYLES["total_text" if prefix else "label"]
        return lambda rows, cells: number_column(letters, style, label, rows, cells)
    if kind == "date" and not prefix:
        day = STYLES["date"]
        return lambda rows, cells: date_column(letters, day, text_style, rows, cells)
    if kind == "month" and not prefix:
        month = STYLES["month"]
        return lambda rows, cells: text_column(letters, month, rows, list(map(_month, cells)))
    return lambda rows, cells: text_column(letters, text_style, rows, cells)


def _month(value: Cell) -> Cell:
    """Months as national files have them: 202306."""
    return f"{value:%Y%m}" if hasattr(value, "strftime") else value
