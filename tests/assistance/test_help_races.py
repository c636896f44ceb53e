"""The same delivery from many phones at once, and many changes of one measure: one effect, with the control."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from races import at_once

from accounts.models import User
from assistance.models import Delivery, Measure, Plan
from assistance.services.deliveries import deliver
from assistance.services.measures import add_measure, cancel_measure, change_measure
from assistance.services.plans import adopt_plan

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 20


@pytest.fixture
def measure(plan: Plan, owner: User, drafts: list[Any]) -> Measure:
    return add_measure(plan=plan, draft=drafts[0], actor=owner, at=timezone.now())


def test_a_delivery_sent_by_many_at_once_is_one(measure: Measure, owner: User) -> None:
    uid, at, seen = uuid4(), timezone.now(), set()

    def _send(number: int) -> None:
        kept = deliver(measure=measure, on=date(2026, 11, 1), amount=Decimal(500), uid=uid, actor=owner, at=at)
        seen.add(kept.pk)

    assert at_once(_send, TIMES) == ["done"] * TIMES
    assert (Delivery.objects.count(), len(seen)) == (1, 1)


def test_of_many_changes_of_one_version_one_wins(measure: Measure, owner: User) -> None:
    assert sorted(at_once(_changes(measure, owner), TIMES)) == ["done"] + ["stale"] * (TIMES - 1)
    measure.refresh_from_db()
    assert measure.version == 2


def test_without_the_condition_in_the_update_many_win(
    measure: Measure, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same race with a write that does not look at the version."""

    def _write(row: Measure, *, version: int, **values: Any) -> None:
        Measure.objects.filter(pk=row.pk).update(version=version + 1, **values)

    monkeypatch.setattr("assistance.services.measures.change", _write)
    assert at_once(_changes(measure, owner), TIMES) == ["done"] * TIMES


def test_of_two_measures_of_a_risk_that_are_cancelled_at_once_one_stays(
    plan: Plan, owner: User, drafts: list[Any]
) -> None:
    """The plan is locked first: each of the two would else still see the other one."""
    at = timezone.now()
    adopt_plan(
        plan=plan, version=1, responsible=owner, unit="镇政府", measures=[*drafts, drafts[0]], actor=owner, at=at
    )
    two = list(Measure.objects.filter(risk=drafts[0].risk))

    def _cancel(number: int) -> None:
        cancel_measure(measure=two[number], reason="不再需要", version=1, actor=owner, at=at)

    assert sorted(at_once(_cancel, 2)) == ["done", "risk_without_measure"]
    assert Measure.objects.filter(risk=drafts[0].risk).exclude(state="cancelled").count() == 1


def _changes(measure: Measure, owner: User) -> Callable[[int], Measure]:
    at = timezone.now()
    return lambda number: change_measure(measure=measure, version=1, content=f"第{number}种", actor=owner, at=at)
