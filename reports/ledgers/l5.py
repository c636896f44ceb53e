"""L5 风险消除台账: every clearing up to the day, with the procedure that led to it and what came of it afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, QuerySet

from accounts.knowledge import recorded_by
from assistance.models import Measure
from households.models import BEGINNING, Household
from monitoring.models import Appraisal, EpisodeEvent, Notice, Transition
from monitoring.workflow.opening import MOST_RISKS
from reports.asof.episodes import HOME, living_in, members_at_turn
from reports.ledgers import facts
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell

KIND = EpisodeEvent.Kind
# Conditions of the column 消除条件 and the exit checks (monitoring.exit_checks) that answer for them.
CONDITIONS: dict[str, tuple[str, ...]] = {
    "收入半年稳定": ("income_months",),
    "高于当年范围": ("income",),
    "刚性支出": ("spending",),
    "三保障": ("schooling", "insurance", "housing"),
    "饮水": ("water",),
    "风险消除": ("clues",),
}


class ClearedLedger(DetailLedger):
    """One row a clearing. One that was rolled back, or followed by a new identification, stays and says so.

    The conditions are those that the county's decision recorded; a clearing that came with the register has none.
    """

    code = "L5"
    title = "风险消除台账"
    unit = "户、人、元、月、项"
    freeze = 7
    counter = ("户主", "户")
    reads = (
        *("happened_on", "dated", "episode__monitored_type", "episode__risks", "episode__clear_method"),
        *(f"{HOME}__{name}" for name in ("uid", "number", "group_name")),
        *(f"{HOME}__helper__{name}" for name in ("name", "unit", "phone")),
        *(f"case__{name}" for name in ("opened_on", "reviewed_on", "decided_on", "clear_method")),
    )
    columns = (
        Column(("序号",), 5, "seq"),
        *PLACE,
        Column(("户编号",), 15),
        Column(("户主",), 11),
        Column(("人口",), 5, "int"),
        Column(("类别",), 13),
        Column(("识别监测时间",), 8, "month"),
        *(Column(("致贫返贫风险", str(number)), 8) for number in range(1, MOST_RISKS + 1)),
        Column(("拟消除日期",), 11, "date"),
        Column(("间隔月",), 5, "int"),
        *(Column(("消除条件", name), 6) for name in CONDITIONS),
        Column(("消除时", "年纯收入"), 12, "money"),
        Column(("消除时", "人均纯收入"), 11, "money"),
        Column(("消除时", "合规自付支出"), 11, "money"),
        Column(("措施数",), 5, "int"),
        Column(("评议日期",), 11, "date"),
        Column(("公示", "起"), 11, "date"),
        Column(("公示", "止"), 11, "date"),
        Column(("乡审日期",), 11, "date"),
        Column(("县审日期",), 11, "date"),
        Column(("消除监测时间",), 8, "month"),
        Column(("消除方式",), 9),
        Column(("后续跟踪人",), 11),
        Column(("电话",), 13, secret="phone"),
        Column(("回退/重新识别",), 16),
    )

    def items(self, reading: Reading) -> QuerySet[EpisodeEvent]:
        clearings = EpisodeEvent.objects.as_of(reading.on, reading.known_at).filter(kind=KIND.CLEARED)
        rows = living_in(clearings, reading.division, reading.on, HOME, reading.known_at)
        return rows.select_related(f"{HOME}__helper", "case").order_by("place", f"{HOME}__number", "happened_on", "id")

    def household(self, item: Any) -> Household:
        found: Household = item.episode.household
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        known = _Known(reading, items)
        for event in items:
            yield [*places.cells(event.place, event.episode.household.group_name), *known.line(event)]


class _Known:
    """Everything about some clearings that their rows show."""

    def __init__(self, reading: Reading, items: list[EpisodeEvent]) -> None:
        homes = {event.episode.household_id for event in items}
        episodes = {event.episode_id: event.episode for event in items}
        cases = [event.case_id for event in items if event.case_id]
        self._heads = facts.heads(homes, reading.on, reading.known_at)
        self._sizes = sizes_then([event.pk for event in items], reading.known_at)
        self._money = facts.money(homes, reading.on, reading.known_at)
        self._helpers = facts.helpers(list(episodes.values()))
        self._courses = facts.courses(homes, reading.on, reading.known_at)
        self._measures = begun(episodes, reading.known_at)
        self._checks = exit_checks(cases, reading.known_at)
        self._papers = papers(cases, reading.known_at)

    def line(self, event: EpisodeEvent) -> Iterator[Cell]:
        episode, home = event.episode, event.episode.household
        head = self._heads.get(home.pk)
        course = self._courses[home.pk]
        identified = course.identified(episode.pk) or BEGINNING
        yield from (home.number, head.name if head else "", self._sizes[event.pk], episode.monitored_type)
        yield facts.month_of(identified)
        yield from ([*episode.risks, *[""] * MOST_RISKS])[:MOST_RISKS]
        yield event.case.opened_on if event.case else None
        yield months_between(identified, event.happened_on) if identified > BEGINNING and event.dated else None
        yield from self._conditions(event.case_id)
        then = self._money[home.pk].of_basis(facts.Basis.CLEAR, identified, event.happened_on)
        yield from (then.net, then.net_per_capita, then.own_payments) if then else (None, None, None)
        yield sum(start <= event.happened_on for start in self._measures[episode.pk]) or None
        yield from self._procedure(event)
        helper = self._helpers[episode.pk]
        yield from (helper.name, helper.phone, course.after_clearing(event.pk))

    def _conditions(self, case: int | None) -> Iterator[Cell]:
        found = self._checks.get(case) if case else None
        for keys in CONDITIONS.values():
            answers = [found[key] for key in keys if key in found] if found else []
            yield facts.yes_no(all(answers) if answers else None)

    def _procedure(self, event: EpisodeEvent) -> Iterator[Cell]:
        case, paper = event.case, self._papers[event.case_id or 0]
        yield from (paper.get("held_on"), paper.get("hung_on"), paper.get("ends_on"))
        yield from (case.reviewed_on, case.decided_on) if case else (None, None)
        yield facts.month_of(event.happened_on) if event.dated else ""
        yield case.clear_method if case else event.episode.clear_method


def months_between(start: date, end: date) -> int:
    """Full months from one day to another."""
    return (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)


def sizes_then(events: list[int], known_at: datetime | None = None) -> dict[int, int]:
    """How many members the household of each event (by key) had on the event's day."""
    members = Count(f"{HOME}__memberships", filter=members_at_turn(F("happened_on"), HOME, known_at))
    return dict(EpisodeEvent.objects.filter(pk__among=events).order_by().values_list("pk").annotate(number=members))


