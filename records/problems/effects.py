"""What the steps of problems change beside the state."""

from __future__ import annotations

from monitoring.workflow.inputs import plain
from monitoring.workflow.step import Act
from records.models import Problem

_ASSIGNED = ("measures", "leader", "unit", "person_in_charge")


def assigned(act: Act) -> None:
    problem: Problem = act.subject
    for name in _ASSIGNED:
        setattr(problem, name, act.data[name])
    if act.data["due_on"]:
        act.due_on = act.data["due_on"]


def reassigned(act: Act) -> None:
    """What is left empty stays as it was."""
    problem: Problem = act.subject
    for name in _ASSIGNED:
        setattr(problem, name, act.data[name] or getattr(problem, name))
    act.due_on = act.data["due_on"] or act.due_on


def progressed(act: Act) -> None:
    _keep(act)


def done(act: Act) -> None:
    act.subject.done_on = act.happened_on
    _keep(act)


def checked(act: Act) -> None:
    act.subject.checked_on = act.happened_on
    _keep(act)


def signed_off(act: Act) -> None:
    act.subject.signed_off_on = act.happened_on
    _keep(act)


def taken_up(act: Act) -> None:
    """Back to who works it; what was done and checked no longer counts."""
    act.subject.done_on = act.subject.checked_on = None


def reopened(act: Act) -> None:
    taken_up(act)
    act.subject.signed_off_on = None
    act.subject.looked_back_on = act.happened_on


def looked_back(act: Act) -> None:
    act.subject.looked_back_on = act.happened_on


def _keep(act: Act) -> None:
    """What the kind's declaration names goes into the details, the latest word counts."""
    given = {name: value for name, value in act.data.items() if value not in (None, "", [])}
    act.subject.details = {**act.subject.details, **plain(given)}
