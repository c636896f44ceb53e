"""What the village's public steps change: votes, notices, objections and the pause of the clock."""

from __future__ import annotations

from datetime import date

from django.db.models import Max

from monitoring.clock import ONE_DAY, add_days, count_days
from monitoring.models import Appraisal, Case, Clue, Notice, Objection
from monitoring.services.notices import notice_text
from monitoring.workflow.case_effects import ended
from monitoring.workflow.step import Act
from monitoring.workflow.village_guards import (
    announcement,
    current_notice,
    last_appraisal,
    objection_named,
    open_objections,
    passed,
)

_COUNTS = ("entitled", "present", "barred", "agree", "disagree", "abstain")


def appraised(act: Act) -> None:
    """The vote decides where the case goes."""
    data = act.data
    counts = {name: data[name] or 0 for name in _COUNTS}
    good = passed(counts["present"], counts["agree"])
    appraisal = Appraisal.objects.create(
        case=act.subject,
        held_on=act.happened_on,
        **{name: data[name] for name in ("place", "chair", "recorder", "opinion", "attendance")},
        **counts,
        passed=good,
        recorded_by=act.person,
        recorded_at=act.at,
    )
    appraisal.papers.set(act.files)
    act.record["passed"] = good
    act.target = act.step.targets[0] if good else act.step.targets[1]
    if not good:
        ended(act)


def notice_hung(act: Act) -> None:
    act.record["notice"] = _hang(act, Notice.Kind.NOTICE).pk


def announced(act: Act) -> None:
    act.record["notice"] = _hang(act, Notice.Kind.ANNOUNCEMENT).pk
    act.subject.announced_on = act.on


def _hang(act: Act, kind: Notice.Kind) -> Notice:
    """Hang it today by the server's clock: the days of the step's term follow in full, and then it may come down."""
    days = act.setting(act.step.deadline)
    counting = act.setting("notice_kind")
    ends_on = add_days(act.on, days, counting)
    appraisal = last_appraisal(act.subject)
    act.due_on = ends_on + ONE_DAY
    return Notice.objects.create(
        case=act.subject,
        kind=kind,
        place=act.data["place"],
        hung_on=act.on,
        ends_on=ends_on,
        days=days,
        working_days=counting == "working",
        text=notice_text(
            act.subject,
            kind=kind,
            hung_on=act.on,
            ends_on=ends_on,
            days=days,
            held_on=appraisal.held_on if appraisal else None,
        ),
        first_photo=act.files[0] if act.files else None,
        recorded_by=act.person,
        recorded_at=act.at,
    )


def taken_down(act: Act) -> None:
    notice = current_notice(act.subject)
    if notice is not None:
        Notice.objects.filter(pk=notice.pk).update(taken_down_on=act.on, last_photo=act.files[0])
        act.record["notice"] = notice.pk


def announcement_ended(act: Act) -> None:
    notice = announcement(act.subject)
    if notice is not None:
        Notice.objects.filter(pk=notice.pk).update(taken_down_on=act.on, last_photo=next(iter(act.files), None))


def objected(act: Act) -> None:
    """An objection stops the clock."""
    notice = current_notice(act.subject)
    if notice is None:
        return
    objection = Objection.objects.create(
        notice=notice,
        objector=act.data["objector"],
        content=act.data["content"],
        received_on=act.happened_on,
        due_on=act.days_after(act.happened_on, "objection_days"),
        recorded_by=act.person,
        recorded_at=act.at,
    )
    act.record["objection"] = str(objection.uid)
    if act.subject.paused_on is None:
        act.subject.paused_on = act.happened_on


def answered(act: Act) -> None:
    """An objection that is upheld ends the case; once all others are answered the clock runs on."""
    objection = objection_named(act)
    if objection is None:
        return
    Objection.objects.filter(pk=objection.pk).update(
        investigators=act.data["investigators"],
        finding=act.data["finding"],
        upheld=act.data["upheld"],
        answered_on=act.happened_on,
        answered_how=act.data["answered_how"],
    )
    if act.data["upheld"]:
        act.target = act.step.targets[1]
        ended(act)
    elif not open_objections(act.subject):
        _resume(act)


def _resume(act: Act) -> None:
    """All terms move by the days that the clock stood still, each counted in its own kind of days."""
    case: Case = act.subject
    paused, case.paused_on = case.paused_on, None
    if paused is None:
        return
    answers = Objection.objects.filter(notice__case=case, received_on__gte=paused)
    resumed = answers.aggregate(last=Max("answered_on"))["last"] or act.happened_on
    kind = act.setting("clock_kind")
    notice = current_notice(case)
    if notice is not None and notice.ends_on >= paused and not notice.taken_down_on:
        ends_on = _later(notice.ends_on, paused, resumed, "working" if notice.working_days else "calendar")
        Notice.objects.filter(pk=notice.pk).update(ends_on=ends_on)
        act.due_on = ends_on + ONE_DAY
    elif act.due_on:
        act.due_on = _later(act.due_on, paused, resumed, kind)
    if case.decision_due_on:
        case.decision_due_on = _later(case.decision_due_on, paused, resumed, kind)
        waiting = Clue.objects.filter(household_id=case.household_id, state=Clue.State.IDENTIFYING)
        waiting.update(decision_due_on=case.decision_due_on)
    act.record["paused_days"] = count_days(paused, resumed, kind)


def _later(day: date, paused: date, resumed: date, kind: str) -> date:
    return add_days(day, count_days(paused, resumed, kind), kind)