def begun(episodes: Iterable[int], known_at: datetime | None = None) -> defaultdict[int, list[date]]:
    """The first days of the measures of some episodes that were not cancelled."""
    found: defaultdict[int, list[date]] = defaultdict(list)
    rows = Measure.objects.standing(date.max, known_at).filter(plan__episode__among=episodes)
    for episode, start in rows.values_list("plan__episode_id", "starts_on"):
        found[episode].append(start)
    return found


def exit_checks(cases: list[int], known_at: datetime | None = None) -> dict[int, dict[str, bool]]:
    """The exit checks as the last step of each case that recorded them found them."""
    steps = (
        Transition.objects.as_of(date.max, known_at).filter(case__among=cases, data__has_key="checks").order_by("id")
    )
    rows = steps.values_list("case_id", "data")
    return {case: {check["key"]: check["ok"] for check in data["checks"]} for case, data in rows if case}


def papers(cases: list[int], known_at: datetime | None = None) -> defaultdict[int, dict[str, date]]:
    """The days of the last appraisal and notice of each case."""
    found: defaultdict[int, dict[str, date]] = defaultdict(dict)
    held = Appraisal.objects.filter(recorded_by(known_at), case__among=cases).order_by("id")
    for case, held_on in held.values_list("case_id", "held_on"):
        found[case]["held_on"] = held_on
    notices = Notice.objects.filter(recorded_by(known_at), case__among=cases, kind=Notice.Kind.NOTICE).order_by("id")
    for case, hung_on, ends_on in notices.values_list("case_id", "hung_on", "ends_on"):
        found[case] |= {"hung_on": hung_on, "ends_on": ends_on}
    return found
