"""What was delivered: each delivery is kept once, whoever sends it how often; a mistaken one is withdrawn."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.errors import Conflict, OutOfScope, Refused
from accounts.models import StoredFile, User
from accounts.services.audit import record
from assistance import permissions
from assistance.models import Delivery, Measure

State = Measure.State


def deliver(
    *,
    measure: Measure,
    on: date,
    amount: Decimal = Decimal(0),
    note: str = "",
    proof: StoredFile | None = None,
    uid: UUID,
    actor: User,
    at: datetime,
) -> Delivery:
    """Record one delivery, on a day up to today. The same `uid` with the same content by the same person gives the
    same delivery again. A measure with planned days to come goes on running, any other is delivered.

    Raises:
        Refused: the measure is cancelled or ended before that day, the day is later than today, the amount negative.
        Conflict: the uid was used with other content.
        OutOfScope: not his household, or somebody else used the uid. Forbidden: not his right.
    """
    household = measure.plan.episode.household
    permissions.require_for(actor=actor, household=household, right=permissions.DELIVER, at=at)
    with transaction.atomic():
        measure = Measure.objects.select_for_update().get(pk=measure.pk)
        wanted = Delivery(
            uid=uid,
            measure=measure,
            delivered_on=on,
            amount=amount,
            note=note,
            proof=proof,
            recorded_by=actor,
            recorded_at=at,
        )
        if known := Delivery.objects.filter(uid=uid).first():
            return _same(known, wanted)
        _check(measure, on, amount, timezone.localdate(at))
        _keep(wanted)
    return wanted


def withdraw_delivery(*, delivery: Delivery, reason: str, actor: User, at: datetime) -> Delivery:
    """Take a mistaken delivery out of every count; it stays readable with the reason.

    Raises: Refused without a reason; Conflict when it is withdrawn already or its measure ended; OutOfScope, Forbidden.
    """
    household = delivery.measure.plan.episode.household
    permissions.require_for(actor=actor, household=household, right=permissions.DELIVER, at=at)
    if not reason.strip():
        raise Refused("请填写撤回理由。", field="reason")
    with transaction.atomic():
        measure = Measure.objects.select_for_update().get(pk=delivery.measure_id)
        if measure.state == State.ENDED:
            raise Conflict("措施已结束，落实记录不能再撤回。", code="closed")
        done = Delivery.objects.standing().filter(pk=delivery.pk)
        if not done.update(withdrawn_by=actor, withdrawn_at=at, withdraw_reason=reason):
            raise Conflict("这条落实记录已经撤回。", code="withdrawn")
        _settle(measure)
        detail = {"delivery": str(delivery.uid), "reason": reason}
        record(actor=actor, at=at, action="delivery.withdrawn", target=measure, detail=detail)
    delivery.refresh_from_db()
    return delivery


def _check(measure: Measure, on: date, amount: Decimal, today: date) -> None:
    if measure.state == State.CANCELLED:
        raise Refused("这项措施已取消，不能再登记落实。", code="closed")
    if on > today:
        raise Refused("落实日期不能晚于今天。", field="on")
    if measure.ended_on is not None and on > measure.ended_on:
        raise Refused(f"这项措施已于{measure.ended_on}结束，落实日期不能更晚。", field="on")
    if amount < 0:
        raise Refused("金额不能为负数。", field="amount")


def _keep(delivery: Delivery) -> None:
    """Store it with what it makes of its measure, and note it."""
    _save(delivery)
    _settle(delivery.measure)
    detail = {"delivery": str(delivery.uid), "on": delivery.delivered_on.isoformat(), "amount": str(delivery.amount)}
    actor, at = delivery.recorded_by, delivery.recorded_at
    record(actor=actor, at=at, action="measure.delivered", target=delivery.measure, detail=detail)


def _save(delivery: Delivery) -> None:
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
    except IntegrityError as error:
        # Another measure's delivery with this uid was written at the same moment.
        raise Conflict("这个编号刚刚被使用，请稍后重试。", code="uid_taken") from error


def _same(known: Delivery, wanted: Delivery) -> Delivery:
    if known.recorded_by_id != wanted.recorded_by_id:
        raise OutOfScope
    names = ("measure_id", "delivered_on", "amount", "note", "proof_id")
    if any(getattr(known, name) != getattr(wanted, name) for name in names):
        raise Conflict("这个编号已用于另一条落实记录，请换一个新编号提交。", code="uid_taken")
    return known


def _settle(measure: Measure) -> None:
    """State and beginning of an open measure after its deliveries changed; a stale form then has the wrong version."""
    dates = list(measure.deliveries.standing().order_by("delivered_on").values_list("delivered_on", flat=True))
    state = measure.state_after(dates[-1] if dates else None)
    begun = min([measure.starts_on, *dates[:1]])
    open_ones = Measure.objects.filter(pk=measure.pk).exclude(state=State.ENDED)
    open_ones.update(state=state, starts_on=begun, version=F("version") + 1)
    measure.refresh_from_db()
