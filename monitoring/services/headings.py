"""Headings that a department writes in its own way: look at a file, remember what is assigned (contract section 1).

What is remembered only adds spellings to the agreed ones; it takes none away, and no column has two headings of a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction

from accounts.models import User
from accounts.services.audit import record
from monitoring.feeds import FEEDS, Feed
from monitoring.feeds.base import Learned
from monitoring.models import HeadingMapping
from monitoring.services.feed_rights import require_feed
from sheets.clean import fold_heading, scrub, text
from sheets.extent import column_letters
from sheets.faults import SheetError
from sheets.read import Column, opened_book
from sheets.table import HEADING_ROWS, Row, find_heading

SAMPLES = 3
MOST_COLUMNS = 60
_LONGEST = 40


@dataclass(frozen=True)
class Seen:
    """One column of a file: its letters, its heading, some cells (numbers of persons masked), what it is known as."""

    place: int
    letters: str
    heading: str
    cells: list[str]
    known_as: str

    @property
    def shown(self) -> str:
        """The heading as a page shows it: what is taken for one may be a row of data."""
        return scrub(self.heading)[:_LONGEST]


@dataclass(frozen=True)
class Look:
    """The sheet of a file that comes nearest to its feed: its columns, the needed columns that it lacks, and the
    columns that are free to be assigned, needed ones first."""

    sheet: str
    row: int
    columns: list[Seen]
    missing: list[str]
    free: list[Column]


def learned_headings(feed: str) -> Learned:
    """The headings that people have assigned in a feed, oldest first."""
    rows = HeadingMapping.objects.filter(feed=feed).order_by("id")
    return tuple(rows.values_list("column", "heading"))


def look_at(path: Path, feed: Feed, learned: Learned) -> Look | None:
    """How the file's headings read; None where it cannot be opened or holds no headings at all."""
    columns = list(replace(feed, learned=learned).layout())
    best: tuple[tuple[int, int], Look] | None = None
    try:
        with opened_book(path, guarded=True) as book:
            for source in book.sources:
                try:
                    rows = next(source.chunks(HEADING_ROWS + SAMPLES), [])
                except SheetError:
                    continue  # a CSV file under a delimiter that is not its own
                if found := _look(source.name, rows, columns):
                    merit = (-len(found.missing), sum(1 for seen in found.columns if seen.known_as))
                    best = max(best, (merit, found), key=lambda pair: pair[0]) if best else (merit, found)
    except SheetError:
        return None
    return best[1] if best else None


def _look(name: str, rows: list[Row], columns: list[Column]) -> Look | None:
    heading = find_heading(rows[:HEADING_ROWS], columns)
    row, words, found = heading.row, heading.headings, heading.found
    if not found:
        # No heading at all is known: the fullest row of the first ones.
        counts = [sum(1 for cell in cells if text(cell)) for cells in rows[:HEADING_ROWS]]
        if not counts or max(counts) < 2:
            return None
        row = counts.index(max(counts)) + 1
        words = [text(cell) for cell in rows[row - 1]]
    names = {place: column for column, place in found.items()}
    below = rows[row : row + SAMPLES]
    seen = [
        Seen(
            place,
            column_letters(place + 1),
            word,
            [scrub(text(cells[place]))[:_LONGEST] if place < len(cells) else "" for cells in below],
            names.get(place, ""),
        )
        for place, word in enumerate(words[:MOST_COLUMNS])
    ]
    free = [column for column in columns if column.name not in found]
    missing = [column.name for column in free if column.needed]
    return Look(name, row, seen, missing, sorted(free, key=lambda column: not column.needed))


@transaction.atomic
def remember(*, feed: str, learned: Learned, actor: User, at: datetime) -> None:
    """Keep assigned headings for the feed's next files; the latest word on a heading counts."""
    for column, heading in learned:
        HeadingMapping.objects.update_or_create(
            feed=feed,
            folded=fold_heading(heading)[:120],
            defaults={"column": column, "heading": heading[:120], "set_by": actor, "recorded_at": at},
        )
    if learned:
        record(actor=actor, at=at, action="feed.headings_learned", detail={"feed": feed, "headings": dict(learned)})


def forget(*, mapping: HeadingMapping, actor: User, at: datetime) -> None:
    """Take an assigned heading back; files already taken in stay as they are.

    Raises: Forbidden, OutOfScope: not his feed.
    """
    require_feed(actor=actor, feed=FEEDS[mapping.feed], at=at)
    with transaction.atomic():
        detail = {"feed": mapping.feed, "heading": mapping.heading, "column": mapping.column}
        record(actor=actor, at=at, action="feed.heading_forgotten", detail=detail)
        mapping.delete()
