"""L18 低收入人口台账: everybody of a low-income class on the day, one row a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Exists, OuterRef, QuerySet, Subquery, Sum

from households.models import Household, Membership
from monitoring.risks import MonitoredType
from records.models import LowIncome
from reports.asof.episodes import living_in
from reports.asof.homes import is_monitored
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.books import monitored_types
from reports.ledgers.column import Column
from reports.ledgers.facts import yes_no
from reports.ledgers.persons import PERSON, READS, person_cells
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell


class LowIncomeLedger(DetailLedger):
    """Who is in the book of the low-income population, and the members of households monitored as 脱贫不稳定户.

    Who is of two classes has one row with both; 月保障金 is what they come to together.
    """

    code = "L18"
    title = "低收入人口台账"
    unit = "人、元"
    paper = "A4"
    freeze = 6
    counter = ("姓名", "人")
    reads = (
        *("household", "relation"),
        *(f"person__{name}" for name in READS),
        *("household__uid", "household__group_name"),
    )
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        *PERSON,
        Column(("类别",), 18, words=()),
        Column(("起始月",), 9, "month"),
        Column(("月保障金",), 11, "money"),
        Column(("渐退",), 6),
        Column(("是否监测对象",), 8),
    )

    def items(self, reading: Reading) -> QuerySet[Membership]:
        where = division, on, known_at = reading.division, reading.on, reading.known_at
        told = Exists(_lines(reading).filter(person=OuterRef("person_id")))
        unstable = is_monitored(*where, home="household", monitored_type=MonitoredType.UNSTABLE)
        members = Membership.objects.as_of(on, known_at).filter(told | unstable)
        rows = living_in(members, division, on, "household", known_at).select_related("household", "person")
        found: QuerySet[Membership] = rows.order_by("place", "household__number", "id")
        return found

    def counts(self, reading: Reading) -> Mapping[str, Aggregate]:
        lines = _lines(reading).filter(person=OuterRef("person_id")).order_by().values("person")
        return {"paid": Sum(Subquery(lines.annotate(paid=Sum("monthly_amount")).values("paid")))}

    def sums(self, figures: Mapping[str, Any]) -> dict[str, Cell]:
        return {"姓名": f"{figures['items']}人", "月保障金": figures["paid"] or 0}

    def household(self, item: Any) -> Household:
        found: Household = item.household
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterator[list[Cell]]:
        types = monitored_types({item.household_id for item in items}, reading)
        told: defaultdict[int, list[LowIncome]] = defaultdict(list)
        lines = _lines(reading).filter(person__among=[item.person_id for item in items]).order_by("from_on", "id")
        for line in lines.only("person_id", "kind", "from_on", "monthly_amount", "tapering"):
            told[line.person_id].append(line)
        for item in items:
            monitored_type = types.get(item.household_id, "")
            yield [
                *places.cells(item.place, item.household.group_name),
                *person_cells(item.person, item.relation, reading.on),
                *_classes(told[item.person_id], monitored_type),
                yes_no(bool(monitored_type)),
            ]


def _lines(reading: Reading) -> QuerySet[LowIncome]:
    return LowIncome.objects.as_of(reading.on, reading.known_at)


def _classes(lines: list[LowIncome], monitored_type: str) -> Iterable[Cell]:
    words = [line.get_kind_display() for line in lines]
    if monitored_type == MonitoredType.UNSTABLE:
        words.append(str(LowIncome.Kind.UNSTABLE.label))
    first: date | None = min((line.from_on for line in lines), default=None)
    amounts = [line.monthly_amount for line in lines if line.monthly_amount is not None]
    tapering = [line.tapering for line in lines if line.tapering is not None]
    yield "、".join(dict.fromkeys(words))
    yield first
    yield sum(amounts, Decimal(0)) if amounts else None
    yield yes_no(any(tapering) if tapering else None)
