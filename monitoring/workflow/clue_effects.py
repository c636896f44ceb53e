"""What the steps of clues change beside the state."""

from __future__ import annotations

from django.db.models import F

from monitoring.models import Case, Clue, Episode
from monitoring.risks import CLUE_ONLY
from monitoring.workflow.clue_guards import verifying_visit, visit_named
from monitoring.workflow.history import act_of, carry_out, locked
from monitoring.workflow.opening import (
    MOST_RISKS,
    enrolment_kind,
    latest_episode,
    make_case,
    note_preparers,
    open_case_of,
)
from monitoring.workflow.own_steps import ATTACH_CLUE
from monitoring.workflow.step import Act


def dispatched(act: Act) -> None:
    act.subject.dispatched_on = act.on


def verified(act: Act) -> None:
    visit = visit_named(act)
    if visit is not None:
        act.subject.verified_on = visit.visited_on
        act.record["finding"] = visit.finding


def closed(act: Act) -> None:
    act.subject.closed_on = act.on
    act.subject.close_reason = act.note[:500]
    act.subject.next_review_on = act.data.get("next_review_on")


def told(act: Act) -> None:
    act.subject.told_reporter_on = act.happened_on


def reopened(act: Act) -> None:
    clue = act.subject
    clue.closed_on = clue.next_review_on = clue.verified_on = clue.told_reporter_on = None
    clue.close_reason = ""
    clue.decision_due_on = act.days_after(act.on, "clock_days")


def flagged_green(act: Act) -> None:
    """Help comes first; the procedure follows within its own term."""
    clue = act.subject
    clue.green_channel = True
    clue.decision_due_on = act.days_after(clue.received_on, "green_channel_days")


def identified(act: Act) -> None:
    """The clue goes into the household's enrolment case: the running one, or one that is opened for it."""
    running = open_case_of(act.subject.household)
    case = _attach(act, running) if running is not None else _open(act)
    act.record["case"] = case.number
    act.due_on = None


def _risks(act: Act) -> list[str]:
    visit = verifying_visit(act.subject)
    named = act.data["risks"] or (visit.risks if visit else []) or [act.subject.risk]
    return [risk for risk in dict.fromkeys(named) if risk not in CLUE_ONLY][:MOST_RISKS]


def _open(act: Act) -> Case:
    clue: Clue = act.subject
    return make_case(
        household=clue.household,
        kind=enrolment_kind(clue.household),
        actor=act.person,
        post=act.post,
        at=act.at,
        policy=act.policy,
        clue=clue,
        monitored_type=act.data["monitored_type"],
        risks=_risks(act),
        reason=act.note[:500],
    )


def _attach(act: Act, running: Case) -> Case:
    case = locked(running)
    risks = list(dict.fromkeys([*case.risks, *_risks(act)]))[:MOST_RISKS]
    due = [day for day in (case.decision_due_on, act.subject.decision_due_on) if day]
    attaching = act_of(
        ATTACH_CLUE,
        case,
        actor=act.actor,
        post=act.post,
        at=act.at,
        record={"clue": act.subject.number},
        policy=act.policy,
    )
    carry_out(attaching, risks=risks, decision_due_on=min(due, default=None))
    note_preparers(case, act.person, act.subject, act.at)
    return case


def joined(act: Act) -> None:
    """The risk is noted on the household's running episode, whose plan then has to meet it."""
    closed(act)
    episode = latest_episode(act.subject.household)
    risk = act.subject.risk
    if episode is not None and risk not in CLUE_ONLY and risk not in episode.risks:
        Episode.objects.filter(pk=episode.pk).update(risks=[*episode.risks, risk], version=F("version") + 1)
    act.record["episode"] = str(episode.uid) if episode else ""
