"""A block's declared columns judged, and each row's first fault (contract section 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from .columns import AmountReader, Parser, Read, TextReader, WordReader
from .dates import parse_date, parse_month
from .faults import AMOUNT_INVALID, CODE_UNKNOWN, DATE_INVALID, CellFault
from .ids import read_ids, tidy_id
from .numbers import parse_number
from .table import Block, Column, Kind
from .text import code, text

# Kinds in the order in which their faults count.
_ORDER: Final[tuple[tuple[Kind, ...], ...]] = (("date", "month"), ("number",), ("code", "text", "id"))
_EMPTY: Final[Mapping[Kind, CellFault]] = {
    "date": CellFault(DATE_INVALID, "日期为空，请补填"),
    "month": CellFault(DATE_INVALID, "日期为空，请补填"),
    "number": CellFault(AMOUNT_INVALID, "数值为空，请补填"),
    "code": CellFault(CODE_UNKNOWN, "不能为空，请补填"),
}


class Fault(NamedTuple):
    """The first thing wrong with a row: the column as the contract names it, and what."""

    column: str
    fault: CellFault


@dataclass(frozen=True)
class Judged:
    """One block: cleaned numbers by row, read columns by name, first faults by the row's place.

    Where a row has a fault its number may be None, and its values are not to be used.
    """

    numbers: list[str | None]
    columns: dict[str, Read]
    faults: dict[int, Fault]


class Judge:
    """Judges the blocks of a file in turn; nobody may be born after `latest`.

    `parsers` names columns that are read by a function of the caller's instead of their kind's own; other number
    columns come as `Amounts`. A needed column of days, numbers or of a list must be filled; one of free text (病种) need
    only be there. The order of the faults is: the number, then dates, amounts and words, within a kind in the order of
    the columns.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        id_column: str,
        latest: date,
        parsers: Mapping[str, Parser] | None = None,
    ) -> None:
        self._id_column = id_column
        self._latest = latest
        known = parsers or {}
        self._readers = {
            column.name: _reader(column, known.get(column.name))
            for kinds in _ORDER
            for column in columns
            if column.kind in kinds
        }

    def judge(self, block: Block) -> Judged:
        numbers, wrong = read_ids(block.cells[self._id_column], self._latest)
        faults = {place: Fault(self._id_column, fault) for place, fault in wrong.items()}
        columns: dict[str, Read] = {}
        for name, reader in self._readers.items():
            columns[name], found = reader.read(block.cells[name], only_text=block.only_text)
            for place, fault in found.items():
                faults.setdefault(place, Fault(name, fault))
        return Judged(numbers, columns, faults)


def _reader(column: Column, parse: Parser | None) -> WordReader | AmountReader:
    empty = _EMPTY.get(column.kind) if column.needed else None
    if parse is not None:
        return WordReader(parse, empty)
    if column.kind == "number":
        return AmountReader(empty)
    if column.kind in ("text", "id"):
        return TextReader(parser_of(column), empty)
    return WordReader(parser_of(column), empty)


def parser_of(column: Column) -> Parser:
    """How the cells of a column are read, by its kind."""
    if column.kind == "date":
        return parse_date
    if column.kind == "month":
        return parse_month
    if column.kind == "number":
        return parse_number
    if column.kind == "id":
        return tidy_id
    if column.kind == "code":
        allowed = column.codes or {}
        return lambda cell: code(cell, allowed)
    return text
