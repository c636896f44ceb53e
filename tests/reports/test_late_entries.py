"""Late entries: whatever is learnt after a month was closed, the next month opens with what it closed with, and adds up."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ledger_histories import AT, Life, counties, settle, store, undone
from test_statement import COUNTY, HARD, T1, TOWNSHIP, figures

from accounts.models import Division
from households.models import Household, LifeEvent, Membership
from monitoring.models import EpisodeEvent
from reports.ledgers.base import Reading
from reports.ledgers.t1 import balance
from reports.models import Edition

CLOSED, LATER = AT + timedelta(hours=1), AT + timedelta(hours=2)
PLACES = (COUNTY, TOWNSHIP, "990101100201")
# How much the examples adjusted: a property that nothing late ever touched would say nothing.
ADJUSTED: list[int] = []
ENDS = (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31))


def make_late(dice: Random) -> None:
    """Some of what is stored was recorded, or taken back, only after the closing."""
    for home in Household.objects.all():
        # Nobody records a turn before the one that it follows on.
        turns = EpisodeEvent.objects.filter(episode__household=home, withdrawn_at__isnull=True)
        keys = list(turns.order_by("episode__serial", "happened_on", "id").values_list("pk", flat=True))
        known = dice.randint(0, len(keys)) if dice.random() < 0.4 else len(keys)
        EpisodeEvent.objects.filter(pk__in=keys[known:]).update(recorded_at=LATER)
        if known == len(keys) and dice.random() < 0.2:
            EpisodeEvent.objects.filter(pk__in=keys[-1:]).update(withdrawn_at=LATER)
    for home in Household.objects.all():
        _late_members(home, dice)
        # Whoever records a move knows the ones before it.
        moves = list(home.life_events.filter(kind="moved").order_by("happened_on", "id"))
        known = dice.randint(0, len(moves))
        LifeEvent.objects.filter(pk__in=[move.pk for move in moves[known:]]).update(recorded_at=LATER)


def _late_members(home: Household, dice: Random) -> None:
    late = dice.random() < 0.4
    if home.cancelled_on:
        moment = LATER if late else AT
        LifeEvent.objects.create(household=home, kind="cancelled", happened_on=home.cancelled_on, recorded_at=moment)
        home.memberships.filter(left_reason="cancelled").update(left_recorded_at=moment)
    for stay in home.memberships.exclude(left_reason="cancelled"):
        later = home.memberships.filter(person=stay.person, joined_on=stay.left_on).exclude(pk=stay.pk)
        if dice.random() < 0.2:
            Membership.objects.filter(pk=stay.pk).update(left_recorded_at=LATER)
            # A new relation ends one membership and begins another in one act.
            later.filter(joined_on__gte=stay.joined_on).update(recorded_at=LATER)
        elif dice.random() < 0.2 and not home.memberships.filter(person=stay.person).exclude(pk=stay.pk).exists():
            Membership.objects.filter(pk=stay.pk).update(recorded_at=LATER, left_recorded_at=LATER)


@HARD
@given(counties, st.sampled_from(ENDS), st.integers(1, 28), st.integers(0, 10**6))
def test_the_month_after_opens_as_it_was_closed_and_adjusts(
    places: Any, living: list[Life], end: date, days: int, seed: int
) -> None:
    with undone():
        settle()
        store(living)
        make_late(Random(seed))
        county = Division.objects.get(pk=COUNTY)
        closed = {
            code: {u.code: row for u, row in T1.table(Reading(Division.objects.get(pk=code), end, CLOSED))}
            for code in PLACES
        }
        Edition.objects.create(
            county=county, month=end.replace(day=1), number=1, as_of=end, known_at=CLOSED, frozen_at=CLOSED
        )
        for code in PLACES:
            now = figures(code, end)
            for unit, row in figures(code, end + timedelta(days=days)).items():
                was = closed[code][unit]
                assert balance(was) == was["open"] and balance(was, "_persons") == was["open_persons"]
                assert (row["opening"], row["opening_persons"]) == (was["open"], was["open_persons"])
                assert row["opening"] + row["adjusted_in"] - row["adjusted_out"] == now[unit]["open"]
                assert balance(row) == row["open"], unit
                assert balance(row, "_persons") == row["open_persons"], unit
                ADJUSTED.append(row["adjusted_in"] + row["adjusted_more"])
        reading = Reading(county, end + timedelta(days=days))
        table = T1.table(reading)
        for key in ("adjusted_in", "adjusted_out", "adjusted_more", "adjusted_fewer", "opening"):
            for unit, row in table[:2]:
                assert T1.cell(unit, key, reading).count() == row[key], key


def test_the_examples_had_something_to_adjust() -> None:
    assert not ADJUSTED or sum(ADJUSTED) > 0


@HARD
@given(counties, st.sampled_from(ENDS), st.integers(0, 10**6))
def test_what_was_known_at_a_moment_stays_what_it_was(places: Any, living: list[Life], end: date, seed: int) -> None:
    with undone():
        settle()
        store(living)
        place = Division.objects.get(pk=COUNTY)
        dice = Random(seed)
        before = [row for _, row in T1.table(Reading(place, end, CLOSED))]
        for event in EpisodeEvent.objects.filter(withdrawn_at__isnull=True):
            if dice.random() < 0.5:
                EpisodeEvent.objects.filter(pk=event.pk).update(withdrawn_at=LATER)
        for home in Household.objects.filter(cancelled_on__isnull=True)[:10]:
            home.memberships.filter(left_on__isnull=True, joined_on__lte=end).update(
                left_on=end, left_reason="death", left_recorded_at=LATER
            )
            Household.objects.filter(pk=home.pk).update(cancelled_on=end)
            LifeEvent.objects.create(household=home, kind="cancelled", happened_on=end, recorded_at=LATER)
        assert [row for _, row in T1.table(Reading(place, end, CLOSED))] == before


def test_without_a_closed_month_there_are_no_adjustments(places: Any) -> None:
    with undone():
        settle()
        row = figures(COUNTY, date(2026, 3, 3))[TOWNSHIP]
        assert {row[key] for key in ("adjusted_in", "adjusted_out", "adjusted_more", "adjusted_fewer")} == {0}
