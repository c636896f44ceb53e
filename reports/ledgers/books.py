"""What the ledgers of books (records) have in common: a line of a book is a row."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from accounts.models import Division
from households.models import Household
from records.models import HouseholdRecord, PersonRecord, PlaceRecord, Record
from reports.asof import records as q
from reports.asof.episodes import HOME, OPEN, turns
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.persons import relations
from reports.ledgers.places import Places
from sheets.text import Cell


class HomeBookLedger(DetailLedger):
    """A book about households or their members."""

    book: ClassVar[type[HouseholdRecord | PersonRecord]]
    # Whether lines that ended in the year of the day are shown too.
    of_the_year: ClassVar[bool] = False
    related: ClassVar[tuple[str, ...]] = ("household",)
    order: ClassVar[tuple[str, ...]] = ("place", "household__number", "id")

    def items(self, reading: Reading) -> QuerySet[Any]:
        division, on, known_at = reading.division, reading.on, reading.known_at
        if self.of_the_year:
            rows = q.of_homes_since(self.book, division, date(on.year, 1, 1), on, known_at)
        else:
            rows = q.of_homes(self.book, division, on, known_at)
        found: QuerySet[Any] = rows.select_related(*self.related).order_by(*self.order)
        return found

    def household(self, item: Any) -> Household:
        found: Household = item.household
        return found


class PersonBookLedger(HomeBookLedger):
    """A book of persons: a row is the place, then what `cells` says of the line."""

    related = ("household", "person")

    @abstractmethod
    def cells(self, line: Any, monitored_type: str, relation: str, on: date) -> Iterable[Cell]:
        """The cells of a line after those of its place; as what the household is monitored ('' when it is not), and
        how the person is related to its head."""

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterator[list[Cell]]:
        types = monitored_types({item.household_id for item in items}, reading)
        ties = relations({item.person_id for item in items}, reading.on, reading.known_at)
        for item in items:
            place = places.cells(item.place, item.household.group_name)
            told = self.cells(item, types.get(item.household_id, ""), ties.get(item.person_id, ""), reading.on)
            yield [*place, *told]


class PlaceBookLedger(DetailLedger):
    """A book about places: a row is what `cells` says of a line, with the names of its place."""

    book: ClassVar[type[PlaceRecord]]
    # Where lines are what happened on their first day: the field that ends them. Those of the year of the ledger's
    # day are shown, and older ones not ended yet.
    ended_by: ClassVar[str] = ""
    related: ClassVar[tuple[str, ...]] = ("division",)
    order: ClassVar[tuple[str, ...]] = ("place", "id")

    @abstractmethod
    def cells(self, line: Any, places: Places) -> Iterable[Cell]:
        """The cells of a line."""

    def items(self, reading: Reading) -> QuerySet[Any]:
        division, on, known_at = reading.division, reading.on, reading.known_at
        if self.ended_by:
            first = date(on.year, 1, 1)
            recent = Q(began_on__gte=first) | Q(**{f"{self.ended_by}__isnull": True})
            rows = q.of_places_since(self.book, division, first, on, known_at).filter(recent)
        else:
            rows = q.of_places(self.book, division, on, known_at)
        return rows.select_related(*self.related).order_by(*self.order)

    def household(self, item: Any) -> Division:
        found: Division = item.division
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterator[list[Cell]]:
        for item in items:
            yield list(self.cells(item, places))


def monitored_types(households: Iterable[int], reading: Reading) -> dict[int, str]:
    """As what each household is monitored on the day; those that are not are not there."""
    found: dict[int, str] = {}
    rows = turns(reading.on, reading.known_at).filter(**{f"{HOME}__among": households})
    order = ("episode__serial", "happened_on", "nth", "id")
    for home, kind, monitored_type in rows.order_by(*order).values_list(
        f"{HOME}_id", "kind", "episode__monitored_type"
    ):
        found[home] = monitored_type if kind in OPEN else ""
    return {home: words for home, words in found.items() if words}


def last_day(line: Record) -> date | None:
    """The last day on which a line was so; None while it lasts."""
    return line.to_on - timedelta(days=1) if line.to_on else None


def months_touched(first: date, last: date) -> int:
    """How many calendar months two days and those between them lie in."""
    return (last.year - first.year) * 12 + last.month - first.month + 1
