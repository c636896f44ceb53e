"""Ledgers with one row a unit (domain.md 5.5): every figure is a count of a queryset, and `drill` gives that queryset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Left

from accounts.models import Division
from accounts.models.division import PREFIX_LENGTHS
from reports.ledgers.base import Body, Ledger, Line, Reading, Sample
from reports.ledgers.column import Column
from reports.ledgers.equation import Equation
from reports.ledgers.marks import holds
from reports.ledgers.telling import Told
from sheets.layout import CellKind
from sheets.text import Cell

Figures = dict[str, Any]
# The rows of a summary: each unit with its figures.
Table = list[tuple[Division, Figures]]
ALL = Q()


@dataclass(frozen=True)
class Source:
    """Rows that figures count, each with its village in `place`, and how a list tells them.

    `household` is the path to their household ('' for households themselves, None for rows about places) and `members`
    the condition on its memberships, for figures that count persons. Rows with `elsewhere` are moves between two
    villages: they count for a unit only when the other end lies outside it. `tell` says one row in a sentence,
    `related` are paths that it reads beside the household, `counted` is the measure word of a row. Rows of a `late`
    source are there because of what was recorded after the month before was closed, which a list tells too.
    `marks` are annotations that all conditions of its figures are about: rows are then told apart by them once, where
    the database would ask what is behind an annotation anew for every figure.
    """

    rows: Callable[[Reading], QuerySet[Any]]
    household: str | None
    tell: Callable[[Any], Told]
    members: Callable[[Reading], Q] | None = None
    elsewhere: bool = False
    related: tuple[str, ...] = ()
    counted: str = "户"
    late: bool = False
    marks: tuple[str, ...] = ()

    def path(self, name: str) -> str:
        """The path to something of the household."""
        return f"{self.household}__{name}" if self.household else name

    @property
    def joined(self) -> tuple[str, ...]:
        """What is read along with a row to say whose it is."""
        return () if self.household is None else (self.path("village__parent"),)

    def persons(self, reading: Reading, where: Q = ALL) -> Count:
        """How many persons live in the households of the rows."""
        members = self.members(reading) if self.members else ALL
        return Count(self.path("memberships"), filter=where & members)


@dataclass(frozen=True)
class Figure:
    """A count of the rows of a source that meet a condition; of their households' members; or a sum over them."""

    key: str
    source: str
    where: Q = ALL
    persons: bool = False
    add: Combinable | None = None

    def aggregate(self, source: Source, reading: Reading) -> Count | Sum:
        if self.add is not None:
            return Sum(self.add, filter=self.where)
        if self.persons:
            return source.persons(reading, self.where)
        # Only memberships, where persons are counted too, repeat a row.
        return Count("pk", distinct=source.members is not None, filter=self.where)


def pair(key: str, source: str, where: Q = ALL) -> tuple[Figure, Figure]:
    """The figures `key` and `key_persons`: households and their members (户, 人)."""
    return Figure(key, source, where), Figure(f"{key}_persons", source, where, persons=True)


@dataclass(frozen=True)
class Shown:
    """One printed column of a summary: the sum of some figures (by key), or what a function makes of all."""

    path: tuple[str, ...]
    value: str | tuple[str, ...] | Callable[[Division, Figures], Cell]
    width: float = 7
    kind: CellKind = "int"

    @property
    def keys(self) -> tuple[str, ...]:
        """The figures that it adds up; none where it is computed."""
        if isinstance(self.value, str):
            return (self.value,)
        return self.value if isinstance(self.value, tuple) else ()

    def of(self, unit: Division, figures: Figures) -> Cell:
        return self.value(unit, figures) if callable(self.value) else sum(figures[key] for key in self.keys)


def shown_pair(heading: str, key: str) -> tuple[Shown, Shown]:
    return Shown((heading, "户"), key), Shown((heading, "人"), f"{key}_persons")


@dataclass(frozen=True)
class Behind:
    """The rows behind a printed number that come from one source; `persons`: who lives in their households is counted
    as well, by this number or beside it."""

    source: Source
    rows: QuerySet[Any]
    persons: bool = False


