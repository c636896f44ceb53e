"""The steps of closing a month as a table: who may take which from where to where; read by services, buttons, tests."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Division
from reports.models import Closing, ClosingStep
from reports.permissions import ACCEPT, CONFIRM, REOPEN, SUBMIT

Action = ClosingStep.Action
State = Closing.State
Level = Division.Level


@dataclass(frozen=True)
class Step:
    """One step. `barred` are the steps of the same month by which a person keeps himself from this one; `below` is
    the state in which the places below must be, or be named with the reason why they are not; `checked` asks the
    closing checks."""

    action: Action
    title: str
    level: Level
    sources: tuple[State, ...]
    target: State
    right: str
    reason: bool = False
    barred: tuple[Action, ...] = ()
    below: State | None = None
    checked: bool = False


STEPS = (
    Step(
        Action.CONFIRM,
        "确认本村数字",
        Level.VILLAGE,
        (State.OPEN, State.RETURNED),
        State.CONFIRMED,
        CONFIRM,
        barred=(Action.SUBMIT, Action.ACCEPT),
        checked=True,
    ),
    Step(
        Action.SUBMIT,
        "上报全乡镇",
        Level.TOWNSHIP,
        (State.OPEN, State.RETURNED),
        State.SUBMITTED,
        SUBMIT,
        barred=(Action.CONFIRM, Action.ACCEPT),
        below=State.CONFIRMED,
        checked=True,
    ),
    Step(
        Action.ACCEPT,
        "接收并结账",
        Level.COUNTY,
        (State.OPEN, State.REOPENED),
        State.FREEZING,
        ACCEPT,
        barred=(Action.CONFIRM, Action.SUBMIT),
        below=State.SUBMITTED,
        checked=True,
    ),
    Step(Action.RETURN, "退回村", Level.VILLAGE, (State.CONFIRMED,), State.RETURNED, SUBMIT, reason=True),
    Step(Action.RETURN, "退回乡镇", Level.TOWNSHIP, (State.SUBMITTED,), State.RETURNED, ACCEPT, reason=True),
    Step(
        Action.REOPEN,
        "重开本月",
        Level.COUNTY,
        (State.CLOSED,),
        State.REOPENED,
        REOPEN,
        reason=True,
        barred=(Action.ACCEPT,),
    ),
)


def step_for(action: str, level: int) -> Step | None:
    return next((step for step in STEPS if step.action == action and step.level == level), None)
