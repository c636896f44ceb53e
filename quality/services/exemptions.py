"""Exemptions: asked for by one, granted or refused by another, ended before their day where the ground is gone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, Refused
from accounts.models import Division, User
from accounts.permissions import require
from accounts.services.audit import record
from monitoring.policy import value_of
from quality.checks import CHECKS
from quality.checks.base import parameter
from quality.models import Exemption, ExemptionStep, Fault
from quality.permissions import DECIDE, DECIDE_PLACE, REQUEST

Kind = ExemptionStep.Kind
LONGEST = parameter(
    "quality_exemption_days", "豁免最长（天）", "days", 365, least=1, source="产品默认设置（待县级确认）"
)


def request_exemption(*, fault: Fault, reason: str, ends_on: date, actor: User, at: datetime) -> Exemption:
    """Ask that a fault be none up to a day.

    Raises:
        Refused: no reason, a day that is over or too far. Conflict: it is mended, or asked for already.
        Forbidden, OutOfScope: not his to ask.
    """
    helper = fault.household.helper_id if fault.household else None
    require(actor=actor, right=REQUEST, code=fault.village_id, at=at, helper_id=helper)
    with transaction.atomic():
        locked = Fault.objects.select_for_update().get(pk=fault.pk)
        if locked.mended_on is not None:
            raise Conflict("这个问题已经改好，不用豁免。", code="mended")
        same = Exemption.objects.filter(check_code=fault.check_code, subject=fault.subject)
        today = timezone.localdate(at)
        if same.waiting().exists() or same.standing(today).exists():
            raise Conflict("这个问题已申请豁免，请看办理结果。", code="asked_already")
        return _ask(
            check_code=fault.check_code,
            subject=fault.subject,
            division=fault.village,
            fault=fault,
            reason=reason,
            ends_on=ends_on,
            actor=actor,
            at=at,
        )


def request_place_exemption(
    *, check_code: str, division: Division, reason: str, ends_on: date, actor: User, at: datetime
) -> Exemption:
    """Ask that no household of a place be held to a check up to a day. Raises: as `request_exemption`."""
    require(actor=actor, right=REQUEST, code=division.code, at=at)
    if check_code not in CHECKS:
        raise Refused("没有这条规则。", field="check", code="invalid")
    with transaction.atomic():
        # No row of its own to lock before it is asked for: of two who ask at once, the place tells who comes second.
        Division.objects.select_for_update().get(pk=division.pk)
        same = Exemption.objects.filter(check_code=check_code, subject="", division=division)
        if same.waiting().exists() or same.standing(timezone.localdate(at)).exists():
            raise Conflict("这个地方的这条规则已申请豁免，请看办理结果。", code="asked_already")
        return _ask(
            check_code=check_code,
            subject="",
            division=division,
            fault=None,
            reason=reason,
            ends_on=ends_on,
            actor=actor,
            at=at,
        )


def _ask(
    *,
    check_code: str,
    subject: str,
    division: Division,
    fault: Fault | None,
    reason: str,
    ends_on: date,
    actor: User,
    at: datetime,
) -> Exemption:
    low, high = division.code_range
    exemption = Exemption.objects.create(
        check_code=check_code,
        subject=subject,
        division=division,
        place_low=low,
        place_high=high,
        fault=fault,
        reason=_reason(reason),
        ends_on=_end(ends_on, division, at),
        requested_by=actor,
        requested_at=at,
    )
    detail = {"check": check_code, "subject": subject, "ends_on": ends_on.isoformat()}
    record(actor=actor, at=at, action="exemption.requested", target=exemption, detail=detail)
    return exemption


def _reason(words: str) -> str:
    said = words.strip()
    if not said:
        raise Refused("请写明为什么豁免。", field="reason", code="reason_missing")
    if len(said) > 500:
        raise Refused("理由不能超过 500 字。", field="reason", code="invalid")
    return said


def _end(day: date, division: Division, at: datetime) -> date:
    today = timezone.localdate(at)
    longest = today + timedelta(days=value_of(LONGEST, on=today, code=division.code))
    if not today <= day <= longest:
        raise Refused(f"豁免到期日应在今天到 {longest:%Y-%m-%d} 之间。", field="ends_on", code="invalid")
    return day


def decide_exemption(*, exemption: Exemption, grant: bool, actor: User, at: datetime, note: str = "") -> ExemptionStep:
    """Grant or refuse what was asked for.

    Raises:
        Forbidden: he asked for it himself (`duty_barred`), or it is not his to decide. Conflict: it is decided.
        Refused: refused without a word why, or its last day is over.
    """
    right = DECIDE if exemption.subject else DECIDE_PLACE
    require(actor=actor, right=right, code=exemption.division_id, at=at)
    if exemption.requested_by_id == actor.pk:
        raise Forbidden("豁免由你申请，须由他人审批。", code="duty_barred")
    if not grant and not note.strip():
        raise Refused("不同意的请写明为什么。", field="note", code="note_missing")
    if grant and exemption.ends_on < timezone.localdate(at):
        raise Refused("申请的到期日已过，请重新申请。", field="ends_on", code="invalid")
    return _step(exemption, Kind.GRANTED if grant else Kind.REFUSED, actor, at, note)


def end_exemption(*, exemption: Exemption, actor: User, at: datetime, note: str) -> ExemptionStep:
    """End a granted exemption before its day. Raises: Conflict where it does not stand; Refused without a reason."""
    right = DECIDE if exemption.subject else DECIDE_PLACE
    require(actor=actor, right=right, code=exemption.division_id, at=at)
    if not note.strip():
        raise Refused("提前结束的请写明为什么。", field="note", code="note_missing")
    return _step(exemption, Kind.ENDED, actor, at, note)


def _step(exemption: Exemption, kind: str, actor: User, at: datetime, note: str) -> ExemptionStep:
    if len(note.strip()) > 500:
        raise Refused("意见不能超过 500 字。", field="note", code="invalid")
    with transaction.atomic():
        locked = Exemption.objects.select_for_update().get(pk=exemption.pk)
        last = locked.step
        stands = last is not None and last.kind == Kind.GRANTED
        if (kind == Kind.ENDED) != stands or (kind != Kind.ENDED and last is not None):
            state = last.get_kind_display() if last else "待审批"
            raise Conflict(f"这条豁免现在是“{state}”，请刷新查看。", code="wrong_state")
        try:
            with transaction.atomic():
                step = ExemptionStep.objects.create(
                    exemption=locked,
                    kind=kind,
                    happened_on=timezone.localdate(at),
                    recorded_at=at,
                    actor=actor,
                    note=note.strip(),
                )
        except IntegrityError:
            raise Conflict("这条豁免刚被他人办理过，请刷新查看。", code="wrong_state") from None
        record(actor=actor, at=at, action=f"exemption.{kind}", target=locked)
    return step
