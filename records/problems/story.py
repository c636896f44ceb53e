"""A problem in words: its line of steps, its details, each step's title and what it said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from monitoring.workflow.inputs import Input
from records.models import Problem, ProblemStep
from records.problems.kinds import KINDS
from records.problems.table import TABLE

S = Problem.State
_LINE = ((S.FOUND, "发现"), (S.ASSIGNED, "交办办理"), (S.DONE, "报告办结"), (S.CHECKED, "验收"), (S.SIGNED_OFF, "销号"))


@dataclass(frozen=True)
class Stop:
    """One place on the line: `state` is done, now or todo."""

    title: str
    on: date | None
    state: str


def line_of_steps(problem: Problem, steps: Iterable[ProblemStep]) -> list[Stop]:
    """The line from 发现 to 回头看 with the days on which each place was last reached."""
    reached = {
        step.target: step.happened_on for step in sorted(steps, key=lambda step: step.pk) if step.source != step.target
    }
    order = [state for state, _ in _LINE]
    if problem.state == S.VOID:
        return [Stop("发现", problem.found_on, "done"), Stop("不属实", reached.get(S.VOID), "now")]
    here = order.index(S(problem.state))
    stops = [
        Stop(title, reached.get(state) if i <= here else None, _state(i, here))
        for i, (state, title) in enumerate(_LINE)
    ]
    again = problem.looked_back_on if problem.state == S.SIGNED_OFF else None
    return [*stops, Stop("回头看", again, "done" if again else "todo")]


def _state(place: int, here: int) -> str:
    last = len(_LINE) - 1
    return "done" if place < here or place == here == last else "now" if place == here else "todo"


def details_of(problem: Problem) -> list[tuple[str, str]]:
    """What only this kind has, as titles and values; the notes of progress stand in the history."""
    return _said(KINDS[problem.kind].details(), problem.details)


def step_words(problem: Problem, step: ProblemStep) -> tuple[str, list[tuple[str, str]]]:
    """The title of a step and what was filled in with it."""
    rows = [row for row in TABLE[problem.kind] if row.action == step.action]
    title = rows[0].title if rows else step.action
    inputs = {one.name: one for row in rows for one in row.inputs}
    return title, _said(inputs.values(), step.data)


def _said(inputs: Iterable[Input], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """As a page tells it: amounts grouped, and without the hint to who fills the form in (`不填按…`)."""
    return [
        (
            one.title.partition("（不填")[0],
            _amount(values[one.name]) if one.kind == "money" else worded(one, values[one.name]),
        )
        for one in inputs
        if values.get(one.name) not in (None, "", [])
    ]


def _amount(value: Any) -> str:
    return f"{Decimal(str(value)):,.2f}"


def worded(wanted: Input, value: Any) -> str:
    if wanted.kind == "flag":
        return "是" if value else "否"
    return str(dict(wanted.choices).get(value, value))


def detail(problem: Problem, name: str) -> str:
    """One detail in words; "" where the kind has none such or nothing is said."""
    wanted = next((one for one in KINDS[problem.kind].details() if one.name == name), None)
    value = problem.details.get(name)
    return worded(wanted, value) if wanted and value not in (None, "") else ""
