"""What speaks for the same trouble as a row that tells of a problem: a clue, evidence, a kept problem (reports.asof.kept).

Each reads what the households concerned have and compares it here. As conditions of one statement they would be
correlated three levels deep and fill thirty kilobytes, which takes longer to build than to answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, Protocol

from django.db.models import QuerySet

from reports.asof.clues import OPEN, STATE

# Households by key: a list of them, or a query.
Homes = Collection[int] | QuerySet[Any]


class Trouble(NamedTuple):
    """A row that tells of a problem of a household; `solved_on` is None while it is in hand."""

    pk: int
    household: int
    found_on: date
    solved_on: date | None


class Speaker(Protocol):
    """What is known about some households beside the rows."""

    def takes(self, row: Trouble) -> bool:
        """Whether it tells of the row's trouble already."""


class Clues:
    """Clues that speak of what was found about their household on a day: in hand, closed after it, or closed before it
    with the problem left as it was."""

    def __init__(self, founded: QuerySet[Any], fine: QuerySet[Any]) -> None:
        """`founded` are clues as they stand, `fine` looks that found the guarantee in order."""
        self._fine = fine
        self._clues: defaultdict[int, list[tuple[str, date, date]]] = defaultdict(list)
        columns = ("clue__household_id", "target", "clue__received_on", "happened_on")
        for household, *clue in founded.order_by().values_list(*columns):
            self._clues[household].append((clue[0], clue[1], clue[2]))

    def takes(self, row: Trouble) -> bool:
        return any(self._speaks(row, *clue) for clue in self._clues.get(row.household, ()))

    def _speaks(self, row: Trouble, state: str, received_on: date, closed_on: date) -> bool:
        if state in OPEN or closed_on >= row.found_on:
            return True
        if state == STATE.SOLVED:
            return False
        return not any(received_on <= day < row.found_on for day in self._mended[row.household])

    @cached_property
    def _mended(self) -> defaultdict[int, list[date]]:
        """The days on which the guarantee was found in order; few clues ask for them."""
        days: defaultdict[int, list[date]] = defaultdict(list)
        for household, day in self._fine.order_by().values_list("household_id", "on"):
            days[household].append(day)
        return days


class Evidence:
    """Evidence of monitored households that was in hand, or cleared on the day or later."""

    def __init__(self, covered: QuerySet[Any]) -> None:
        self._ends: defaultdict[int, list[date | None]] = defaultdict(list)
        for household, solved, solved_on in covered.order_by().values_list("household_id", "solved", "solved_on"):
            self._ends[household].append(solved_on if solved else date.max)

    def takes(self, row: Trouble) -> bool:
        return any(end is not None and end >= row.found_on for end in self._ends.get(row.household, ()))
