"""What the police report of registered persons becomes proposals that a cadre decides; no row changes anybody's data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.crypto import blind_index
from households.models import FormerNumber, Person
from households.services.life import Reported, propose_changes, withdraw_changes
from monitoring.evidence import EvidenceReader, Sheet
from monitoring.feeds import FEEDS
from monitoring.feeds.base import NAME
from monitoring.match_explain import in_chunks
from monitoring.models import FeedBatch, FeedRow
from sheets.clean import Cell, fold_name, text, tidy_id

FEED = FEEDS["population_changes"]
FORMER = "原证件号码"
BIRTH, RENAMED, RENUMBERED = "出生", "改名", "改号"


@transaction.atomic
def propose_population_changes(*, period: date, at: datetime) -> int:
    """Enter the reports of the period's current file as proposals and withdraw those of a file that it replaced; how
    many are new. Doing it again changes nothing."""
    _withdraw_replaced(period, at)
    batches = FeedBatch.objects.current().filter(feed=FEED.name, period=period).select_related("file").order_by("pk")
    return sum(propose_changes(reported=_reports(batch), at=at) for batch in batches)


def _withdraw_replaced(period: date, at: datetime) -> None:
    batches = FeedBatch.objects.filter(feed=FEED.name)
    replaced = FeedRow.objects.of(batches.filter(period=period).exclude(state=FeedBatch.State.CURRENT))
    of_feed = FeedRow.objects.of(batches)
    for chunk in in_chunks(replaced.values_list("digest", flat=True).iterator()):
        there = {bytes(one) for one in of_feed.current().filter(digest__in=chunk).values_list("digest", flat=True)}
        withdraw_changes(keys=[_key(one) for one in chunk if bytes(one) not in there], at=at)


def _key(digest: Any) -> str:
    return f"population_changes:{bytes(digest).hex()}"


def _reports(batch: FeedBatch) -> Iterator[Reported]:
    rows = FeedRow.objects.of([batch]).select_related("person").order_by("pk")
    with EvidenceReader(batch) as reader:
        for chunk in in_chunks(rows.iterator(), 2_000):
            received = reader.rows(row.position for row in chunk)
            cells = [_cells(*received[row.position]) for row in chunk]
            former = _persons_of([own[FORMER] for own in cells])
            for row, own in zip(chunk, cells, strict=True):
                report = _report(row, own, former.get(own[FORMER]))
                if report is not None:
                    yield report


def _report(row: FeedRow, cells: dict[str, str], former: int | None) -> Reported | None:
    """What one row reports of a registered person; None when it says nothing that the register does not."""
    if row.person is None:
        # Not matched before a cadre confirms that the number is his (contract section 4).
        if former is None:
            return None
        return Reported(former, RENUMBERED, None, _key(row.digest), number=cells[FEED.id_column])
    kind = json.loads(row.facts)["change"]
    if kind in (BIRTH, RENUMBERED):
        return None  # he is registered, under this number
    if kind == RENAMED and fold_name(cells[NAME]) in ("", fold_name(row.person.name)):
        return None
    return Reported(row.person.pk, kind, row.happened_on, _key(row.digest), name=cells[NAME] if kind == RENAMED else "")


def _cells(sheet: Sheet, cells: Sequence[Cell]) -> dict[str, str]:
    """The cells that a report is made of, cleaned; '' for a column that the sheet lacks."""

    def cell(column: str) -> Cell:
        place = sheet.found.get(column)
        return cells[place] if place is not None and place < len(cells) else ""

    return {
        NAME: text(cell(NAME)),
        FEED.id_column: tidy_id(cell(FEED.id_column)),
        FORMER: tidy_id(cell(FORMER)),
    }


def _persons_of(numbers: Sequence[str]) -> dict[str, int]:
    """Registered persons by the numbers that they have or had."""
    indexes = {blind_index("id_number", number): number for number in set(numbers) if number}
    found: dict[str, int] = {}
    for index, person in FormerNumber.objects.filter(id_index__in=indexes).values_list("id_index", "person_id"):
        found[indexes[bytes(index)]] = person
    for index, person in Person.objects.filter(id_index__in=indexes).values_list("id_index", "pk"):
        found[indexes[bytes(index)]] = person
    return found
