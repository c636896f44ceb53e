"""Plans (一户一策): opened at enrolment, adopted when every risk has a measure that fits it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import User
from accounts.services.audit import record
from accounts.versions import change
from assistance import permissions
from assistance.coverage import uncovered
from assistance.fit import wanted
from assistance.models import Plan
from assistance.services.measures import MeasureDraft, place
from households.services.helpers import assign_helper
from monitoring.clock import add_days
from monitoring.models import Episode
from monitoring.policy import PolicyBook


def open_plan(*, episode: Episode, actor: User | None, at: datetime) -> Plan:
    """The episode's plan, made if there is none, due `plan_days` after the day of `at`. The same plan every time."""
    today, code = timezone.localdate(at), episode.household.village_id
    book = PolicyBook()
    days = book.value("plan_days", on=today, code=code)
    kind = book.value("clock_kind", on=today, code=code)
    with transaction.atomic():
        plan, made = Plan.objects.get_or_create(
            episode=episode, defaults={"due_on": add_days(today, days, kind), "recorded_at": at}
        )
        if made:
            record(actor=actor, at=at, action="plan.opened", target=plan, detail={"due_on": plan.due_on.isoformat()})
    return plan


def begin_plan(*, episode: Episode, actor: User, at: datetime) -> Plan:
    """`open_plan` by hand, for an episode that came with the register. Raises OutOfScope, Forbidden."""
    permissions.require_for(actor=actor, household=episode.household, right=permissions.PLAN, at=at)
    return open_plan(episode=episode, actor=actor, at=at)


def adopt_plan(
    *,
    plan: Plan,
    version: int,
    responsible: User,
    unit: str,
    goal: str = "",
    measures: Iterable[MeasureDraft] = (),
    signed_on: date | None = None,
    actor: User,
    at: datetime,
) -> Plan:
    """Adopt the plan with the measures it has and these new ones, and make `responsible` the household's helper.

    Raises:
        Refused: adopted already, a risk without a measure that fits it (`details` says which and what fits), no
            unit, a signature of a later day, or a person without a post there.
        Conflict: somebody changed the plan meanwhile.
        OutOfScope, Forbidden: not his household, not his right.
    """
    episode, today = plan.episode, timezone.localdate(at)
    permissions.require_for(actor=actor, household=episode.household, right=permissions.PLAN, at=at)
    _check_form(unit, signed_on, today)
    with transaction.atomic():
        plan = _lock(plan)
        values: dict[str, Any] = {"responsible": responsible, "unit": unit, "goal": goal, "signed_on": signed_on}
        change(plan, version=version, adopted_on=today, **values)
        for draft in measures:
            place(plan=plan, draft=draft, actor=actor, at=at)
        _check_covered(plan)
        assign_helper(household=episode.household, helper=responsible, actor=actor, at=at)
        detail = {"responsible": responsible.pk, "risks": episode.risks}
        record(actor=actor, at=at, action="plan.adopted", target=plan, detail=detail)
    return plan


def change_plan(
    *,
    plan: Plan,
    version: int,
    responsible: User | None = None,
    unit: str | None = None,
    goal: str | None = None,
    signed_on: date | None = None,
    actor: User,
    at: datetime,
) -> Plan:
    """Change an adopted plan, before or after clearing; None leaves a value as it is. Raises as `adopt_plan`."""
    household = plan.episode.household
    permissions.require_for(actor=actor, household=household, right=permissions.PLAN, at=at)
    given = {"responsible": responsible, "unit": unit, "goal": goal, "signed_on": signed_on}
    values = {name: value for name, value in given.items() if value is not None}
    _check_form(unit, signed_on, timezone.localdate(at))
    with transaction.atomic():
        plan = Plan.objects.select_for_update().get(pk=plan.pk)
        if plan.adopted_on is None:
            raise Refused("计划尚未制定，请先制定一户一策再调整。", code="not_adopted")
        before = {name: str(getattr(plan, name)) for name in values if name != "responsible"}
        change(plan, version=version, **values)
        if responsible is not None:
            assign_helper(household=household, helper=responsible, actor=actor, at=at)
        record(actor=actor, at=at, action="plan.changed", target=plan, detail={"before": before})
    return plan


def _lock(plan: Plan) -> Plan:
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    if plan.adopted_on is not None:
        raise Refused("这份计划已经制定，如需修改请用“调整计划”。", code="adopted")
    if plan.episode.state == Episode.State.CANCELLED:
        raise Refused("该户监测已注销，不再制定计划。", code="episode_cancelled")
    return plan


def _check_form(unit: str | None, signed_on: date | None, today: date) -> None:
    """The responsible unit and the day of the household's signature, each where it is given."""
    if unit is not None and not unit.strip():
        raise Refused("请填写责任单位。", field="unit")
    if signed_on is not None and signed_on > today:
        raise Refused("农户签字日期不能晚于今天。", field="signed_on")


def _check_covered(plan: Plan) -> None:
    missing = uncovered(plan)
    if missing:
        raise Refused(
            "还有风险没有对应的帮扶措施，请为每项风险至少安排一项。",
            field="measures",
            code="risk_without_measure",
            details=[f"{risk}：可选 {'、'.join(wanted(risk))}" for risk in missing],
        )
