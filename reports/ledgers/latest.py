"""What a department's files last said of persons, by the names of the feed's columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max

from monitoring.feeds import FEEDS, Feed
from monitoring.models import FeedBatch, FeedRow
from reports.ledgers.base import Reading
from reports.ledgers.received import cells_of
from sheets.text import Cell, text


@dataclass(frozen=True)
class Book:
    """A feed that tells how persons stand. `whole`: every month's file tells of all, so only the newest is read."""

    feed: Feed
    whole: bool


INSURED = Book(FEEDS["insurance_status"], whole=True)
DISABLED = Book(FEEDS["disability"], whole=False)


class Latest:
    """A feed's files of a reading, found once."""

    def __init__(self, book: Book, reading: Reading) -> None:
        self._feed = book.feed
        files = FeedBatch.objects.as_of(reading.on, reading.known_at)
        files = files.filter(feed=book.feed.name, period__lte=reading.on)
        if book.whole:
            files = files.filter(period=files.aggregate(newest=Max("period"))["newest"])
        self._files = [key for key, _ in sorted(files.values_list("pk", "period"), key=lambda one: one[1])]

    def cells(self, persons: Iterable[int]) -> dict[int, dict[str, str]]:
        """The cells of each person's latest row; nothing of whom the files do not name.

        Raises:
            Refused: the kept rows of a file are not in the data folder.
        """
        if not self._files:
            return {}
        rows = list(FeedRow.objects.of(self._files).filter(person__among=persons).order_by("batch__period", "pk"))
        newest = {row.person_id: row for row in rows}
        received = cells_of(self._feed, newest.values())
        return {person: _texts(received[row.pk]) for person, row in newest.items() if person is not None}


def _texts(cells: dict[str, Cell]) -> dict[str, str]:
    return {name: text(cell) for name, cell in cells.items()}
