"""Many at once close one month: one step, one edition. The control shows the race without the condition."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from races import at_once

from accounts.models import Division, Role, User
from reports import closing_checks
from reports.ledgers import LEDGERS
from reports.models import Closing, ClosingStep, Edition
from reports.services import freezing
from reports.services.closing import take_step

COUNTY, TOWNSHIP, VILLAGE = "990101000000", "990101100000", "990101100201"
OCTOBER = date(2026, 10, 1)
AT = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)
WRITERS = 8
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One ledger and no checks: the race is about the steps."""
    monkeypatch.setattr(closing_checks, "_checks", {})
    monkeypatch.setattr(freezing, "LEDGERS", {"T4": LEDGERS["T4"]})
    monkeypatch.setattr("reports.services.closing.send", lambda closing_id: None)


def test_a_month_is_confirmed_once(places: dict[str, Division], owner: User) -> None:
    ends = at_once(
        lambda number: take_step(division=places[VILLAGE], month=OCTOBER, action="confirm", actor=owner, at=AT), WRITERS
    )
    assert sorted(ends) == ["done"] + ["wrong_state"] * (WRITERS - 1)
    assert ClosingStep.objects.count() == 1


def test_without_the_condition_many_believe_to_have_confirmed(places: dict[str, Division]) -> None:
    """The control: read, look, write, without asking for the state that was read."""
    closing = Closing.objects.create(division=places[VILLAGE], month=OCTOBER)
    seen = threading.Barrier(WRITERS)

    def carelessly(number: int) -> None:
        row = Closing.objects.get(pk=closing.pk)
        seen.wait()
        assert row.state == "open"
        row.state = "confirmed"
        row.save(update_fields=["state"])

    assert at_once(carelessly, WRITERS) == ["done"] * WRITERS


def test_one_person_does_not_confirm_and_submit_at_the_same_moment(
    places: dict[str, Division], hire: Callable[..., User], owner: User
) -> None:
    hire("owner", Role.TOWNSHIP_LEADER, TOWNSHIP)
    steps = (("confirm", VILLAGE), ("submit", TOWNSHIP))

    def act(number: int) -> None:
        action, code = steps[number % 2]
        take_step(division=places[code], month=OCTOBER, action=action, actor=owner, at=AT, reason="有缺")

    at_once(act, WRITERS)
    assert ClosingStep.objects.values("action").distinct().count() == 1


def test_two_workers_make_one_edition(places: dict[str, Division], bureau: User) -> None:
    closing = take_step(division=places[COUNTY], month=OCTOBER, action="accept", actor=bureau, at=AT, reason="试点")
    at_once(lambda number: freezing.execute_freezing(closing.pk), 4)
    assert Edition.objects.count() == 1
    assert Edition.objects.get().sheets.count() == Division.objects.filter(code__startswith="990101").count()
