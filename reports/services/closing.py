"""Closing a month: take a step, see how far every place is. The table of the steps is reports/closing_steps.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Division, Post, User
from accounts.permissions import require
from accounts.services import audit
from monitoring.clock import add_months
from reports.closing_checks import Result, check_closing
from reports.closing_steps import STEPS, Action, Level, State, Step, step_for
from reports.ledgers.base import Reading
from reports.models import Closing, ClosingStep, Edition
from reports.services.freezing import last_day, send

# So many faults are named in one refusal; the board shows them all.
MOST_NAMED = 20


def take_step(
    *,
    division: Division,
    month: date,
    action: str,
    actor: User | None,
    at: datetime,
    version: int | None = None,
    reason: str = "",
    results: Sequence[Result] | None = None,
) -> Closing:
    """Take one step with the month (by its first day) of a place, and give the closing as it then stands.

    `version` is the one that the actor had before him. An accepted month is put away by a job. `results` are what the
    closing checks say of a place that holds this one, where they have been asked for many steps of the same moment.

    Raises:
        OutOfScope, Forbidden: not his to see or do, or he took a step that bars him (`step_barred`).
        Conflict: the closing has moved on (`stale`), or its state or that of a place around it does not allow it.
        Refused: no such step, the month is not over, no reason, places below are missing (`missing`), or the closing
            checks fail (`unbalanced`); `details` names every fault.
    """
    step = step_for(action, division.level)
    if step is None:
        raise Refused(f"{division.get_level_display()}级没有这一步。", field="action", code="unknown_action")
    try:
        post = require(actor=actor, right=step.right, code=division.code, at=at)
    except (Forbidden, OutOfScope) as refusal:
        _note_refusal(division, month, step, actor, at, refusal)
        raise
    month, reason = month.replace(day=1), " ".join(reason.split())[:500]
    _check_month(month, at)
    if step.reason and not reason:
        raise Refused(f"{step.title}须写明理由。", field="reason", code="reason_missing")
    if step.checked:
        # Before the lock: the reading is long, and what it judges is what was known at `at`.
        _check_figures(step, check_closing(Reading(division, last_day(month), at)) if results is None else results)
    return _carry_out(step, division, month, actor, post, at, version, reason)


@transaction.atomic
def _carry_out(
    step: Step,
    division: Division,
    month: date,
    actor: User | None,
    post: Post | None,
    at: datetime,
    version: int | None,
    reason: str,
) -> Closing:
    county = _locked(division.county, month)
    closing = county if step.level == Level.COUNTY else _locked(division, month)
    _refuse_stale(closing, step, version)
    _refuse_barred(closing, step, actor)
    _check_around(closing, step, states_above(division, month))
    missing = _missing(step, division, month)
    _refuse_incomplete(step, missing, reason)
    changes: dict[str, Any] = {"reason": reason, "moved_at": at}
    if step.target == State.FREEZING:
        changes |= {"known_at": at, "frozen": {}, "heartbeat_at": at, "error": ""}
        transaction.on_commit(lambda: send(closing.pk))
    moved = Closing.objects.filter(pk=closing.pk, version=closing.version, state=closing.state)
    if not moved.update(state=step.target, version=F("version") + 1, **changes):
        raise Conflict("刚有别人办理过，请刷新后再办。", code="stale")
    ClosingStep.objects.create(
        closing=closing,
        action=step.action,
        source=closing.state,
        target=step.target,
        actor=actor,
        post=post,
        reason=reason,
        data={"missing": [place.code for place in missing]} if missing else {},
        recorded_at=at,
    )
    detail = {"month": f"{month:%Y-%m}", "action": step.action, "missing": len(missing)}
    audit.record(actor=actor, at=at, action="closing.step", target=closing, detail=detail)
    closing.refresh_from_db()
    return closing


def _locked(division: Division, month: date) -> Closing:
    """The row of a place, made where it is missing, and held until the transaction ends. Everybody takes the county's
    first, so that the steps of one county's month come one after another."""
    Closing.objects.get_or_create(division_id=division.code, month=month)
    return Closing.objects.select_for_update().get(division_id=division.code, month=month)


def _check_month(month: date, at: datetime) -> None:
    today = timezone.localdate(at)
    if last_day(month) >= today:
        raise Refused(
            f"{month.year}年{month.month}月还没有过完，{last_day(month):%m月%d日}以后再办。", code="month_open"
        )


def _check_figures(step: Step, results: Sequence[Result]) -> None:
    faults = [f"{result.title}：{fault}" for result in results for fault in result.faults]
    if faults:
        more = f"等 {len(faults)} 处" if len(faults) > MOST_NAMED else ""
        said = "；".join(faults[:MOST_NAMED])
        raise Refused(f"还不能{step.title}，有数对不上：{said}{more}。", code="unbalanced", details=faults)


def _refuse_stale(closing: Closing, step: Step, version: int | None) -> None:
    state = closing.get_state_display()
    if version is not None and version != closing.version:
        raise Conflict(f"刚有别人办理过，现为“{state}”，请刷新后再办。", code="stale")
    if closing.state not in step.sources:
        raise Conflict(f"现为“{state}”，不能{step.title}。", code="wrong_state")


