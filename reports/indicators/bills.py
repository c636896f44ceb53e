"""What illness households were billed in the year and what was reimbursed, from the medical-costs files as received."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from households.models import Household, Membership
from monitoring.evidence import EvidenceReader, Sheet
from monitoring.models import FeedBatch, FeedRow
from reports.indicators.base import batches_by, chosen
from reports.ledgers.base import Reading
from sheets.clean import CellFault
from sheets.numbers import parse_number
from sheets.text import Cell, text

FEED = "medical_costs"
_BASIC, _MORE = "基本医保支付", ("大病保险支付", "医疗救助支付")


@dataclass
class Bill:
    """A household's eligible costs and what was reimbursed of them; `inside` is 0 where the files do not say."""

    inside: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)


def bills(reading: Reading, homes: QuerySet[Household]) -> dict[int, Bill]:
    """The bills of the calendar year up to the day, by household of `homes`; those without any are not there.

    Raises:
        Refused: the kept rows of a file are not in the data folder.
    """
    year = date(reading.on.year, 1, 1)
    batches = list(batches_by(reading).filter(feed=FEED, period__gte=year).select_related("file"))
    if not batches:
        return {}
    members = Membership.objects.as_of(reading.on, reading.known_at).filter(household__in=homes.values("pk"))
    by_person = dict(members.order_by().values_list("person_id", "household_id"))
    wanted = chosen("indicator_reimbursed_kinds", reading) == "inpatient"
    payers = (_BASIC,) if chosen("indicator_reimbursed_payers", reading) == "basic" else (_BASIC, *_MORE)
    found: defaultdict[int, Bill] = defaultdict(Bill)
    for person, cells in _received(reading, batches, by_person):
        if wanted and cells.get("就医类别") and "住院" not in text(cells["就医类别"]):
            continue
        bill = found[by_person[person]]
        inside = _inside(cells)
        if inside is not None and not (wanted and not cells.get("就医类别")):
            bill.inside += inside
            bill.paid += sum((_amount(cells, name) or Decimal(0) for name in payers), Decimal(0))
    return dict(found)


def _received(
    reading: Reading, batches: list[FeedBatch], persons: Iterable[int]
) -> Iterable[tuple[int, dict[str, Cell]]]:
    """The year's rows about these persons with their cells by the names of the columns."""
    year = date(reading.on.year, 1, 1)
    rows = FeedRow.objects.of(batches).filter(
        person__in=list(persons), duplicate=False, happened_on__range=(year, reading.on)
    )
    by_batch: defaultdict[int, list[FeedRow]] = defaultdict(list)
    for row in rows:
        by_batch[row.batch_id].append(row)
    for batch in batches:
        yield from _cells(batch, by_batch[batch.pk])


def _cells(batch: FeedBatch, rows: list[FeedRow]) -> Iterable[tuple[int, dict[str, Cell]]]:
    if not rows:
        return
    with EvidenceReader(batch) as reader:
        received = reader.rows(row.position for row in rows)
    for row in rows:
        yield row.person_id or 0, _named(*received[row.position])


def _named(sheet: Sheet, cells: list[Any]) -> dict[str, Cell]:
    return {name: cells[place] for name, place in sheet.found.items() if place < len(cells)}


def _inside(cells: dict[str, Cell]) -> Decimal | None:
    """What the catalogue covers of a bill: its whole sum less 个人自费, else the payments and 个人自付 added up."""
    whole, outside = _amount(cells, "医疗总费用"), _amount(cells, "个人自费")
    if whole is not None:
        return whole - (outside or Decimal(0)) if outside is not None or _amount(cells, _BASIC) is not None else None
    basic = _amount(cells, _BASIC)
    parts = [_amount(cells, name) for name in (*_MORE, "个人自付")]
    return basic + sum((part for part in parts if part is not None), Decimal(0)) if basic is not None else None


def _amount(cells: dict[str, Cell], name: str) -> Decimal | None:
    try:
        return parse_number(cells.get(name))
    except CellFault:
        return None
