"""Columns of a block in the forms in which arithmetic goes over them: few different words, many texts, amounts.

Departments repeat the same few words and days, so a column of words is read once for each different cell and the rows
hold codes. Columns in which nearly every cell differs are read cell by cell, amounts as an array of whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .faults import CellFault
from .numbers import parse_number
from .table import Absent
from .text import Cell, text

Parser = Callable[[Cell], Any]
Faults = dict[int, CellFault]
MILLION: Final = 1_000_000

# How many different cells a column remembers; a column of free text would otherwise be kept whole.
_REMEMBERED = 50_000
# From this share of new cells in a block on a column is read cell by cell.
_WIDE, _ENOUGH = 0.25, 1_000
# Below this a float times a million is exact to well under a thousandth.
_EXACT, _NEAR = 1e9, 0.001
_PLAIN: Final = "0123456789.-"
_PLAIN_BYTES: Final = _PLAIN.encode() + b"\n"
_BETWEEN = "\x1f"
_SEEN: Final = frozenset(chr(point) for point in range(0x20, 0x7F)) - {" "}
_ODD_BYTES: Final = bytes(point for point in range(256) if chr(point) not in _SEEN and chr(point) != _BETWEEN)


@dataclass(frozen=True)
class Words:
    """A column of few different cells: each row's place in `cells` (as received) and `values` (as read).

    The two lists belong to the file and grow with its blocks.
    """

    codes: NDArray[np.int32]
    cells: list[Cell]
    values: list[Any]

    def __getitem__(self, kept: NDArray[np.int64]) -> Words:
        return Words(self.codes[kept], self.cells, self.values)

    def listed(self) -> list[Any]:
        """The value of each row."""
        return list(map(self.values.__getitem__, self.codes.tolist()))


@dataclass(frozen=True)
class Texts:
    """A column of many different cells: the value of each row."""

    values: list[Any]

    def __getitem__(self, kept: NDArray[np.int64]) -> Texts:
        return Texts(picked(self.values, kept))

    def listed(self) -> list[Any]:
        return self.values


@dataclass(frozen=True)
class Amounts:
    """A column of numbers in millionths; `there` is false where the cell is empty, and the number then 0."""

    millionths: NDArray[np.int64]
    there: NDArray[np.bool_]

    def __getitem__(self, kept: NDArray[np.int64]) -> Amounts:
        return Amounts(self.millionths[kept], self.there[kept])

    def listed(self) -> list[int | None]:
        return [
            number if there else None
            for number, there in zip(self.millionths.tolist(), self.there.tolist(), strict=True)
        ]


Read = Words | Texts | Amounts


def picked(values: Sequence[Any], kept: NDArray[np.int64]) -> list[Any]:
    """The values at these places, which are in order; run by run, because nearly all places are there as a rule."""
    firsts = kept[np.diff(kept, prepend=-2) != 1]
    lasts = kept[np.diff(kept, append=-2) != 1]
    found: list[Any] = []
    for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
        found += values[first : last + 1]
    return found


class _Memo(dict[Cell, int]):
    """Cell → its code, which is its place in `met`; `read_as` is what it was read as, `faults` has the faulty ones."""

    def __init__(self, parse: Parser, empty: CellFault | None) -> None:
        super().__init__()
        self._parse = parse
        self._empty = empty
        self.met: list[Cell] = []
        self.read_as: list[Any] = []
        self.faults: dict[int, CellFault] = {}

    def __missing__(self, cell: Cell) -> int:
        code = self[cell] = len(self.met)
        value: Any = None
        try:
            value = self._parse(cell)
        except CellFault as fault:
            self.faults[code] = fault.bare()
        else:
            if self._empty is not None and (value is None or value == ""):
                self.faults[code] = self._empty
        self.met.append(cell)
        self.read_as.append(value)
        return code


class WordReader:
    """Reads a column of words, days or lists: each different cell once. `empty` is the fault of an empty cell."""

    def __init__(self, parse: Parser, empty: CellFault | None) -> None:
        self._parse = parse
        self._empty = empty
        self._memo = _Memo(parse, empty)

    def read(self, cells: Sequence[Cell], *, only_text: bool) -> tuple[Read, Faults]:
        """The column of one block, and the faults by row."""
        if len(self._memo) > _REMEMBERED:
            self._memo = _Memo(self._parse, self._empty)
        memo = self._memo
        if type(cells) is Absent:
            codes = np.full(len(cells), memo[""], dtype=np.int32)
        else:
            if not only_text and bool in set(map(type, cells)):
                # To a dictionary True, 1 and 1.0 are one key.
                cells = [text(cell) if isinstance(cell, bool) else cell for cell in cells]
            codes = np.fromiter(map(memo.__getitem__, cells), np.int32, len(cells))
        return Words(codes, memo.met, memo.read_as), _at(codes, memo.faults)


def _at(codes: NDArray[np.int32], faults: Mapping[int, CellFault]) -> Faults:
    """The faults by row of a column whose faulty codes are these."""
    if not faults:
        return {}
    places = np.flatnonzero(np.isin(codes, list(faults)))
    return {place: faults[code] for place, code in zip(places.tolist(), codes[places].tolist(), strict=True)}


class TextReader(WordReader):
    """Reads a column of free text; one in which most cells differ is read cell by cell from its second block on."""

    def __init__(self, parse: Parser, empty: CellFault | None) -> None:
        super().__init__(parse, empty)
        self._is_wide = False

    def read(self, cells: Sequence[Cell], *, only_text: bool) -> tuple[Read, Faults]:
        if self._is_wide and type(cells) is not Absent:
            return self._each(cells, only_text=only_text)
        before = len(self._memo)
        found = super().read(cells, only_text=only_text)
        fresh = len(self._memo) - before
        self._is_wide = len(cells) >= _ENOUGH and fresh > _WIDE * len(cells)
        return found

    def _each(self, cells: Sequence[Cell], *, only_text: bool) -> tuple[Read, Faults]:
        if self._parse is text and self._empty is None and only_text and _is_tidy(cells):
            return Texts(list(cells)), {}
        values: list[Any] = []
        faults: Faults = {}
        for place, cell in enumerate(cells):
            try:
                value = self._parse(cell)
            except CellFault as fault:
                value, faults[place] = None, fault.bare()
            else:
                if self._empty is not None and (value is None or value == ""):
                    faults[place] = self._empty
            values.append(value)
        return Texts(values), faults


def _is_tidy(cells: Sequence[Any]) -> bool:
    """Whether these texts are surely what `text` makes of them; Latin letters, digits and marks without blanks."""
    joined = _BETWEEN.join(cells)
    if joined.count(_BETWEEN) != len(cells) - 1:
        return False
    if joined.isascii():
        return not len(joined.encode()) - len(joined.encode().translate(None, _ODD_BYTES))
    return all(cell.isalnum() or not cell for cell in cells)


class AmountReader:
    """Reads a column of numbers into millionths: plain cells all at once, the others one by one and each once."""

    def __init__(self, empty: CellFault | None) -> None:
        self._empty = empty
        self._memo: dict[Cell, int | CellFault | None] = {}

    def read(self, cells: Sequence[Cell], *, only_text: bool) -> tuple[Amounts, Faults]:
        """The column of one block, and the faults by row."""
        count = len(cells)
        if type(cells) is Absent:
            blank = dict.fromkeys(range(count), self._empty) if self._empty is not None else {}
            return Amounts(np.zeros(count, np.int64), np.zeros(count, np.bool_)), blank
        floats = _floats(cells, only_text=only_text)
        with np.errstate(invalid="ignore", over="ignore"):
            scaled = floats * MILLION
            nearest = np.rint(scaled)
            sure = (np.abs(floats) < _EXACT) & (np.abs(scaled - nearest) < _NEAR)
        there = sure.copy()
        nearest[~sure] = 0
        amounts = Amounts(nearest.astype(np.int64), there)
        return amounts, self._rest(cells, np.flatnonzero(~sure).tolist(), amounts)

    def _rest(self, cells: Sequence[Cell], places: list[int], amounts: Amounts) -> Faults:
        """Enter the cells at these places, which take exact arithmetic or are no numbers."""
        faults: Faults = {}
        if len(self._memo) > _REMEMBERED:
            self._memo.clear()
        for place in places:
            value = self._exactly(cells[place])
            if isinstance(value, CellFault):
                faults[place] = value
            elif value is not None:
                amounts.millionths[place], amounts.there[place] = value, True
            elif self._empty is not None:
                faults[place] = self._empty
        return faults

    def _exactly(self, cell: Cell) -> int | CellFault | None:
        # True would be taken for 1.
        key = text(cell) if isinstance(cell, bool) else cell
        if key not in self._memo:
            try:
                number = parse_number(key)
            except CellFault as fault:
                self._memo[key] = fault.bare()
            else:
                self._memo[key] = None if number is None else int(number * MILLION)
        return self._memo[key]


def _floats(cells: Sequence[Any], *, only_text: bool) -> NDArray[np.float64]:
    """The cells as floats, NaN for those that are empty or not plainly a number.

    A text of digits, points and minus signs that float() takes means what `parse_number` reads in it.
    """
    if not only_text:
        kinds = set(map(type, cells))
        if kinds == {float}:
            return np.array(cells, dtype=np.float64)
        only_text = kinds == {str}
    if only_text:
        joined = "\n".join(cells)
        if joined.isascii() and not joined.encode().translate(None, _PLAIN_BYTES):
            try:
                return np.fromiter([float(cell) if cell else np.nan for cell in cells], np.float64, len(cells))
            except ValueError:
                pass  # '1.2.3', '-'
    return np.fromiter(map(_float, cells), np.float64, len(cells))


def _float(cell: Any) -> float:
    if type(cell) is str:
        if cell and not cell.strip(_PLAIN):
            try:
                return float(cell)
            except ValueError:
                return np.nan
        return np.nan
    return cell if type(cell) is float else np.nan


__all__ = [
    "AmountReader",
    "Amounts",
    "Faults",
    "Parser",
    "Read",
    "TextReader",
    "Texts",
    "WordReader",
    "Words",
    "picked",
]
