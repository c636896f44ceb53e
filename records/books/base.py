"""What a book is made of: a declaration, from which reading, forms, the API, templates and duplicates follow.

Adding a book is one module with one `Book`, one line in `__init__.py`, and a test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as of_field
from functools import cached_property
from typing import Any, Literal

from django.db import models

from accounts.models import Department, Division, Role
from households import register
from records.models import Record
from sheets.clean import code_table
from sheets.table import Column, Kind

Subject = Literal["person", "household", "place"]
Secret = Literal["", "number", "name"]
# What a value of a column is in Python, and how a page asks for it.
Shape = Literal["text", "words", "flag", "whole", "amount", "date", "household"]

SEQUENCE, NOTE = "序号", "备注"
NAME, ID_NUMBER, HOUSEHOLD = register.NAME, register.ID_NUMBER, register.HOUSEHOLD
HEAD_NAME = "户主姓名"
COUNTY, TOWNSHIP, VILLAGE = register.COUNTY, register.TOWNSHIP, register.VILLAGE
FROM, TO = "起始日期", "截止日期"
YES, NO = "是", "否"

OFFICES = frozenset({Role.COUNTY_BUREAU, Role.LIAISON})
TOWNSHIPS = frozenset({Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER})
FIELD = frozenset({Role.VILLAGE_CADRE, Role.TOWNSHIP_STAFF})
_FLAGS = {YES: ("1", "Y", "TRUE", "√", "有", "已"), NO: ("0", "N", "FALSE", "×", "无", "未")}
_COMMON: Mapping[Subject, tuple[Column, ...]] = {
    "person": (
        Column(NAME, (*register.NAME_ALIASES, "学生姓名"), needed=True),
        Column(ID_NUMBER, (*register.ID_ALIASES, "学生身份证号"), needed=True, kind="id"),
    ),
    "household": (
        Column(HOUSEHOLD, ("家庭编号", "户编码")),
        Column(HEAD_NAME, ("户主", *register.NAME_ALIASES, NAME)),
        Column(ID_NUMBER, (*register.ID_ALIASES, "户主证件号码", "户主身份证号"), kind="id"),
    ),
    "place": (
        Column(COUNTY, ("县", "县名称", "区县", "县区", "县市区")),
        Column(TOWNSHIP, ("乡", "乡镇", "镇", "乡镇名称", "乡镇(街道)")),
        Column(VILLAGE, ("村", "行政村名称", "村(社区)", "村(居)")),
    ),
}


@dataclass(frozen=True)
class BookColumn(Column):
    """A column with the field of the model that it fills. `values` are the stored values by canonical word, `secret`
    says that a page shows it masked: a number or a name."""

    field: str = ""
    shape: Shape = "text"
    limit: int = 0
    places: int = 0
    values: Mapping[str, Any] = of_field(default_factory=dict)
    secret: Secret = ""

    @cached_property
    def label_of(self) -> dict[Any, str]:
        """The word for a stored value."""
        return {value: word for word, value in self.values.items()}

    def shown(self, value: Any) -> str:
        """A value in the words of the page, whole."""
        if value is None or value == "":
            return ""
        if self.shape in ("words", "flag"):
            return self.label_of.get(value, str(value))
        return f"{value:,.{self.places}f}" if self.shape == "amount" else str(value)


@dataclass(frozen=True)
class Book:
    """One book that departments keep.

    `key` are the fields that, with the subject, make two rows the same line. `starts` and `ends` are the headings of
    the first and the last day; where `dates_version` is set the first day says since when the row's values hold (an
    appraisal), else since when the line exists (a job). `first_day` names a field that gives it instead.
    `tells` are the fields that say in a sentence what a line is about.
    """

    code: str
    title: str
    model: type[Record]
    subject: Subject
    columns: tuple[BookColumn, ...]
    department: str = ""
    writers: frozenset[Role] = OFFICES
    key: tuple[str, ...] = ()
    levels: frozenset[int] = frozenset()
    starts: Column = Column(FROM, ("开始时间", "开始日期", "起", "起始时间"), kind="date")
    ends: Column | None = Column(TO, ("结束时间", "结束日期", "止", "截止时间"), kind="date")
    first_day: str = ""
    dates_version: bool = False
    tells: tuple[str, ...] = ()
    note: Column = Column(NOTE)

    @property
    def right(self) -> str:
        return f"records.keep_{self.code}"

    @property
    def department_label(self) -> str:
        return str(Department(self.department).label) if self.department else "县级主管部门"

    @cached_property
    def by_field(self) -> dict[str, BookColumn]:
        return {column.field: column for column in self.columns}

    @property
    def about(self) -> tuple[Column, ...]:
        """The columns that say whom or what place a row is about."""
        return _COMMON[self.subject]

    def layout(self) -> tuple[Column, ...]:
        """Everything that is looked for in a sheet."""
        dates = tuple(column for column in (self.starts, self.ends) if column is not None)
        own = {column.name for column in self.columns}
        return (*self.about, *self.columns, *(date for date in dates if date.name not in own), self.note)


def columns_of(model: type[Record]) -> _Columns:
    return _Columns(model)


class _Columns:
    """Makes the columns of one model's book: `column("school", "学校名称")`; heading and kind follow from the field."""

    def __init__(self, model: type[Record]) -> None:
        self._model = model

    def __call__(self, name: str, *aliases: str, heading: str = "", needed: bool = False) -> BookColumn:
        made: Any = self._model._meta.get_field(name)
        shape, kind = _shape_of(made)
        words = _words_of(made, shape)
        return BookColumn(
            name=heading or str(made.verbose_name),
            aliases=aliases,
            needed=needed,
            kind=kind,
            codes=code_table(words) if words else None,
            field=name,
            shape=shape,
            limit=getattr(made, "max_length", None) or _LIMITS.get(type(made), 0),
            places=getattr(made, "decimal_places", 0),
            values=_values_of(made, shape),
        )

    def listed(
        self, name: str, words: Mapping[str, Iterable[str]], *aliases: str, heading: str = "", needed: bool = False
    ) -> BookColumn:
        """A column whose cells are words of a list: `{stored word: other spellings}`."""
        made: Any = self._model._meta.get_field(name)
        labels = dict(made.flatchoices)
        spelt = {labels.get(word, word): (word, *others) for word, others in words.items()}
        return BookColumn(
            name=heading or str(made.verbose_name),
            aliases=aliases,
            needed=needed,
            kind="code",
            codes=code_table(spelt),
            field=name,
            shape="words",
            limit=made.max_length,
            values={labels.get(word, word): word for word in words},
        )

    def secret(self, name: str, heading: str, *aliases: str, of: Secret = "number", limit: int = 40) -> BookColumn:
        """A column that is kept sealed and shown masked."""
        return BookColumn(heading, aliases, field=name, limit=limit, secret=of)

    def household(self, name: str, *aliases: str) -> BookColumn:
        """A column that names a household by its number."""
        made: Any = self._model._meta.get_field(name)
        return BookColumn(str(made.verbose_name), aliases, field=name, shape="household", limit=40)


_LIMITS = {models.PositiveSmallIntegerField: 32767, models.PositiveIntegerField: 2**31 - 1}


def _shape_of(made: Any) -> tuple[Shape, Kind]:
    if made.flatchoices:
        return "words", "code"
    if isinstance(made, models.BooleanField):
        return "flag", "code"
    if isinstance(made, models.DecimalField):
        return "amount", "number"
    if isinstance(made, models.IntegerField):
        return "whole", "number"
    return ("date", "date") if isinstance(made, models.DateField) else ("text", "text")


def _words_of(made: Any, shape: Shape) -> Mapping[str, Iterable[str]]:
    if shape == "flag":
        return _FLAGS
    return {label: (str(value),) for value, label in made.flatchoices} if shape == "words" else {}


def _values_of(made: Any, shape: Shape) -> dict[str, Any]:
    if shape == "flag":
        return {YES: True, NO: False}
    return {str(label): value for value, label in made.flatchoices} if shape == "words" else {}


COUNTY_LEVEL, TOWNSHIP_LEVEL, VILLAGE_LEVEL = (
    int(level) for level in (Division.Level.COUNTY, Division.Level.TOWNSHIP, Division.Level.VILLAGE)
)
