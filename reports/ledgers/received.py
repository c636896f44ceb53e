"""What departments wrote about the persons of some problems: their rows as received, read from the kept evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from households.models import Membership, Person
from monitoring.evidence import EvidenceReader, Sheet
from monitoring.feeds import Feed
from monitoring.models import FeedBatch, FeedRow, Hit
from sheets.clean import CellFault, parse_date
from sheets.text import Cell, text

# ("clue", key), ("episode", key) or ("visit", key): what tells of a problem.
Key = tuple[str, int]


@dataclass
class Report:
    """One person in a department's words: its latest row about him, empty cells filled from earlier ones."""

    person: Person
    cells: dict[str, Cell] = field(default_factory=dict)

    def get(self, name: str) -> Cell:
        """The cell of a column as contract section 3 names it; '' where the file had none."""
        return self.cells.get(name, "")


@dataclass
class Evidence:
    """What the rule found for one clue or episode by a day: digests of the rows that fired, the last sum in words."""

    digests: set[str] = field(default_factory=set)
    arithmetic: str = ""


def evidence(rule: str, keys: Iterable[Key], on: date, known_at: datetime | None = None) -> defaultdict[Key, Evidence]:
    """The evidence of some clues and episodes by a day."""
    wanted = set(keys)
    clues = [number for kind, number in wanted if kind == "clue"]
    episodes = [number for kind, number in wanted if kind == "episode"]
    hits = Hit.objects.as_of(on, known_at).filter(rule=rule)
    rows = hits.attached().filter(clue__in=clues) | hits.filter(outcome=Hit.Outcome.COVERED, episode__in=episodes)
    found: defaultdict[Key, Evidence] = defaultdict(Evidence)
    for hit in rows.order_by("period", "id").defer("evidence_sealed"):
        one = found["clue", hit.clue_id] if hit.clue_id else found["episode", hit.episode_id or 0]
        one.digests.update(hit.evidence_keys)
        one.arithmetic = hit.arithmetic
    return found


def reports(
    feed: Feed,
    found: Mapping[Key, Evidence],
    homes: Mapping[Key, int],
    on: date,
    known_at: datetime | None = None,
) -> dict[Key, list[Report]]:
    """The persons whom the evidence is about, with what the department had written of them by a day. `homes` has the
    household of each clue and episode.

    Raises:
        Refused: the kept rows of a file are not in the data folder.
    """
    rows = _rows(feed, {homes[key] for key in found}, on, known_at)
    cells = cells_of(feed, [row for about in rows.values() for row in about])
    return {key: _reports(rows[homes[key]], one.digests, cells) for key, one in found.items()}


def _reports(rows: list[FeedRow], keys: set[str], cells: dict[int, dict[str, Cell]]) -> list[Report]:
    """One report for each person with a row among the evidence, made of all rows about him."""
    fired = {row.person_id for row in rows if bytes(row.digest).hex() in keys}
    found: dict[int | None, Report] = {}
    for row in rows:
        if row.person_id in fired and row.person is not None:
            report = found.setdefault(row.person_id, Report(row.person))
            report.cells.update({name: cell for name, cell in cells[row.pk].items() if cell not in ("", None)})
    return list(found.values())


def _rows(
    feed: Feed, households: Collection[int], on: date, known_at: datetime | None
) -> defaultdict[int, list[FeedRow]]:
    """The feed's rows about everybody who ever belonged to the households, oldest first, by household."""
    homes = Membership.objects.filter(household__in=households).order_by().values_list("person_id", "household_id")
    by_person: defaultdict[int | None, set[int]] = defaultdict(set)
    for person, household in homes.distinct():
        by_person[person].add(household)
    found: defaultdict[int, list[FeedRow]] = defaultdict(list)
    batches = FeedBatch.objects.as_of(on, known_at).filter(feed=feed.name)
    rows = FeedRow.objects.of(batches).filter(person__in=list(by_person))
    for row in rows.select_related("person").order_by("batch__period", "position"):
        for household in by_person[row.person_id]:
            found[household].append(row)
    return found


def cells_of(feed: Feed, rows: Collection[FeedRow]) -> dict[int, dict[str, Cell]]:
    """The own columns of each row (by key) by their names."""
    by_batch: defaultdict[int, list[FeedRow]] = defaultdict(list)
    for row in rows:
        by_batch[row.batch_id].append(row)
    found: dict[int, dict[str, Cell]] = {}
    for batch in FeedBatch.objects.select_related("file").filter(pk__in=by_batch):
        with EvidenceReader(batch) as reader:
            received = reader.rows(row.position for row in by_batch[batch.pk])
        for row in by_batch[batch.pk]:
            found[row.pk] = _named(feed, *received[row.position])
    return found


def _named(feed: Feed, sheet: Sheet, cells: list[Any]) -> dict[str, Cell]:
    dates = {column.name for column in feed.of_kind("date")}
    named: dict[str, Cell] = {}
    for name, place in sheet.found.items():
        cell = cells[place] if place < len(cells) else None
        named[name] = _day(cell) if name in dates else text(cell)
    return named


def _day(cell: Any) -> Cell:
    """Dates as days, what is none as it stands."""
    try:
        return parse_date(cell)
    except CellFault:
        return text(cell)
