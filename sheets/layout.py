"""What a ledger sheet looks like: columns, headings, paper (domain.md 5.6), as declarations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from .across import cuts, scale
from .extent import column_letters
from .text import Cell

# Points: one line of 11 point type, and the air round it.
_LINE, _AIR = 16, 6
# Points of the lines above and below the table where the sheet is not made smaller, and the most they grow to.
LINE_SIZE, _LARGEST_LINE, _SMALLEST_TITLE, _LARGEST_TITLE = 11, 16, 14, 36
# How many characters fit across the paper between margins of 1.5 cm, and the widest column whose words are short.
_ACROSS: Final = {("A3", True): 205, ("A3", False): 140, ("A4", True): 140, ("A4", False): 94}
_NARROW: Final = 16
_TALLEST: Final = 409

CellKind = Literal["text", "int", "money", "percent", "date", "month", "seq"]
Paper = Literal["A3", "A4"]

_SHEET_NAME_LENGTH: Final = 31
_FORBIDDEN_IN_NAME = re.compile(r"[\x00-\x1f\ud800-\udfff\ufffe\uffff:\\/?*\[\]]")


@dataclass(frozen=True)
class SheetColumn:
    """One column of a ledger.

    `path` is its heading from the outermost group to its own: ('脱贫不稳定户', '户'). Columns beside
    each other with the same beginning share merged group cells. `width` is in characters.
    `validation` is the drop-down list of its cells. Values: 'percent' takes fractions (0.25 is
    25.00%), 'month' dates or YYYYMM, 'seq' numbers its rows from 1 where the value is None.
    """

    path: tuple[str, ...]
    width: float = 12
    kind: CellKind = "text"
    validation: tuple[str, ...] = ()

    @property
    def narrow(self) -> bool:
        """Whether it holds short words, which stand in the middle; sentences begin on the left."""
        return self.width <= _NARROW


@dataclass(frozen=True)
class SheetLayout:
    """One ledger sheet. `name` is the tab's, `freeze` the number of columns that stay on the left; a `spread` one that is
    too wide for its paper goes over several pages side by side, else it is made as small as it must be."""

    title: str
    columns: tuple[SheetColumn, ...]
    name: str = ""
    info: tuple[str, ...] = ("填报单位（盖章）：", "填报日期：", "单位：户、人、元")
    footer: tuple[str, ...] = ("单位负责人：", "审核人：", "填表人：", "联系电话：")
    paper: Paper = "A3"
    landscape: bool = True
    freeze: int = 2
    number_row: bool = False
    totals_at: Literal["top", "bottom"] = "top"
    title_size: int = 20
    spread: bool = False

    @property
    def depth(self) -> int:
        """How many heading rows the paths need."""
        return max(len(column.path) for column in self.columns)

    @property
    def cuts(self) -> tuple[int, ...]:
        """The columns (from 0) with which a further page across begins; none where the sheet is one page wide."""
        if not self.spread:
            return ()
        return cuts(self._widths, [column.path[0] for column in self.columns], self.freeze, self._room)

    @property
    def scale(self) -> float:
        """By how much the sheet is made smaller to fit the paper's width; 1 where it is not."""
        return scale(self._widths, self.cuts, self.freeze, self._room)

    @property
    def _widths(self) -> list[float]:
        return [column.width for column in self.columns]

    @property
    def _room(self) -> int:
        return _ACROSS[self.paper, self.landscape]

    @property
    def title_points(self) -> int:
        """The title's size in the sheet: what prints at `title_size` on the paper, as far as that looks well."""
        size = min(round(self.title_size / self.scale), max(_LARGEST_TITLE, self.title_size))
        return min(size, max(self._clear_points(), _SMALLEST_TITLE)) if self.cuts else size

    @property
    def title_column(self) -> int:
        """The column over which the title begins: the first, unless it can only be kept clear of the columns that the
        next page repeats by standing to the right of them; a piece of it would show there."""
        clear = sum(self._widths[: self.cuts[0]]) - 2 * sum(self._widths[: self.freeze]) if self.cuts else 0
        return self.freeze if self.cuts and self._points_in(clear) < _SMALLEST_TITLE else 0

    def _clear_points(self) -> int:
        """How large the title over the first of several pages across may be."""
        left, right = sum(self._widths[: self.freeze]), sum(self._widths[: self.cuts[0]])
        return self._points_in(right - left if self.title_column else right - 2 * left)

    def _points_in(self, room: float) -> int:
        return int(room / room_for(self.title, LINE_SIZE) * LINE_SIZE)

    @property
    def line_points(self) -> int:
        """The size in the sheet of the lines above and below the table, which are read and signed on paper."""
        return min(round(LINE_SIZE / self.scale), _LARGEST_LINE)

    @property
    def first_heading_row(self) -> int:
        """The row of the topmost heading, after the title and, where there is one, the info row."""
        return 3 if self.info else 2

    @property
    def last_heading_row(self) -> int:
        """The last row that repeats on every page."""
        return self.first_heading_row + self.depth - 1 + self.number_row


