"""One column of a national workbook: what stands in its cells, and what the national system refuses there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from households.models import BEGINNING
from reports.national.reading import Row

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
    show. A column that is not `held` is one that this program keeps nothing for: it goes up empty.
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

    def faults(self, row: Row) -> Iterator[Fault]:
        """Why the national system would refuse this person's cell."""
        value = self.read(row)
        if not value:
            if self.needed is not None and self.needed(row):
                yield Fault("必填项为空", self.mend if self.held else "本系统不采集，上传前在工作簿里补填")
        elif self.codes and not self._listed(value):
            allowed = "、".join(sorted(self.codes)[:_MOST_WORDS]) + ("等" if len(self.codes) > _MOST_WORDS else "")
            yield Fault(f"不在代码表内，只能填：{allowed}", self.mend)
        elif self.pattern is not None and not self.pattern.fullmatch(value):
            yield Fault(f"格式不对，应为{self.form}", self.mend)
        if self.also is not None and (words := self.also(row)):
            yield Fault(words, self.mend)

    def _listed(self, value: str) -> bool:
        words = [word.strip() for word in _BETWEEN.split(value)] if self.listed else [value]
        return all(word in self.codes for word in words)


def missing(heading: str, *, needed: Need | None = None, width: float = 12) -> Field:
    """A column that this program keeps nothing for."""
    return Field(heading, lambda row: "", width=width, needed=needed, held=False)


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
