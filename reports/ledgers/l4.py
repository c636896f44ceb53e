"""L4 帮扶措施落实台账: the measures that had begun by the day and were not cancelled, with what was delivered by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, Max, Q, QuerySet, Sum

from assistance.models import Delivery, Measure
from households.models import Household
from reports.asof.episodes import living_in
from reports.ledgers import facts
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell

HOME = "plan__episode__household"
STATE = Measure.State


@dataclass(frozen=True)
class Delivered:
    """What was delivered of a measure by a day: how often, how much, with how many proofs, the last time when."""

    times: int = 0
    amount: Decimal = Decimal(0)
    proofs: int = 0
    last_on: date | None = None


class MeasureLedger(DetailLedger):
    """金额 is what was delivered by the day, empty where nothing was."""

    code = "L4"
    title = "帮扶措施落实台账"
    unit = "项、元"
    freeze = 7
    counter = ("户主", "项")
    reads = (
        *("risk", "content", "unit", "responsible", "starts_on", "planned_end_on", "ended_on", "confirmed_on"),
        *("type__category", "type__item", "beneficiary__name", "plan__episode__monitored_type"),
        *(f"{HOME}__{name}" for name in ("uid", "number", "group_name")),
    )
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("户编号",), 15),
        Column(("户主",), 11),
        Column(("监测对象类别",), 15),
        Column(("风险类型",), 15),
        Column(("措施大类",), 13),
        Column(("措施小类",), 16),
        Column(("受益人",), 11),
        Column(("内容",), 30, secret="text"),
        Column(("金额(元)",), 13, "money"),
        Column(("责任单位",), 16, secret="text"),
        Column(("责任人",), 9),
        Column(("开始时间",), 11, "date"),
        Column(("计划结束",), 11, "date"),
        Column(("实际结束",), 11, "date"),
        Column(("状态",), 8),
        Column(("佐证",), 6),
        Column(("农户确认",), 11, "date"),
    )

    def items(self, reading: Reading) -> QuerySet[Measure]:
        begun = Measure.objects.as_of(reading.on, reading.known_at)
        rows = living_in(begun, reading.division, reading.on, HOME, reading.known_at)
        related = rows.select_related("plan__episode__household", "type", "beneficiary")
        return related.order_by("place", f"{HOME}__number", "id")

    def counts(self, reading: Reading) -> Mapping[str, Aggregate]:
        delivered = Q(deliveries__in=Delivery.objects.as_of(reading.on, reading.known_at))
        return {"items": Count("pk", distinct=True), "given": Sum("deliveries__amount", filter=delivered)}

    def sums(self, figures: Mapping[str, Any]) -> dict[str, Cell]:
        return {"户主": f"{figures['items']}项", "金额(元)": figures["given"] or 0}

    def household(self, item: Any) -> Household:
        found: Household = item.plan.episode.household
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        heads = facts.heads({measure.plan.episode.household_id for measure in items}, reading.on, reading.known_at)
        delivered = deliveries([measure.pk for measure in items], reading.on, reading.known_at)
        for measure in items:
            home = measure.plan.episode.household
            head = heads.get(home.pk)
            yield [
                *places.cells(measure.place, home.group_name),
                *(home.number, head.name if head else ""),
                *_line(measure, delivered.get(measure.pk, Delivered()), reading.on),
            ]


def _line(measure: Measure, given: Delivered, on: date) -> Iterator[Cell]:
    yield from (measure.plan.episode.monitored_type, measure.risk, measure.type.category, measure.type.item)
    yield from (measure.beneficiary.name if measure.beneficiary else "", measure.content)
    yield given.amount if given.times else None
    yield from (measure.unit, measure.responsible, measure.starts_on, measure.planned_end_on)
    yield _by(measure.ended_on, on)
    yield state_on(measure, given, on).label
    yield from (f"{given.proofs}份" if given.proofs else "", _by(measure.confirmed_on, on))


def state_on(measure: Measure, given: Delivered, on: date) -> Measure.State:
    """The state of a begun measure on a day, whatever was delivered after it."""
    return STATE.ENDED if measure.ended_on and measure.ended_on <= on else measure.state_after(given.last_on)


def deliveries(measures: Iterable[int], on: date, known_at: datetime | None = None) -> dict[int, Delivered]:
    """What was delivered of some measures (by key) by a day."""
    rows = Delivery.objects.as_of(on, known_at).filter(measure__among=measures).order_by().values_list("measure_id")
    counted = rows.annotate(times=Count("pk"), given=Sum("amount"), proofs=Count("proof"), last=Max("delivered_on"))
    return {measure: Delivered(*given) for measure, *given in counted}


def _by(day: date | None, on: date) -> date | None:
    return day if day and day <= on else None
