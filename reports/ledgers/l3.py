"""L3 风险线索核查台账: every clue received up to the day, as it stood on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from typing import Any, NamedTuple

from django.db.models import QuerySet

from accounts.models import Department
from households.models import Household
from monitoring.clock import add_days
from monitoring.models import Case, Clue, Transition, Visit
from monitoring.policy import PolicyBook
from reports.asof.clues import OPEN, REFUSED, STATE, is_late, stands
from reports.asof.replies import replies_about
from reports.ledgers import facts
from reports.ledgers.base import DetailLedger, Reading
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE, Places
from sheets.text import Cell

OUTCOMES = {
    STATE.ENROLLED: "纳入",
    STATE.SOLVED: "政策化解",
    STATE.WATCHED: "持续关注",
    STATE.UNVERIFIABLE: "无法核实",
    STATE.WITHDRAWN: "证据已撤回",
    **dict.fromkeys(REFUSED, "不纳入"),
}
_BEFORE_CHECK = (STATE.AT_COUNTY, STATE.AT_TOWNSHIP, STATE.TO_VERIFY)
_OF_CLUE = (
    *("number", "channel", "department", "period", "received_on", "village", "risk", "warning", "figure"),
    *("threshold", "decision_due_on", "green_channel"),
)
_CHANNELS = dict(Clue.Channel.choices)
_DEPARTMENTS = dict(Department.choices)


class Step(NamedTuple):
    """A transition as far as it is part of a story."""

    action: str
    source: str
    target: str
    happened_on: date
    data: dict[str, Any]


@dataclass
class Story:
    """What a clue's transitions up to a day say of its handling."""

    dispatched_on: date | None = None
    # Since when the village has to check it, whether it was sent there, registered there or taken up again.
    asked_on: date | None = None
    visit: str = ""
    checked_on: date | None = None
    told_on: date | None = None
    case: str = ""

    def take(self, step: Step) -> None:
        if step.target != step.source and step.target in _BEFORE_CHECK:
            self.asked_on = step.happened_on if step.target == STATE.TO_VERIFY else None
        if step.action == "dispatch":
            self.dispatched_on = step.happened_on
        elif step.action == "verify":
            self.visit, self.checked_on = str(step.data.get("visit", "")), step.happened_on
        elif step.action == "reopen":
            self.visit, self.checked_on, self.told_on, self.case = "", None, None, ""
        elif step.action == "tell_reporter":
            self.told_on = step.happened_on
        self.case = step.data.get("case", self.case)


class ClueLedger(DetailLedger):
    """All clues, not those of a month alone, so that its rows are what T4 counts.

    处理方式 of a clue in hand is the state in which it waits. 是否超期: the county had not decided by its term.
    """

    code = "L3"
    title = "风险线索核查台账"
    unit = "条、元、天"
    freeze = 2
    counter = ("线索编号", "条")
    reads = (
        *("target", "happened_on", "note"),
        *(f"clue__{name}" for name in _OF_CLUE),
        *(f"clue__household__{name}" for name in ("uid", "group_name", "category")),
        *(f"clue__person__{name}" for name in ("uid", "name", "id_sealed")),
    )
    columns = (
        Column(("序号",), 5, "seq"),
        Column(("线索编号",), 22),
        Column(("线索来源",), 13),
        Column(("推送部门",), 11),
        Column(("数据月份",), 8, "month"),
        Column(("接收日期",), 11, "date"),
        *PLACE,
        Column(("户主",), 11),
        Column(("涉及人", "姓名"), 11),
        Column(("涉及人", "证件号码"), 20, secret="id"),
        Column(("人员类别",), 9, words=("脱贫户", "监测户", "一般农户")),
        Column(("风险类型",), 15),
        Column(("预警内容",), 34, secret="text"),
        Column(("预警值",), 12, "money"),
        Column(("阈值",), 11, "money"),
        Column(("分派日期",), 11, "date"),
        Column(("核实时限",), 11, "date"),
        Column(("核实日期",), 11, "date"),
        Column(("核实人",), 15),
        Column(("核实结论",), 9),
        Column(("处理方式",), 10),
        Column(("不纳入理由",), 18, secret="text"),
        Column(("是否超期",), 5),
        Column(("反馈部门日期",), 11, "date"),
        Column(("备注",), 10),
    )

    def items(self, reading: Reading) -> QuerySet[Any]:
        rows = stands(reading.division, reading.on, reading.known_at).select_related("clue__household", "clue__person")
        return rows.order_by("place", "clue__received_on", "clue__number")

    def household(self, item: Any) -> Household:
        found: Household = item.clue.household
        return found

    def lines(self, reading: Reading, items: list[Any], places: Places) -> Iterable[list[Cell]]:
        known = _Known(reading, [move.clue for move in items])
        for move in items:
            clue = move.clue
            place = places.cells(move.place, clue.household.group_name)
            yield [*known.origin(clue), *place, *known.subject(clue), *known.handling(clue, move)]


