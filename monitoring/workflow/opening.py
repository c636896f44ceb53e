"""Making a case: when it may be, and its first row of history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from accounts.models import Post, User
from households.models import Household
from monitoring.models import Case, Clue, DutyTaken, Episode, Visitor
from monitoring.numbers import case_number
from monitoring.policy import PolicyBook
from monitoring.risks import CLUE_ONLY, Risk
from monitoring.workflow.history import act_of, take_duty, write
from monitoring.workflow.own_steps import OPENINGS
from monitoring.workflow.step import Act

MOST_RISKS = 5
ENROLMENTS = (Case.Kind.ENROL, Case.Kind.REIDENTIFY)
ENROLLABLE = tuple(risk.value for risk in Risk if risk not in CLUE_ONLY)
_NEEDS_MONITORED = {Case.Kind.CLEAR: "该户不在监测中，不能消除。"}
_NEEDS_CLEARED = {
    Case.Kind.ROLL_BACK: "该户最近一个监测周期没有消除，不能回退。",
    Case.Kind.REIDENTIFY: "该户没有已消除的监测周期，应按首次纳入认定。",
}


def latest_episode(household: Household) -> Episode | None:
    return household.episodes.order_by("-serial").first()


def open_case_of(household: Household) -> Case | None:
    return Case.objects.open().filter(household=household).first()


def enrolment_kind(household: Household) -> str:
    """重新识别 for a household that was cleared before, else 纳入认定."""
    last = latest_episode(household)
    return Case.Kind.REIDENTIFY if last is not None and last.state == Episode.State.CLEARED else Case.Kind.ENROL


def opening_faults(household: Household, kind: str, on: date) -> Iterator[str]:
    """Why a case of this kind cannot be opened for the household."""
    if household.cancelled_on and household.cancelled_on <= on:
        yield "该户已注销"
    running = open_case_of(household)
    if running is not None:
        yield f"该户已有在办的{running.get_kind_display()}（{running.number}），办结或终止后再发起"
    last = latest_episode(household)
    state = last.state if last is not None else ""
    if kind in _NEEDS_MONITORED and state != Episode.State.MONITORED:
        yield _NEEDS_MONITORED[Case.Kind(kind)]
    if kind in _NEEDS_CLEARED and state != Episode.State.CLEARED:
        yield _NEEDS_CLEARED[Case.Kind(kind)]
    if kind == Case.Kind.ENROL and state == Episode.State.CLEARED:
        yield "该户曾消除过风险，应按重新识别办理"
    if kind in ENROLMENTS and state == Episode.State.MONITORED:
        yield "该户正在监测中，新出现的风险请并入监测周期"


def make_case(
    *,
    household: Household,
    kind: str,
    actor: User,
    post: Post | None,
    at: datetime,
    policy: PolicyBook,
    clue: Clue | None = None,
    monitored_type: str = "",
    risks: Sequence[str] = (),
    reason: str = "",
) -> Case:
    """Store a case in its first state with its first transition; the caller has checked and holds the household.

    The opener and everybody who made the home check of the clue have prepared the case and cannot review it.
    """
    today = timezone.localdate(at)
    step = OPENINGS[kind]
    case = Case(
        number=case_number(household.village_id, today),
        kind=kind,
        household=household,
        village_id=household.village_id,
        clue=clue,
        episode=None if kind in ENROLMENTS else latest_episode(household),
        state=step.targets[0],
        monitored_type=monitored_type,
        risks=list(risks),
        reason=reason,
        green_channel=clue is not None and clue.green_channel,
        opened_by=actor,
        opened_on=today,
        recorded_at=at,
    )
    act = act_of(step, case, actor=actor, post=post, at=at, note=reason, policy=policy)
    _store(case, act, clue)
    note_preparers(case, actor, clue, at)
    return case


def _store(case: Case, act: Act, clue: Clue | None) -> None:
    """Keep the case with its terms and the first row of its history."""
    case.due_on = act.days_after(act.on, act.step.deadline)
    case.decision_due_on = _decision_due(act, clue)
    case.save()
    write(act, "")


def _decision_due(act: Act, clue: Clue | None) -> date | None:
    """The policy clock is that of the clue; clearings have none."""
    if act.subject.kind not in ENROLMENTS:
        return None
    return clue.decision_due_on if clue is not None else act.days_after(act.on, "clock_days")


def note_preparers(case: Case, actor: User, clue: Clue | None, at: datetime) -> None:
    """Whoever brings a clue into the case, and everybody who made its home check, has prepared the case."""
    people = {actor.pk: actor}
    if clue is not None:
        checks = clue.transitions.filter(action="verify").values_list("data__visit", flat=True)
        theirs = Q(visit__clue=clue) | Q(visit__uid__in=list(checks))
        visitors = Visitor.objects.filter(theirs, user__isnull=False).select_related("user")
        people |= {visitor.user.pk: visitor.user for visitor in visitors if visitor.user is not None}
    for person in people.values():
        take_duty(case, person, DutyTaken.Duty.PREPARE, at)
