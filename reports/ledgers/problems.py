"""What the ledgers of problems with schooling, housing and water (L13 to L15) have in common."""

from __future__ import annotations

import heapq
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, ClassVar

from django.db.models import QuerySet

from reports.asof.problems import Topic, covered, reported, witnessed
from reports.ledgers.base import CHUNK, Body, Ledger, Reading
from reports.ledgers.places import Places
from reports.ledgers.problem import Known, Problem, household_of
from sheets.text import Cell


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
        """The rows that tell of problems: moves of clues, evidence of episodes, findings of visits."""
        topic, place, on = self.topic, reading.division, reading.on
        return [
            reported(topic, place, on).select_related("clue__household", "clue__person"),
            covered(topic, place, on).select_related("household"),
            witnessed(topic, place, on).select_related("household"),
        ]

    def body(self, reading: Reading) -> Body:
        number = sum(source.count() for source in self.sources(reading))
        sums = {self.counter: f"{number}{self.counted}"}
        totals: list[Cell] = ["合计", *(sums.get(column.path[-1], "") for column in self.columns[1:])]
        return Body(totals, self._stream(reading))

    def items(self, reading: Reading) -> Iterator[Any]:
        """All of them together, each source streamed."""
        order = ("place", "found_on", "pk")
        streams = [rows.order_by(*order).iterator(chunk_size=CHUNK) for rows in self.sources(reading)]
        return heapq.merge(*streams, key=lambda item: (item.place, item.found_on))

    def _stream(self, reading: Reading) -> Iterator[list[Cell]]:
        places = Places(reading.division)
        source = self.items(reading)
        while items := list(islice(source, CHUNK)):
            known = Known(self.topic, self.categories, items, reading)
            for item in items:
                place = places.cells(item.place, household_of(item).group_name)
                for line in self.lines(known.problem(item), place):
                    yield [None, *line]
