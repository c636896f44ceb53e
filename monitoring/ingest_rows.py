"""From a block of a department's file to rows for the database: judged, keyed, met with the register.

Everything goes column by column, because a month brings millions of rows. Every own column is read into one canonical
form (dates as ISO texts, numbers in millionths, words of lists as the list has them, '' for an empty cell): the digest
is taken over these, so equal facts have equal digests however they were written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accounts.crypto import blind_indexes
from monitoring.feeds import Feed
from monitoring.feeds.base import NAME, SEQUENCE
from monitoring.ingest_digests import Digests
from monitoring.ingest_facts import Facts, FactWriter
from monitoring.ingest_keys import KeyTable, Pairs, Registry, pairs
from sheets.clean import Cell, fold_name, is_total, parse_date, text
from sheets.columns import Read, Words, picked
from sheets.judge import Fault, Judge, Parser
from sheets.read import Block

Places = NDArray[np.int64]
_REMEMBERED = 100_000


@dataclass(frozen=True)
class Rejected:
    """One rejected row with its first fault."""

    sheet: str
    row: int
    cells: Sequence[Cell]
    fault: Fault


@dataclass(frozen=True)
class Accepted:
    """The rows of one block that are to be stored, column by column.

    `persons` has 0 for nobody registered; `received` has every column of the sheet as received.
    """

    first: int
    rows: NDArray[np.int32]
    indexes: Pairs
    digests: Pairs
    persons: NDArray[np.int64]
    differs: NDArray[np.bool_]
    repeated: NDArray[np.bool_]
    facts: Facts
    received: list[Words | list[Cell]]


@dataclass
class Counts:
    """What contract section 1 reports of a file."""

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicates: int = 0
    matched: int = 0
    name_differs: int = 0
    not_registered: int = 0


class Sieve:
    """Judges the blocks of one file in turn and remembers what it has seen.

    `known` are rows of the same feed and period that a supplement comes beside, `earlier` those of earlier months.
    """

    def __init__(self, feed: Feed, latest: date, registry: Registry, earlier: KeyTable, known: KeyTable) -> None:
        self.counts = Counts()
        self.rejected: list[Rejected] = []
        self._feed = feed
        self._judge = judge_for(feed, latest)
        self._register = Meeting(registry)
        self._earlier = earlier
        self._known = known
        self._seen: set[bytes] = set()
        self._digests = Digests(feed)
        self._facts = FactWriter(feed)
        self._stored = 0

    def pass_block(self, sheet: str, block: Block) -> Accepted:
        judged = self._judge.judge(block)
        totals = total_rows(self._feed, block)
        self.counts.rows += len(block.rows) - len(totals)
        for place in sorted(judged.faults.keys() - totals):
            self.rejected.append(Rejected(sheet, block.rows[place], block.row(place), judged.faults[place]))
        is_kept = np.ones(len(block.rows), dtype=np.bool_)
        is_kept[list(totals | judged.faults.keys())] = False
        self.counts.rejected = len(self.rejected)
        return self._accept(block, judged.numbers, judged.columns, np.flatnonzero(is_kept))

    def _accept(self, block: Block, all_numbers: Sequence[Any], columns: dict[str, Read], kept: Places) -> Accepted:
        indexes = pairs(blind_indexes("id_number", picked(all_numbers, kept)))
        own = {name: column[kept] for name, column in columns.items()}
        digests = self._digests.of(indexes, own)
        fresh = self._without_repeats(digests)
        if len(fresh) < len(kept):
            kept, indexes, digests = kept[fresh], indexes[fresh], digests[fresh]
            own = {name: column[fresh] for name, column in own.items()}
        persons, differs = self._register.of(indexes, picked(block.cells[NAME], kept))
        repeated = self._earlier.find(digests) >= 0
        self._count(persons, differs, repeated)
        facts = self._facts.of(picked(all_numbers, kept), own, persons > 0)
        first, self._stored = self._stored, self._stored + len(kept)
        rows = np.array(picked(block.rows, kept), dtype=np.int32)
        received = _received(block, own, kept)
        return Accepted(first, rows, indexes, digests, persons, differs, repeated, facts, received)

    def _without_repeats(self, digests: Pairs) -> Places:
        """Places of the rows that were not seen before."""
        seen, fresh = self._seen, []
        known = self._known.find(digests) >= 0
        for place, digest in enumerate(digests.view("V16").ravel().tolist()):
            if digest not in seen and not known[place]:
                seen.add(digest)
                fresh.append(place)
        self.counts.duplicates += len(digests) - len(fresh)
        return np.array(fresh, dtype=np.int64)

    def _count(self, persons: NDArray[np.int64], differs: NDArray[np.bool_], repeated: NDArray[np.bool_]) -> None:
        again, matched = int(repeated.sum()), int(((persons > 0) & ~repeated).sum())
        self.counts.duplicates += again
        self.counts.accepted += len(persons) - again
        self.counts.matched += matched
        self.counts.not_registered += len(persons) - again - matched
        self.counts.name_differs += int((differs & ~repeated).sum())


def _received(block: Block, own: dict[str, Read], kept: Places) -> list[Words | list[Cell]]:
    """Every column of the sheet as received, those of few words with the codes that they have already."""
    words = {id(block.cells[name]): column for name, column in own.items() if isinstance(column, Words)}
    return [words.get(id(cells)) or picked(cells, kept) for cells in block.columns]


# --- reading ---


def judge_for(feed: Feed, latest: date) -> Judge:
    """The judge of a feed's files, whose values are canonical."""
    parsers: dict[str, Parser] = {column.name: iso_day for column in feed.of_kind("date")}
    parsers |= {column.name: column.parse for column in feed.columns if column.parse is not None}
    return Judge(feed.columns, id_column=feed.id_column, latest=latest, parsers=parsers)


