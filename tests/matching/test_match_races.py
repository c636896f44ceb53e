"""Ten at once: one run is made, one does it, one clue is open; with the control that shows the race."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from builders import AT
from django.db import transaction
from match_place import SEPTEMBER, Place
from races import at_once

from accounts.jobs import Lease
from accounts.models import User
from monitoring.match_lease import take
from monitoring.models import Clue, Hit, MatchRun
from monitoring.services.clues import open_clue
from monitoring.services.matching import execute_run
from monitoring.services.runs import queue_run

State = MatchRun.State


@pytest.mark.django_db(transaction=True)
class TestTenAtOnce:
    def test_ask_for_a_run_and_one_is_made(self, place: Place) -> None:
        ends = at_once(lambda _: queue_run(county=place.county, period=SEPTEMBER, actor=None, at=AT), 10)
        assert sorted(ends) == ["done"] + ["run_open"] * 9
        assert MatchRun.objects.count() == 1

    def test_do_the_same_run_and_one_does_it(self, place: Place, ill: Any) -> None:
        run = queue_run(county=place.county, period=SEPTEMBER, actor=None, at=AT)
        assert at_once(lambda _: execute_run(run.pk), 10) == ["done"] * 10
        run.refresh_from_db()
        assert (run.state, run.attempts, run.fence, run.opened) == (State.DONE, 1, 1, 1)
        assert Clue.objects.count() == Hit.objects.count() == 1

    def test_match_and_report_the_same_risk_by_hand_and_one_clue_is_open(
        self, place: Place, ill: Any, owner: User
    ) -> None:
        def report() -> Clue:
            return open_clue(household=ill, risk="因病", channel="02", actor=owner, at=AT)

        acts: list[Callable[[], Any]] = [*[report] * 3, lambda: place.match(SEPTEMBER), *[report] * 2]
        assert at_once(lambda number: acts[number](), 6) == ["done"] * 6
        assert Clue.objects.count() == Hit.objects.count() == 1
        run = MatchRun.objects.get()
        assert run.opened + run.extended == 1

    def test_take_a_run_and_one_has_it(self, place: Place) -> None:
        run = queue_run(county=place.county, period=SEPTEMBER, actor=None, at=AT)
        taken: list[Lease | None] = []
        at_once(lambda _: taken.append(take(run.pk)), 10)
        assert len(taken) == 10 and [(one.run_id, one.fence) for one in taken if one] == [(run.pk, 1)]

    def test_without_the_conditional_update_several_would_have_it(self, place: Place) -> None:
        """The control of the test above: reading the state and then writing it lets several through."""
        run = queue_run(county=place.county, period=SEPTEMBER, actor=None, at=AT)
        seen, won = threading.Barrier(10), []

        def take_unguarded(_: int) -> None:
            free = MatchRun.objects.get(pk=run.pk).state == State.QUEUED
            seen.wait()
            with transaction.atomic():
                MatchRun.objects.filter(pk=run.pk).update(state=State.RUNNING)
            won.append(free)

        assert at_once(take_unguarded, 10) == ["done"] * 10 and sum(won) == 10
