"""What the ledgers of problems with schooling, housing and water (L13 to L15) have in common."""

from __future__ import annotations

import heapq
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar

from django.db.models import QuerySet

from accounts.models import Division
from reports.asof.problems import Topic, covered, kept, reported, witnessed
from reports.ledgers.base import CHUNK, Body, Ledger, Line, Placed, Reading, Sample, key_of
from reports.ledgers.places import Places, holders
from reports.ledgers.problem import Known, Problem, about, household_of
from sheets.text import Cell

_ORDER = ("place", "found_on", "pk")


class ProblemLedger(Ledger):
    """Problems of one topic, the same that T8 counts, in the order of villages and of the day they were found."""

    topic: ClassVar[Topic]
    # Categories of measures that meet it.
    categories: ClassVar[tuple[str, ...]]
    counter: ClassVar[str]
    counted: ClassVar[str] = "件"

    @abstractmethod
    def lines(self, problem: Problem, place: list[str]) -> Iterable[Iterable[Cell]]:
        """The rows of a problem, without their running number."""

    def sources(self, reading: Reading) -> list[QuerySet[Any]]:
        """The rows that tell of problems: kept ones, moves of clues, evidence of episodes, findings of visits."""
        topic, asked = self.topic, (reading.division, reading.on, reading.known_at)
        return [
            kept(topic, *asked).select_related("household", "person", "division"),
            reported(topic, *asked).select_related("clue__household", "clue__person"),
            covered(topic, *asked).select_related("household"),
            witnessed(topic, *asked).select_related("household"),
        ]

    def size(self, reading: Reading) -> int:
        return sum(source.count() for source in self.sources(reading))

    def body(self, reading: Reading) -> Body:
        return Body(self._totals(self.size(reading)), self._stream(reading))

    def sample(self, reading: Reading, most: int) -> Sample:
        firsts = [rows.order_by(*_ORDER)[:most] for rows in self.sources(reading)]
        items = list(islice(_merged(firsts), most))
        lines = [
            Line([None, *line], about(item))
            for item, rows in self._told(items, reading, Places(reading.division))
            for line in rows
        ]
        size = self.size(reading)
        return Sample(self._totals(size), lines, size)

    def items(self, reading: Reading) -> Iterator[Any]:
        """All of them together, each source streamed."""
        return _merged([rows.order_by(*_ORDER).iterator(chunk_size=CHUNK) for rows in self.sources(reading)])

    def totals_of(self, reading: Reading, places: Iterable[Division]) -> dict[str, list[Cell]]:
        """合计 of the sheets of places within the reading's, by code; counted together."""
        sources = [source.order_by().values_list("place", flat=True) for source in self.sources(reading)]
        told = Counter(holder for source in sources for code in source for holder in holders(code))
        return {place.code: self._totals(told[place.code]) for place in places}

    def placed(self, reading: Reading) -> Iterator[Placed]:
        """The rows with the place whose sheet each stands in."""
        for item, lines in self.told(reading):
            for line in lines:
                yield Placed(item.place, key_of(about(item)), [None, *line])

    def _totals(self, number: int) -> list[Cell]:
        sums = {self.counter: f"{number}{self.counted}"}
        return ["合计", *(sums.get(column.path[-1], "") for column in self.columns[1:])]

    def _stream(self, reading: Reading) -> Iterator[list[Cell]]:
        for _, lines in self.told(reading):
            for line in lines:
                yield [None, *line]

    def told(self, reading: Reading) -> Iterator[tuple[Any, Iterable[Iterable[Cell]]]]:
        """Every problem with its rows, without their running numbers."""
        places, source = Places(reading.division), self.items(reading)
        while items := list(islice(source, CHUNK)):
            yield from self._told(items, reading, places)

    def _told(
        self, items: list[Any], reading: Reading, places: Places
    ) -> Iterator[tuple[Any, Iterable[Iterable[Cell]]]]:
        """Each problem with its rows."""
        known = Known(self.topic, self.categories, items, reading)
        for item in items:
            home = household_of(item)
            place = places.cells(item.place, home.group_name if home else "")
            yield item, self.lines(known.problem(item), place)


def _merged(streams: Iterable[Iterable[Any]]) -> Iterator[Any]:
    return heapq.merge(*streams, key=lambda item: (item.place, item.found_on))
