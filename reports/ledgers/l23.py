"""L23 家庭人口自然变更台账: who came into a household and who left it, as the register's events tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils import timezone

from accounts.knowledge import recorded_by
from households.models import ChangeProposal, Household, LifeEvent
from reports.asof.episodes import living_in
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.persons import PERSON, person_cells
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell

Kind = LifeEvent.Kind
COMING = (Kind.BIRTH, Kind.MARRIED_IN, Kind.MOVED_IN)
GOING = (Kind.DEATH, Kind.MARRIED_OUT, Kind.MOVED_OUT, Kind.LEFT)
# (person, moment of recording): what tells that an event came of what the police had reported.
Key = tuple[int | None, datetime]


class LifeLedger(DetailLedger):
    """One row a person and change, in the village where the household lived on its day, by the day on which it happened.

    Changes of whole households (分户, 并户, 搬迁, 注销) are not natural changes of persons. 审核 is who confirmed what
    the police had reported; vote, notice and the comparison with 医保 and 社保 are kept nowhere and stay empty.
    """

    code = "L23"
    title = "家庭人口自然变更台账"
    unit = "人"
    paper = "A4"
    freeze = 7
    counter = ("姓名", "人")
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("户编号",), 15),
        *PERSON,
        Column(("变更类型",), 9),
        Column(("发生日期",), 11, "date"),
        Column(("佐证",), 20, secret="text"),
        Column(("评议/公示",), 8),
        Column(("审核",), 8),
        Column(("录入日期",), 11, "date"),
        Column(("医保社保比对",), 9),
    )

    def items(self, reading: Reading) -> QuerySet[LifeEvent]:
        known = LifeEvent.objects.filter(recorded_by(reading.known_at), happened_on__lte=reading.on)
        events = known.filter(kind__in=(*COMING, *GOING), person__isnull=False)
        rows = living_in(events, reading.division, OuterRef("happened_on"), "household", reading.known_at)
        related = rows.select_related("household", "person")
        return related.order_by("place", "household__number", "happened_on", "id")

    def household(self, item: Any) -> Household:
        found: Household = item.household
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        reported = proposals(items)
        for event in items:
            yield [
                *places.cells(event.place, event.household.group_name),
                event.household.number,
                *person_cells(event.person, event.data.get("relation", ""), event.happened_on),
                *_line(event, reported.get((event.person_id, event.recorded_at))),
            ]


def _line(event: LifeEvent, proposal: ChangeProposal | None) -> Iterator[Cell]:
    yield event.data.get("why") or event.get_kind_display()
    yield event.happened_on
    yield "；".join(filter(None, ("公安户籍变动数据" if proposal else "", event.reason)))
    yield ""
    yield proposal.decided_by.name if proposal and proposal.decided_by else ""
    yield timezone.localdate(event.recorded_at)
    yield ""


def proposals(events: list[LifeEvent]) -> dict[Key, ChangeProposal]:
    """What departments had reported of some events and a cadre confirmed, which wrote the event."""
    rows = ChangeProposal.objects.filter(
        state=ChangeProposal.State.CONFIRMED, person__in={event.person_id for event in events}
    )
    return {(row.person_id, row.decided_at): row for row in rows.select_related("decided_by") if row.decided_at}
