"""L1 防止返贫监测对象台账: every household identified up to the day and not cancelled, cleared ones marked 是."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import Aggregate, Count, Q, QuerySet

from assistance import catalogue as c
from households.models import Household
from households.models.income import in_cents
from monitoring.models import EpisodeEvent
from monitoring.workflow.opening import MOST_RISKS
from reports.asof import episodes as q
from reports.ledgers import facts
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell

KIND = EpisodeEvent.Kind
HOME = (
    *("uid", "number", "group_name", "category", "phone_sealed", "per_capita_income"),
    *("whole_without_labour", "needs_mending"),
)
RISKS = tuple(Column(("致贫返贫风险", str(number)), 8) for number in range(1, MOST_RISKS + 1))
MEASURES: dict[str, tuple[str, ...]] = {
    "产业": (c.INDUSTRY,),
    "就业": (c.EMPLOYMENT,),
    "公益岗": (c.PUBLIC_POST,),
    "金融": (c.FINANCE,),
    "健康": (c.HEALTH,),
    "教育": (c.SCHOOLING, c.EDUCATION),
    "住房": (c.HOUSING, c.RELOCATION),
    "饮水": (c.WATER,),
    "综合保障": (c.COMPREHENSIVE,),
    "社会": (c.SOCIAL,),
}


class MonitoredHouseholds(DetailLedger):
    """One row a household, by the last turn of its last episode up to the day.

    Cleared households stay, as they do in the national file; those cancelled leave. Measures are counted: begun by
    the day and not cancelled. What nobody has recorded is an empty cell, never 否.
    """

    code = "L1"
    title = "防止返贫监测对象台账"
    unit = "户、人、元、项"
    freeze = 7
    counter = ("户主姓名", "户")
    reads = (
        *("kind", "happened_on", "dated", "episode__monitored_type", "episode__risks", "episode__clear_method"),
        *(f"episode__household__{name}" for name in HOME),
        *(f"episode__household__helper__{name}" for name in ("name", "unit", "phone")),
        "case__clear_method",
    )
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("户编号",), 15),
        Column(("户主姓名",), 11),
        Column(("证件号码",), 20, secret="id"),
        Column(("联系电话",), 13, secret="phone"),
        Column(("家庭人口",), 5, "int"),
        Column(("劳动力",), 5, "int"),
        Column(("户类型",), 9),
        Column(("监测对象类别",), 13),
        Column(("识别监测时间",), 8, "month"),
        *RISKS,
        Column(("识别时", "年纯收入"), 12, "money"),
        Column(("识别时", "人均纯收入"), 11, "money"),
        Column(("识别时", "合规自付支出"), 11, "money"),
        Column(("三保障及饮水", "义务教育"), 6),
        Column(("三保障及饮水", "医疗"), 6),
        Column(("三保障及饮水", "住房"), 6),
        Column(("三保障及饮水", "饮水"), 6),
        Column(("当前", "人均纯收入"), 11, "money"),
        Column(("当前", "较上年增幅%"), 9, "percent"),
        *(Column(("帮扶措施", name), 5, "int") for name in MEASURES),
        Column(("帮扶责任人", "姓名"), 11),
        Column(("帮扶责任人", "单位"), 12),
        Column(("帮扶责任人", "电话"), 13, secret="phone"),
        Column(("风险是否已消除",), 6),
        Column(("消除监测时间",), 8, "month"),
        Column(("风险消除方式",), 9),
        Column(("整户无劳动能力兜底保障户",), 8),
        Column(("备注",), 14, secret="text"),
    )

    def items(self, reading: Reading) -> QuerySet[EpisodeEvent]:
        turns = q.standing(reading.division, reading.on, reading.known_at).exclude(kind=KIND.CANCELLED)
        return turns.select_related("episode__household__helper", "case").order_by(
            "place", "episode__household__number"
        )

    def counts(self, reading: Reading) -> Mapping[str, Aggregate]:
        members = q.members_on(reading.on, "episode__household", reading.known_at)
        return {
            "items": Count("pk", distinct=True),
            "people": Count("episode__household__memberships", filter=members),
            "cleared": Count("pk", distinct=True, filter=Q(kind=KIND.CLEARED)),
        }

    def sums(self, figures: Mapping[str, Any]) -> dict[str, Cell]:
        return {
            "户主姓名": f"{figures['items']}户",
            "家庭人口": figures["people"],
            "风险是否已消除": f"是{figures['cleared']}户",
        }

    def household(self, item: Any) -> Household:
        found: Household = item.episode.household
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        known = _Known(reading, items)
        for turn in items:
            yield [*places.cells(turn.place, turn.episode.household.group_name), *known.line(turn)]


class _Known:
    """Everything about some households that their rows show."""

    def __init__(self, reading: Reading, items: list[EpisodeEvent]) -> None:
        homes = [turn.episode.household_id for turn in items]
        episodes = [turn.episode for turn in items]
        on, known_at = reading.on, reading.known_at
        self._heads = facts.heads(homes, on, known_at)
        self._sizes = facts.sizes(homes, on, known_at)
        self._money = facts.money(homes, on, known_at)
        self._guarantees = facts.guarantees(homes, on, known_at)
        self._measures = facts.measure_counts([episode.pk for episode in episodes], on, known_at)
        self._helpers = facts.helpers(episodes)
        self._course = facts.courses(homes, on, known_at)

    def line(self, turn: EpisodeEvent) -> Iterator[Cell]:
        episode, home = turn.episode, turn.episode.household
        head, size = self._heads.get(home.pk), self._sizes.get(home.pk, facts.Size())
        course = self._course[home.pk]
        identified = course.identified(turn.episode_id)
        yield from (home.number, head.name if head else "", head.id_number if head else "")
        yield home.phone or (head.phone if head else "")
        yield from (size.members, size.workers if size.known else None, home.category, episode.monitored_type)
        yield facts.month_of(identified)
        yield from ([*episode.risks, *[""] * MOST_RISKS])[:MOST_RISKS]
        yield from self._income(turn, course.cleared_before(episode.pk))
        yield from self._measured(turn)
        yield from self._end(turn, size, secured=course.secured(episode.pk))

    def _income(self, turn: EpisodeEvent, after: date) -> Iterator[Cell]:
        """Income at identification, the guarantees, current income."""
        home = turn.episode.household
        money = self._money[home.pk]
        then, now = money.of_basis(facts.Basis.IDENTIFY, after), money.current()
        yield from (then.net, then.net_per_capita, then.own_payments) if then else (None, None, None)
        found = self._guarantees[home.pk]
        yield from ({True: "有", False: "无", None: ""}[found.get(name)] for name in facts.GUARANTEES)
        if now:
            yield now.net_per_capita
        else:
            yield None if home.per_capita_income is None else in_cents(home.per_capita_income)
        yield money.growth()

    def _measured(self, turn: EpisodeEvent) -> Iterator[Cell]:
        counts, helper = self._measures[turn.episode_id], self._helpers[turn.episode_id]
        for categories in MEASURES.values():
            yield sum(counts[category] for category in categories) or None
        yield from (helper.name, helper.unit, helper.phone)

    def _end(self, turn: EpisodeEvent, size: facts.Size, *, secured: bool) -> Iterator[Cell]:
        cleared, home = turn.kind == KIND.CLEARED, turn.episode.household
        yield facts.yes_no(cleared)
        yield facts.month_of(turn.happened_on) if cleared and turn.dated else ""
        yield (turn.case.clear_method if turn.case else turn.episode.clear_method) if cleared else ""
        # 否 only where the register shows somebody who can work; otherwise nobody has said.
        yield "是" if secured or home.whole_without_labour else "否" if size.workers else ""
        yield "；".join(filter(None, ("消除后回退" if turn.kind == KIND.ROLLED_BACK else "", home.needs_mending)))
