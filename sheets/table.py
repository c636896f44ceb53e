"""Tables inside sheets: what a reader of tables declares, how headings are found, what it gets."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Literal, Protocol

from .faults import SheetError
from .text import INVISIBLE, Cell, fold_heading, text

Kind = Literal["text", "date", "number", "id", "code", "month"]
Row = list[Cell]

# The heading row is looked for here (contract section 1).
HEADING_ROWS = 10
# Units that a heading may carry without becoming another heading. 万元 is not among them.
_UNITS = tuple(
    f"({unit})"
    for unit in (
        "元",
        "元/月",
        "元/年",
        "间",
        "天",
        "分",
        "分钟",
        "亩",
        "平方米",
        "人",
        "个",
        "头",
        "岁",
        "月",
        "升/人·天",
    )
)


@dataclass(frozen=True)
class Column:
    """One column that a table may have: heading, other spellings of it, and what its cells hold."""

    name: str
    aliases: tuple[str, ...] = ()
    needed: bool = False
    kind: Kind = "text"
    codes: Mapping[str, str] | None = None

    @cached_property
    def spellings(self) -> list[str]:
        """The folded headings by which the column is known, its own name first."""
        folded = [fold_heading(spelling) for spelling in (self.name, *self.aliases)]
        return [*folded, *map(_without_unit, folded)]


@dataclass(frozen=True)
class Block:
    """Some rows of a table, column-wise for the declared columns and row-wise as received.

    `rows` are sheet rows counted from 1 (in CSV records, blank ones counted); `cells[name]` and
    `raw` have one entry for each of them. A declared column that the file lacks is all ''.
    """

    rows: list[int]
    cells: dict[str, list[Cell]]
    raw: list[Row]


@dataclass(frozen=True)
class Heading:
    """A heading row: where it is, what it says, and which columns were recognised in it."""

    row: int
    headings: list[str]
    found: dict[str, int]
    missing: list[str]
    titles: list[str] = field(default_factory=list)

    @property
    def unknown(self) -> list[str]:
        """Headings that no declared column claims, as written."""
        known = set(self.found.values())
        return [word for i, word in enumerate(self.headings) if word and i not in known]


class Source(Protocol):
    """One sheet as rows: what the formats have in common."""

    name: str

    def chunks(self, size: int) -> Iterator[list[Row]]:
        """All rows from the first on, blank ones included, at most `size` at a time."""
        ...


class Table:
    """A sheet in which the needed headings were found. `blocks` may be called again."""

    def __init__(self, source: Source, heading: Heading, columns: Sequence[Column], limit: int) -> None:
        self.sheet = source.name
        self.heading_row = heading.row
        self.headings = heading.headings
        self.found = heading.found
        self.titles = heading.titles
        self.unknown = heading.unknown
        self._source = source
        self._names = [column.name for column in columns]
        self._limit = limit

    def blocks(self, size: int = 20_000) -> Iterator[Block]:
        """The rows below the heading that hold something, at most `size` at a time.

        Raises:
            SheetError: the file turns out damaged, or has too many rows.
        """
        before = 0
        chunks = self._source.chunks(size)
        while True:
            with _uncollected():
                chunk = next(chunks, None)
                block = self._kept(chunk, before) if chunk else None
            if chunk is None:
                return
            before += len(chunk)
            if block is not None:
                yield block

    def _kept(self, chunk: list[Row], before: int) -> Block | None:
        """The rows of a chunk that are rows, `before` of the sheet's having gone before it."""
        if before + len(chunk) > self._limit:
            raise SheetError(f"表“{self.sheet}”超过{self._limit}行，请拆成几个文件后再导入")
        above = max(0, self.heading_row - before)
        kept = [i for i, row in enumerate(chunk) if i >= above and filled(row)]
        if not kept:
            return None
        raw = chunk if len(kept) == len(chunk) else [chunk[i] for i in kept]
        return self._block([before + 1 + i for i in kept], raw)

    def _block(self, rows: list[int], raw: list[Row]) -> Block:
        width = len(self.headings)
        for row in raw:
            if len(row) < width:
                row.extend([""] * (width - len(row)))
        cells: dict[str, list[Cell]] = {}
        for name in self._names:
            index = self.found.get(name)
            cells[name] = [""] * len(raw) if index is None else list(map(itemgetter(index), raw))
        return Block(rows, cells, raw)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No cyclic garbage collection meanwhile.

    Rows are lists of plain values, which hold no cycles; looking through twenty thousand of them
    over and over while they come to be costs a third of the whole reading.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def filled(row: Sequence[Cell]) -> bool:
    """Whether something but white space stands in the row; settled by its first filled cell."""
    for cell in row:
        if type(cell) is str:
            # Digits, letters and Chinese characters need no longer look.
            if cell and (cell[0].isalnum() or cell.strip(INVISIBLE)):
                return True
        elif cell is not None:
            return True
    return False


def find_heading(rows: Sequence[Sequence[Cell]], columns: Sequence[Column]) -> Heading:
    """The best heading among the first rows: all needed columns if any row has them.

    A row that lacks some is tried together with the row below it, where a group heading stands
    over its parts. `missing` is empty exactly when the sheet has a table.
    """
    single = [_read_heading(rows, i, i, columns) for i in range(len(rows))]
    best = max(single, key=_merit, default=Heading(1, [], {}, _needed(columns)))
    if best.missing:
        double = [_read_heading(rows, i, i + 1, columns) for i in range(len(rows) - 1)]
        best = max([best, *double], key=_merit)
    return best


def _merit(heading: Heading) -> tuple[int, int]:
    return -len(heading.missing), len(heading.found)


def _needed(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns if column.needed]


def _read_heading(rows: Sequence[Sequence[Cell]], top: int, bottom: int, columns: Sequence[Column]) -> Heading:
    """Read rows `top` to `bottom` (from 0) as one heading, the lower cell before the upper."""
    width = max(len(row) for row in rows[top : bottom + 1])
    headings = [""] * width
    for row in rows[top : bottom + 1]:
        for i, cell in enumerate(row):
            headings[i] = text(cell) or headings[i]
    found = _recognise(headings, columns)
    missing = [name for name in _needed(columns) if name not in found]
    return Heading(bottom + 1, headings, found, missing, _titles(rows[:top]))


def _recognise(headings: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """Column name to index; of two columns with one heading the first is meant."""
    places: dict[str, int] = {}
    for i, heading in enumerate(headings):
        places.setdefault(fold_heading(heading), i)
    # An exact heading goes before one that only differs by its unit.
    for folded, i in list(places.items()):
        places.setdefault(_without_unit(folded), i)
    places.pop("", None)
    found: dict[str, int] = {}
    for column in columns:
        index = next((places[word] for word in column.spellings if word in places), None)
        if index is not None:
            found[column.name] = index
    return found


def _without_unit(folded: str) -> str:
    return next((folded.removesuffix(unit) for unit in _UNITS if folded.endswith(unit)), folded)


def _titles(rows: Sequence[Sequence[Cell]]) -> list[str]:
    lines = (" ".join(word for word in map(text, row) if word) for row in rows)
    return [line for line in lines if line]
