"""Opening spreadsheet files and finding the tables in them.

    for table in open_book(path).tables(columns):
        for block in table.blocks():
            block.cells["证件号码"], block.rows, block.raw

A file is judged by what it holds, not by its name. Everything that is wrong with a file as a whole
is a `SheetError` whose text can be shown as it stands.
"""

from __future__ import annotations

import io
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import cast

import python_calamine as calamine

from .csvfile import DELIMITERS, CsvSource, find_encoding
from .error_cells import errors_as_texts
from .faults import SheetError
from .guard import Limits, Shape, inspect, lacks_memory
from .table import (
    HEADING_ROWS,
    Block,
    Column,
    Heading,
    Kind,
    Row,
    Source,
    Table,
    find_heading,
)

__all__ = [
    "Block",
    "Book",
    "Column",
    "Kind",
    "Limits",
    "SheetError",
    "Table",
    "open_book",
    "opened_book",
]


class Book:
    """An opened file: its sheets, and in them the tables that a caller asks for.

    Sources of one name are readings of one sheet (a CSV file under each delimiter); the reading in
    which the headings appear counts.
    """

    def __init__(self, sources: Sequence[Source], limits: Limits) -> None:
        self.sources = list(sources)
        self.limits = limits

    def tables(self, columns: Sequence[Column]) -> list[Table]:
        """Every sheet that has the needed headings, in order.

        Raises:
            SheetError: no sheet has them; names those that the nearest sheet lacks. Or a sheet cannot be read.
        """
        best: dict[str, tuple[Heading, Source]] = {}
        broken: dict[str, SheetError] = {}
        for source in self.sources:
            try:
                heading = find_heading(_head(source), columns)
            except SheetError as error:
                # Under a delimiter that is not the file's own a sound cell can look like a quote that never ends.
                broken.setdefault(source.name, error)
                continue
            if source.name not in best or _nearness(heading) > _nearness(best[source.name][0]):
                best[source.name] = heading, source
        for name, fault in broken.items():
            if name not in best or not best[name][0].found:
                raise fault
        whole = [(heading, source) for heading, source in best.values() if not heading.missing]
        if not whole:
            raise _no_table([(name, heading) for name, (heading, _) in best.items()])
        return [Table(source, heading, columns, self.limits) for heading, source in whole]


def open_book(path: Path, limits: Limits | None = None) -> Book:
    """Open an .xlsx, .xls or .csv file.

    Raises:
        SheetError: not such a file, damaged, encrypted, with macros, or beyond the limits.
    """
    bounds = limits or Limits()
    shape = inspect(path, bounds)
    if shape is Shape.TEXT:
        encoding = find_encoding(path)
        return Book([CsvSource(path, encoding, mark) for mark in DELIMITERS], bounds)
    with _plain_errors():
        book = _load(path, shape)
        kinds = book.sheets_metadata
    worksheets = [sheet.name for sheet in kinds if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
    return Book([ExcelSource(book, name) for name in worksheets], bounds)


@contextmanager
def opened_book(path: Path, limits: Limits | None = None, *, guarded: bool = False) -> Iterator[Book]:
    """`open_book`; `guarded`, for files that come over the network, has a child process with limits parse the file
    where the system has such limits."""
    if not guarded or sys.platform == "win32":
        yield open_book(path, limits)
        return
    from .child import read_in_child  # builds on this module

    with read_in_child(path, limits) as book:
        yield book


class ExcelSource:
    """One worksheet. Number cells stay float or int: a number that was text is still told apart."""

    only_text = False

    def __init__(self, book: calamine.CalamineWorkbook, name: str) -> None:
        self.name = name
        self._book = book
        self._sheet: calamine.CalamineSheet | None = None

    def chunks(self, size: int) -> Iterator[list[Row]]:
        """Rows from the sheet's first on (calamine fills up blank ones above the used area).

        The sheet is parsed at the first call and kept, a few hundred bytes a row.
        """
        with _plain_errors(self.name):
            if self._sheet is None:
                self._sheet = self._book.get_sheet_by_name(self.name)
            rows = cast(Iterator[Row], self._sheet.iter_rows())
        while True:
            with _plain_errors(self.name):
                chunk = list(islice(rows, size))
            if not chunk:
                return
            yield chunk


def _nearness(heading: Heading) -> tuple[int, int]:
    return -len(heading.missing), len(heading.found)


def _head(source: Source) -> list[Row]:
    return next(source.chunks(HEADING_ROWS), [])


def _load(path: Path, shape: Shape) -> calamine.CalamineWorkbook:
    """Open by content: calamine itself goes by the name, which clerks change."""
    if shape is Shape.ZIP_WITH_ERRORS:
        return calamine.CalamineWorkbook.from_filelike(errors_as_texts(path))
    if path.suffix.lower() == f".{shape.value}":
        return calamine.CalamineWorkbook.from_path(str(path))
    return calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))


@contextmanager
def _plain_errors(sheet: str = "") -> Iterator[None]:
    """Turn the parser's errors, a Rust panic included, into a line for the person at the desk."""
    try:
        yield
    except calamine.PasswordError:
        raise SheetError("文件设了打开密码，请取消密码后再导入") from None
    except (calamine.CalamineError, zipfile.BadZipFile, zlib.error) as error:
        if lacks_memory(error):
            raise MemoryError from error
        raise _damaged(sheet) from error
    except BaseException as error:
        # A panic is a BaseException of a class that pyo3 does not let us import.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(sheet) from None


def _damaged(sheet: str) -> SheetError:
    place = f"表“{sheet}”" if sheet else "文件"
    return SheetError(f"{place}已损坏或不完整，打不开，请在电脑上打开后另存为 .xlsx 再导入")


def _no_table(tried: Sequence[tuple[str, Heading]]) -> SheetError:
    """The refusal, by the sheet that came nearest."""
    if not any(heading.headings for _, heading in tried):
        return SheetError("文件里没有内容，请检查是否选错了文件")
    name, heading = max(tried, key=lambda pair: _nearness(pair[1]))
    missing = "、".join(heading.missing)
    return SheetError(f"表“{name}”缺少必需的列：{missing}，请补齐表头后再导入（表头应在前{HEADING_ROWS}行内）")
