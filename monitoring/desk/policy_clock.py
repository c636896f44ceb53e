"""The policy clock of a case as cells, one a day: used, paused, today, left, over; labelled by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from monitoring.clock import ONE_DAY, count_days, is_workday
from monitoring.desk.dossier import Dossier
from monitoring.models import Case
from monitoring.policy import PolicyBook

# Beyond these a row of cells says nothing; the words beside it do.
MOST_CELLS = 60
SOON = 2
USED, PAUSED, TODAY, LEFT, SHORT, OVER = "u", "p", "n", "", "w", "o"
STAGES = {
    "preparing": "比对",
    "appraising": "评议",
    "notice": "公示",
    "at_township": "乡审",
    "at_county": "县审",
}


@dataclass(frozen=True)
class Span:
    """Some cells in a row that belong together: the step that took these days."""

    words: str
    days: int


@dataclass(frozen=True)
class PolicyClock:
    """`total`, `used`, `paused`, `left` in days of the term's kind, which `unit` names; `left` is negative when it has
    run out."""

    total: int
    used: int
    paused: int
    left: int
    cells: list[str]
    spans: list[Span]
    stopped: bool
    decided: bool
    unit: str


def clock_of(dossier: Dossier, today: date, book: PolicyBook) -> PolicyClock | None:
    """The clock of an identification; None for clearings, which have none, and for cases that ended undecided."""
    case = dossier.case
    if case.decision_due_on is None or (case.closed_on and not case.decided_on):
        return None
    kind = book.value("clock_kind", on=today, code=case.village_id)
    start = case.clue.received_on if case.clue else case.opened_on
    last = min(case.decided_on or today, today)
    paused = _paused_days(dossier, last)
    days = [day for day in _days(start, max(case.decision_due_on, last)) if kind == "calendar" or is_workday(day)]
    left = count_days(last, case.decision_due_on, kind) - count_days(case.decision_due_on, last, kind)
    cells = [_cell(day, case, last, today, paused, left) for day in days]
    labels = [_label(day, dossier, last, paused) for day in days]
    small = len(cells) <= MOST_CELLS
    return PolicyClock(
        total=sum(1 for day in days if day <= case.decision_due_on and day not in paused),
        used=sum(1 for day in days if day <= last and day not in paused),
        paused=sum(1 for day in days if day in paused),
        left=left,
        cells=cells if small else [],
        spans=[Span(words, len(list(group))) for words, group in groupby(labels)] if small else [],
        stopped=case.paused_on is not None,
        decided=case.decided_on is not None,
        unit="天" if kind == "calendar" else "个工作日",
    )


def shortage(dossier: Dossier, clock: PolicyClock | None, book: PolicyBook, today: date) -> tuple[int, int] | None:
    """(days left, days still needed) when the terms of the steps to come do not fit into what is left of the clock."""
    case = dossier.case
    if clock is None or clock.stopped or clock.decided or clock.left < 0:
        return None
    days = {key: book.value(key, on=today, code=case.village_id) for key in NEEDED_BY}
    waiting = {key for key, states in NEEDED_BY.items() if case.state in states}
    needed = sum(days[key] for key in waiting)
    notice = dossier.notice
    left = clock.left
    if case.state == Case.State.NOTICE and notice is not None and case.decision_due_on:
        left = (case.decision_due_on - max(notice.ends_on, today)).days
        needed -= days["notice_days"]
    return (max(left, 0), needed) if needed > left else None


_BEFORE_NOTICE = (Case.State.PREPARING, Case.State.APPRAISING, Case.State.NOTICE)
NEEDED_BY = {
    "notice_days": _BEFORE_NOTICE,
    "township_review_days": (*_BEFORE_NOTICE, Case.State.AT_TOWNSHIP),
    "county_decision_days": (*_BEFORE_NOTICE, Case.State.AT_TOWNSHIP, Case.State.AT_COUNTY),
}


def _days(start: date, end: date) -> list[date]:
    return [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]


def _paused_days(dossier: Dossier, last: date) -> set[date]:
    """The days after an objection came up to the day on which it was answered."""
    found: set[date] = set()
    for objection in dossier.objections:
        found.update(_days(objection.received_on, min(objection.answered_on or last, last)))
    return found


def _cell(day: date, case: Case, last: date, today: date, paused: set[date], left: int) -> str:
    if day in paused:
        return PAUSED
    if day > last:
        return SHORT if 0 <= left <= SOON and not case.decided_on else LEFT
    if case.decision_due_on and day > case.decision_due_on:
        return OVER
    return TODAY if day == today and not case.decided_on else USED


def _label(day: date, dossier: Dossier, last: date, paused: set[date]) -> str:
    if day in paused:
        return "异议暂停"
    if day > last:
        return "" if dossier.case.decided_on else "还剩"
    return STAGES.get(_state_on(day, dossier.transitions), "核实")


def _state_on(day: date, transitions: Sequence) -> str:  # type: ignore[type-arg]
    """The state in which a day began: what the steps of the days before had led to."""
    before = day - ONE_DAY
    return next((step.target for step in transitions if step.happened_on <= before), "")
