"""The guarantees on a household's page: of what was found out the newest prevails, and a no that is in force or has no
date is never outshone by a yes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from builders import make_condition, make_household
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from problem_world import make_problem

from accounts.models import User
from households.models import Household, LivingCondition
from monitoring.services.clues import open_clue
from monitoring.visit_records import said_elsewhere
from records.models import House, Problem, Schooling

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def home(village: Any, owner: User) -> Household:
    """Last visited on 30 September 2026, with everything in order."""
    household = make_household(village)
    make_condition(household, recorded_by=owner)
    return household


def _page(user: User, home: Household) -> Any:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("household-detail", args=[home.uid]))


def _housing(user: User, home: Household) -> Any:
    return next(one for one in _page(user, home).context["guarantees"] if one.title == "住房安全")


def _house(home: Household, grade: str, graded_on: date, to_on: date | None = None) -> None:
    House.objects.create(
        household=home, grade=grade, graded_on=graded_on, from_on=graded_on, to_on=to_on, recorded_at=timezone.now()
    )


def test_a_newer_appraisal_of_a_dangerous_house_turns_the_page_red(home: Household, owner: User) -> None:
    _house(home, "D", date(2026, 10, 20))
    page = _page(owner, home)
    assert "四项都有保障" not in page.content.decode()
    housing = _housing(owner, home)
    assert (housing.state, housing.words) == ("over", "没有保障")
    assert [(one.on, one.source, one.words) for one in housing.said] == [
        (date(2026, 10, 20), "住房底册", "D级房"),
        (date(2026, 9, 30), "入户核实", "有保障"),
    ]
    words = page.content.decode()
    for said in ("2026-10-20", "2026-09-30", "以日期新的为准"):
        assert said in words, said


def test_an_older_one_still_in_force_asks_for_a_look(home: Household, owner: User) -> None:
    _house(home, "D", date(2025, 3, 1))
    assert _housing(owner, home).state == "soon"
    assert "四项都有保障" not in _page(owner, home).content.decode()


def test_one_that_has_ended_says_nothing_and_a_sound_house_agrees(home: Household, owner: User) -> None:
    _house(home, "D", date(2025, 3, 1), to_on=date(2026, 5, 1))
    _house(home, "A", date(2026, 10, 1))
    assert _housing(owner, home).state == "ok"
    assert "四项都有保障" in _page(owner, home).content.decode()


def test_what_has_no_date_is_never_green_beside_a_no(village: Any, owner: User) -> None:
    home = make_household(village)
    make_condition(home, on=date(1900, 1, 1), housing_ok=False)
    _house(home, "B", date(2026, 10, 1))
    assert _housing(owner, home).state == "soon"


def test_a_clue_in_hand_is_neither_green_nor_red(home: Household, owner: User) -> None:
    open_clue(household=home, risk="因安全住房", channel="02", actor=owner, at=timezone.now())
    assert _housing(owner, home).state == "soon"


def test_a_kept_problem_is_red_until_signed_off(home: Household, owner: User) -> None:
    problem = make_problem(kind="house", actor=owner, household=home, found_on=date(2026, 11, 1), grade="D")
    assert _housing(owner, home).state == "over"
    Problem.objects.filter(pk=problem.pk).update(state="checked")
    assert _housing(owner, home).state == "soon"
    Problem.objects.filter(pk=problem.pk).update(state="signed_off", signed_off_on=date(2026, 11, 9))
    housing = _housing(owner, home)
    assert (housing.state, housing.said[0].words) == ("ok", "问题已销号")


def test_a_problem_older_than_the_last_visit_asks_for_a_look(home: Household, owner: User) -> None:
    make_problem(kind="house", actor=owner, household=home, found_on=date(2026, 9, 1), grade="D")
    assert _housing(owner, home).state == "soon"


def test_a_child_out_of_school_in_the_roll(home: Household, owner: User) -> None:
    child = home.memberships.get(person__name="张小明").person
    Schooling.objects.create(
        household=home, person=child, state="dropped_out", left_school_on=date(2026, 10, 8),
        from_on=date(2026, 10, 8), recorded_at=timezone.now(),
    )  # fmt: skip
    found = {one.title: one.state for one in _page(owner, home).context["guarantees"]}
    assert found["义务教育"] == "over"


def test_the_collection_form_says_what_the_page_says(home: Household, owner: User) -> None:
    """Conclusion, its day and what is wrong; the conclusion is left to be written where records disagree."""
    _house(home, "D", date(2026, 10, 20))
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("household-collection", args=[home.uid]))
    told = {title: rest for title, *rest in page.context["guarantees"]}
    assert told["住房安全"] == ["没有保障", date(2026, 10, 20), "D级房"]
    assert dict(page.context["living"])["危房户"] == "是"
    assert told["饮水安全"] == ["有保障", date(2026, 9, 30), ""]
    House.objects.update(graded_on=date(2025, 3, 1))
    page = client.get(reverse("household-collection", args=[home.uid]))
    told = {title: rest for title, *rest in page.context["guarantees"]}
    assert told["住房安全"] == ["", None, "要核对：D级房"]
    assert dict(page.context["living"])["危房户"] == ""
    assert "要核对：D级房" in page.content.decode()


def test_the_next_visit_is_told_what_has_changed_since_the_last(home: Household, owner: User) -> None:
    today = timezone.localdate()
    assert said_elsewhere(home, on=today) == {}
    LivingCondition.objects.update(water_ok=False)
    assert said_elsewhere(home, on=today) == {}
    problem = make_problem(kind="water", actor=owner, household=home, found_on=date(2026, 9, 1))
    assert said_elsewhere(home, on=today) == {}
    Problem.objects.filter(pk=problem.pk).update(state="signed_off", signed_off_on=date(2026, 11, 5))
    assert said_elsewhere(home, on=today) == {"home": ["饮水安全：问题已销号，2026-11-05"]}