class SummaryLedger(Ledger):
    """One row for each place directly below (the village itself for a village), and 合计 as the sum of the rows.

    `equations` must hold in every row and in 合计.
    """

    sources: ClassVar[Mapping[str, Source]]
    figures: ClassVar[tuple[Figure, ...]]
    shown: ClassVar[tuple[Shown, ...]]
    equations: ClassVar[tuple[Equation, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.columns = (
            Column(("序号",), 5, "seq"),
            Column(("单位",), 14),
            *(Column(shown.path, shown.width, shown.kind) for shown in cls.shown),
        )

    def body(self, reading: Reading) -> Body:
        return self.laid_out(reading, self.table(reading))

    def laid_out(self, reading: Reading, table: Table) -> Body:
        """The sheet of a table that has been counted."""
        total = self.total(table)
        return Body(
            ["", "合计", *(shown.of(reading.division, total) for shown in self.shown)],
            ([None, unit.name, *(shown.of(unit, figures) for shown in self.shown)] for unit, figures in table),
        )

    def units(self, division: Division) -> list[Division]:
        """What has a row of its own."""
        return units_of(division)

    def size(self, reading: Reading) -> int:
        return len(self.units(reading.division))

    def sample(self, reading: Reading, most: int) -> Sample:
        """The whole table, which has few rows, and whether its equations hold in every one of them."""
        table = self.table(reading)
        total = self.total(table)
        body = [Line([None, unit.name, *(shown.of(unit, row) for shown in self.shown)], unit) for unit, row in table]
        totals = ["", "合计", *(shown.of(reading.division, total) for shown in self.shown)]
        proofs = [equation.proof(total, [row for _, row in table]) for equation in self.equations]
        return Sample(totals, body, len(body), proofs)

    def total(self, table: Table) -> Figures:
        """The figures of 合计."""
        total = self._nothing()
        for _, figures in table:
            _add(total, figures)
        return total

    def table(self, reading: Reading) -> Table:
        """Every unit with its figures; one query a source, whatever the number of units."""
        return self.tables(reading, [reading.division])[reading.division.code]

    def tables(self, reading: Reading, places: Sequence[Division]) -> dict[str, Table]:
        """The tables of places within the reading's, by code; the same queries as for one, since they count by village."""
        tables = {place.code: [(unit, self._nothing()) for unit in self.units(place)] for place in places}
        lines = [line for table in tables.values() for line in table]
        around = cache(lambda place: [line for line in lines if line[0].contains(place)])
        for name, source in self.sources.items():
            for row in self._counts(name, source, reading):
                place, elsewhere = row.pop("place"), row.pop("elsewhere", None)
                for unit, figures in around(place):
                    if not (elsewhere and unit.contains(elsewhere)):
                        _add(figures, row)
        return tables

    def cell(self, unit: Division, key: str, reading: Reading) -> QuerySet[Any]:
        """The rows behind a figure of a unit: exactly as many as a figure of households, items or changes says, and
        for a figure of persons the households (or items) that they live in."""
        figure, source = self.figure(key)
        rows = source.rows(reading.of(unit)).filter(figure.where)
        if source.elsewhere:
            low, high = unit.code_range
            rows = rows.exclude(elsewhere__gte=low, elsewhere__lt=high)
        return rows

    def total_cell(self, key: str, reading: Reading) -> QuerySet[Any]:
        """The same for a figure of 合计: the rows behind the figures of all units, moves between two units among them."""
        figure, source = self.figure(key)
        rows = source.rows(reading).filter(figure.where)
        if source.elsewhere:
            length = PREFIX_LENGTHS[min(reading.division.level + 1, Division.Level.VILLAGE)]
            rows = rows.annotate(here=Left("place", length), there=Left("elsewhere", length)).exclude(here=F("there"))
        return rows

    def cells(self, unit: Division, path: tuple[str, ...], reading: Reading) -> list[QuerySet[Any]]:
        """The rows behind a printed number, one queryset for each figure that it adds up; none for a computed one."""
        return [behind.rows for behind in self.drill(path, reading, unit)]

    def drill(self, path: tuple[str, ...], reading: Reading, unit: Division | None = None) -> list[Behind]:
        """What lies behind the number of a column in the row of a unit (of 合计 where none is given)."""
        keys = next((shown.keys for shown in self.shown if shown.path == path), ())
        found = []
        for key in keys:
            figure, source = self.figure(key)
            rows = self.cell(unit, key, reading) if unit else self.total_cell(key, reading)
            same = (other for other in self.figures if (other.source, other.where) == (figure.source, figure.where))
            found.append(Behind(source, rows, any(other.persons for other in same)))
        return found

    def opens(self) -> dict[int, tuple[str, ...]]:
        """The columns (by position) whose numbers have rows behind them, with their headings."""
        return {i + 2: shown.path for i, shown in enumerate(self.shown) if shown.keys}

    def figure(self, key: str) -> tuple[Figure, Source]:
        """The figure of a key, and the source that it counts."""
        figure = next(figure for figure in self.figures if figure.key == key)
        return figure, self.sources[figure.source]

    def _counts(self, name: str, source: Source, reading: Reading) -> Iterator[dict[str, Any]]:
        figures = [replace(f, where=ALL) if source.marks else f for f in self.figures if f.source == name]
        # The names must not be those of annotations that the conditions read.
        wanted = {f"n_{f.key}": f.aggregate(source, reading) for f in figures}
        ends = ("place", "elsewhere") if source.elsewhere else ("place",)
        for row in source.rows(reading).order_by().values(*ends, *source.marks).annotate(**wanted):
            marks = {mark: row.pop(mark) for mark in source.marks}
            counted = {key.removeprefix("n_"): value for key, value in row.items()}
            yield self._where_true(counted, marks) if marks else counted

    def _where_true(self, counted: dict[str, Any], marks: dict[str, Any]) -> dict[str, Any]:
        """What is counted of rows with these marks: nothing of figures whose condition they do not meet."""
        conditions = {figure.key: figure.where for figure in self.figures}
        return {key: value for key, value in counted.items() if holds(conditions.get(key, ALL), marks)}

    def _nothing(self) -> Figures:
        return {figure.key: 0 for figure in self.figures}


def units_of(division: Division) -> list[Division]:
    """The rows of a summary of this place: the places of the next level in it, or the village itself.

    Townships carry what their villages say of the rural population, so that no row has to ask for it.
    """
    if division.level == Division.Level.VILLAGE:
        return [division]
    units = Division.objects.within(division).at_level(division.level + 1)
    if division.level == Division.Level.COUNTY:
        told = "children__rural_population"
        units = units.annotate(villages=Count("children"), villages_told=Count(told), people_below=Sum(told))
    return list(units)


def _add(figures: Figures, more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if value:
            figures[key] = figures[key] + value if figures[key] else value
