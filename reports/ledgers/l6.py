"""L6 回退及重新识别台账: every clearing taken back, and every identification of a household that had been cleared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from households.models import Household
from monitoring.models import EpisodeEvent
from reports.asof.episodes import HOME, living_in
from reports.ledgers import facts
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell

KIND = EpisodeEvent.Kind
ANEW = Q(kind=KIND.IDENTIFIED) & (Q(episode__serial__gt=1) | Q(episode__reidentified=True))


class ReturnLedger(DetailLedger):
    """One row a turn, in the village where the household lived on its day.

    A rolled-back household goes on in the same 周期, an identification anew begins the next. Turns that came with the
    register have no case, so neither reason nor 批准日期.
    """

    code = "L6"
    title = "回退及重新识别台账"
    unit = "户"
    paper = "A4"
    freeze = 7
    counter = ("户主", "户")
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("户编号",), 15),
        Column(("户主",), 9),
        Column(("原周期",), 8),
        Column(("原消除时间",), 9, "month"),
        Column(("情形",), 9),
        Column(("理由",), 32, secret="text"),
        Column(("批准日期",), 11, "date"),
        Column(("新周期",), 12),
        Column(("新风险",), 16),
    )

    def items(self, reading: Reading) -> QuerySet[EpisodeEvent]:
        turns = EpisodeEvent.objects.as_of(reading.on, reading.known_at)
        back = turns.filter(Q(kind=KIND.ROLLED_BACK) | ANEW)
        here = living_in(back, reading.division, reading.on, HOME, reading.known_at)
        rows = here.select_related(HOME, "case")
        return rows.order_by("place", f"{HOME}__number", "happened_on", "id")

    def household(self, item: Any) -> Household:
        found: Household = item.episode.household
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        homes = {event.episode.household_id for event in items}
        heads = facts.heads(homes, reading.on, reading.known_at)
        courses = facts.courses(homes, reading.on, reading.known_at)
        for event in items:
            home = event.episode.household
            head = heads.get(home.pk)
            yield [
                *places.cells(event.place, home.group_name),
                *(home.number, head.name if head else ""),
                *_line(event, courses[home.pk]),
            ]


def _line(event: EpisodeEvent, course: facts.Course) -> Iterator[Cell]:
    episode, case = event.episode, event.case
    cleared = last_clearing(course, event.pk)
    back = event.kind == KIND.ROLLED_BACK
    before = episode.serial if back else cleared.serial if cleared else episode.serial - 1
    yield cycle(before) if before else ""
    yield facts.month_of(cleared.happened_on) if cleared and cleared.dated else ""
    yield "消除回退" if back else "重新识别"
    yield (case.reason if case else "") or event.note
    yield case.decided_on if case else None
    yield f"延续{cycle(before)}" if back else cycle(episode.serial)
    yield "、".join(case.risks if case else []) if back else "、".join(episode.risks)


def last_clearing(course: facts.Course, turn: int) -> facts.Turn | None:
    """The clearing that the turn with this key came after; of the same episode or of an earlier one."""
    place = next(i for i, event in enumerate(course.events) if event.pk == turn)
    cleared = [event for event in course.events[:place] if event.kind == KIND.CLEARED]
    return cleared[-1] if cleared else None


def cycle(serial: int) -> str:
    return f"第{serial}周期"
