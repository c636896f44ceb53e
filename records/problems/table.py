"""The steps of problems, by kind: found, assigned, worked, reported done, checked, signed off, looked at again."""

from __future__ import annotations

from dataclasses import replace

from monitoring.workflow.inputs import Input
from monitoring.workflow.step import NEW, Step
from records.models import Problem
from records.problems import effects, guards
from records.problems.kind import ProblemKind
from records.problems.kinds import KINDS

S = Problem.State
# The duties that steps take, and what they are called. Who reported done neither checks nor signs off, ever.
DUTIES = {"do": "办理", "check": "验收", "sign": "销号"}
JUDGES = ("check", "sign")

ASSIGNMENT = (
    Input("measures", "整改（办理）措施", needed=True, longest=1000),
    Input("leader", "责任领导", longest=60),
    Input("unit", "责任单位", needed=True, longest=80),
    Input("person_in_charge", "责任人", needed=True, longest=60),
    Input("due_on", "时限（不填按政策参数）", "date"),
)
_AGAIN = tuple(replace(wanted, needed=False) for wanted in ASSIGNMENT)


def _steps_of(kind: ProblemKind) -> tuple[Step, ...]:
    return tuple(_completed(kind, step) for step in _steps(kind))


def _completed(kind: ProblemKind, step: Step) -> Step:
    """The step with what the kind's declaration adds to it."""
    return replace(
        step,
        inputs=(*step.inputs, *kind.inputs.get(step.action, ())),
        guards=(*step.guards, *kind.guards.get(step.action, ())),
        files=step.files or step.action in kind.papers,
    )


def _steps(kind: ProblemKind) -> tuple[Step, ...]:
    return (
        Step("open", "登记问题", (NEW,), (S.FOUND,), kind.right("find"), dated=True),
        *_assigning(kind),
        *_working(kind),
        *_judging(kind),
        Step(
            "void",
            "查明不属实",
            (S.FOUND, S.ASSIGNED, S.DONE),
            (S.VOID,),
            kind.right("check"),
            note=True,
            duty="check",
            barred=("do",),
            dated=True,
        ),
    )


def _assigning(kind: ProblemKind) -> tuple[Step, ...]:
    """Who is to do what by when, and changing it."""
    assign = kind.right("assign")
    return (
        Step(
            "assign",
            "交办",
            (S.FOUND,),
            (S.ASSIGNED,),
            assign,
            guards=(guards.due_ahead,),
            inputs=ASSIGNMENT,
            deadline=kind.deadline,
            dated=True,
            effect=effects.assigned,
        ),
        Step(
            "reassign",
            "改派或改时限",
            (S.ASSIGNED,),
            (),
            assign,
            guards=(guards.due_ahead,),
            inputs=_AGAIN,
            note=True,
            effect=effects.reassigned,
        ),
    )


def _working(kind: ProblemKind) -> tuple[Step, ...]:
    """What the doer tells: how far he is, and that it is done."""
    work, dated = kind.right("work"), (guards.days_fit,)
    return (
        Step(
            "note_progress",
            "登记进展",
            (S.ASSIGNED,),
            (),
            work,
            guards=dated,
            note=not kind.inputs.get("note_progress") or kind.kind in ("zero_job", "house"),
            dated=True,
            effect=effects.progressed,
        ),
        Step(
            "report_done",
            "报告办结",
            (S.ASSIGNED,),
            (S.DONE,),
            work,
            guards=dated,
            note=True,
            duty="do",
            barred=JUDGES,
            dated=True,
            effect=effects.done,
        ),
    )


def _judging(kind: ProblemKind) -> tuple[Step, ...]:
    """What others than the doer do: accept or return, sign off or send back, look again."""
    check, sign = kind.right("check"), kind.right("sign")
    bar = ("do",)
    return (
        Step("accept", "验收通过", (S.DONE,), (S.CHECKED,), check, duty="check", barred=bar, dated=True,
             effect=effects.checked),
        Step("return_work", "验收退回", (S.DONE,), (S.ASSIGNED,), check, note=True, duty="check", barred=bar, dated=True,
             deadline="problem_return_days", effect=effects.taken_up),
        Step("sign_off", "销号", (S.CHECKED,), (S.SIGNED_OFF,), sign, duty="sign", barred=bar, dated=True,
             effect=effects.signed_off),
        Step("send_back", "退回重办", (S.CHECKED,), (S.ASSIGNED,), sign, note=True, duty="sign", barred=bar, dated=True,
             deadline="problem_return_days", effect=effects.taken_up),
        Step("look_back", "回头看通过", (S.SIGNED_OFF,), (), check, note=True, duty="check", barred=bar, dated=True,
             effect=effects.looked_back),
        Step("reopen", "回头看不合格，重新办理", (S.SIGNED_OFF,), (S.ASSIGNED,), check, guards=(guards.no_other_open,),
             note=True, duty="check", barred=bar, dated=True, deadline=kind.deadline, effect=effects.reopened),
    )  # fmt: skip


TABLE: dict[str, tuple[Step, ...]] = {name: _steps_of(kind) for name, kind in KINDS.items()}


def steps_of(problem: Problem) -> tuple[Step, ...]:
    """Those that may be taken with a problem that is there."""
    return tuple(step for step in TABLE[problem.kind] if NEW not in step.sources)
