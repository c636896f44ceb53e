"""L8 重点家庭收入台账: what lifted households (脱贫户) and monitored ones earned last year and earn now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from assistance.models import Measure, Plan
from households.models import Household
from monitoring.policy import PolicyBook
from reports.asof import episodes
from reports.asof import incomes as q
from reports.ledgers import facts
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell


@dataclass(frozen=True)
class Earned:
    """What a household earns now and earned the year before, as far as it is recorded; the judgements of
    `reports.asof.incomes` for one household, None where they cannot be made."""

    now: facts.Earning | None
    before: facts.Earning | None

    @classmethod
    def of(cls, money: facts.Money) -> Earned:
        now = money.current()
        if now is None:
            return cls(None, None)
        years = [one for one in money.records if one.basis == facts.Basis.ANNUAL]
        earlier = [one for one in years if one.ends_on.year == now.ends_on.year - 1]
        return cls(now, earlier[-1] if earlier else None)

    def grown_less_than(self, percent: Decimal) -> bool | None:
        if self.now is None or self.before is None or self.before.net <= 0:
            return None
        return self.now.net * self.before.members * 100 < self.before.net * self.now.members * (percent + 100)

    def focus(self, lines: q.Lines) -> bool | None:
        """低于1万元且（或）增速低于5.5%."""
        if self.now is None:
            return None
        low = self.now.net < lines.focus * self.now.members
        slow = self.grown_less_than(lines.growth)
        decided = low if slow is None else (low or slow) if lines.either else (low and slow)
        # Without the year before only one of the two is known, which decides alone or not at all.
        return None if slow is None and decided != lines.either else decided


class IncomeLedger(DetailLedger):
    """One row a household; 本期 is its latest year, visit or clearing, 上年 the yearly income of the year before that.

    Nobody records why an income fell, so 原因 is left for the pen. 帮扶措施 are the categories of what runs on the day,
    增收计划 is the goal of the plan. Amounts and 且/或 are parameters (focus_income, focus_growth, focus_pair_reading).
    """

    code = "L8"
    title = "重点家庭收入台账"
    unit = "户、人、元、%"
    freeze = 7
    counter = ("户主", "户")
    reads = ("uid", "number", "group_name", "category", "helper__name")
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("户编号",), 15),
        Column(("户主",), 9),
        Column(("人口",), 5, "int"),
        # Says whether it is monitored, too.
        Column(("户类型",), 14, words=()),
        Column(("上年", "年纯收入"), 12, "money"),
        Column(("上年", "人均"), 11, "money"),
        Column(("本期", "工资性"), 12, "money"),
        Column(("本期", "生产经营性"), 12, "money"),
        Column(("本期", "财产性"), 11, "money"),
        Column(("本期", "转移性"), 11, "money"),
        Column(("本期", "生产经营性支出"), 11, "money"),
        Column(("本期", "纯收入"), 12, "money"),
        Column(("本期", "人均"), 11, "money"),
        Column(("增幅%",), 9, "percent"),
        Column(("是否负增长",), 6),
        Column(("是否低于1万元且增速低于5.5%",), 9),
        Column(("原因",), 12),
        Column(("帮扶措施",), 16),
        Column(("增收计划",), 18, secret="text"),
        Column(("责任人",), 9),
    )

    def items(self, reading: Reading) -> QuerySet[Household]:
        rows = q.watched(reading.division, reading.on, reading.known_at).select_related("helper")
        return rows.order_by("place", "number")

    def by_village(self, reading: Reading) -> dict[str, dict[str, Any]]:
        """What households earn is asked beside who they are."""
        asked = (reading.division, reading.on, reading.known_at)
        members = Count("memberships", distinct=True, filter=episodes.members_on(reading.on, "", reading.known_at))
        homes = q.watched(*asked).order_by().values("place").annotate(homes=Count("pk", distinct=True), people=members)
        judged = q.earnings(*asked).order_by().values("place")
        falling = Count("pk", filter=Q(pace__in=q.FELL))
        money = judged.annotate(n_earned=Sum("earned"), n_falling=falling, n_focus=Sum("focus"))
        told: dict[str, dict[str, Any]] = defaultdict(dict)
        for row in (*homes, *money):
            told[row.pop("place")] |= row
        return told

    def sums(self, figures: Mapping[str, Any]) -> dict[str, Cell]:
        return {
            "户主": f"{figures['homes']}户",
            "人口": figures["people"],
            "纯收入": figures["n_earned"],
            "是否负增长": f"是{figures['n_falling']}户",
            "是否低于1万元且增速低于5.5%": f"是{figures['n_focus']}户",
        }

    def household(self, item: Any) -> Household:
        home: Household = item
        return home

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        known = _Known(reading, items)
        for home in items:
            yield [*places.cells(home.place, home.group_name), *known.line(home)]


class _Known:
    """Everything about some households that their rows show."""

    def __init__(self, reading: Reading, homes: list[Any]) -> None:
        keys = [home.pk for home in homes]
        on, known_at = reading.on, reading.known_at
        self._on = on
        self._heads = facts.heads(keys, on, known_at)
        self._sizes = facts.sizes(keys, on, known_at)
        self._money = facts.money(keys, on, known_at)
        self._courses = facts.courses(keys, on, known_at)
        self._help = running(keys, reading)
        self._plans = plans(keys, reading)
        book = PolicyBook()
        self._lines = cache(lambda village: q.Lines.of(book, on, village))

    def line(self, home: Any) -> Iterator[Cell]:
        head = self._heads.get(home.pk)
        monitored = self._courses[home.pk].is_open(self._on)
        yield from (home.number, head.name if head else "", self._sizes.get(home.pk, facts.Size()).members)
        yield f"{home.category}（监测）" if monitored else home.category
        money = self._money[home.pk]
        earned = Earned.of(money)
        before, now = earned.before, earned.now
        yield from (before.net, before.net_per_capita) if before else (None, None)
        if now:
            yield from (now.wage, now.business, now.property_income, now.transfer, now.business_cost)
            yield from (now.net, now.net_per_capita)
        else:
            yield from [None] * 7
        yield money.growth()
        yield facts.yes_no(earned.grown_less_than(Decimal(0)))
        yield facts.yes_no(earned.focus(self._lines(home.place)))
        yield from ("", "、".join(self._help[home.pk]))
        plan = self._plans.get(home.pk)
        helper = home.helper or (plan.responsible if plan else None)
        yield from (plan.goal if plan else "", helper.name if helper else "")


def running(homes: Iterable[int], reading: Reading) -> defaultdict[int, list[str]]:
    """The categories of what runs for some households on the day, in the catalogue's order."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = Measure.objects.running(reading.on, reading.known_at).filter(plan__episode__household__among=homes)
    for home, category in rows.order_by("type").values_list("plan__episode__household", "type__category"):
        if category not in found[home]:
            found[home].append(category)
    return found


def plans(homes: Iterable[int], reading: Reading) -> dict[int, Plan]:
    """The plan of the last episode of each household that was adopted by the day."""
    rows = Plan.objects.as_of(reading.on, reading.known_at).filter(episode__household__among=homes)
    related = rows.select_related("responsible", "episode").order_by("episode__serial")
    related = related.only("goal", "responsible__name", "episode__household")
    return {plan.episode.household_id: plan for plan in related}
