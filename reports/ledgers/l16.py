"""L16 医疗保障/大额支出台账: the medical bills of the year as the department wrote them, and what came of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, QuerySet, Sum

from households.models import Household
from monitoring.feeds import FEEDS
from monitoring.models import Clue, FeedBatch, FeedRow, Hit, Transition
from reports.asof.episodes import living_in
from reports.asof.members import staying
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.l3 import OUTCOMES
from reports.ledgers.latest import INSURED, Latest
from reports.ledgers.persons import PERSON, person_cells
from reports.ledgers.places import PLACE, Places
from reports.ledgers.received import cells_of
from sheets.clean import CellFault, parse_number
from sheets.text import Cell, text

FEED = FEEDS["medical_costs"]
RULE = "medical_burden"
# FeedRow.amount counts in millionths.
MILLION = Decimal(1_000_000)
MONEY = {
    "医疗总费用": "医疗总费用",
    "医保报销": "基本医保支付",
    "大病报销": "大病保险支付",
    "医疗救助": "医疗救助支付",
}


class MedicalLedger(DetailLedger):
    """One row a bill settled in the year of the day, of everybody who belongs to a household on it, month by month of
    the files; a bill that an earlier month's file had too comes once.

    是否触发: whether the bill is among what made the household's sum reach its line; 处理 is how that stands. 参保状态 and
    资助 are those of the insurer's newest file.
    """

    code = "L16"
    title = "医疗保障/大额支出台账"
    unit = "人次、元"
    freeze = 6
    counter = ("姓名", "人次")
    columns = (
        Column(("序号",), 6, "seq"),
        *PLACE,
        *PERSON,
        Column(("人员类别",), 13),
        Column(("参保状态",), 8),
        Column(("资助",), 12),
        Column(("疾病名称",), 16, secret="text"),
        Column(("就医时间",), 11, "date"),
        Column(("医疗总费用",), 12, "money"),
        Column(("医保报销",), 12, "money"),
        Column(("大病报销",), 12, "money"),
        Column(("医疗救助",), 12, "money"),
        Column(("自付",), 12, "money"),
        Column(("年度累计",), 12, "money"),
        Column(("是否触发",), 5),
        Column(("处理",), 11),
    )

    def items(self, reading: Reading) -> QuerySet[FeedRow]:
        return self._bills(reading).select_related("person", "stay__household")

    def counts(self, reading: Reading) -> Mapping[str, Aggregate]:
        return {"paid": Sum("amount")}

    def sums(self, figures: Mapping[str, Any]) -> dict[str, Cell]:
        return {"姓名": f"{figures['items']}人次", "自付": (figures["paid"] or 0) / MILLION}

    def household(self, item: Any) -> Household:
        found: Household = item.stay.household
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        known = _Known(reading, items)
        for row in items:
            yield [
                *places.cells(row.place, row.stay.household.group_name),
                *person_cells(row.person, row.stay.relation, reading.on),
                *known.line(row),
            ]

    def _bills(self, reading: Reading) -> QuerySet[Any]:
        on, known_at = reading.on, reading.known_at
        files = FeedBatch.objects.as_of(on, known_at).filter(feed=FEED.name).values_list("pk", flat=True)
        rows = FeedRow.objects.of(files).filter(
            person__isnull=False, duplicate=False, happened_on__range=(date(on.year, 1, 1), on)
        )
        housed = living_in(staying(rows, on, known_at), reading.division, on, "stay__household", known_at)
        return housed.order_by("batch__period", "batch", "place", "stay__household__number", "person", "pk")


@dataclass
class Burden:
    """What the rule found of one household by a day: digests of the bills that it added up, and how that stands."""

    digests: set[str] = field(default_factory=set)
    state: str = ""


class _Known:
    """Everything about some bills that their rows show."""

    def __init__(self, reading: Reading, items: list[Any]) -> None:
        self._received = cells_of(FEED, items)
        self._insured = Latest(INSURED, reading).cells(row.person_id for row in items)
        self._burdens = burdens(reading, {row.stay.household_id for row in items})

    def line(self, row: Any) -> Iterator[Cell]:
        told, insured = self._received[row.pk], self._insured.get(row.person_id, {})
        yield text(told.get("人员类别")) or row.stay.household.category
        yield from (insured.get("参保状态", ""), _aid(insured), text(told.get("疾病名称")), row.happened_on)
        yield from (_money(told.get(name)) for name in MONEY.values())
        yield None if row.amount is None else row.amount / MILLION
        yield _money(told.get("年度累计个人负担"))
        burden = self._burdens.get(row.stay.household_id)
        fired = burden is not None and bytes(row.digest).hex() in burden.digests
        yield from ("是" if fired else "否", burden.state if burden and fired else "")


def _aid(insured: dict[str, str]) -> str:
    """'低保对象 280元': who is helped to be insured, and with how much."""
    amount = insured.get("资助金额", "")
    return " ".join(filter(None, (insured.get("资助类别", ""), f"{amount}元" if amount else "")))


def _money(cell: Cell) -> Cell:
    """The number in a cell; what is none as it stands."""
    try:
        return parse_number(cell)
    except CellFault:
        return text(cell)


def burdens(reading: Reading, households: Iterable[int]) -> dict[int, Burden]:
    """What the rule for own medical costs had found of some households by a day."""
    hits = Hit.objects.as_of(reading.on, reading.known_at).filter(rule=RULE, household__in=set(households))
    rows = list(hits.order_by("period", "id").defer("evidence_sealed"))
    states = clue_states(reading, {hit.clue_id for hit in rows if hit.clue_id})
    found: defaultdict[int, Burden] = defaultdict(Burden)
    for hit in rows:
        one = found[hit.household_id]
        one.digests.update(hit.evidence_keys)
        one.state = states.get(hit.clue_id or 0) or hit.get_outcome_display()
    return found


def clue_states(reading: Reading, keys: Iterable[int]) -> dict[int, str]:
    """How some clues (by key) stood on the day."""
    moves = Transition.objects.as_of(reading.on, reading.known_at).filter(clue__in=set(keys))
    rows = moves.order_by("id").values_list("clue_id", "target")
    states = {clue: Clue.State(target) for clue, target in rows if clue}
    return {clue: OUTCOMES.get(state) or str(state.label) for clue, state in states.items()}
