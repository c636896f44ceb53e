"""T1 监测对象动态统计表: the stock on the day, and the month from the last one's closing to this one's."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q

from accounts.models import Division
from monitoring.models import EpisodeEvent
from monitoring.risks import MonitoredType
from reports.asof import adjustments as late
from reports.asof import episodes as q
from reports.ledgers.base import Reading
from reports.ledgers.equation import Equation, Term
from reports.ledgers.summary import Figure, Figures, Shown, Source, SummaryLedger, pair, shown_pair
from reports.ledgers.telling import of_ending, of_joining, of_late_member, of_leaving, of_move, of_turn

KIND = EpisodeEvent.Kind
_HOME = "household"
_OPEN = Q(kind__in=q.OPEN)
_STAYS = ~Q(kind=KIND.CANCELLED)
_ANEW = Q(episode__serial__gt=1) | Q(episode__reidentified=True)


_TERMS = (
    ("上月末未消除", "opening", 1),
    ("调整增", "adjusted_in", 1),
    ("调整减", "adjusted_out", -1),
    ("本月新增", "new", 1),
    ("重新识别", "anew", 1),
    ("回退", "rollbacks", 1),
    ("迁入", "arrivals", 1),
    ("本月消除", "clearings", -1),
    ("注销", "cancellations", -1),
    ("迁出", "departures", -1),
)
_MEMBERS = (("人口增", "joined", 1), ("人口减", "left", -1))
# Late entries about members count among the adjustments, beside those about whole households.
_LATE = {"adjusted_in_persons": "adjusted_more", "adjusted_out_persons": "adjusted_fewer"}


def _persons(words: str, key: str, sign: int) -> Term:
    own = f"{key}_persons"
    return Term(words, (own, _LATE[own]) if own in _LATE else (own,), sign)


EQUATIONS = (
    Equation.of(_TERMS, ("风险未消除", "open"), "户"),
    Equation(
        (*(_persons(*term) for term in _TERMS), *(Term(words, (key,), sign) for words, key, sign in _MEMBERS)),
        Term("风险未消除", ("open_persons",)),
        "人",
    ),
)


def _month(reading: Reading) -> tuple[Division, date, date, datetime | None]:
    return reading.division, reading.opening, reading.on, reading.known_at


def _opening(reading: Reading) -> tuple[Division, date, datetime | None, datetime | None]:
    return reading.division, reading.opening, reading.opened_at, reading.known_at


def _turning(reading: Reading) -> Q:
    return q.members_at_turn(F("happened_on"), q.HOME, reading.known_at)


def _moving(reading: Reading) -> Q:
    return q.members_at_turn(F("happened_on"), _HOME, reading.known_at)


class MonitoringStatement(SummaryLedger):
    """上月末未消除 ± 调整 + 新增 + 重新识别 + 回退 - 消除 - 注销 + 迁入 - 迁出 + 人口增 - 人口减 = 风险未消除, in 户 and in 人.

    A month that follows a closed one opens with what that was closed with; what was learnt about it since is 调整.

    A household counts once, in the village where it lived and with the members it had on the day; 累计识别 are those
    not cancelled. What happened in the month counts each time it happened, with the members of its day.
    """

    code = "T1"
    title = "监测对象动态统计表"
    unit = "户、人、%"
    equations = EQUATIONS
    sources = {
        "standing": Source(
            lambda r: q.standing(r.division, r.on, r.known_at),
            q.HOME,
            of_turn,
            lambda r: q.members_on(r.on, q.HOME, r.known_at),
        ),
        "opening": Source(
            lambda r: q.standing(r.division, r.opening, r.opened_at),
            q.HOME,
            of_turn,
            lambda r: q.members_on(r.opening, q.HOME, r.opened_at),
        ),
        "came_in": Source(
            lambda r: late.came_in(*_opening(r)),
            q.HOME,
            of_turn,
            lambda r: late.members_then_or_now(r.opening, r.opened_at, r.known_at),
            elsewhere=True,
            late=True,
        ),
        "fell_out": Source(
            lambda r: late.fell_out(*_opening(r)),
            q.HOME,
            of_turn,
            lambda r: q.members_on(r.opening, q.HOME, r.opened_at),
            elsewhere=True,
            late=True,
        ),
        "members_more": Source(
            lambda r: late.members_more(*_opening(r)),
            _HOME,
            of_late_member,
            related=("person",),
            counted="人",
            late=True,
        ),
        "members_fewer": Source(
            lambda r: late.members_fewer(*_opening(r)),
            _HOME,
            of_late_member,
            related=("person",),
            counted="人",
            late=True,
        ),
        "flows": Source(lambda r: q.flows(*_month(r)), q.HOME, of_turn, _turning),
        "endings": Source(
            lambda r: q.endings(*_month(r)),
            q.HOME,
            of_ending,
            lambda r: q.members_at_turn(F("gone_on"), q.HOME, r.known_at),
        ),
        "arrivals": Source(lambda r: q.arrivals(*_month(r)), _HOME, of_move, _moving, elsewhere=True),
        "departures": Source(lambda r: q.departures(*_month(r)), _HOME, of_move, _moving, elsewhere=True),
        "joined": Source(lambda r: q.joined(*_month(r)), _HOME, of_joining, related=("person",), counted="人"),
        "left": Source(lambda r: q.left(*_month(r)), _HOME, of_leaving, related=("person",), counted="人"),
    }
    figures = (
        *pair("identified", "standing", _STAYS),
        *pair("unstable", "standing", _STAYS & Q(episode__monitored_type=MonitoredType.UNSTABLE)),
        *pair("marginal", "standing", _STAYS & Q(episode__monitored_type=MonitoredType.MARGINAL)),
        *pair("sudden", "standing", _STAYS & Q(episode__monitored_type=MonitoredType.SUDDEN)),
        *pair("open", "standing", _OPEN),
        *pair("cleared", "standing", Q(kind=KIND.CLEARED)),
        *pair("opening", "opening", _OPEN),
        *pair("adjusted_in", "came_in"),
        *pair("adjusted_out", "fell_out"),
        Figure("adjusted_more", "members_more"),
        Figure("adjusted_fewer", "members_fewer"),
        *pair("new", "flows", Q(kind=KIND.IDENTIFIED) & ~_ANEW),
        *pair("clearings", "flows", Q(kind=KIND.CLEARED)),
        *pair("rollbacks", "flows", Q(kind=KIND.ROLLED_BACK)),
        *pair("anew", "flows", Q(kind=KIND.IDENTIFIED) & _ANEW),
        *pair("cancellations", "endings"),
        *pair("arrivals", "arrivals"),
        *pair("departures", "departures"),
        Figure("joined", "joined"),
        Figure("left", "left"),
    )
    shown = (
        *shown_pair("累计识别", "identified"),
        *shown_pair("其中脱贫不稳定户", "unstable"),
        *shown_pair("边缘易致贫户", "marginal"),
        *shown_pair("突发严重困难户", "sudden"),
        *shown_pair("风险未消除", "open"),
        *shown_pair("风险已消除", "cleared"),
        Shown(("消除比例%",), lambda unit, f: _share(f["cleared"], f["identified"]), 8, "percent"),
        *shown_pair("上月末未消除", "opening"),
        Shown(("调整", "增(户)"), "adjusted_in"),
        Shown(("调整", "增(人)"), ("adjusted_in_persons", "adjusted_more")),
        Shown(("调整", "减(户)"), "adjusted_out"),
        Shown(("调整", "减(人)"), ("adjusted_out_persons", "adjusted_fewer")),
        *shown_pair("本月新增", "new"),
        *shown_pair("本月消除", "clearings"),
        *shown_pair("回退", "rollbacks"),
        *shown_pair("重新识别", "anew"),
        *shown_pair("本月注销", "cancellations"),
        *shown_pair("迁入", "arrivals"),
        *shown_pair("迁出", "departures"),
        Shown(("人口自然变动", "增(人)"), "joined"),
        Shown(("人口自然变动", "减(人)"), "left"),
        Shown(("占农业人口%",), lambda unit, f: _share(f["identified_persons"], rural_population(unit)), 8, "percent"),
    )


def balance(figures: Figures, suffix: str = "") -> int:
    """The closing that the month's opening and changes come to: households, or with "_persons" persons."""
    return EQUATIONS[1 if suffix else 0].left(figures)


def rural_population(unit: Division) -> int | None:
    """A place's rural population: its own figure, else the sum of its villages' where every village has one."""
    if unit.rural_population is not None or unit.level == Division.Level.VILLAGE:
        return unit.rural_population
    below: Any = unit
    if hasattr(below, "villages"):  # counted with the units of a table, see `units_of`
        return below.people_below if below.villages and below.villages == below.villages_told else None
    villages = Division.objects.within(unit).at_level(Division.Level.VILLAGE).values_list("rural_population", flat=True)
    counts = [count for count in villages if count is not None]
    return sum(counts) if counts and len(counts) == len(villages) else None


def _share(part: int, whole: int | None) -> Decimal | None:
    return round(Decimal(part) / whole, 6) if whole else None
