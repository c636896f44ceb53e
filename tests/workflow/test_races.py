"""Fifty at once: one effect. Each race has a control that shows what happens without the guard."""

from __future__ import annotations

from copy import copy
from uuid import uuid4

import pytest
from builders import make_episode, make_household
from journeys import Office
from races import at_once

from monitoring.models import Case, Clue, Transition, Visit
from monitoring.services.clues import open_clue
from monitoring.services.visits import record_visit
from monitoring.workflow import perform

pytestmark = pytest.mark.django_db(transaction=True)
FIFTY = 50


def _waiting(office: Office) -> Case:
    return Case.objects.create(
        number="BJ",
        kind="enrol",
        household=make_household(office.village),
        village=office.village,
        state="at_township",
        opened_by=office.owner,
        opened_on=office.today,
        recorded_at=office.at,
    )


def test_fifty_parallel_approvals_have_one_effect(office: Office) -> None:
    case = _waiting(office)
    answers = at_once(
        lambda n: perform(subject=case, action="review_pass", actor=office.leader, at=office.at, version=case.version),
        FIFTY,
    )
    assert sorted(answers) == ["done"] + ["stale"] * (FIFTY - 1)
    assert Transition.objects.filter(case=case).count() == 1
    case.refresh_from_db()
    assert (case.state, case.version) == ("at_county", 2)


def test_without_lock_and_claim_an_approval_has_many_effects(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a row that was read before and is written as read."""
    case = _waiting(office)
    monkeypatch.setattr("monitoring.workflow.engine.locked", copy)
    monkeypatch.setattr("monitoring.workflow.history.claim", lambda row: None)
    answers = at_once(
        lambda n: perform(subject=case, action="review_pass", actor=office.leader, at=office.at, version=case.version),
        times=10,
    )
    assert answers == ["done"] * 10
    assert Transition.objects.filter(case=case).count() == 10


def test_risks_that_join_an_episode_at_once_all_stand_in_it(office: Office) -> None:
    household = make_household(office.village)
    episode = make_episode(household)
    clues = [office.verified(household, risk=risk) for risk in ("因残", "因学", "因安全饮水")]

    def _join(number: int) -> None:
        clue = clues[number]
        perform(
            subject=clue, action="join_episode", actor=office.owner, at=office.at, version=clue.version, note="并入"
        )

    assert at_once(_join, len(clues)) == ["done"] * len(clues)
    episode.refresh_from_db()
    assert sorted(episode.risks) == sorted(["因病", *(clue.risk for clue in clues)])


def test_fifty_reports_of_one_risk_make_one_clue(office: Office) -> None:
    household = make_household(office.village)
    answers = at_once(
        lambda n: open_clue(
            household=household, risk="因病", channel="02", actor=office.owner, at=office.at, content=f"第{n}次"
        ),
        FIFTY,
    )
    assert answers == ["done"] * FIFTY
    clue = Clue.objects.get()
    assert clue.transitions.count() == FIFTY
    assert clue.version == FIFTY
    assert all(f"第{n}次" in clue.content for n in range(FIFTY))


def test_a_visit_sent_many_times_at_once_is_one(office: Office) -> None:
    household = make_household(office.village)
    uid = uuid4()
    seen: set[int] = set()

    def _send(number: int) -> None:
        visit = record_visit(
            household=household,
            kind="follow_up",
            visited_on=office.today,
            visitors=office.visitors(),
            content={"difficulties": "药费高"},
            income={"items": {"wage": {"务工收入": "12000"}}},
            actor=office.owner,
            at=office.at,
            uid=uid,
        )
        seen.add(visit.pk)

    assert at_once(_send, times=20) == ["done"] * 20
    assert Visit.objects.count() == 1
    assert household.incomes.count() == 1
    assert len(seen) == 1


def test_two_cases_of_one_household_cannot_be_opened_at_once(office: Office) -> None:
    household = make_household(office.village)
    clues = [office.verified(household, risk=risk) for risk in ("因病", "因残", "因学")]
    answers = at_once(
        lambda n: perform(
            subject=clues[n], action="identify", actor=office.owner, at=office.at, version=clues[n].version
        ),
        times=3,
    )
    assert answers == ["done"] * 3
    assert Case.objects.get().risks != []
    assert set(Case.objects.get().risks) == {"因病", "因残", "因学"}
