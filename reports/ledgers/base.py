"""What every ledger is: a code, a title, columns, and rows for a place on a day."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, ClassVar

from django.db.models import QuerySet

from accounts.models import Division
from reports.ledgers.column import Column
from reports.ledgers.places import Places
from sheets.layout import Paper
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


class Ledger(ABC):
    """One ledger: subclasses declare the class attributes and give the body for a reading."""

    code: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str] = "户、人、元"
    levels: ClassVar[tuple[Level, ...]] = LEVELS
    paper: ClassVar[Paper] = "A3"
    freeze: ClassVar[int] = 2
    columns: ClassVar[tuple[Column, ...]]

    @abstractmethod
    def body(self, reading: Reading) -> Body:
        """The ledger of a place on a day."""


class DetailLedger(Ledger):
    """A ledger with one row an item: households, clues, measures. Items are read and turned into rows in chunks."""

    counter: ClassVar[tuple[str, str]]

    @abstractmethod
    def items(self, reading: Reading) -> QuerySet[Any]:
        """What has rows, in the order of the rows."""

    @abstractmethod
    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        """The rows of some items, without their running number; a fixed number of queries whatever their number."""

    def sums(self, reading: Reading) -> dict[str, Cell]:
        """What the 合计 row shows, by the last part of the heading; the number of items where nothing is said."""
        heading, unit = self.counter
        return {heading: f"{self.items(reading).count()}{unit}"}

    def body(self, reading: Reading) -> Body:
        sums = self.sums(reading)
        totals: list[Cell] = ["合计", *(sums.get(column.path[-1], "") for column in self.columns[1:])]
        return Body(totals, self._stream(reading))

    def _stream(self, reading: Reading) -> Iterator[list[Cell]]:
        places = Places(reading.division)
        source = self.items(reading).iterator(chunk_size=CHUNK)
        while items := list(islice(source, CHUNK)):
            for line in self.lines(reading, items, places):
                yield [None, *line]
