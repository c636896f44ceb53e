"""Tables inside sheets: what a reader of tables declares, how headings are found, what it gets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Literal, Protocol

from .faults import SheetError
from .garbage import uncollected
from .guard import Limits
from .text import Cell, fold_heading, is_blank, text

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


class Absent(list[Cell]):
    """A declared column that the sheet lacks: all ''."""


@dataclass(frozen=True)
class Block:
    """Some rows of a table, column-wise: all columns of the sheet in their order, and the declared ones by name.

    `rows` are sheet rows counted from 1 (in CSV records, blank ones counted); every column has one entry for each of
    them. A declared column that the file lacks is all ''. `only_text` says that every cell is a text.
    """

    rows: list[int]
    columns: list[list[Cell]]
    cells: dict[str, list[Cell]]
    only_text: bool = False

    @property
    def raw(self) -> list[Row]:
        """The rows as received; short ones are filled up with ''."""
        return list(map(list, zip(*self.columns, strict=True)))

    def row(self, place: int) -> Row:
        """One of them."""
        return [cells[place] for cells in self.columns]


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
    only_text: bool

    def chunks(self, size: int) -> Iterator[list[Row]]:
        """All rows from the first on, blank ones included, at most `size` at a time."""
        ...


class Table:
    """A sheet in which the needed headings were found. `blocks` may be called again."""

    def __init__(self, source: Source, heading: Heading, columns: Sequence[Column], limits: Limits) -> None:
        self.sheet = source.name
        self.heading_row = heading.row
        self.headings = heading.headings
        self.found = heading.found
        self.titles = heading.titles
        self.unknown = heading.unknown
        self._source = source
        self._names = [column.name for column in columns]
        self._limits = limits

    def blocks(self, size: int = 20_000) -> Iterator[Block]:
        """The rows below the heading that hold something, at most `size` at a time.

        Raises:
            SheetError: the file turns out damaged, or has too many rows.
        """
        before = 0
        chunks = self._source.chunks(size)
        while True:
            with uncollected():
                chunk = next(chunks, None)
                block = self._kept(chunk, before) if chunk else None
            if chunk is None:
                return
            before += len(chunk)
            if block is not None:
                yield block

    def _kept(self, chunk: list[Row], before: int) -> Block | None:
        """The rows of a chunk that are rows, `before` of the sheet's having gone before it."""
        if before + len(chunk) > self._limits.rows:
            raise SheetError(f"表“{self.sheet}”超过{self._limits.rows}行，请拆成几个文件后再导入")
        above = max(0, self.heading_row - before)
        rows = chunk[above:] if above else chunk
        if max(map(len, rows), default=0) > self._limits.columns:
            raise SheetError(f"表“{self.sheet}”超过{self._limits.columns}列，请删除右侧多余的列后再导入")
        columns = _columns(rows, len(self.headings))
        blank = set(_blank_rows(columns, len(rows)))
        if len(blank) == len(rows):
            return None
        kept = [i for i in range(len(rows)) if i not in blank] if blank else range(len(rows))
        if blank:
            columns = [[cells[i] for i in kept] for cells in columns]
        return self._block([before + above + 1 + i for i in kept], columns)

    def _block(self, rows: list[int], columns: list[list[Cell]]) -> Block:
        absent = Absent([""] * len(rows))
        places = {name: self.found.get(name) for name in self._names}
        cells = {name: absent if place is None else columns[place] for name, place in places.items()}
        return Block(rows, columns, cells, self._source.only_text)


def _columns(rows: list[Row], width: int) -> list[list[Cell]]:
    """Rows as columns, at least `width` of them; short rows are filled up with ''."""
    lengths = set(map(len, rows))
    width = max(width, *lengths, 0) if lengths else width
    if lengths != {width}:
        rows = [row if len(row) == width else [*row, *[""] * (width - len(row))] for row in rows]
    flat = list(chain.from_iterable(rows))
    return [flat[place::width] for place in range(width)]


def _blank_rows(columns: Sequence[Sequence[Cell]], count: int) -> Sequence[int]:
    """Places of the rows in which nothing but white space stands."""
    maybe: Sequence[int] = range(count)
    for cells in columns:
        # Digits, letters and Chinese characters need no longer look.
        maybe = [i for i in maybe if not (cell := cells[i]) or (type(cell) is str and not cell[0].isalnum())]
        maybe = [i for i in maybe if is_blank(cells[i])]
        if not maybe:
            break
    return maybe


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
