"""The rows behind a number page by page: each once, the number the same on every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from builders import make_condition, make_episode, make_household
from cast import NOW
from problem_world import make_problem

from accounts.models import Division, User
from households.models import Household, LifeEvent
from reports.services.drill import Drill, drill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
COUNTY = "990101000000"


@pytest.fixture
def opened(places: dict[str, Division], bureau: User) -> Callable[..., Drill]:
    def opened(name: str, *path: str, **further: Any) -> Drill:
        asked = {"division": places[COUNTY], "unit": None, "as_of": date(2026, 11, 10), "actor": bureau, "at": NOW}
        return drill(name=name, path=path, **(asked | further))

    return opened


def test_every_row_of_every_source_stands_on_one_page(
    opened: Callable[..., Drill], village: Division, owner: User
) -> None:
    homes = [make_household(village) for _ in range(7)]
    for home in homes[:3]:
        make_problem(kind="house", actor=owner, household=home)
    for home in homes[2:]:
        make_condition(home, on=date(2026, 10, 20), housing_ok=False)
    pages = [opened("T8", "危房", "在办", most=3)]
    while pages[-1].next_key:
        assert len(pages[-1].entries) == 3
        pages.append(opened("T8", "危房", "在办", most=3, after=pages[-1].next_key))
    # The third is told by what is kept of it.
    assert [entry.household for page in pages for entry in page.entries] == homes
    assert {page.count for page in pages} == {7}
    # And back again.
    assert pages[0].previous_key == ""
    for page, earlier in pairwise(reversed(pages)):
        back = opened("T8", "危房", "在办", most=3, before=page.previous_key)
        assert [entry.household for entry in back.entries] == [entry.household for entry in earlier.entries]
        assert (back.previous_key, back.next_key, back.count) == (earlier.previous_key, earlier.next_key, 7)


def test_a_key_too_near_the_beginning_gives_the_whole_first_page(
    opened: Callable[..., Drill], village: Division, owner: User
) -> None:
    homes = [make_household(village) for _ in range(4)]
    for home in homes:
        make_problem(kind="house", actor=owner, household=home)
    second = opened("T8", "危房", "在办", most=1, after=opened("T8", "危房", "在办", most=1).next_key)
    cut = opened("T8", "危房", "在办", most=3, before=second.previous_key)
    assert [entry.household for entry in cut.entries] == homes[:3]
    assert cut.previous_key == "" and cut.next_key
    assert opened("T8", "危房", "在办", before="x:y").previous_key == ""


def test_a_page_that_is_full_at_the_end_of_its_source_has_a_next_one(
    opened: Callable[..., Drill], village: Division, owner: User
) -> None:
    kept, seen = make_household(village), make_household(village)
    make_problem(kind="water", actor=owner, household=kept)
    make_condition(seen, on=date(2026, 10, 20), water_ok=False)
    first = opened("T8", "饮水", "在办", most=1)
    second = opened("T8", "饮水", "在办", most=1, after=first.next_key)
    assert [entry.household for page in (first, second) for entry in page.entries] == [kept, seen]
    assert second.next_key == ""
    assert opened("T8", "饮水", "在办", most=2).next_key == ""
    assert opened("T8", "饮水", "在办", most=1, after="9:9:9").entries == []


def test_the_persons_of_a_row_are_those_of_the_day_that_the_query_tells(
    opened: Callable[..., Drill], village: Division
) -> None:
    home = make_household(village)
    make_episode(home, identified_on=date(2026, 1, 5))
    Household.objects.filter(pk=home.pk).update(cancelled_on=date(2026, 11, 4))
    home.memberships.update(left_on=date(2026, 11, 4), left_reason="cancelled")
    LifeEvent.objects.create(household=home, kind="cancelled", happened_on=date(2026, 11, 4), recorded_at=NOW)
    page = opened("T1", "本月注销", "人")
    (entry,) = page.entries
    assert (page.count, page.persons, entry.persons, entry.on) == (1, 3, 3, date(2026, 11, 4))
