"""perform(): lock the row, check, change it, write the transition. The only way that a clue or a case moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.errors import Forbidden, OutOfScope, Refused
from accounts.models import Post, StoredFile, User
from accounts.permissions import require
from accounts.services import audit
from households.models import Household
from monitoring.models import Case, Clue, DutyTaken
from monitoring.policy import PolicyBook
from monitoring.workflow.entry import Available, Entry, check, missing, prepare, step_now, unfilled
from monitoring.workflow.history import carry_out, locked
from monitoring.workflow.step import Act, Step, kind_of
from monitoring.workflow.table import TABLE


def perform(
    *,
    subject: Clue | Case,
    action: str,
    actor: User,
    at: datetime,
    version: int | None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    files: Sequence[StoredFile] = (),
    happened_on: date | None = None,
) -> Any:
    """Take one step of the table with a clue or a case and give the row as it then stands.

    `version` is the one that the actor had before him. `data` holds the step's inputs, `files` kept files of his.
    `happened_on` may be earlier than today only for steps that the table marks as dated.

    Raises:
        OutOfScope: the row is not his to see. Forbidden: his posts do not allow the step, or he took a duty that the
            table keeps apart from it (code `duty_barred`); both go into the audit.
        Conflict: the row has moved on (`stale`) or its state does not allow the step (`wrong_state`).
        Refused: no version (`version_missing`), unknown action, unfit inputs, or conditions not met; `details` names
            every condition.
    """
    try:
        with transaction.atomic():
            # The household first, as wherever its clues and cases are made, moved or visited: in another order two wait
            # for each other, and two clues that join an episode at once would each write its risks without the other.
            Household.objects.select_for_update().get(pk=subject.household_id)
            row = locked(subject)
            step, post = _step_of(row, action, actor=actor, at=at, version=version)
            _refuse_barred(row, step, actor)
            began = row.received_on if isinstance(row, Clue) else row.opened_on
            entry = Entry(note, data, files, happened_on)
            act = prepare(Act, row, step, post, actor, at, entry=entry, earliest=began)
            check(act)
            carry_out(act)
    except (Forbidden, OutOfScope) as refusal:
        detail = {"action": action, "code": refusal.code}
        audit.record(actor=actor, at=at, action="workflow.refused", target=subject, detail=detail)
        raise
    return row


def _step_of(row: Any, action: str, *, actor: User, at: datetime, version: int | None) -> tuple[Step, Post]:
    """The step that this action is for this row now and the post that gives the right to it."""
    table = TABLE[kind_of(row)]
    steps = [step for step in table if step.action == action and step.right]
    post = _post_for(row, [step.right for step in steps or table if step.right], actor, at)
    step = step_now(Act, row, steps, version)
    if len(steps) > 1:
        post = _post_for(row, [step.right or ""], actor, at)
    return step, post


def _post_for(row: Any, rights: Iterable[str], actor: User, at: datetime) -> Post:
    """The post that gives one of the rights over the row.

    Raises:
        OutOfScope: no post sees the row. Forbidden: none of those that do gives any of the rights.
    """
    refusal: Refused = Forbidden("这一步由系统自动办理，不能手工操作。")
    for right in dict.fromkeys(rights):
        try:
            return require(actor=actor, right=right, code=row.village_id, at=at, helper_id=row.household.helper_id)
        except Forbidden as error:
            refusal = error
    raise refusal


def _refuse_barred(row: Any, step: Step, actor: User | None) -> None:
    if not isinstance(row, Case) or not step.duty or actor is None:
        return
    taken = barred_duty(row, step, actor)
    if taken:
        raise Forbidden(f"你在本件中已承担“{taken.label}”，{step.title}须由他人办理。", code="duty_barred")


def barred_duty(case: Case, step: Step, actor: User) -> DutyTaken.Duty | None:
    """The duty that the actor took in the case and that keeps him from the step, if any."""
    taken = DutyTaken.objects.filter(case=case, actor=actor, duty__in=step.barred).first()
    return DutyTaken.Duty(taken.duty) if taken else None


def available_actions(subject: Clue | Case, actor: User, at: datetime) -> list[Available]:
    """What the table lets `actor` do with the row as it stands; for buttons and for the API."""
    steps = [step for step in TABLE[kind_of(subject)] if step.right and subject.state in step.sources]
    posts = {right: _post_or_none(subject, right, actor, at) for right in {step.right or "" for step in steps}}
    mine = subject.duties.filter(actor=actor).values_list("duty", flat=True) if isinstance(subject, Case) else ()
    taken, policy = set(mine), PolicyBook()
    return [
        Available(step, missing(unfilled(Act, subject, step, post, actor, at, policy=policy)))
        for step in steps
        if (post := posts[step.right or ""]) is not None and not taken & set(step.barred)
    ]


def conditions(subject: Clue | Case, action: str, at: datetime) -> list[tuple[str, list[str]]]:
    """The conditions of an action as the row stands: each one's words and what is wrong, nothing where it is met.

    Only those that can be judged before anything is filled in.
    """
    step = next((row for row in TABLE[kind_of(subject)] if row.action == action and subject.state in row.sources), None)
    if step is None:
        return []
    act = unfilled(Act, subject, step, None, None, at, policy=PolicyBook())
    return [(wanted.title, list(wanted.faults(act))) for wanted in step.guards if wanted.upfront]


def _post_or_none(subject: Any, right: str, actor: User, at: datetime) -> Post | None:
    try:
        return _post_for(subject, [right], actor, at)
    except Refused:
        return None
