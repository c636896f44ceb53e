"""What every ledger is: a code, a title, columns, and rows for a place on a day."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar, NamedTuple

from django.db.models import Aggregate, Count, QuerySet

from accounts.models import Division
from households.models import Household
from monitoring.policy import PolicyBook
from reports.asof.editions import opened_with
from reports.ledgers.column import Column
from reports.ledgers.equation import Proof
from reports.ledgers.places import Places, holders
from sheets.layout import Paper, SheetLayout
from sheets.text import Cell

Level = Division.Level
# Items whose facts are read together: few queries, little memory.
CHUNK = 1_000
LEVELS = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)


@dataclass(frozen=True)
class Reading:
    """Whose ledger of which day, and as known when (now where not given)."""

    division: Division
    on: date
    known_at: datetime | None = None

    @property
    def opening(self) -> date:
        """The last day of the month before."""
        return self.on.replace(day=1) - timedelta(days=1)

    @cached_property
    def opened_at(self) -> datetime | None:
        """The knowledge that the month opens with: that of the last month's edition, else its own."""
        return opened_with(self.division, self.opening, self.known_at)

    @cached_property
    def book(self) -> PolicyBook:
        """The parameters, read from the database once for everything that is counted of this reading."""
        return PolicyBook()

    def of(self, division: Division) -> Reading:
        """The same day and knowledge for another place."""
        return Reading(division, self.on, self.known_at)


@dataclass(frozen=True)
class Body:
    """What is printed under the headings: the 合计 row and the data rows, cell for cell in the order of the columns.

    Rows are streamed, with whole values: the service masks them.
    """

    totals: list[Cell]
    rows: Iterator[list[Cell]]


@dataclass(frozen=True)
class Line:
    """One row as a page shows it, and what it is about: a unit of a summary, else a household."""

    cells: list[Cell]
    about: Division | Household


@dataclass(frozen=True)
class Sample:
    """The beginning of a ledger for a page: 合计, some rows with whole values, how many items there are, its proofs."""

    totals: list[Cell]
    lines: list[Line]
    size: int
    proofs: list[Proof] = field(default_factory=list)


class Placed(NamedTuple):
    """One row as an edition keeps it: the place that it lies in, the key of what it is about, its cells."""

    place: str
    about: str
    cells: list[Cell]


def key_of(about: Household | Division) -> str:
    """What an edition calls a household or a place."""
    return str(about.uid) if isinstance(about, Household) else about.code


def file_name(division: Division, title: str, on: date, *, masked: bool, ending: str) -> str:
    """What a file of a place and day is called; a stroke in the title would be a folder."""
    whole = "" if masked else "（完整号码）"
    return f"{division.name}{title.replace('/', '、')}（{on:%Y%m%d}）{whole}.{ending}"


class Ledger(ABC):
    """One ledger: subclasses declare the class attributes and give the body for a reading."""

    code: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str] = "户、人、元"
    levels: ClassVar[tuple[Level, ...]] = LEVELS
    paper: ClassVar[Paper] = "A3"
    freeze: ClassVar[int] = 2
    # Whether it is a sheet; figures that only pages show are none.
    printed: ClassVar[bool] = True
    # "national" is a workbook for the national system, or what would be refused there.
    group: ClassVar[str] = ""
    # Sentences that a page says above the rows.
    remarks: ClassVar[tuple[str, ...]] = ()
    columns: ClassVar[tuple[Column, ...]]
    # Ledgers that are further sheets of its workbook.
    further: ClassVar[tuple[Ledger, ...]] = ()

    @abstractmethod
    def body(self, reading: Reading) -> Body:
        """The ledger of a place on a day."""

    @abstractmethod
    def size(self, reading: Reading) -> int:
        """How many items or units it is about; what the progress of its writing is measured by."""

    @abstractmethod
    def sample(self, reading: Reading, most: int) -> Sample:
        """Its first rows; costs no more the longer the ledger is, but for counting it."""

    def fixed_layout(self, reading: Reading) -> SheetLayout | None:
        """The sheet where nobody may change it; None where it is titled and laid out as all ledgers are."""
        return None

    def filename(self, division: Division, on: date, *, masked: bool) -> str:
        """'石桥镇监测对象动态统计表（20261031）.xlsx'; whole numbers are said in the name."""
        return file_name(division, self.title, on, masked=masked, ending="xlsx")

    def opens(self) -> dict[int, tuple[str, ...]]:
        """The columns (by position) whose numbers have a list behind them; none but in summaries."""
        return {}


