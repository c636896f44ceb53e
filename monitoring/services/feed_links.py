"""Rows of people who were registered only after their file came: linked, with what rules need of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q

from households.models import FormerNumber, Person
from households.services.register_lock import hold_persons
from monitoring.evidence import EvidenceReader, Sheet
from monitoring.feeds import FEEDS, Feed
from monitoring.feeds.base import NAME
from monitoring.ingest import last_day
from monitoring.ingest_facts import FactWriter
from monitoring.ingest_keys import Registry, pairs
from monitoring.ingest_rows import Meeting, judge_for
from monitoring.models import FeedBatch, FeedRow
from sheets.clean import Cell
from sheets.read import Block

_CHUNK = 2_000


@transaction.atomic
def link_rows(batches: Iterable[FeedBatch]) -> int:
    """Link the late rows of these batches; returns how many there were.

    Called by every match before it runs, so that a register that came after its feeds misses nothing.
    """
    hold_persons()
    return sum(_link(batch) for batch in batches)


def _link(batch: FeedBatch) -> int:
    registered = Q(id_index__in=Person.objects.values("id_index"))
    former = Q(id_index__in=FormerNumber.objects.values("id_index"))
    late = FeedRow.objects.of([batch]).filter(registered | former, person__isnull=True).order_by("pk")
    rows = list(late)
    if not rows:
        return 0
    registry = Registry.of([bytes(row.id_index) for row in rows])
    with EvidenceReader(batch) as reader:
        for start in range(0, len(rows), _CHUNK):
            _fill(FEEDS[batch.feed], batch, rows[start : start + _CHUNK], reader, registry)
    return len(rows)


def _fill(feed: Feed, batch: FeedBatch, rows: list[FeedRow], reader: EvidenceReader, registry: Registry) -> None:
    received = reader.rows([row.position for row in rows])
    block = _block(feed, rows, [received[row.position] for row in rows])
    judged = judge_for(feed, last_day(batch.period)).judge(block)
    persons, differs = Meeting(registry).of(pairs(bytes(row.id_index) for row in rows), block.cells[NAME])
    found = FactWriter(feed).of(judged.numbers, judged.columns, persons > 0)
    days, amounts = found.days.tolist(), found.amounts.tolist()
    for place, row in enumerate(rows):
        row.person_id, row.name_differs = int(persons[place]), bool(differs[place])
        row.happened_on = days[place]
        row.amount = amounts[place] if found.has_amount[place] else None
        row.facts = found.texts[found.codes[place]]
    FeedRow.objects.bulk_update(rows, ["person", "name_differs", "happened_on", "amount", "facts"], batch_size=_CHUNK)


def _block(feed: Feed, rows: list[FeedRow], received: list[tuple[Sheet, list[Cell]]]) -> Block:
    """The kept rows as the block that they once were part of."""
    cells: dict[str, list[Cell]] = {}
    for column in feed.layout():
        cells[column.name] = [_cell(sheet, row, column.name) for sheet, row in received]
    return Block([row.row for row in rows], list(cells.values()), cells)


def _cell(sheet: Sheet, row: list[Cell], column: str) -> Cell:
    place = sheet.found.get(column)
    return row[place] if place is not None and place < len(row) else ""
