"""Measures: placed against a risk, changed, confirmed by the household, ended or cancelled. Clearing ends none of them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from accounts.errors import Conflict, Refused
from accounts.models import User
from accounts.services.audit import record
from accounts.versions import change
from assistance import permissions
from assistance.coverage import uncovered
from assistance.fit import fits, wanted
from assistance.models import Measure, MeasureType, Plan
from households.models import Household, Membership, Person
from monitoring.models import Episode

State = Measure.State


@dataclass(frozen=True, kw_only=True)
class MeasureDraft:
    """What a measure is to be. `uid` comes from a client that may send twice; the same measure is kept once."""

    type: MeasureType
    risk: str
    content: str
    unit: str
    responsible: str
    starts_on: date
    planned_end_on: date | None = None
    planned_amount: Decimal = Decimal(0)
    beneficiary: Person | None = None
    uid: UUID | None = None


CHANGEABLE = frozenset(field.name for field in fields(MeasureDraft)) - {"uid"}


def add_measure(*, plan: Plan, draft: MeasureDraft, actor: User, at: datetime) -> Measure:
    """Place a measure in the plan, before or after its adoption and after clearing.

    Raises:
        Refused: the risk is not the episode's, the category does not fit it, the kind of help is retired, the
            beneficiary is no member, dates or amount cannot be.
        Conflict: another measure has this uid.
        OutOfScope, Forbidden: not his household, not his right.
    """
    permissions.require_for(actor=actor, household=plan.episode.household, right=permissions.PLAN, at=at)
    with transaction.atomic():
        return place(plan=plan, draft=draft, actor=actor, at=at)


def place(*, plan: Plan, draft: MeasureDraft, actor: User, at: datetime) -> Measure:
    """`add_measure` inside a caller's transaction that has checked the right."""
    plan = Plan.objects.select_for_update().select_related("episode__household").get(pk=plan.pk)
    if plan.episode.state == Episode.State.CANCELLED:
        raise Refused("该户监测已注销，不再增加帮扶措施。", code="episode_cancelled")
    values = {name: getattr(draft, name) for name in CHANGEABLE}
    if draft.uid is not None and (known := Measure.objects.filter(uid=draft.uid).first()):
        return _same(known, plan, values)
    check(plan.episode, values)
    measure = Measure.objects.create(uid=draft.uid or uuid4(), plan=plan, recorded_by=actor, recorded_at=at, **values)
    _note(measure, "added", actor, at, type=str(draft.type), risk=draft.risk)
    return measure


def change_measure(*, measure: Measure, version: int, actor: User, at: datetime, **values: Any) -> Measure:
    """Write the given ones of `CHANGEABLE`. What was delivered keeps its kind and risk.

    Raises: as `add_measure`; Refused when it is ended or cancelled, or another risk would leave the old one bare as
        with `cancel_measure`; Conflict when `version` is old.
    """
    if unknown := set(values) - CHANGEABLE:
        raise TypeError(f"no such values of a measure: {sorted(unknown)}")
    _require(measure, actor, at)
    with transaction.atomic():
        measure = _lock(measure)
        _refuse_closed(measure)
        if measure.deliveries.standing().exists() and any(
            name in values and values[name] != getattr(measure, name) for name in ("type", "risk")
        ):
            raise Refused("已有落实记录的措施不能改措施类别和针对的风险，请另建一项。", field="type")
        merged = {name: getattr(measure, name) for name in CHANGEABLE} | values
        check(measure.plan.episode, merged, kept_type=measure.type)
        if merged["risk"] != measure.risk:
            _refuse_bare(measure, "改了风险", "risk")
        before = {name: str(getattr(measure, name)) for name in values if name != "beneficiary"}
        change(measure, version=version, **values)
        _note(measure, "changed", actor, at, before=before)
    return measure


def cancel_measure(*, measure: Measure, reason: str, version: int, actor: User, at: datetime) -> Measure:
    """Cancel a measure of which nothing was delivered.

    Raises: Refused without a reason, when something was delivered, or when an adopted plan of a household still
        monitored would be left with a risk that nothing meets; Conflict when `version` is old.
    """
    _require(measure, actor, at)
    if not reason.strip():
        raise Refused("请填写取消理由。", field="reason")
    with transaction.atomic():
        measure = _lock(measure)
        _refuse_closed(measure)
        if measure.deliveries.standing().exists():
            raise Refused("这项措施已有落实记录，不能取消；不再继续的请“结束”。", code="delivered")
        _refuse_bare(measure, "取消")
        today = timezone.localdate(at)
        change(measure, version=version, state=State.CANCELLED, cancelled_on=today, end_reason=reason)
        _note(measure, "cancelled", actor, at, reason=reason)
    return measure