def _refuse_barred(closing: Closing, step: Step, actor: User | None) -> None:
    if actor is None or not step.barred:
        return
    taken = barring(actor, closing.division_id, closing.month, step)
    if taken:
        raise Forbidden(f"本月的“{taken.get_action_display()}”是你办的，{step.title}须由他人办理。", code="step_barred")


def barring(actor: User, code: str, month: date, step: Step) -> ClosingStep | None:
    """The actor's own step in the county's month that keeps him from this one, if any."""
    here = Division(code=code, level=step.level).county
    mine = ClosingStep.objects.filter(actor=actor, action__in=step.barred, closing__month=month)
    low, high = here.code_range
    return mine.filter(closing__division__gte=low, closing__division__lt=high).first()


def states_above(division: Division, month: date) -> dict[str, str]:
    """How the month stands in the county and the township of a place, by code; those where nothing was done are not there."""
    codes = {f"{division.code[:6]}000000", f"{division.code[:9]}000"}
    return dict(Closing.objects.filter(division__in=codes, month=month).values_list("division_id", "state"))


def _check_around(closing: Closing, step: Step, above: Mapping[str, str]) -> None:
    """Places above must not have gone on already, and months are closed in their order."""
    code = closing.division_id
    if step.level != Level.COUNTY and above.get(f"{code[:6]}000000") in (State.FREEZING, State.CLOSED):
        raise Conflict("全县已结账，要改请先由县里重开本月。", code="county_closed")
    if step.level == Level.VILLAGE and above.get(f"{code[:9]}000") == State.SUBMITTED:
        raise Conflict("乡镇已上报，要改请先由县里退回乡镇。", code="township_submitted")
    if step.level == Level.COUNTY:
        _check_order(closing, step)


def _check_order(closing: Closing, step: Step) -> None:
    months = Edition.objects.filter(county=closing.division_id)
    later = months.filter(month__gt=closing.month).order_by("month").first()
    if later:
        raise Conflict(f"{later.month:%Y年%m月}已结账，之前的月份不能再动。", code="later_closed")
    before = add_months(closing.month, -1)
    closed = Closing.objects.filter(division=closing.division_id, month=before, state=State.CLOSED).exists()
    if step.action == Action.ACCEPT and not closed and months.filter(month__lt=closing.month).exists():
        raise Conflict(f"请先结 {before:%Y年%m月}的账，月份要挨着结。", code="earlier_open")


def _missing(step: Step, division: Division, month: date) -> list[Division]:
    """The places below that are not so far yet."""
    if step.below is None:
        return []
    done = Closing.objects.filter(month=month, state=step.below).values("division")
    return list(Division.objects.within(division).at_level(division.level + 1).exclude(pk__in=done))


def _refuse_incomplete(step: Step, missing: Sequence[Division], reason: str) -> None:
    """Where places are missing, a reason says why it is done without them."""
    if reason or not missing:
        return
    names = [place.name for place in missing]
    said = (
        f"还有 {len(names)} 个没有{'确认' if step.level == Level.TOWNSHIP else '上报'}：{'、'.join(names[:MOST_NAMED])}"
    )
    raise Refused(f"{said}。要不等他们，请写明缺的原因。", field="reason", code="missing", details=names)


def _note_refusal(
    division: Division, month: date, step: Step, actor: User | None, at: datetime, refusal: Refused
) -> None:
    detail = {"month": f"{month:%Y-%m}", "action": step.action, "code": refusal.code}
    audit.record(actor=actor, at=at, action="closing.refused", target=division, detail=detail)


# --- what a user may do, for buttons ---


@dataclass(frozen=True)
class Offered:
    """A step that a user may take with a place's month now; `barred_by` names his own step that keeps him from it."""

    step: Step
    barred_by: str

    @property
    def action(self) -> str:
        return self.step.action


def offered_steps(
    *, closing: Closing, division: Division, actor: User, at: datetime, above: Mapping[str, str] | None = None
) -> list[Offered]:
    """The steps that the table allows the actor in the closing's state, but those of a village or township for which the
    places above have gone on; `above` is what `states_above` says, where many of one place are asked for."""
    found = []
    above = states_above(division, closing.month) if above is None else above
    for step in STEPS:
        if step.level == division.level and closing.state in step.sources and _has(actor, step, division, at):
            if step.level != Level.COUNTY and _is_late(closing, step, above):
                continue
            taken = barring(actor, division.code, closing.month, step) if step.barred else None
            found.append(Offered(step, taken.get_action_display() if taken else ""))
    return found


def _has(actor: User, step: Step, division: Division, at: datetime) -> bool:
    try:
        require(actor=actor, right=step.right, code=division.code, at=at)
    except (Forbidden, OutOfScope):
        return False
    return True


def _is_late(closing: Closing, step: Step, above: Mapping[str, str]) -> bool:
    try:
        _check_around(closing, step, above)
    except Conflict:
        return True
    return False
