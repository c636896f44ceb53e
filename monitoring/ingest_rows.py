"""From a block of a department's file to rows for the database: judged, keyed, met with the register.

Everything goes column by column, because a month brings millions of rows. Every own column is read into one canonical
text (dates ISO, numbers in millionths, words of lists as the list has them, '' for an empty cell): the digest is taken
over these texts, so equal facts have equal digests however they were written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

from accounts.crypto import INDEX_BYTES, blind_index, blind_indexes
from monitoring.feeds import Fact, Feed
from monitoring.feeds.base import NAME, SEQUENCE
from monitoring.ingest_keys import KeyTable, Registry
from sheets.clean import Cell, fold_name, is_total, parse_date, parse_number, text
from sheets.judge import Fault, Judge, Judged, Parser
from sheets.read import Block
from sheets.table import Column

MILLION = 1_000_000
_SEPARATOR = "\x1f"
# Below this a float times a million is exact to well under a millionth.
_EXACT = 1e9
_REMEMBERED = 100_000
_SHORT, _PLACES = 12, 6


@dataclass(frozen=True)
class Rejected:
    """One rejected row with its first fault."""

    sheet: str
    row: int
    cells: Sequence[Cell]
    fault: Fault


@dataclass(frozen=True)
class Accepted:
    """The rows of one block that are to be stored, column by column; `raw` has them as received.

    `days` and `amounts` (main date, main sum in millionths) and `facts` are '' where there is nothing.
    """

    first: int
    rows: list[int]
    indexes: list[bytes]
    digests: list[bytes]
    persons: list[int | None]
    differs: list[bool]
    repeated: list[bool]
    days: list[str]
    amounts: list[str]
    facts: list[str]
    raw: list[Sequence[Cell]]


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
        judged = self._judge.judge(block.cells)
        totals = total_rows(self._feed, block)
        self.counts.rows += len(block.rows) - len(totals)
        for i, fault in enumerate(judged.faults):
            if fault is not None and i not in totals:
                self.rejected.append(Rejected(sheet, block.rows[i], block.raw[i], fault))
                self.counts.rejected += 1
        kept = [i for i, fault in enumerate(judged.faults) if fault is None and i not in totals]
        return self._accept(block, judged, kept)

    def _accept(self, block: Block, judged: Judged, kept: list[int]) -> Accepted:
        kept, digests = self._without_repeats(kept, self._digests.of(judged, kept))
        indexes = blind_indexes("id_number", _picked(judged.numbers, kept))
        persons, differs = self._register.of(indexes, _picked(block.cells[NAME], kept))
        repeated = [place >= 0 for place in self._earlier.find(digests)]
        self._count(persons, differs, repeated)
        days, amounts, facts = self._facts.of(judged, kept, persons)
        first, self._stored = self._stored, self._stored + len(kept)
        rows, raw = _picked(block.rows, kept), _picked(block.raw, kept)
        return Accepted(first, rows, indexes, digests, persons, differs, repeated, days, amounts, facts, raw)

    def _without_repeats(self, kept: list[int], digests: list[bytes]) -> tuple[list[int], list[bytes]]:
        fresh: list[int] = []
        found: list[bytes] = []
        seen = self._seen
        known = self._known.find(digests) if len(self._known) else [-1] * len(digests)
        for i, digest, place in zip(kept, digests, known, strict=True):
            if place < 0 and digest not in seen:
                seen.add(digest)
                fresh.append(i)
                found.append(digest)
        self.counts.duplicates += len(kept) - len(fresh)
        return fresh, found

    def _count(self, persons: list[int | None], differs: list[bool], repeated: list[bool]) -> None:
        again = sum(repeated)
        strangers = sum(person is None and not old for person, old in zip(persons, repeated, strict=True))
        self.counts.duplicates += again
        self.counts.accepted += len(persons) - again
        self.counts.not_registered += strangers
        self.counts.matched += len(persons) - again - strangers
        self.counts.name_differs += sum(other and not old for other, old in zip(differs, repeated, strict=True))


def _picked(values: Sequence[Any], kept: list[int]) -> list[Any]:
    return list(values) if len(kept) == len(values) else [values[i] for i in kept]


# --- reading ---


def judge_for(feed: Feed, latest: date) -> Judge:
    """The judge of a feed's files, whose values are canonical texts."""
    parsers = {column.name: column.parse or _canonical(column) for column in feed.columns}
    return Judge(
        feed.columns,
        id_column=feed.id_column,
        latest=latest,
        parsers={name: parse for name, parse in parsers.items() if parse is not None},
    )


def _canonical(column: Column) -> Parser | None:
    """Dates and numbers as texts; the other kinds are read into texts anyhow."""
    return {"date": iso_day, "number": millionths}.get(column.kind)


def iso_day(cell: Cell) -> str:
    """A date cell as ISO text, '' for an empty one; CellFault as `parse_date`."""
    day = parse_date(cell)
    return "" if day is None else day.isoformat()


