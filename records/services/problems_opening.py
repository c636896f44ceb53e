"""Registering problems: by hand, from a list, or from the books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import Division, Post, User
from households.models import Household, Person
from monitoring.models import Clue
from monitoring.numbers import problem_numbers
from monitoring.policy import PolicyBook
from monitoring.workflow.inputs import Input, plain, read
from monitoring.workflow.step import NEW, Step
from records.models import Problem, RecordBatch
from records.problems.guards import twin_of
from records.problems.kind import ProblemKind
from records.problems.kinds import KINDS
from records.problems.table import TABLE
from records.services.problems import ProblemAct, post_for, write

WORDS = (
    Input("description", "问题描述", needed=True, longest=1000),
    Input("grade", "分级", longest=20),
    Input("category", "分类", longest=40),
    Input("households_affected", "影响户数", "number"),
    Input("persons_affected", "影响人数", "number"),
)


def open_problem(
    *,
    kind: str,
    origin: str,
    found_on: date,
    description: str,
    actor: User | None,
    at: datetime,
    division: Division | None = None,
    household: Household | None = None,
    person: Person | None = None,
    level: str = "",
    details: Mapping[str, Any] | None = None,
    batch: RecordBatch | None = None,
    **more: Any,
) -> Problem:
    """Register a problem of a household, of a person of one, or of a place, as found on a day.

    A standing clue of the household about the same risk is linked, and the problem counts from the day of that clue.
    `details` are what the kind's declaration asks for, `more` the further words (`WORDS`). `actor` None is the program.

    Raises:
        OutOfScope, Forbidden: not his place, or not his right.
        Refused: unfit values, a day in the future, or an open problem of the same kind is there (`exists`).
    """
    declared = KINDS.get(kind)
    if declared is None:
        raise Refused("问题类型不在目录内。", field="kind", code="invalid")
    today = timezone.localdate(at)
    _check_subject(declared, division, household, person, today)
    _check_choices(declared, origin, level, found_on, today)
    problem = Problem(kind=kind, origin=origin, level=level, found_on=found_on, recorded_by=actor, recorded_at=at)
    problem.division = household.village if household else division  # type: ignore[assignment]
    problem.household, problem.person, problem.batch = household, person, batch
    post = post_for(problem, declared.right("find"), actor, at)
    for name, value in read(WORDS, {"description": description, **_given(more)}).items():
        setattr(problem, name, value)
    step = next(step for step in TABLE[kind] if NEW in step.sources)
    problem.details = plain(_given(read(step.inputs, _given(details or {}))))
    return _store(problem, step, post, at, today)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _check_subject(
    kind: ProblemKind, division: Division | None, household: Household | None, person: Person | None, today: date
) -> None:
    if kind.about != "place" and household is None:
        raise Refused(f"{kind.title}问题要落到户，请从农户页登记。", field="household", code="invalid")
    if kind.kind == Problem.Kind.WATER and household is None and division and division.level != Division.Level.VILLAGE:
        raise Refused("饮水问题要落到村，涉及几个村的分村登记。", field="division", code="invalid")
    if household is None and division is None:
        raise Refused("请选择涉及的乡镇或村。", field="division", code="invalid")
    if household and household.cancelled_on and household.cancelled_on <= today:
        raise Refused("该户已注销，不能登记问题。", code="household_cancelled")
    if kind.about == "person" and person is None:
        raise Refused("请选择涉及的户内成员。", field="person", code="invalid")
    if person is not None and (household is None or not person.memberships.filter(household=household).exists()):
        raise Refused("涉及人不是该户成员。", field="person", code="invalid")


def _check_choices(kind: ProblemKind, origin: str, level: str, found_on: date, today: date) -> None:
    if origin not in Problem.Origin.values:
        raise Refused("问题来源不在目录内。", field="origin", code="invalid")
    if kind.kind == Problem.Kind.RECTIFICATION and level not in Problem.Level.values:
        raise Refused("请选择反馈层级。", field="level", code="invalid")
    if kind.kind != Problem.Kind.RECTIFICATION and level:
        raise Refused("反馈层级只用于问题整改。", field="level", code="invalid")
    if not date(2000, 1, 1) <= found_on <= today:
        raise Refused("发现日期应在 2000 年以后、不晚于今天。", field="found_on", code="invalid")


def _store(problem: Problem, step: Step, post: Post | None, at: datetime, today: date) -> Problem:
    with transaction.atomic():
        if problem.household_id:
            # On SQLite the transaction itself keeps others out; the constraint decides on every database.
            Household.objects.select_for_update().get(pk=problem.household_id)
        if other := twin_of(problem):
            raise _exists(other.number)
        _link(problem)
        problem.number = problem_numbers(problem.division_id, problem.found_on)[0]
        act = ProblemAct(
            step, problem, problem.recorded_by, post, at, today, problem.found_on, "", {}, [], PolicyBook(),
            str(Problem.State.FOUND),
        )  # fmt: skip
        problem.due_on = act.days_after(today, KINDS[problem.kind].deadline)
        try:
            with transaction.atomic():
                problem.save()
        except IntegrityError as error:
            raise _exists("") from error
        act.record.update(problem.details)
        write(act, "")
    return problem


def _exists(number: str) -> Refused:
    return Refused(f"同一户（人）已有在办的同类问题 {number}，在那一件里办理。", code="exists")


def _link(problem: Problem) -> None:
    """Link the clue in hand that speaks of it; the problem counts from the day of the clue, so that no trouble is
    told by the one until a day and by the other from then on."""
    risk = KINDS[problem.kind].risk
    if risk is None or problem.household_id is None:
        return
    clues = Clue.objects.open().filter(household_id=problem.household_id, risk=risk)
    problem.clue = clues.order_by("received_on", "id").first()
    if problem.clue:
        problem.found_on = min(problem.found_on, problem.clue.received_on)
