"""Ledgers with one row a unit (domain.md 5.5): every figure is a count of a queryset, and `cell` is that queryset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.expressions import Combinable

from accounts.models import Division
from reports.ledgers.base import Body, Ledger, Reading
from reports.ledgers.column import Column
from sheets.layout import CellKind
from sheets.text import Cell

Figures = dict[str, Any]
ALL = Q()


@dataclass(frozen=True)
class Source:
    """Rows that figures count, each with its village in `place`.

    `household` is the path to their household and `members` the condition on its memberships, for figures that count
    persons. Rows with `elsewhere` are moves between two villages: they count for a unit only when the other end lies
    outside it.
    """

    rows: Callable[[Reading], QuerySet[Any]]
    household: str = ""
    members: Callable[[Reading], Q] = lambda reading: ALL
    elsewhere: bool = False


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
            return Count(f"{source.household}__memberships", filter=self.where & source.members(reading))
        return Count("pk", distinct=True, filter=self.where)


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


class SummaryLedger(Ledger):
    """One row for each place directly below (the village itself for a village), and 合计 as the sum of the rows."""

    sources: ClassVar[Mapping[str, Source]]
    figures: ClassVar[tuple[Figure, ...]]
    shown: ClassVar[tuple[Shown, ...]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.columns = (
            Column(("序号",), 5, "seq"),
            Column(("单位",), 14),
            *(Column(shown.path, shown.width, shown.kind) for shown in cls.shown),
        )

    def body(self, reading: Reading) -> Body:
        table = self.table(reading)
        total = self._nothing()
        for _, figures in table:
            _add(total, figures)
        return Body(
            ["", "合计", *(shown.of(reading.division, total) for shown in self.shown)],
            ([None, unit.name, *(shown.of(unit, figures) for shown in self.shown)] for unit, figures in table),
        )

    def table(self, reading: Reading) -> list[tuple[Division, Figures]]:
        """Every unit with its figures; one query a source, whatever the number of units."""
        table = [(unit, self._nothing()) for unit in units_of(reading.division)]
        for name, source in self.sources.items():
            for row in self._counts(name, source, reading):
                place, elsewhere = row.pop("place"), row.pop("elsewhere", None)
                for unit, figures in table:
                    if unit.contains(place) and not (elsewhere and unit.contains(elsewhere)):
                        _add(figures, row)
        return table

    def cell(self, unit: Division, key: str, reading: Reading) -> QuerySet[Any]:
        """The rows behind a figure of a unit: exactly as many as a figure of households, items or changes says, and
        for a figure of persons the households (or items) that they live in."""
        figure = next(figure for figure in self.figures if figure.key == key)
        source = self.sources[figure.source]
        rows = source.rows(reading.of(unit)).filter(figure.where)
        if source.elsewhere:
            low, high = unit.code_range
            rows = rows.exclude(elsewhere__gte=low, elsewhere__lt=high)
        return rows

    def cells(self, unit: Division, path: tuple[str, ...], reading: Reading) -> list[QuerySet[Any]]:
        """The rows behind a printed number, one queryset for each figure that it adds up; none for a computed one."""
        shown = next(shown for shown in self.shown if shown.path == path)
        return [self.cell(unit, key, reading) for key in shown.keys]

    def _counts(self, name: str, source: Source, reading: Reading) -> Iterator[dict[str, Any]]:
        # The names must not be those of annotations that the conditions read.
        wanted = {f"n_{f.key}": f.aggregate(source, reading) for f in self.figures if f.source == name}
        ends = ("place", "elsewhere") if source.elsewhere else ("place",)
        for row in source.rows(reading).order_by().values(*ends).annotate(**wanted):
            yield {key.removeprefix("n_"): value for key, value in row.items()}

    def _nothing(self) -> Figures:
        return {figure.key: 0 for figure in self.figures}


def units_of(division: Division) -> list[Division]:
    """The rows of a summary of this place: the places of the next level in it, or the village itself."""
    if division.level == Division.Level.VILLAGE:
        return [division]
    return list(Division.objects.within(division).at_level(division.level + 1))


def _add(figures: Figures, more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if value:
            figures[key] = figures[key] + value if figures[key] else value
