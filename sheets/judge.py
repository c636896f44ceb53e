"""Cells of a block read column by column, and each row's first fault (contract section 4).

Departments repeat the same few words, days and sums, so a column remembers what it has read: a cell met before costs
one look into a dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from .dates import parse_date, parse_month
from .faults import AMOUNT_INVALID, CODE_UNKNOWN, DATE_INVALID, CellFault
from .ids import clean_ids, tidy_id
from .numbers import parse_number
from .table import Column, Kind
from .text import Cell, code, text

Parser = Callable[[Cell], Any]
# Kinds in the order in which their faults count.
_ORDER: Final[tuple[tuple[Kind, ...], ...]] = (("date", "month"), ("number",), ("code", "text", "id"))
_EMPTY: Final[Mapping[Kind, CellFault]] = {
    "date": CellFault(DATE_INVALID, "日期为空，请补填"),
    "month": CellFault(DATE_INVALID, "日期为空，请补填"),
    "number": CellFault(AMOUNT_INVALID, "数值为空，请补填"),
    "code": CellFault(CODE_UNKNOWN, "不能为空，请补填"),
    "text": CellFault(CODE_UNKNOWN, "不能为空，请补填"),
    "id": CellFault(CODE_UNKNOWN, "不能为空，请补填"),
}
# How many different cells a column remembers; a column of free text would otherwise be kept whole.
_REMEMBERED = 50_000


class Fault(NamedTuple):
    """The first thing wrong with a row: the column as the contract names it, and what."""

    column: str
    fault: CellFault


@dataclass(frozen=True)
class Judged:
    """One block: cleaned numbers, read values by column, the first fault; an entry for each row.

    Where a row has a fault its number may be None, and its values are not to be used.
    """

    numbers: list[str | None]
    values: dict[str, list[Any]]
    faults: list[Fault | None]


class _Memo(dict[Cell, Any]):
    """Cell → what it was read as, or the fault in it."""

    def __init__(self, parse: Parser, empty: CellFault | None) -> None:
        super().__init__()
        self._parse = parse
        self._empty = empty
        self.has_faults = False

    def __missing__(self, cell: Cell) -> Any:
        try:
            value = self._parse(cell)
        except CellFault as fault:
            value = _bare(fault)
        if self._empty is not None and (value is None or value == ""):
            value = self._empty
        self.has_faults = self.has_faults or isinstance(value, CellFault)
        self[cell] = value
        return value


class _Reader:
    """Reads the cells of one column."""

    def __init__(self, column: Column, parse: Parser) -> None:
        self.name = column.name
        self.kind = column.kind
        self._memo = _Memo(parse, _EMPTY[column.kind] if column.needed else None)

    def read(self, cells: Sequence[Cell], faults: list[Fault | None]) -> list[Any]:
        """The values; a row's fault is noted in `faults` if it has none yet."""
        if len(self._memo) > _REMEMBERED:
            self._memo.clear()
        if bool in set(map(type, cells)):
            # To a dictionary True, 1 and 1.0 are one key.
            cells = [text(cell) if isinstance(cell, bool) else cell for cell in cells]
        values = list(map(self._memo.__getitem__, cells))
        if self._memo.has_faults:
            for i, value in enumerate(values):
                if type(value) is CellFault and faults[i] is None:
                    faults[i] = Fault(self.name, value)
        return values


class Judge:
    """Judges the blocks of a file in turn; nobody may be born after `latest`.

    `parsers` names columns that are read by a function of the caller's instead of their kind's own. A needed column
    must be filled. The order of the faults is: the number, then dates, amounts and words, within a kind in the order
    of the columns.
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
        self._readers = [
            _Reader(column, known.get(column.name) or parser_of(column))
            for kinds in _ORDER
            for column in columns
            if column.kind in kinds
        ]

    def judge(self, cells: Mapping[str, Sequence[Cell]]) -> Judged:
        numbers, wrong = clean_ids(cells[self._id_column], self._latest)
        faults: list[Fault | None] = [None if one is None else Fault(self._id_column, _bare(one)) for one in wrong]
        values = {reader.name: reader.read(cells[reader.name], faults) for reader in self._readers}
        return Judged(numbers, values, faults)


def _bare(fault: CellFault) -> CellFault:
    """The fault without its traceback, whose frames would keep the whole block in memory."""
    return CellFault(fault.code, fault.message)


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
