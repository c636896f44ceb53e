"""perform(): lock the problem, check, change it, write the step. The only way that a problem moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Post, StoredFile, User
from accounts.permissions import require
from accounts.services import audit
from monitoring.policy import PolicyBook
from monitoring.workflow.entry import Available, Entry, check, missing, prepare, step_now, unfilled
from monitoring.workflow.inputs import plain
from monitoring.workflow.step import Act, Step
from records.models import Problem, ProblemStep
from records.problems.kinds import KINDS
from records.problems.table import DUTIES, steps_of


class ProblemAct(Act):
    """One step taken with a problem; the policy is that of its place."""

    SUBJECT_WORD = "这个问题"
    NOTE_WORD = "说明"

    def setting(self, key: str) -> Any:
        return self.policy.value(key, on=self.on, code=self.subject.division_id)


def perform(
    *,
    problem: Problem,
    action: str,
    actor: User,
    at: datetime,
    version: int | None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
    files: Sequence[StoredFile] = (),
    happened_on: date | None = None,
) -> Problem:
    """Take one step of the table with a problem and give the row as it then stands.

    `version` is the one that the actor had before him; `happened_on` (today when not given) may be earlier, but not
    before the step that came last.

    Raises:
        OutOfScope: the problem is not his to see. Forbidden: his posts do not allow the step, or he took a duty that
            the table keeps apart from it (code `duty_barred`); both go into the audit.
        Conflict: it has moved on (`stale`) or its state does not allow the step (`wrong_state`).
        Refused: no version, unknown action, unfit inputs, conditions not met; `details` names every condition.
    """
    try:
        with transaction.atomic():
            row = _locked(problem)
            step, post = _step_of(row, action, actor=actor, at=at, version=version)
            _refuse_barred(row, step, actor)
            entry = Entry(note, data, files, happened_on)
            act = prepare(ProblemAct, row, step, post, actor, at, entry=entry, earliest=_earliest(row, step))
            check(act)
            _carry_out(act)
    except (Forbidden, OutOfScope) as refusal:
        detail = {"action": action, "code": refusal.code}
        audit.record(actor=actor, at=at, action="problem.refused", target=problem, detail=detail)
        raise
    return row


def available_actions(problem: Problem, actor: User, at: datetime) -> list[Available]:
    """What the table lets `actor` do with the problem as it stands; for buttons and for the API."""
    steps = [step for step in steps_of(problem) if problem.state in step.sources]
    posts = {right: _post_or_none(problem, right, actor, at) for right in {step.right or "" for step in steps}}
    taken = _duties(problem, actor)
    return [
        Available(step, missing(unfilled(ProblemAct, problem, step, post, actor, at, policy=PolicyBook())))
        for step in steps
        if (post := posts[step.right or ""]) is not None and not taken & set(step.barred)
    ]


def post_for(problem: Problem, right: str, actor: User | None, at: datetime) -> Post | None:
    """The post that gives the right over the problem; raises OutOfScope or Forbidden."""
    helper = problem.household.helper_id if problem.household else None
    department = KINDS[problem.kind].department
    return require(actor=actor, right=right, code=problem.division_id, at=at, helper_id=helper, department=department)


# --- finding the step, and who may take it ---


def _locked(problem: Problem) -> Problem:
    """The row as it is now, locked until the transaction ends (SQLite: the claim of the version decides)."""
    rows = Problem.objects.select_for_update(of=("self",)).select_related("household", "division")
    return rows.get(pk=problem.pk)


def _step_of(row: Problem, action: str, *, actor: User, at: datetime, version: int | None) -> tuple[Step, Post | None]:
    table = steps_of(row)
    steps = [step for step in table if step.action == action]
    post = _any_post(row, [step.right or "" for step in steps or table], actor, at)
    return step_now(ProblemAct, row, steps, version), post


def _any_post(row: Problem, rights: Iterable[str], actor: User, at: datetime) -> Post | None:
    refusal: Refused = OutOfScope()
    for right in dict.fromkeys(rights):
        try:
            return post_for(row, right, actor, at)
        except Forbidden as error:
            refusal = error
    raise refusal


def _post_or_none(problem: Problem, right: str, actor: User, at: datetime) -> Post | None:
    try:
        return post_for(problem, right, actor, at)
    except Refused:
        return None


def _duties(problem: Problem, actor: User) -> set[str]:
    return set(problem.steps.filter(actor=actor).exclude(duty="").values_list("duty", flat=True))


def _refuse_barred(row: Problem, step: Step, actor: User) -> None:
    taken = next((duty for duty in step.barred if duty in _duties(row, actor)), None)
    if taken:
        raise Forbidden(f"你在本问题中已承担“{DUTIES[taken]}”，{step.title}须由他人办理。", code="duty_barred")


# --- the act ---


def _earliest(row: Problem, step: Step) -> date:
    """A move is never before the move that came last, and nothing before the problem was found."""
    moves = row.steps.moves().order_by("-id").values_list("happened_on", flat=True)
    return (moves.first() if step.targets else None) or row.found_on


_CHANGES = (
    "measures", "leader", "unit", "person_in_charge", "due_on", "details", "state", "done_on", "checked_on",
    "signed_off_on", "looked_back_on", "version",
)  # fmt: skip


def _carry_out(act: ProblemAct) -> None:
    row: Problem = act.subject
    mine = Problem.objects.filter(pk=row.pk, version=row.version, state=row.state)
    if not mine.update(version=row.version + 1):
        raise Conflict("这个问题刚被他人办理过，请刷新后再办理。", code="stale")
    if act.step.deadline:
        act.due_on = act.days_after(act.happened_on, act.step.deadline)
    act.step.effect(act)
    source, row.state, row.version, row.due_on = row.state, act.target, row.version + 1, act.due_on
    Problem.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in _CHANGES})
    write(act, source)


def write(act: ProblemAct, source: str) -> ProblemStep:
    """The step of an act whose problem stands at its target; it says the term too, which may change again."""
    due_on = act.subject.due_on
    act.record["due_on"] = due_on.isoformat() if due_on else ""
    given = {name: value for name, value in act.data.items() if value not in (None, "", [])}
    step = ProblemStep.objects.create(
        problem=act.subject,
        action=act.step.action,
        source=source,
        target=act.target,
        duty=act.step.duty,
        actor=act.actor,
        note=act.note,
        data=plain({**given, **act.record}),
        happened_on=act.happened_on,
        recorded_at=act.at,
    )
    step.files.set(act.files)
    return step
