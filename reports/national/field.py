"""One column of a national workbook: what stands in its cells, and what the national system refuses there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Literal, NamedTuple

from households.models import BEGINNING
from reports.national.reading import Family, Row
from sheets.text import Cell, text

_BETWEEN = re.compile(r"[,，、;；]")
_CENT = Decimal("0.01")
_MOST_WORDS = 12
Need = Callable[[Row], bool]


class Fault(NamedTuple):
    """What is wrong with a cell, what stands in it, and what to do about it."""

    words: str
    value: str
    mend: str


class Found(NamedTuple):
    """A fault, and where: whose row, and the place of its column among the columns."""

    row: Row
    place: int
    field: Field
    fault: Fault


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

    @property
    def judged(self) -> bool:
        """Whether anything that could stand there would be refused."""
        return bool(self.needed or self.codes or self.pattern or self.also)

    @cached_property
    def sound(self) -> frozenset[str]:
        """Values that are right for everybody, so that a look is enough; of most columns these are nearly all."""
        return frozenset() if self.also else self.codes if self.needed else self.codes | {""}

    def faults(self, value: str, row: Row) -> Sequence[Fault]:
        """Why the national system would refuse this person's cell, in which the value stands."""
        refused = self._refused(value) if value else self._lacking(row)
        more = self.also(row) if self.also is not None else ""
        if not refused and not more:
            return ()
        mend = self.mend if self.held else "本系统不采集，上传前在工作簿里补填"
        found = ((refused, mend), (more, self.mend))
        return [Fault(words, value, help_) for words, help_ in found if words]

    def _lacking(self, row: Row) -> str:
        return "必填项为空" if self.needed is not None and self.needed(row) else ""

    def _refused(self, value: str) -> str:
        """What is wrong with a value by itself; '' for nothing."""
        if self.codes and value not in self.codes and not self._listed(value):
            allowed = "、".join(sorted(self.codes)[:_MOST_WORDS]) + ("等" if len(self.codes) > _MOST_WORDS else "")
            return f"不在代码表内，只能填：{allowed}"
        if self.pattern is not None and not self.pattern.fullmatch(value):
            return f"格式不对，应为{self.form}"
        return ""

    def _listed(self, value: str) -> bool:
        return self.listed and all(word.strip() in self.codes for word in _BETWEEN.split(value))


def missing(heading: str, *, needed: Need | None = None, width: float = 12) -> Field:
    """A column that this program keeps nothing for."""
    return Field(heading, lambda row: "", width=width, needed=needed, held=False, shared=True)


def of_household(*fields: Field) -> tuple[Field, ...]:
    """The same columns, said once for all members of a household."""
    return tuple(replace(field, shared=True) for field in fields)


class Columns:
    """Columns in their order, the first of them in the place `first`. What members of a household share is read once."""

    def __init__(self, fields: Sequence[Field], first: int = 0) -> None:
        self._size = first + len(fields)
        placed = list(enumerate(fields, first))
        self._shared = [(place, field) for place, field in placed if field.shared]
        self._own = [(place, field) for place, field in placed if not field.shared]
        self._judged_shared = _judged(self._shared)
        self._judged_own = _judged(self._own)

    def cells(self, families: Iterable[Family]) -> Iterator[list[Cell]]:
        """What stands in the row of each member; nothing before the first column."""
        readers = [(place, field.read) for place, field in self._own]
        for family in families:
            rows = family.rows()
            shared: list[Cell] = [None] * self._size
            for place, field in self._shared:
                shared[place] = field.read(rows[0])
            for row in rows:
                cells = shared.copy()
                for place, read in readers:
                    cells[place] = read(row)
                yield cells

    def faults(self, rows: Iterable[Row]) -> Iterator[Found]:
        """What would be refused in each row, in the order of the columns; those of a household follow each other."""
        family, shared = None, []
        for row in rows:
            if row.family is not family:
                family, shared = row.family, _found(self._judged_shared, row)
            found = [one._replace(row=row) for one in shared]
            found += _found(self._judged_own, row)
            found.sort(key=attrgetter("place"))
            yield from found


_Judged = tuple[int, Field, Callable[[Row], str], frozenset[str]]


def _judged(columns: Iterable[tuple[int, Field]]) -> list[_Judged]:
    return [(place, field, field.read, field.sound) for place, field in columns if field.judged]


def _found(columns: Iterable[_Judged], row: Row) -> list[Found]:
    return [
        Found(row, place, field, fault)
        for place, field, read, sound in columns
        if (value := read(row)) not in sound
        for fault in field.faults(value, row)
    ]


# --- who needs a value ---


def everybody(row: Row) -> bool:
    return True


def the_head(row: Row) -> bool:
    return row.member.is_head


def monitored(row: Row) -> bool:
    return row.family.standing is not None


def cleared(row: Row) -> bool:
    return row.family.cleared_on is not None


# --- how values are written: text, all of it ---


def month(day: date | None) -> str:
    """'202306'; nothing for a day that is not known."""
    return f"{day.year:04}{day.month:02}" if day and day > BEGINNING else ""


def plain(number: Decimal | None) -> str:
    """A number as short as it is: '6', '6.5'."""
    return text(number)


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