class DetailLedger(Ledger):
    """A ledger with one row an item: households, clues, measures. Items are read and turned into rows in chunks."""

    counter: ClassVar[tuple[str, str]]
    # The path of an item to the code of the place that it lies in.
    lies_in: ClassVar[str] = "place"
    # What `lines`, `household` and `village` read of an item and of what it is joined with; all of it where nothing is
    # said. Wide rows cost most of the time of a long ledger.
    reads: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def items(self, reading: Reading) -> QuerySet[Any]:
        """What has rows, in the order of the rows."""

    @abstractmethod
    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        """The rows of some items, without their running number; a fixed number of queries whatever their number."""

    @abstractmethod
    def household(self, item: Any) -> Household | Division:
        """Whom an item is about; the place where it is about no household."""

    def village(self, item: Any) -> str:
        """The code of the village whose sheet an item stands in: where its household lived on the day."""
        place: str | None = getattr(item, "place", None)
        if place is not None:
            return place
        whose = self.household(item)
        return whose.village_id if isinstance(whose, Household) else whose.code

    def streamed(self, reading: Reading) -> Iterator[Any]:
        """The items one after the other, with what is read of them and no more."""
        items = self.items(reading)
        return (items.only(*self.reads) if self.reads else items).iterator(chunk_size=CHUNK)

    def counts(self, reading: Reading) -> Mapping[str, Aggregate]:
        """What 合计 adds up over the items beside their number, by name."""
        return {}

    def by_village(self, reading: Reading) -> dict[str, dict[str, Any]]:
        """What 合计 adds up (`items` is their number), by the code of the place that the items lie in."""
        wanted = {"items": Count("pk"), **self.counts(reading)}
        rows = self.items(reading).select_related(None).order_by().values(self.lies_in)
        # The names must not be those of fields and annotations.
        counted = rows.annotate(**{f"n_{name}": one for name, one in wanted.items()})
        return {row[self.lies_in]: {name: row[f"n_{name}"] for name in wanted} for row in counted}

    def sums(self, figures: Mapping[str, Any]) -> dict[str, Cell]:
        """What the 合计 row shows of what was added up, by the last part of the heading."""
        heading, unit = self.counter
        return {heading: f"{figures['items']}{unit}"}

    def body(self, reading: Reading) -> Body:
        return Body(self._totals(reading), self._stream(reading))

    def size(self, reading: Reading) -> int:
        return self.items(reading).count()

    def sample(self, reading: Reading, most: int) -> Sample:
        items = list(self.items(reading)[:most])
        lines = self.lines(reading, items, Places(reading.division))
        rows = [Line([None, *line], self.household(item)) for item, line in zip(items, lines, strict=True)]
        return Sample(self._totals(reading), rows, self.size(reading))

    def totals_of(self, reading: Reading, places: Iterable[Division]) -> dict[str, list[Cell]]:
        """合计 of the sheets of places within the reading's, by code; counted together."""
        totals: dict[str, Counter[str]] = {place.code: Counter() for place in places}
        for village, figures in self.by_village(reading).items():
            for code in holders(village) & totals.keys():
                _add(totals[code], figures)
        return {code: self._summed(figures) for code, figures in totals.items()}

    def placed(self, reading: Reading) -> Iterator[Placed]:
        """The rows with the place whose sheet each stands in."""
        places, source = Places(reading.division), self.streamed(reading)
        while items := list(islice(source, CHUNK)):
            for item, line in zip(items, self.lines(reading, items, places), strict=True):
                yield Placed(self.village(item), key_of(self.household(item)), [None, *line])

    def _totals(self, reading: Reading) -> list[Cell]:
        total: Counter[str] = Counter()
        for figures in self.by_village(reading).values():
            _add(total, figures)
        return self._summed(total)

    def _summed(self, figures: Mapping[str, Any]) -> list[Cell]:
        sums = self.sums(figures)
        return ["合计", *(sums.get(column.path[-1], "") for column in self.columns[1:])]

    def _stream(self, reading: Reading) -> Iterator[list[Cell]]:
        places = Places(reading.division)
        source = self.streamed(reading)
        while items := list(islice(source, CHUNK)):
            for line in self.lines(reading, items, places):
                yield [None, *line]


def _add(total: Counter[str], figures: Mapping[str, Any]) -> None:
    total.update({name: value or 0 for name, value in figures.items()})
