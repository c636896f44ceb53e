"""A changed workbook judged whole: the layout that it declares, or every fault by its cell, in words for who sent it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reports.layouts.declared import OWN, PLACEHOLDERS, Declared, DeclaredColumn, TotalsAt, keys_of, standard
from reports.layouts.workbook import DATA, FOOTER, HEADING, INFO, KEY_SIGN, KEYS, MARKS, OWN_KEY, SUM, TITLE
from reports.ledgers import Ledger
from reports.ledgers.summary import SummaryLedger
from sheets.extent import column_letters
from sheets.faults import quote
from sheets.form import SheetForm
from sheets.layout import Paper

OWN_SIGN = re.compile(r"[（(]\s*自填\s*[）)]\s*$")
LONGEST_TITLE, LONGEST_WORDS, MOST_LINES = 100, 60, 8
NARROWEST, WIDEST = 2.0, 80.0
MOST_COLUMNS, DEEPEST = 200, 5
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


class Judging:
    """Reads one form for one ledger; `faults` are complete when `layout` has been asked for."""

    def __init__(self, form: SheetForm, ledger: Ledger) -> None:
        self.faults: list[str] = []
        self._form = form
        self._ledger = ledger
        self._plain = standard(ledger)
        self._rows: dict[str, list[int]] = {mark: [] for mark in MARKS}

    def layout(self) -> Declared | None:
        """The layout; None where there is any fault."""
        if not self._find_rows():
            return None
        columns = self._columns()
        title = self._title()
        declared = Declared(
            title=title,
            info=self._line(INFO),
            footer=self._line(FOOTER),
            columns=columns,
            paper=self._paper(),
            landscape=self._plain.landscape if self._form.landscape is None else self._form.landscape,
            totals=self._totals(),
            spread=self._plain.spread if self._form.one_wide is None else not self._form.one_wide,
        )
        return None if self.faults else declared

    def _fault(self, row: int, column: int, words: str) -> None:
        self.faults.append(f"第 {row} 行 {column_letters(column)} 列：{words}")

    # --- rows ---

    def _find_rows(self) -> bool:
        """The rows by their marks in column A; a row put in between headings is a heading."""
        for row in range(1, self._form.rows + 1):
            mark = self._form.cells.get((row, 1), "")
            if mark in self._rows:
                self._rows[mark].append(row)
            elif mark:
                self._fault(row, 1, f"{quote(mark)}不是版式的标记，隐藏的 A 列请不要改")
        for mark in (TITLE, HEADING, SUM, DATA):
            if not self._rows[mark]:
                self.faults.append(
                    f"隐藏的 A 列里没有“{mark}”这一行的标记，请重新下载现用版式再改，A 列和它的标记不要删。"
                )
        for mark in (TITLE, INFO, KEYS, SUM, DATA, FOOTER):
            for row in self._rows[mark][1:]:
                self._fault(row, 1, f"“{mark}”只能有一行")
        if not self.faults:
            first, last = self._rows[HEADING][0], self._rows[HEADING][-1]
            self._rows[HEADING] = list(range(first, last + 1))
            if last - first >= DEEPEST:
                self._fault(last, 1, f"表头最多 {DEEPEST} 行")
        return not self.faults

    def _totals(self) -> TotalsAt:
        return "top" if self._rows[SUM][0] < self._rows[DATA][0] else "bottom"

    # --- columns ---

    def _columns(self) -> tuple[DeclaredColumn, ...]:
        found, taken = [], dict[str, int]()
        for column in self._used_columns():
            path = self._path(column)
            key = self._key(column, path)
            if key is None:
                continue
            if key != OWN and key in taken:
                self._fault(self._lowest, column, f"“{key}”已经在 {column_letters(taken[key])} 列，一列只能出现一次")
            taken[key] = column
            words = tuple(OWN_SIGN.sub("", part) for part in path) if key == OWN else path
            found.append(DeclaredColumn(key, words, self._width(column)))
        self._check_columns(found, taken)
        return tuple(found)

    def _used_columns(self) -> Iterator[int]:
        """Columns with a heading or a key that are not hidden."""
        rows = [*self._rows[HEADING], *self._rows[KEYS]]
        for column in range(2, self._form.columns + 1):
            if column not in self._form.hidden_columns and any(self._form.word(row, column) for row in rows):
                yield column

    def _path(self, column: int) -> tuple[str, ...]:
        """The heading from the outermost group inwards."""
        parts: list[str] = []
        for row in self._rows[HEADING]:
            words = self._form.word(row, column).replace("\n", "")
            if words and (not parts or words != parts[-1] or not self._one_cell(row - 1, row, column)):
                parts.append(words)
                if len(words) > LONGEST_WORDS:
                    self._fault(row, column, f"表头最多 {LONGEST_WORDS} 个字")
        if not parts:
            self._fault(self._lowest, column, "这一列没有表头")
        return tuple(parts)

    def _one_cell(self, above: int, row: int, column: int) -> bool:
        return any(
            top <= above and row <= bottom and left <= column <= right for top, left, bottom, right in self._form.merged
        )

    @property
    def _lowest(self) -> int:
        return self._rows[HEADING][-1]

    def _key(self, column: int, path: tuple[str, ...]) -> str | None:
        """Which column of the ledger it is: by the hidden row, else by its heading; None after a fault."""
        keys = keys_of(self._ledger)
        written = self._form.cells.get((self._rows[KEYS][0], column), "") if self._rows[KEYS] else ""
        if written == OWN_KEY or (not written and path and OWN_SIGN.search(path[-1])):
            return OWN
        named = written.removeprefix(KEY_SIGN) if written else "·".join(path)
        if named in keys:
            return named
        if path:
            there = "、".join(keys)
            self._fault(
                self._rows[KEYS][0] if written else self._lowest,
                column,
                f"{quote(named)}没有这一列，本台账有：{there}。要加一列自己填的，请在表头后写“（自填）”",
            )
        return None

    def _width(self, column: int) -> float:
        width = round(self._form.widths.get(column, 9.0), 2)
        if not NARROWEST <= width <= WIDEST:
            self._fault(self._lowest, column, f"列宽 {width:g} 不合适，应在 {NARROWEST:g} 到 {WIDEST:g} 之间")
        return width

    def _check_columns(self, found: list[DeclaredColumn], taken: dict[str, int]) -> None:
        if not any(one.key != OWN for one in found) and not self.faults:
            self.faults.append("一列台账的内容都没有留下，请至少留一列。")
        if len(found) > MOST_COLUMNS:
            self.faults.append(f"最多 {MOST_COLUMNS} 列，现在有 {len(found)} 列。")
        first = self._plain.columns[1].key
        if isinstance(self._ledger, SummaryLedger) and first not in taken:
            self.faults.append(f"汇总表要留下“{first}”这一列，否则看不出是哪里的数。")

    # --- words ---

    def _title(self) -> str:
        row = self._rows[TITLE][0]
        words = self._words(row)
        if not words:
            self._fault(row, 2, "标题是空的")
            return ""
        column, title = words[0]
        if len(title) > LONGEST_TITLE:
            self._fault(row, column, f"标题最多 {LONGEST_TITLE} 个字")
        self._check_braces(row, column, title)
        return title

    def _line(self, mark: str) -> tuple[str, ...]:
        """The texts of the line above the headings, or of the signature line; none where the row was deleted."""
        if not self._rows[mark]:
            return ()
        row = self._rows[mark][0]
        words = self._words(row)
        for column, said in words:
            if len(said) > LONGEST_WORDS:
                self._fault(row, column, f"最多 {LONGEST_WORDS} 个字")
            self._check_braces(row, column, said)
        if len(words) > MOST_LINES:
            self._fault(row, words[MOST_LINES][0], f"这一行最多 {MOST_LINES} 项")
        return tuple(said for _, said in words)

    def _words(self, row: int) -> list[tuple[int, str]]:
        cells = self._form.cells.items()
        return sorted((column, " ".join(said.split())) for (at, column), said in cells if at == row and column > 1)

    def _check_braces(self, row: int, column: int, said: str) -> None:
        for found in _BRACES.finditer(said):
            if found[1] not in PLACEHOLDERS:
                known = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
                self._fault(row, column, f"{quote(found[0])}不是能用的字段，能用的有：{known}")

    def _paper(self) -> Paper:
        if self._form.paper == "other":
            self.faults.append("页面设置：纸张只能用 A3 或 A4。")
        if self._form.paper == "A3":
            return "A3"
        return "A4" if self._form.paper == "A4" else self._plain.paper