def iso_day(cell: Cell) -> str:
    """A date cell as ISO text, '' for an empty one; CellFault as `parse_date`."""
    day = parse_date(cell)
    return "" if day is None else day.isoformat()


def total_rows(feed: Feed, block: Block) -> set[int]:
    """Places of the rows that are totals, no rows of anybody (contract section 4)."""
    sequence, names, numbers = (block.cells[name] for name in (SEQUENCE, NAME, feed.id_column))
    maybe = {place for cells in (sequence, names) for place in _speaking_of_totals(cells)}
    return {place for place in maybe if is_total(sequence[place], names[place], numbers[place])}


def _speaking_of_totals(cells: Sequence[Any]) -> list[int]:
    try:
        joined = "".join(cells)
    except TypeError:
        joined = "".join([cell for cell in cells if type(cell) is str])
    if "计" not in joined:
        return []
    return [place for place, cell in enumerate(cells) if type(cell) is str and "计" in cell]


# --- meeting the register ---


class Meeting:
    """Meets rows with the register: the person, and whether the row calls him by another name."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._folded: dict[Cell, str] = {}

    def of(self, indexes: Pairs, names: Sequence[Cell]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Persons by the blind indexes of their numbers, 0 for nobody registered; who is called otherwise."""
        persons, registered = self._registry.meet(indexes)
        called = np.array(names, dtype=object)
        differs: NDArray[np.bool_] = (persons > 0) & (called != registered).astype(np.bool_)
        # Most names are written as they are registered; only the others have to be folded.
        for place in np.flatnonzero(differs).tolist():
            differs[place] = self._fold(names[place]) != self._fold(registered[place])
        return persons, differs

    def _fold(self, name: Cell) -> str:
        folded = self._folded.get(name)
        if folded is None:
            if len(self._folded) > _REMEMBERED:
                self._folded.clear()
            folded = self._folded[name] = fold_name(text(name))
        return folded
