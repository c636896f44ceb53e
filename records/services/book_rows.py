"""The rows of a book's file judged one by one: cells become values, or the row's first fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from records.books.base import HEAD_NAME, HOUSEHOLD, ID_NUMBER, NAME, SEQUENCE, Book
from records.values import Parse, parse_day_after, parse_first_day, parse_note, parser_of
from sheets.clean import AMOUNT_INVALID, CODE_UNKNOWN, DATE_INVALID, Cell, CellFault, clean_id, is_blank, is_total, text
from sheets.judge import Fault
from sheets.read import Block, Table
from sheets.rejected import Rejected

ROW_DUPLICATE = "row_duplicate"
_BLOCK_ROWS = 5_000
_REMEMBERED = 50_000
_EMPTY = {"date": DATE_INVALID, "amount": AMOUNT_INVALID, "whole": AMOUNT_INVALID}


@dataclass(slots=True)
class Candidate:
    """A row that may be accepted. `about` are the cells that say whom or what it is about, by heading."""

    sheet: int
    row: int
    cells: Sequence[Cell]
    about: dict[str, str]
    given: dict[str, Any]
    starts: date | None
    ends: date | None


class RowReader:
    """Reads a file's tables in blocks of candidates; what cannot be one is in `rejected`."""

    def __init__(self, book: Book, today: date) -> None:
        self._book = book
        self._today = today
        self._columns: list[tuple[str, str, _Remembering]] = [
            (column.name, column.field, _Remembering(_required(parser_of(column), column.needed, column.shape)))
            for column in book.columns
        ]
        self._columns.append((book.note.name, "note", _Remembering(parse_note)))
        self._starts = _Remembering(_required(parse_first_day, book.starts.needed, "date"))
        self._ends = _Remembering(parse_day_after)
        self.rejected: list[Rejected] = []
        self.rows = 0

    def blocks(self, tables: Sequence[Table]) -> Iterator[list[Candidate]]:
        for number, table in enumerate(tables):
            for block in table.blocks(_BLOCK_ROWS):
                yield self._block(number, block)

    def reject(self, row: Candidate, column: str, code: str, message: str) -> None:
        self.rejected.append(Rejected(row.sheet, row.row, row.cells, Fault(column, CellFault(code, message))))

    def _block(self, sheet: int, block: Block) -> list[Candidate]:
        found: list[Candidate] = []
        about = [column.name for column in self._book.about]
        for place, row in enumerate(block.rows):
            said = {name: text(block.cells[name][place]) for name in about}
            name = said.get(NAME) or said.get(HEAD_NAME) or said.get(HOUSEHOLD) or block.row(place)[0]
            if is_total(block.cells.get(SEQUENCE, [""] * (place + 1))[place], name, said.get(ID_NUMBER, "")):
                continue
            self.rows += 1
            try:
                said |= self._number(block, place)
                found.append(self._candidate(sheet, row, block, place, said))
            except _Wrong as wrong:
                self.rejected.append(Rejected(sheet, row, block.row(place), Fault(wrong.column, wrong.fault)))
        return found

    def _number(self, block: Block, place: int) -> dict[str, str]:
        """The resident number cleaned; a household may be named by its own number alone."""
        if self._book.subject == "place":
            return {}
        cell = block.cells[ID_NUMBER][place]
        if self._book.subject == "household" and is_blank(cell):
            return {ID_NUMBER: ""}
        try:
            return {ID_NUMBER: clean_id(cell, self._today)}
        except CellFault as fault:
            raise _Wrong(ID_NUMBER, fault) from None

    def _candidate(self, sheet: int, row: int, block: Block, place: int, said: dict[str, str]) -> Candidate:
        book, given = self._book, {}
        for name, field, parse in self._columns:
            value = parse.read(name, block.cells[name][place])
            if value is not None:
                given[field] = value
        starts = self._starts.read(book.starts.name, block.cells[book.starts.name][place])
        starts = starts or (given.get(book.first_day) if book.first_day else None)
        ends = None
        if book.ends is not None:
            ends = self._ends.read(book.ends.name, block.cells[book.ends.name][place])
        if starts is not None and starts > self._today:
            raise _Wrong(book.starts.name, CellFault(DATE_INVALID, f"{book.starts.name}晚于今天，请核对"))
        return Candidate(sheet, row, block.row(place), said, given, starts, ends)


class _Wrong(Exception):
    """The first thing wrong with a row."""

    def __init__(self, column: str, fault: CellFault) -> None:
        super().__init__(column)
        self.column, self.fault = column, fault


def _required(parse: Parse, needed: bool, shape: str) -> Parse:
    if not needed:
        return parse

    def filled(cell: Cell) -> Any:
        value = parse(cell)
        if value is None:
            raise CellFault(_EMPTY.get(shape, CODE_UNKNOWN), "不能为空，请补填")
        return value

    return filled


class _Remembering:
    """A parser that reads each different cell once: lists repeat the same few words."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse
        self._memo: dict[tuple[type, Cell], Any] = {}

    def read(self, column: str, cell: Cell) -> Any:
        key = (type(cell), cell)
        if key not in self._memo:
            if len(self._memo) > _REMEMBERED:
                self._memo.clear()
            try:
                self._memo[key] = self._parse(cell)
            except CellFault as fault:
                self._memo[key] = fault.bare()
        known = self._memo[key]
        if isinstance(known, CellFault):
            raise _Wrong(column, known)
        return known
