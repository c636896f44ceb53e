"""Measures and deliveries: kept once, counted by their day, outliving the clearing of the risk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from builders import make_household
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import AuditEvent, User
from accounts.services.files import keep_bytes
from assistance.models import Delivery, Measure, MeasureType, Plan
from assistance.services.catalogue import retire_type
from assistance.services.deliveries import deliver, withdraw_delivery
from assistance.services.measures import (
    add_measure,
    cancel_measure,
    change_measure,
    confirm_by_household,
    end_measure,
)
from assistance.services.plans import adopt_plan

pytestmark = pytest.mark.usefixtures("clock")
TODAY = date(2026, 11, 10)


@pytest.fixture
def measure(plan: Plan, owner: User, drafts: list[Any]) -> Measure:
    """The measure against 因病 of an adopted plan."""
    adopt_plan(
        plan=plan,
        version=1,
        responsible=owner,
        unit="石桥镇人民政府",
        measures=drafts,
        actor=owner,
        at=timezone.now(),
    )
    return Measure.objects.get(risk="因病")


def hand_over(measure: Measure, actor: User, *, on: date = TODAY, uid: UUID | None = None, **more: Any) -> Delivery:
    return deliver(measure=measure, on=on, uid=uid or uuid4(), actor=actor, at=timezone.now(), **more)


def test_the_same_delivery_sent_twice_is_kept_once(measure: Measure, owner: User) -> None:
    uid = uuid4()
    first = hand_over(measure, owner, uid=uid, amount=Decimal("500.00"))
    again = hand_over(measure, owner, uid=uid, amount=Decimal("500.00"))
    assert (again.pk, Delivery.objects.count()) == (first.pk, 1)
    assert AuditEvent.objects.filter(action="measure.delivered").count() == 1


def test_a_used_number_with_other_content_is_a_conflict_and_another_person_does_not_see_it(
    measure: Measure, owner: User, township: User
) -> None:
    uid = uuid4()
    hand_over(measure, owner, uid=uid, amount=Decimal(500))
    with pytest.raises(Conflict):
        hand_over(measure, owner, uid=uid, amount=Decimal(600))
    with pytest.raises(OutOfScope):
        hand_over(measure, township, uid=uid, amount=Decimal(500))
    assert Delivery.objects.count() == 1


def test_a_delivery_of_the_future_or_below_zero_is_refused(measure: Measure, owner: User) -> None:
    with pytest.raises(Refused, match="不能晚于今天"):
        hand_over(measure, owner, on=date(2026, 11, 11))
    with pytest.raises(Refused, match="负数"):
        hand_over(measure, owner, amount=Decimal(-1))


def test_a_measure_with_days_to_come_runs_on_and_any_other_is_delivered(measure: Measure, owner: User) -> None:
    hand_over(measure, owner)
    measure.refresh_from_db()
    assert measure.state == Measure.State.DELIVERED
    change_measure(
        measure=measure, version=measure.version, planned_end_on=date(2027, 6, 30), actor=owner, at=timezone.now()
    )
    hand_over(measure, owner)
    measure.refresh_from_db()
    assert measure.state == Measure.State.RUNNING


def test_help_given_before_the_planned_day_moves_the_beginning(measure: Measure, owner: User) -> None:
    hand_over(measure, owner, on=date(2026, 10, 15))
    measure.refresh_from_db()
    assert measure.starts_on == date(2026, 10, 15)


def test_a_withdrawn_delivery_counts_no_more_and_stays_readable(measure: Measure, owner: User) -> None:
    delivery = hand_over(measure, owner)
    withdraw_delivery(delivery=delivery, reason="登记错户", actor=owner, at=timezone.now())
    measure.refresh_from_db()
    assert measure.state == Measure.State.PLANNED
    assert not Measure.objects.delivered(TODAY).exists()
    assert Delivery.objects.get().withdraw_reason == "登记错户"
    with pytest.raises(Conflict, match="已经撤回"):
        withdraw_delivery(delivery=delivery, reason="再撤", actor=owner, at=timezone.now())


def test_measures_outlive_clearing_and_end_on_their_own_day(measure: Measure, owner: User) -> None:
    measure.plan.episode.state = "cleared"
    measure.plan.episode.save()
    hand_over(measure, owner, on=date(2026, 11, 5))
    measure.refresh_from_db()
    assert list(Measure.objects.running(TODAY).filter(pk=measure.pk)) == [measure]
    ended = end_measure(
        measure=measure, on=date(2026, 11, 8), note="贷款到期", version=measure.version, actor=owner, at=timezone.now()
    )
    assert (ended.state, ended.ended_on) == ("ended", date(2026, 11, 8))
    with pytest.raises(Refused, match="不能更晚"):
        hand_over(ended, owner, on=date(2026, 11, 9))
    with pytest.raises(Refused, match="已结束"):
        change_measure(measure=ended, version=ended.version, content="改", actor=owner, at=timezone.now())


def test_a_measure_ends_after_its_last_delivery_and_not_tomorrow(measure: Measure, owner: User) -> None:
    with pytest.raises(Refused, match="没有落实记录"):
        end_measure(measure=measure, on=TODAY, version=1, actor=owner, at=timezone.now())
    hand_over(measure, owner, on=date(2026, 11, 5))
    measure.refresh_from_db()
    for day in (date(2026, 11, 4), date(2026, 11, 11)):
        with pytest.raises(Refused, match="结束日期"):
            end_measure(measure=measure, on=day, version=measure.version, actor=owner, at=timezone.now())


def test_the_household_confirms_what_was_delivered(measure: Measure, owner: User) -> None:
    with pytest.raises(Refused, match="没有落实记录"):
        confirm_by_household(measure=measure, on=TODAY, version=1, actor=owner, at=timezone.now())
    hand_over(measure, owner)
    measure.refresh_from_db()
    done = confirm_by_household(measure=measure, on=TODAY, version=measure.version, actor=owner, at=timezone.now())
    assert done.confirmed_on == TODAY


def test_the_last_measure_of_a_risk_is_not_cancelled_while_the_household_is_monitored(
    measure: Measure, owner: User, draft: Callable[..., Any]
) -> None:
    with pytest.raises(Refused, match="先补充替代措施"):
        cancel_measure(measure=measure, reason="不再需要", version=1, actor=owner, at=timezone.now())
    replacement = draft("因病", "综合保障", "临时救助")
    add_measure(plan=measure.plan, draft=replacement, actor=owner, at=timezone.now())
    done = cancel_measure(measure=measure, reason="改用临时救助", version=1, actor=owner, at=timezone.now())
    assert (done.state, done.cancelled_on, done.end_reason) == ("cancelled", TODAY, "改用临时救助")
    assert measure not in Measure.objects.standing(TODAY)


def test_the_last_measure_of_a_risk_does_not_go_to_another_while_the_household_is_monitored(
    measure: Measure, owner: User, draft: Callable[..., Any]
) -> None:
    schooling = MeasureType.objects.get(category="教育帮扶", item="雨露计划")
    change = {"measure": measure, "version": 1, "risk": "因学", "type": schooling, "actor": owner, "at": timezone.now()}
    with pytest.raises(Refused, match="先补充替代措施") as refusal:
        change_measure(**change)
    assert (refusal.value.code, refusal.value.field) == ("risk_without_measure", "risk")
    add_measure(plan=measure.plan, draft=draft("因病", "综合保障", "临时救助"), actor=owner, at=timezone.now())
    assert change_measure(**change).risk == "因学"


def test_what_was_delivered_is_not_cancelled_and_keeps_its_kind(measure: Measure, owner: User) -> None:
    hand_over(measure, owner)
    measure.refresh_from_db()
    with pytest.raises(Refused, match="不能取消"):
        cancel_measure(measure=measure, reason="算了", version=measure.version, actor=owner, at=timezone.now())
    other = MeasureType.objects.get(category="社会帮扶", item="社会捐助")
    with pytest.raises(Refused, match="不能改措施类别"):
        change_measure(measure=measure, version=measure.version, type=other, actor=owner, at=timezone.now())


def test_a_stale_change_names_both_values(measure: Measure, owner: User, township: User) -> None:
    change_measure(measure=measure, version=1, content="每月送药上门", actor=township, at=timezone.now())
    with pytest.raises(Conflict) as conflict:
        change_measure(measure=measure, version=1, content="每季随访", actor=owner, at=timezone.now())
    assert conflict.value.details == ["内容：你提交的是“每季随访”，现在是“每月送药上门”"]


def test_a_retired_kind_stays_where_it_is_and_is_offered_no_more(
    measure: Measure, owner: User, bureau: User, draft: Callable[..., Any]
) -> None:
    retire_type(kind=measure.type, actor=bureau, at=timezone.now())
    with pytest.raises(Refused, match="已停用"):
        add_measure(plan=measure.plan, draft=draft("因病", "健康帮扶", "医疗救助"), actor=owner, at=timezone.now())
    assert change_measure(measure=measure, version=1, content="照旧", actor=owner, at=timezone.now())


def test_the_beneficiary_is_a_member_of_the_household(
    plan: Plan, owner: User, village: Any, draft: Callable[..., Any]
) -> None:
    stranger = make_household(village).memberships.first().person
    with pytest.raises(Refused, match="不是该户现有成员"):
        add_measure(
            plan=plan,
            draft=draft("因病", "健康帮扶", "医疗救助", beneficiary=stranger),
            actor=owner,
            at=timezone.now(),
        )


def test_the_same_measure_sent_twice_is_kept_once(plan: Plan, owner: User, draft: Callable[..., Any]) -> None:
    uid = uuid4()
    wanted = draft("因病", "健康帮扶", "医疗救助", uid=uid)
    first = add_measure(plan=plan, draft=wanted, actor=owner, at=timezone.now())
    assert add_measure(plan=plan, draft=wanted, actor=owner, at=timezone.now()) == first
    with pytest.raises(Conflict):
        other = draft("因病", "健康帮扶", "医疗救助", uid=uid, content="别的")
        add_measure(plan=plan, draft=other, actor=owner, at=timezone.now())
    assert Measure.objects.count() == 1


def test_a_proof_is_kept_with_its_delivery(measure: Measure, owner: User) -> None:
    proof = keep_bytes(
        content=b"%PDF-1.4 ...", name="回执.pdf", content_type="application/pdf", actor=owner, at=timezone.now()
    )
    assert hand_over(measure, owner, proof=proof).proof == proof


def test_neighbours_do_not_see_a_measure_and_auditors_do_not_touch_it(
    measure: Measure, colleague: User, outsider: User, auditor: User
) -> None:
    for stranger in (colleague, outsider):
        with pytest.raises(OutOfScope):
            hand_over(measure, stranger)
        assert not Measure.objects.visible_to(stranger).exists()
    with pytest.raises(Forbidden):
        hand_over(measure, auditor)
