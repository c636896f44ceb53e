"""How a step is stored: claim the row, run the effect, store what changed, write the transition."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.errors import Conflict, Forbidden
from accounts.models import Post, User
from monitoring.models import Case, Clue, DutyTaken, Transition
from monitoring.policy import PolicyBook
from monitoring.workflow.inputs import plain
from monitoring.workflow.step import Act, Step


def locked(subject: Any) -> Any:
    """The row as it is now, locked until the transaction ends (on SQLite the transaction itself is the lock)."""
    model = type(subject)
    return model.objects.select_for_update(of=("self",)).select_related("household", "village").get(pk=subject.pk)


def carry_out(act: Act, **changes: Any) -> Transition:
    """Claim the row, run the effect, store the row with `changes`, write the transition; all checks are the caller's."""
    row, before = act.subject, _values(act.subject)
    claim(row)
    if isinstance(row, Case) and act.step.duty and act.actor is not None:
        take_duty(row, act.actor, act.step.duty, act.at)
    if act.step.deadline:
        act.due_on = act.days_after(act.on, act.step.deadline)
    act.step.effect(act)
    source, row.state, row.version = row.state, act.target, row.version + 1
    row.due_on = act.due_on if row.state in row.OPEN_STATES else None
    for name, value in changes.items():
        setattr(row, name, value)
    changed = {name: value for name, value in _values(row).items() if value != before[name] and name != "version"}
    if changed:
        type(row).objects.filter(pk=row.pk).update(**changed)
    return write(act, source)


def claim(row: Clue | Case) -> None:
    """Take the next version of the row. Conflict when it is not as `row` says: one row and version, one winner.

    The row lock alone is nothing on SQLite; this holds on every database.
    """
    mine = type(row).objects.filter(pk=row.pk, version=row.version, state=row.state)
    if not mine.update(version=row.version + 1):
        raise Conflict("这件事刚被他人办理过，请刷新后再办理。", code="stale")


def take_duty(case: Case, actor: User, duty: str, at: datetime) -> None:
    """Note that the actor takes a duty in the case. Forbidden when he has another one; the database agrees."""
    taken, _ = DutyTaken.objects.get_or_create(case=case, actor=actor, defaults={"duty": duty, "taken_at": at})
    if taken.duty != duty:
        label = DutyTaken.Duty(taken.duty).label
        raise Forbidden(f"{actor}在本件中已承担“{label}”，须由他人办理。", code="duty_barred")


def write(act: Act, source: str) -> Transition:
    """The transition of an act whose row stands at its target."""
    sealed = {wanted.name for wanted in act.step.inputs if wanted.sealed}
    given = {key: value for key, value in act.data.items() if key not in sealed and value not in (None, "", [])}
    transition = Transition.objects.create(
        **_subject(act.subject),
        action=act.step.action,
        source=source,
        target=act.target,
        duty=act.step.duty,
        actor=act.actor,
        post=act.post,
        note=act.note,
        data=plain({**given, **act.record}),
        happened_on=act.happened_on,
        recorded_at=act.at,
    )
    transition.files.set(act.files)
    return transition


def act_of(
    step: Step,
    row: Clue | Case,
    *,
    actor: User | None,
    post: Post | None,
    at: datetime,
    note: str = "",
    record: dict[str, Any] | None = None,
    policy: PolicyBook | None = None,
) -> Act:
    """The act of one of the program's own steps, which is part of another one and asks for nothing."""
    today = timezone.localdate(at)
    return Act(
        step=step,
        subject=row,
        actor=actor,
        post=post,
        at=at,
        on=today,
        happened_on=today,
        note=note,
        data={},
        files=[],
        policy=policy or PolicyBook(),
        target=step.targets[0] if step.targets else row.state,
        record=record or {},
        due_on=row.due_on,
    )


def _subject(row: Clue | Case) -> dict[str, Clue | Case]:
    return {"clue": row} if isinstance(row, Clue) else {"case": row}


def _values(row: Clue | Case) -> dict[str, Any]:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: list(value) if isinstance(value, list) else value for name, value in values.items()}
