"""One column of a national workbook: what stands in its cells, and what the national system refuses there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Literal

from households.models import BEGINNING
from reports.national.reading import Row
from sheets.text import Cell

_BETWEEN = re.compile(r"[,，、;；]")
_CENT = Decimal("0.01")
_MOST_WORDS = 12
Need = Callable[[Row], bool]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell, and what to do about it."""

    words: str
    mend: str


@dataclass(frozen=True)
class Field:
    """A column. `needed` says for whom it may not be empty, `codes` and `pattern` what may stand there, `listed` that
    several codes may, separated by commas; `form` is the pattern in words. `also` finds what one cell alone does not
    show. A column that is not `held` is one that this program keeps nothing for: it goes up empty. What is `shared` is
    the same, faults and all, for every member of a household.
    """

    heading: str
    read: Callable[[Row], str]
    width: float = 12
    secret: Literal["", "id", "phone", "text"] = ""
    needed: Need | None = None
    codes: frozenset[str] = frozenset()
    listed: bool = False
    pattern: re.Pattern[str] | None = None
    form: str = ""
    mend: str = "在农户页“更正信息”里改"
    also: Callable[[Row], str] | None = None
    held: bool = True
    shared: bool = False

    def faults(self, row: Row) -> list[Fault]:
        """Why the national system would refuse this person's cell."""
        words = self._refused(self.read(row), row)
        mend = self.mend if self.held else "本系统不采集，上传前在工作簿里补填"
        found = [Fault(words, mend)] if words else []
        if self.also is not None and (words := self.also(row)):
            found.append(Fault(words, self.mend))
        return found

    def _refused(self, value: str, row: Row) -> str:
        """What is wrong with a value by itself; '' for nothing."""
        if not value:
            return "必填项为空" if self.needed is not None and self.needed(row) else ""
        if self.codes and value not in self.codes and not self._listed(value):
            allowed = "、".join(sorted(self.codes)[:_MOST_WORDS]) + ("等" if len(self.codes) > _MOST_WORDS else "")
            return f"不在代码表内，只能填：{allowed}"
        if self.pattern is not None and not self.pattern.fullmatch(value):
            return f"格式不对，应为{self.form}"
        return ""

    def _listed(self, value: str) -> bool:
        words = [word.strip() for word in _BETWEEN.split(value)] if self.listed else [value]
        return all(word in self.codes for word in words)


def missing(heading: str, *, needed: Need | None = None, width: float = 12) -> Field:
    """A column that this program keeps nothing for."""
    return Field(heading, lambda row: "", width=width, needed=needed, held=False, shared=True)


def of_household(*fields: Field) -> tuple[Field, ...]:
    """The same columns, said once for all members of a household."""
    return tuple(replace(field, shared=True) for field in fields)


class Columns:
    """Columns in their order. What members of a household share is read once for those that follow each other."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self._size = len(fields)
        self._shared = [(place, field) for place, field in enumerate(fields) if field.shared]
        self._own = [(place, field) for place, field in enumerate(fields) if not field.shared]

    def cells(self, rows: Iterable[Row]) -> Iterator[list[Cell]]:
        """What stands in each row."""
        readers = [(place, field.read) for place, field in self._own]
        for _, family in groupby(rows, _home):
            shared: list[Cell] = []
            for row in family:
                shared = shared or self._of_home(row)
                cells = shared.copy()
                for place, read in readers:
                    cells[place] = read(row)
                yield cells

    def _of_home(self, row: Row) -> list[Cell]:
        cells: list[Cell] = [""] * self._size
        for place, field in self._shared:
            cells[place] = field.read(row)
        return cells

    def faults(self, rows: Iterable[Row]) -> Iterator[tuple[Row, int, Field, Fault]]:
        """What would be refused in each row, with the place of its column, in the order of the columns."""
        for _, family in groupby(rows, _home):
            shared: list[tuple[int, Field, Fault]] | None = None
            for row in family:
                if shared is None:
                    shared = _found(self._shared, row)
                found = [*shared, *_found(self._own, row)]
                found.sort(key=itemgetter(0))
                yield from ((row, *one) for one in found)


def _found(columns: Iterable[tuple[int, Field]], row: Row) -> list[tuple[int, Field, Fault]]:
    return [(place, field, fault) for place, field in columns for fault in field.faults(row)]


def _home(row: Row) -> int:
    return row.member.household_id


# --- who needs a value ---


def everybody(row: Row) -> bool:
    return True


def the_head(row: Row) -> bool:
    return row.is_head


def monitored(row: Row) -> bool:
    return row.is_monitored


def cleared(row: Row) -> bool:
    return row.cleared_on is not None


# --- how values are written: text, all of it ---


def month(day: date | None) -> str:
    """'202306'; nothing for a day that is not known."""
    return f"{day:%Y%m}" if day and day > BEGINNING else ""


def plain(number: Decimal | None) -> str:
    """A number as short as it is: '6', '6.5'."""
    return "" if number is None else format(number.normalize() + 0, "f")


def money(number: Decimal | None) -> str:
    return "" if number is None else str(number.quantize(_CENT))


def yes_no(value: bool | None) -> str:
    """是, 否, or nothing for what nobody has looked at."""
    return "" if value is None else "是" if value else "否"


def turned(value: bool | None) -> str:
    """The answer to the opposite question."""
    return yes_no(None if value is None else not value)


def listed(words: str) -> str:
    """Several values as the national files have them: commas of half width."""
    return ",".join(part.strip() for part in _BETWEEN.split(words) if part.strip())