@dataclass(frozen=True)
class HeadingCell:
    """One heading: rows and columns it covers (from 0, ends included) and its words."""

    top: int
    left: int
    bottom: int
    right: int
    words: str

    def reference(self, first_row: int) -> str:
        """'C3:D3', for a heading that begins in sheet row `first_row`."""
        start = f"{column_letters(self.left + 1)}{self.top + first_row}"
        return f"{start}:{column_letters(self.right + 1)}{self.bottom + first_row}"


def heading_cells(columns: Sequence[SheetColumn]) -> list[HeadingCell]:
    """The merged heading: a group covers its columns, a last part everything below it."""
    depth = max(len(column.path) for column in columns)
    cells: list[HeadingCell] = []
    for level in range(depth):
        left = 0
        while left < len(columns):
            path = columns[left].path
            right = _group_end(columns, left, level)
            if level < len(path):
                last = level == len(path) - 1
                cells.append(HeadingCell(level, left, depth - 1 if last else level, right, path[level]))
            left = right + 1
    return cells


def _group_end(columns: Sequence[SheetColumn], left: int, level: int) -> int:
    """The last column that shares the heading at this level with column `left`."""
    path = columns[left].path
    right = left
    if level >= len(path) - 1:
        return right
    while right + 1 < len(columns) and _shares(columns[right + 1].path, path, level):
        right += 1
    return right


def _shares(other: tuple[str, ...], path: tuple[str, ...], level: int) -> bool:
    return len(other) > level + 1 and other[: level + 1] == path[: level + 1]


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Tab names that Excel accepts: 31 characters, none of : \\ / ? * [ ], all different."""
    taken: set[str] = set()
    names: list[str] = []
    for i, name in enumerate(wanted, 1):
        bare = _FORBIDDEN_IN_NAME.sub("_", name).strip(" '")[:_SHEET_NAME_LENGTH] or f"表{i}"
        unique, tries = bare, 1
        # "History" is reserved, and case makes no difference.
        while unique.lower() in taken or unique.lower() == "history":
            tries += 1
            mark = f"({tries})"
            unique = bare[: _SHEET_NAME_LENGTH - len(mark)] + mark
        taken.add(unique.lower())
        names.append(unique)
    return names


def heading_height(row: Sequence[HeadingCell | None], columns: Sequence[SheetColumn]) -> float:
    """Enough points for the headings that begin in this row, wrapped to their columns' widths."""
    most = 1.0
    for cell in row:
        if cell is not None:
            room = sum(column.width for column in columns[cell.left : cell.right + 1])
            most = max(most, _lines(cell.words, room) / (cell.bottom - cell.top + 1))
    return _AIR + _LINE * most


def row_heights(columns: Sequence[SheetColumn], values: Sequence[Sequence[Cell]], size: int) -> list[str]:
    """The height attribute of each row of a batch: '' unless some text of it needs several lines.

    Spreadsheet programs differ in whether they fit rows to wrapped text by themselves.
    """
    lines = [1] * size
    for column, cells in zip(columns, values, strict=True):
        if column.kind == "text" and (tall := _tall(cells, column.width)):
            found = map(tall.get, cells)
            lines = [max(most, count) if count else most for most, count in zip(lines, found, strict=True)]
    heights = {count: _height(count) for count in set(lines)}
    return [heights[count] for count in lines]


def _tall(cells: Sequence[Cell], width: float) -> dict[Cell, int]:
    """The texts of a column that need several lines, and how many; each is measured once."""
    words = {cell for cell in set(cells) if type(cell) is str and 2 * len(cell) > width}
    return {word: lines for word in words if (lines := _lines(word, width)) > 1}


def _height(lines: int) -> str:
    return f' ht="{min(_TALLEST, _AIR + _LINE * lines)}" customHeight="1"' if lines > 1 else ""


def _lines(words: str, room: float) -> int:
    """How many lines a text takes in cells of that width; Chinese characters are two wide."""
    # A tenth is lost to the cell's own margin.
    room = max(room * 0.92, 1)
    if "\n" not in words:
        return max(1, -int(-_width(words) // room))
    return sum(max(1, -int(-_width(line) // room)) for line in words.split("\n"))


def _width(words: str) -> int:
    return 2 * len(words) - len(words.encode("ascii", "ignore"))


def shares(widths: Sequence[float], wanted: Sequence[float]) -> list[int]:
    """Cut columns into runs, one for each text that wants so much room: their bounds, [0, ..., len(widths)].

    What is left over is shared equally. With fewer columns than texts there is one run.
    """
    if len(widths) < len(wanted):
        return [0, len(widths)]
    total, needed = sum(widths), sum(wanted)
    spare = max(total - needed, 0) / len(wanted)
    room = [want + spare if spare else want * total / needed for want in wanted]
    bounds, passed, goal = [0], 0.0, room[0]
    for i, width in enumerate(widths[:-1], 1):
        passed += width
        left = len(wanted) - len(bounds)
        must = len(widths) - i == left
        if left and (must or passed >= goal - width / 2):
            bounds.append(i)
            goal += room[len(bounds) - 1]
    return [*bounds, len(widths)]


def room_for(words: str, points: int) -> float:
    """The characters of column width that a line of that size takes, with its cell's margins."""
    return _width(words) * points / LINE_SIZE + 2