def millionths(cell: Cell) -> str:
    """A number cell in millionths as text, '' for an empty one; CellFault as `parse_number`."""
    if isinstance(cell, float) and abs(cell) < _EXACT:
        # A spreadsheet's number: most are whole, or have two decimals, and need no exact arithmetic.
        scaled = cell * MILLION
        nearest = round(scaled)
        if abs(scaled - nearest) < 0.001:
            return str(nearest)
    if isinstance(cell, str) and len(cell) <= _SHORT and cell.isascii():
        whole, dot, part = cell.partition(".")
        if whole.isdigit() and (part.isdigit() or not dot) and len(part) <= _PLACES:
            return str(int(whole + part.ljust(_PLACES, "0")))
    number = parse_number(cell)
    return "" if number is None else str(int(number * MILLION))


def total_rows(feed: Feed, block: Block) -> set[int]:
    """Places of the rows that are totals, no rows of anybody (contract section 4)."""
    sequence, names, numbers = (block.cells[name] for name in (SEQUENCE, NAME, feed.id_column))
    maybe = {i for cells in (sequence, names) for i, cell in enumerate(cells) if type(cell) is str and "计" in cell}
    return {i for i in maybe if is_total(sequence[i], names[i], numbers[i])}


class Digests:
    """Keyed digests of the cleaned number and the own columns as read; what is absent is empty."""

    def __init__(self, feed: Feed) -> None:
        self._columns = [column.name for column in feed.columns]
        self._keyed = blake2b(key=blind_index("feed_row", feed.name), digest_size=INDEX_BYTES)

    def of(self, judged: Judged, kept: list[int]) -> list[bytes]:
        parts = [_picked(judged.numbers, kept), *(_picked(judged.values[name], kept) for name in self._columns)]
        return [self._digest(facts) for facts in map(_SEPARATOR.join, zip(*parts, strict=True))]

    def _digest(self, facts: str) -> bytes:
        keyed = self._keyed.copy()
        keyed.update(facts.encode())
        return keyed.digest()


# --- meeting the register ---


class Meeting:
    """Meets rows with the register: the person, and whether the row calls him by another name."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._folded: dict[Cell, str] = {}

    def of(self, indexes: Sequence[bytes], names: Sequence[Cell]) -> tuple[list[int | None], list[bool]]:
        entries = self._registry.find(indexes)
        registry = self._registry
        persons = [None if entry < 0 else registry.person(entry) for entry in entries]
        differs = [
            entry >= 0 and self._fold(name) != registry.name(entry) for entry, name in zip(entries, names, strict=True)
        ]
        return persons, differs

    def _fold(self, name: Cell) -> str:
        folded = self._folded.get(name)
        if folded is None:
            if len(self._folded) > _REMEMBERED:
                self._folded.clear()
            folded = self._folded[name] = fold_name(text(name))
        return folded


class FactWriter:
    """Writes what rules need of matched rows: main date, main amount, facts as canonical JSON."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        kinds = {column.name: column.kind for column in feed.columns}
        self._numeric = [kinds.get(fact.column) == "number" for fact in feed.facts]
        self._memo: dict[tuple[str, ...], str] = {}

    def of(
        self, judged: Judged, kept: list[int], persons: Sequence[int | None]
    ) -> tuple[list[str], list[str], list[str]]:
        """(days, amounts, facts) of the kept rows; nothing for rows of nobody registered."""
        feed = self._feed
        days = self._of_matched(judged.values.get(feed.happened_on), kept, persons)
        amounts = self._of_matched(judged.values.get(feed.amount), kept, persons)
        if not feed.facts:
            return days, amounts, [""] * len(kept)
        columns = [
            _picked(judged.numbers if fact.column == feed.id_column else judged.values[fact.column], kept)
            for fact in feed.facts
        ]
        rows = zip(persons, zip(*columns, strict=True), strict=True)
        return days, amounts, ["" if person is None else self._json(values) for person, values in rows]

    def _of_matched(self, values: Sequence[str] | None, kept: list[int], persons: Sequence[int | None]) -> list[str]:
        if values is None:
            return [""] * len(kept)
        return ["" if person is None else values[i] for i, person in zip(kept, persons, strict=True)]

    def _json(self, values: tuple[str, ...]) -> str:
        known = self._memo.get(values)
        if known is None:
            if len(self._memo) > _REMEMBERED:
                self._memo.clear()
            known = self._memo[values] = self._written(values)
        return known

    def _written(self, values: tuple[str, ...]) -> str:
        facts = {
            fact.key: _plain(fact, int(value) if numeric else value)
            for fact, value, numeric in zip(self._feed.facts, values, self._numeric, strict=True)
            if value
        }
        filled = {key: value for key, value in sorted(facts.items()) if value is not None}
        return json.dumps(filled, ensure_ascii=False, separators=(",", ":")) if filled else ""


def _plain(fact: Fact, value: str | int) -> Any:
    """A fact as JSON keeps it; None for one that is not there."""
    derived = fact.derive(value) if fact.derive else value
    return derived.isoformat() if isinstance(derived, date) else derived
