"""perform(): lock the row, check, change it, write the transition. The only way that a clue or a case moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Post, StoredFile, User
from accounts.permissions import require
from accounts.services import audit
from monitoring.models import Case, Clue, DutyTaken
from monitoring.policy import PolicyBook
from monitoring.workflow.files import attached
from monitoring.workflow.history import carry_out, locked
from monitoring.workflow.inputs import Input, read
from monitoring.workflow.step import Act, Guard, Step, kind_of
from monitoring.workflow.table import TABLE

NOTE = Input("note", "意见", longest=1000)


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
            row = locked(subject)
            step, post = _step_of(row, action, actor=actor, at=at, version=version)
            act = _prepare(row, step, post, actor, at, note=note, data=data, files=files, happened_on=happened_on)
            _check(step.guards, act)
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
    if not steps:
        raise Refused("没有这个办理动作。", code="unknown_action")
    if version is None:
        raise Refused("缺少版本号，请刷新后再办理。", field="version", code="version_missing")
    state = row.get_state_display()
    if version != row.version:
        raise Conflict(f"这件事刚被他人办理过，现为“{state}”（第 {row.version} 版），请刷新后再办理。", code="stale")
    step = next((step for step in steps if row.state in step.sources), None)
    if step is None:
        raise Conflict(f"现为“{state}”，不能再{steps[0].title}，请刷新查看。", code="wrong_state")
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


def _prepare(
    row: Any,
    step: Step,
    post: Post | None,
    actor: User | None,
    at: datetime,
    *,
    note: str,
    data: Mapping[str, Any] | None,
    files: Sequence[StoredFile],
    happened_on: date | None,
) -> Act:
    """The act with its inputs read. Forbidden for a barred actor, Refused for unfit inputs."""
    _refuse_barred(row, step, actor)
    if step.note and not note.strip():
        raise Refused(f"{step.title}须填写理由。", field="note", code="note_missing")
    if step.files and not files:
        raise Refused(f"{step.title}须附照片或扫描件。", field="files", code="files_missing")
    today = timezone.localdate(at)
    return Act(
        step=step,
        subject=row,
        actor=actor,
        post=post,
        at=at,
        on=today,
        happened_on=_happened(row, step, happened_on, today),
        note=read((NOTE,), {"note": note.strip()})["note"],
        data=read(step.inputs, data),
        files=attached(files, actor=actor, at=at),
        policy=PolicyBook(),
        target=step.targets[0] if step.targets else row.state,
        due_on=row.due_on,
    )


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


def _happened(row: Any, step: Step, given: date | None, today: date) -> date:
    """The day of the act, judged by the server's clock."""
    day = given or today
    began = row.received_on if isinstance(row, Clue) else row.opened_on
    if day > today:
        raise Refused("办理日期不能晚于今天。", field="happened_on", code="date_in_future")
    if day != today and not step.dated:
        raise Refused(f"{step.title}以系统当天日期为准，不能倒填日期。", field="happened_on", code="back_dated")
    if day < began:
        raise Refused(f"办理日期不能早于 {began:%Y-%m-%d}。", field="happened_on", code="back_dated")
    return day


def _check(guards: Iterable[Guard], act: Act) -> None:
    faults = [fault for wanted in guards for fault in wanted.faults(act)]
    if faults:
        raise Refused(f"还不能{act.step.title}：{'；'.join(faults)}", code="conditions", details=faults)


@dataclass(frozen=True)
class Available:
    """One thing that a user may do with a row now, and what is still missing for it (empty: nothing)."""

    step: Step
    missing: list[str]

    @property
    def action(self) -> str:
        return self.step.action

    @property
    def title(self) -> str:
        return self.step.title


def available_actions(subject: Clue | Case, actor: User, at: datetime) -> list[Available]:
    """What the table lets `actor` do with the row as it stands; for buttons and for the API."""
    steps = [step for step in TABLE[kind_of(subject)] if step.right and subject.state in step.sources]
    posts = {right: _post_or_none(subject, right, actor, at) for right in {step.right or "" for step in steps}}
    mine = subject.duties.filter(actor=actor).values_list("duty", flat=True) if isinstance(subject, Case) else ()
    taken, policy = set(mine), PolicyBook()
    return [
        Available(step, _missing(subject, step, actor, post, at, policy))
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
    today = timezone.localdate(at)
    act = Act(step, subject, None, None, at, today, today, "", {}, [], PolicyBook(), subject.state)
    return [(wanted.title, list(wanted.faults(act))) for wanted in step.guards if wanted.upfront]


def _post_or_none(subject: Any, right: str, actor: User, at: datetime) -> Post | None:
    try:
        return _post_for(subject, [right], actor, at)
    except Refused:
        return None


def _missing(subject: Any, step: Step, actor: User, post: Post, at: datetime, policy: PolicyBook) -> list[str]:
    today = timezone.localdate(at)
    act = Act(step, subject, actor, post, at, today, today, "", {}, [], policy, subject.state)
    return [fault for wanted in step.guards if wanted.upfront for fault in wanted.faults(act)]