class _Known:
    """What the rows of some clues show beside the clues themselves."""

    def __init__(self, reading: Reading, clues: list[Clue]) -> None:
        homes = {clue.household_id for clue in clues}
        keys = [clue.pk for clue in clues]
        self._on, self._known_at = reading.on, reading.known_at
        self._heads = facts.heads(homes, reading.on, reading.known_at)
        self._courses = facts.courses(homes, reading.on, reading.known_at)
        self._stories = stories(keys, reading.on, reading.known_at)
        self._visits = checks(keys)
        self._replies = replies_about(keys, reading.on, reading.known_at)
        self._cases = {case.number: case for case in Case.objects.filter(number__in=self._case_numbers())}
        self._term = cache(partial(_term, PolicyBook()))

    def _case_numbers(self) -> list[str]:
        return [story.case for story in self._stories.values() if story.case]

    def origin(self, clue: Clue) -> Iterator[Cell]:
        yield from (clue.number, _CHANNELS[clue.channel], _DEPARTMENTS.get(clue.department, clue.department))
        yield from (facts.month_of(clue.period), clue.received_on)

    def subject(self, clue: Clue) -> Iterator[Cell]:
        head, person = self._heads.get(clue.household_id), clue.person
        yield head.name if head else ""
        yield from (person.name, person.id_number) if person else ("", "")
        monitored = self._courses[clue.household_id].is_open(clue.received_on)
        yield "监测户" if monitored else clue.household.category
        yield from (clue.risk, clue.warning, clue.figure, clue.threshold)

    def handling(self, clue: Clue, move: Transition) -> Iterator[Cell]:
        story, state = self._stories[clue.pk], STATE(move.target)
        visit = self._visits.get(story.visit)
        yield from (story.dispatched_on, self._due(clue, story.asked_on))
        yield visit.visited_on if visit else None
        yield "、".join(visitor.name for visitor in visit.visitors.all()) if visit else ""
        yield visit.get_finding_display() if visit else ""
        yield OUTCOMES.get(state) or state.label
        yield move.note if state in REFUSED else ""
        ended_on = None if state in OPEN else move.happened_on
        yield facts.yes_no(is_late(clue, self._cases.get(story.case), ended_on, self._on, self._known_at))
        yield self._told(clue, story, ended_on)
        yield "先帮后补" if clue.green_channel else ""

    def _told(self, clue: Clue, story: Story, ended_on: date | None) -> date | None:
        """When who reported it was told: a person, or the department, by the first reply that could say what was found."""
        known_on = story.checked_on or ended_on
        if story.told_on or known_on is None:
            return story.told_on
        return next((day for day in self._replies.get(clue.pk, ()) if day >= known_on), None)

    def _due(self, clue: Clue, asked_on: date | None) -> date | None:
        return self._term(asked_on, clue.village_id) if asked_on else None


def _term(book: PolicyBook, asked_on: date, village: str) -> date:
    """The day by which a village has to check what it was asked to on another."""
    days, kind = (book.value(key, on=asked_on, code=village) for key in ("check_days", "clock_kind"))
    return add_days(asked_on, days, kind)


def stories(numbers: list[int], on: date, known_at: datetime | None = None) -> defaultdict[int, Story]:
    """The handling of some clues (by key) up to a day."""
    found: defaultdict[int, Story] = defaultdict(Story)
    steps = Transition.objects.as_of(on, known_at).filter(clue__among=numbers).order_by("id")
    for clue, *told in steps.values_list("clue_id", *Step._fields):
        found[clue].take(Step(*told))
    return found


def checks(numbers: list[int]) -> dict[str, Visit]:
    """The home checks of some clues by their public id, with who went."""
    visits = Visit.objects.filter(clue__among=numbers, kind=Visit.Kind.CHECK).prefetch_related("visitors")
    return {str(visit.uid): visit for visit in visits}