def end_measure(*, measure: Measure, on: date, note: str = "", version: int, actor: User, at: datetime) -> Measure:
    """Close a delivered measure on its last day: loan repaid, post expired, school stage finished.

    Raises: Refused before anything was delivered, for a day before its beginning or last delivery or after today;
        Conflict when `version` is old.
    """
    _require(measure, actor, at)
    with transaction.atomic():
        measure = _lock(measure)
        _refuse_closed(measure)
        last = measure.deliveries.standing().order_by("delivered_on").last()
        if last is None:
            raise Refused("这项措施还没有落实记录，不再实施的请“取消”。", code="undelivered")
        if not max(measure.starts_on, last.delivered_on) <= on <= timezone.localdate(at):
            raise Refused("结束日期应在最后一次落实之后、今天之前（含当天）。", field="on")
        change(measure, version=version, state=State.ENDED, ended_on=on, end_reason=note)
        _note(measure, "ended", actor, at, on=on.isoformat())
    return measure


def confirm_by_household(*, measure: Measure, on: date, version: int, actor: User, at: datetime) -> Measure:
    """The household confirms what it received. Raises: Refused before a delivery or for a later day; Conflict."""
    _require(measure, actor, at)
    with transaction.atomic():
        measure = _lock(measure)
        first = measure.deliveries.standing().order_by("delivered_on").first()
        if first is None:
            raise Refused("这项措施还没有落实记录，落实后再由农户确认。", code="undelivered")
        if not first.delivered_on <= on <= timezone.localdate(at):
            raise Refused("农户确认日期应在首次落实之后、今天之前（含当天）。", field="on")
        change(measure, version=version, confirmed_on=on)
        _note(measure, "confirmed", actor, at, on=on.isoformat())
    return measure


def check(episode: Episode, values: dict[str, Any], *, kept_type: MeasureType | None = None) -> None:
    """Refuse what a measure cannot be. A retired kind of help stays possible where it already is (`kept_type`)."""
    kind, risk = values["type"], values["risk"]
    if risk not in episode.risks:
        raise Refused(f"该户的风险是{'、'.join(episode.risks)}，没有“{risk}”。", field="risk")
    if not fits(risk, kind.category):
        raise Refused(f"“{kind.category}”不对应风险“{risk}”，可选：{'、'.join(wanted(risk))}。", field="type")
    if not kind.active and kind != kept_type:
        raise Refused(f"“{kind}”已停用，请选用目录中的其他措施。", field="type")
    for name, label in (("content", "内容"), ("unit", "责任单位"), ("responsible", "责任人")):
        if not values[name].strip():
            raise Refused(f"请填写{label}。", field=name)
    if values["planned_end_on"] is not None and values["planned_end_on"] < values["starts_on"]:
        raise Refused("计划结束不能早于开始时间。", field="planned_end_on")
    if values["planned_amount"] < 0:
        raise Refused("计划金额不能为负数。", field="planned_amount")
    _check_member(episode.household, values["beneficiary"])


def _check_member(household: Household, person: Person | None) -> None:
    if person is not None and not Membership.objects.current().filter(household=household, person=person).exists():
        raise Refused("受益人不是该户现有成员。", field="beneficiary")


def _same(known: Measure, plan: Plan, values: dict[str, Any]) -> Measure:
    if known.plan_id == plan.pk and all(getattr(known, name) == value for name, value in values.items()):
        return known
    raise Conflict("这个编号已用于另一项措施，请换一个新编号提交。", code="uid_taken")


def _require(measure: Measure, actor: User, at: datetime) -> None:
    household = measure.plan.episode.household
    permissions.require_for(actor=actor, household=household, right=permissions.PLAN, at=at)


def _lock(measure: Measure) -> Measure:
    """The measure as it stands, locked after its plan: of two measures of a risk that go at one moment, the second has
    to see that it is the last."""
    Plan.objects.select_for_update().get(pk=measure.plan_id)
    rows = Measure.objects.select_for_update(of=("self",)).select_related("plan__episode__household", "type")
    return rows.get(pk=measure.pk)


def _refuse_closed(measure: Measure) -> None:
    if measure.state in (State.ENDED, State.CANCELLED):
        raise Refused(f"这项措施{measure.get_state_display()}，不能再修改。", code="closed")


def _refuse_bare(measure: Measure, what: str, field: str = "") -> None:
    """Refuse what leaves the measure's risk without any, in an adopted plan of a household still monitored."""
    plan = measure.plan
    left = uncovered(plan, without=measure)
    if plan.adopted_on and plan.episode.state == Episode.State.MONITORED and measure.risk in left:
        raise Refused(
            f"{what}后“{measure.risk}”没有对应措施，请先补充替代措施。", field=field, code="risk_without_measure"
        )


def _note(measure: Measure, what: str, actor: User, at: datetime, **detail: Any) -> None:
    record(actor=actor, at=at, action=f"measure.{what}", target=measure, detail=detail)
