"""What a department's file is made of: a declaration, from which reading, cleaning and duplicates follow.

Adding a feed is one module with one or more `Feed`s, one line in `__init__.py`, and a file in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from accounts.models import Department
from households import register
from sheets.clean import code_table, fold_code
from sheets.table import Column, Kind

SEQUENCE, NAME, ID_NUMBER = "序号", "姓名", "证件号码"
ID_ALIASES = (*register.ID_ALIASES, "患者身份证号", "学生身份证号")
NAME_ALIASES = (*register.NAME_ALIASES, "患者姓名", "学生姓名", "参保人姓名", "残疾人姓名")

# Contract section 3: how a column's name says what its cells hold.
_MONEY = (
    "费用",
    "支付",
    "自付",
    "自费",
    "负担",
    "金额",
    "学费",
    "住宿费",
    "教科书费",
    "月保障金",
    "经济损失",
    "月收入",
)
_NUMBERS = frozenset(
    ("水量", "取水时间", "缺水天数", "倒损房屋间数", "农作物受灾面积", "牲畜死亡", "面积", "保障人数", "滞销数量")
)
_CLEANED_IDS = frozenset(("户主证件号码", "原证件号码"))

# A cell after parsing: '' and None are an empty one.
Value = str | date | Decimal | None
Learned = tuple[tuple[str, str], ...]
Accumulation = Literal["calendar_year", "school_year"]


@dataclass(frozen=True)
class OwnColumn(Column):
    """A column of section 3. `parse` takes the place of the kind's own parser (school years)."""

    parse: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Fact:
    """One key that rules read: the parsed value of `column`, or what `derive` makes of it. Left out when None."""

    key: str
    column: str
    derive: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Feed:
    """One department's monthly file.

    `columns` are the own columns in the order of contract section 3. `accumulates` is the window within which a row
    equal to one of an earlier month's file is the same fact. `happened_on` and `amount` name the main date and sum.
    """

    name: str
    title: str
    department: str
    columns: tuple[OwnColumn, ...]
    id_column: str = ID_NUMBER
    id_aliases: tuple[str, ...] = ID_ALIASES
    accumulates: Accumulation | None = None
    happened_on: str = ""
    amount: str = ""
    facts: tuple[Fact, ...] = ()
    # Never a clue: looked at when a household is enrolled.
    asset: bool = False
    # Headings that a person has assigned to columns: (column, heading as written).
    learned: Learned = ()
    common: tuple[Column, ...] = field(init=False)

    def __post_init__(self) -> None:
        common = (
            Column(SEQUENCE, ("编号", "序列", "NO", "No.")),
            Column(NAME, NAME_ALIASES, needed=True),
            Column(self.id_column, self.id_aliases, needed=True, kind="id"),
        )
        object.__setattr__(self, "common", common)

    @property
    def department_label(self) -> str:
        return str(Department(self.department).label)

    def layout(self) -> tuple[Column, ...]:
        """Everything that is looked for in a sheet, under the learned headings too."""
        return tuple(_taught(column, self.learned) for column in (*self.common, *self.columns))

    def of_kind(self, kind: Kind) -> list[OwnColumn]:
        return [column for column in self.columns if column.kind == kind]

    def window_start(self, period: date) -> date | None:
        """First month of the window in which equal rows are one fact; None where months stand alone."""
        if self.accumulates == "calendar_year":
            return date(period.year, 1, 1)
        if self.accumulates == "school_year":
            return school_year_start(period)
        return None


def _taught(column: Column, learned: Learned) -> Column:
    """The column with what was learned as further aliases; its own spellings come first."""
    words = tuple(heading for name, heading in learned if name == column.name)
    return replace(column, aliases=(*column.aliases, *words)) if words else column


def school_year_start(day: date) -> date:
    """1 September of the school year that holds the day."""
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)


def kind_of(name: str) -> Kind:
    """What the cells of an own column hold, by its name (contract section 3)."""
    if name.endswith("日期") or name == "有效期":
        return "date"
    if name in _NUMBERS or any(word in name for word in _MONEY):
        return "number"
    return "id" if name in _CLEANED_IDS else "text"


def own(name: str, *aliases: str, needed: bool = False) -> OwnColumn:
    """A column whose kind follows from its name."""
    return OwnColumn(name, aliases, needed=needed, kind=kind_of(name))


def listed(name: str, words: Mapping[str, Iterable[str]] | Iterable[str], *aliases: str) -> OwnColumn:
    """A needed column whose cells are words of a list."""
    return OwnColumn(name, aliases, needed=True, kind="code", codes=code_table(words))


def parsed(name: str, parse: Callable[[Any], str], *aliases: str) -> OwnColumn:
    """A needed column with a parser of its own, whose faults are `code_unknown`."""
    return OwnColumn(name, aliases, needed=True, kind="code", parse=parse)


def says(*words: str) -> Callable[[str], bool | None]:
    """Whether a cell says one of `words`; None (no fact) for anything else."""
    folded = frozenset(map(fold_code, words))
    return lambda value: True if fold_code(value) in folded else None
