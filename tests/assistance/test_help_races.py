"""The same delivery from many phones at once, and many changes of one measure: one effect, with the control."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import User
from assistance.models import Delivery, Measure, Plan
from assistance.services.deliveries import deliver
from assistance.services.measures import add_measure, change_measure

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 20


def at_once(act: Callable[[int], Any]) -> list[str]:
    """What became of each of TIMES simultaneous calls: done, or the code of the refusal."""
    barrier = Barrier(TIMES)

    def _one(number: int) -> str:
        try:
            barrier.wait(30)
            act(number)
            return "done"
        except Refused as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(_one, range(TIMES)))


@pytest.fixture
def measure(plan: Plan, owner: User, drafts: list[Any]) -> Measure:
    return add_measure(plan=plan, draft=drafts[0], actor=owner, at=timezone.now())


def test_a_delivery_sent_by_many_at_once_is_one(measure: Measure, owner: User) -> None:
    uid, at, seen = uuid4(), timezone.now(), set()

    def _send(number: int) -> None:
        kept = deliver(measure=measure, on=date(2026, 11, 1), amount=Decimal(500), uid=uid, actor=owner, at=at)
        seen.add(kept.pk)

    assert at_once(_send) == ["done"] * TIMES
    assert (Delivery.objects.count(), len(seen)) == (1, 1)


def test_of_many_changes_of_one_version_one_wins(measure: Measure, owner: User) -> None:
    assert sorted(at_once(_changes(measure, owner))) == ["done"] + ["stale"] * (TIMES - 1)
    measure.refresh_from_db()
    assert measure.version == 2


def test_without_the_condition_in_the_update_many_win(
    measure: Measure, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same race with a write that does not look at the version."""

    def _write(row: Measure, *, version: int, **values: Any) -> None:
        Measure.objects.filter(pk=row.pk).update(version=version + 1, **values)

    monkeypatch.setattr("assistance.services.measures.change", _write)
    assert at_once(_changes(measure, owner)) == ["done"] * TIMES


def _changes(measure: Measure, owner: User) -> Callable[[int], Measure]:
    at = timezone.now()
    return lambda number: change_measure(measure=measure, version=1, content=f"第{number}种", actor=owner, at=at)
