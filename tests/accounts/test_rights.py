"""Who sees and who may: what is outside a user's places is not there, what is inside but not his is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from builders import make_condition, make_household, make_income
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from accounts.api.errors import handle
from accounts.errors import Forbidden, OutOfScope
from accounts.models import Division, Post, Role, User
from accounts.permissions import PERMISSIONS, SYSTEM_RIGHTS, may, require
from accounts.scope import scope_of
from households.models import ChangeProposal, Household, Income, LivingCondition, Membership, Person
from tests.conftest import NOW, PLACES

TODAY = date(2026, 11, 10)
VILLAGES = ("990101100201", "990101100202", "990101101201", "990102100201")
SEES = {
    "owner": {"990101100201"},
    "colleague": {"990101100202"},
    "township": {"990101100201", "990101100202"},
    "township_leader": {"990101100201", "990101100202"},
    "bureau": {"990101100201", "990101100202", "990101101201"},
    "auditor": {"990101100201", "990101100202", "990101101201"},
    "outsider": {"990102100201"},
    "administrator": set(),
    "liaison": set(),
    "helper": {"990101101201"},
    "nobody": set(),
    "dismissed": set(),
    "future": set(),
    "switched_off": set(),
}
SEEN_AREAS = {Role.VILLAGE_CADRE, Role.TOWNSHIP_STAFF, Role.TOWNSHIP_LEADER, Role.COUNTY_BUREAU, Role.AUDITOR}
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def cast(request: pytest.FixtureRequest, hire: Callable[..., User]) -> Callable[[str], User]:
    """Anyone of SEES."""

    def _cast(name: str) -> User:
        if name == "liaison":
            return hire(name, Role.LIAISON, "990101000000", department="water")
        if name == "helper":
            helper = hire(name, Role.HELPER, "990101000000")
            Household.objects.filter(village="990101101201").update(helper=helper)
            return helper
        if name == "nobody":
            return User.objects.create_user(name, name=name)
        if name == "dismissed":
            user = hire(name, Role.COUNTY_BUREAU, "990101000000")
            Post.objects.update(ends_on=TODAY - timedelta(days=1))
            return user
        if name == "future":
            return hire(name, Role.COUNTY_BUREAU, "990101000000", since=TODAY + timedelta(days=1))
        if name == "switched_off":
            user = hire(name, Role.COUNTY_BUREAU, "990101000000")
            User.objects.filter(pk=user.pk).update(is_active=False)
            return User.objects.get(pk=user.pk)
        found: User = request.getfixturevalue(name)
        return found

    return _cast


@pytest.fixture
def register(places: dict[str, Division]) -> None:
    """In every village one household of one, with something in every table."""
    clerk = User.objects.create_user("clerk", name="clerk")
    for code in VILLAGES:
        home = make_household(places[code], members=[{"name": code}])
        make_income(home, recorded_by=clerk)
        make_condition(home)
        ChangeProposal.objects.create(
            person=Person.objects.get(name=code), household=home, kind="死亡", source_key=code, proposed_at=NOW
        )


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("who", SEES)
def test_everybody_sees_the_rows_of_his_places_and_no_others(cast: Callable[[str], User], who: str) -> None:
    user, expected = cast(who), SEES[who]
    assert set(Household.objects.visible_to(user).values_list("village_id", flat=True)) == expected
    assert set(Person.objects.visible_to(user).values_list("name", flat=True)) == expected
    for model in (Membership, Income, LivingCondition, ChangeProposal):
        rows = model.objects.visible_to(user).values_list("household__village_id", flat=True)
        assert set(rows) == expected, model
    places = set(Division.objects.visible_to(user).at_level(5).values_list("code", flat=True))
    assert places == (set() if who == "helper" else expected)


def test_whoever_has_not_signed_in_sees_nothing(places: dict[str, Division]) -> None:
    make_household(places[VILLAGES[0]])
    assert not Household.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.usefixtures("register")
def test_a_person_who_moved_on_is_seen_where_he_is_now(
    cast: Callable[[str], User], owner: User, colleague: User
) -> None:
    person = Person.objects.get(name=VILLAGES[0])
    person.memberships.update(left_on=TODAY, left_reason="moved")
    home = Household.objects.get(village=VILLAGES[1])
    Membership.objects.create(person=person, household=home, relation="其他", joined_on=TODAY, recorded_at=NOW)
    assert not Person.objects.visible_to(owner).filter(pk=person.pk).exists()
    assert Person.objects.visible_to(colleague).filter(pk=person.pk).exists()


@pytest.mark.usefixtures("register")
def test_a_change_of_posts_counts_at_the_next_question(owner: User) -> None:
    assert Household.objects.visible_to(owner).count() == 1
    Post.objects.filter(user=owner).update(ends_on=TODAY - timedelta(days=1))
    assert Household.objects.visible_to(owner).count() == 0


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize("who", SEES)
def test_a_right_needs_the_place_first_and_the_role_second(cast: Callable[[str], User], who: str) -> None:
    """Held against the table itself for every right, role and place: nothing that is not in it goes through."""
    user = cast(who)
    posts = scope_of(user).posts
    for code in PLACES:
        near = [post for post in posts if post.division.contains(code)]
        in_scope = any(post.role in SEEN_AREAS for post in near)
        for right, roles in PERMISSIONS.items():
            entitled = any(post.role in roles - {Role.LIAISON, Role.HELPER} for post in near)
            assert may(actor=user, right=right, code=code, at=NOW) == entitled, right
            if not entitled and right in ("accounts.manage_users", "accounts.reveal"):
                with pytest.raises(Forbidden if in_scope else OutOfScope):
                    require(actor=user, right=right, code=code, at=NOW)


def test_the_auditor_changes_nothing() -> None:
    reading = {"accounts.view_users", "accounts.view_audit", "accounts.reveal"}
    changing = {right for right, roles in PERMISSIONS.items() if Role.AUDITOR in roles} - reading
    assert not [right for right in changing if not _only_reads(right)]


def test_the_administrator_touches_no_household() -> None:
    rights = {right for right, roles in PERMISSIONS.items() if Role.ADMINISTRATOR in roles}
    assert not [right for right in rights if right.startswith(("households.", "assistance."))]


def _only_reads(right: str) -> bool:
    return right.split(".")[1].split("_")[0] in {"view", "see", "read", "list", "export", "download"}


def test_the_program_itself_has_only_the_rights_that_say_so() -> None:
    for right in PERMISSIONS:
        if right in SYSTEM_RIGHTS:
            assert require(actor=None, right=right, code="990101000000", at=NOW) is None
        else:
            with pytest.raises(Forbidden, match="本人登录后办理"):
                require(actor=None, right=right, code="990101000000", at=NOW)


def test_a_liaison_has_his_own_departments_feeds_only(
    cast: Callable[[str], User], places: dict[str, Division], monkeypatch: Any
) -> None:
    liaison = cast("liaison")
    monkeypatch.setitem(PERMISSIONS, "test.import", frozenset({Role.LIAISON}))
    assert may(actor=liaison, right="test.import", code="990101000000", at=NOW, department="water")
    for other in ("housing", ""):
        with pytest.raises(OutOfScope):
            require(actor=liaison, right="test.import", code="990101000000", at=NOW, department=other)
    with pytest.raises(OutOfScope):
        require(actor=liaison, right="test.import", code="990102000000", at=NOW, department="water")


def test_a_helper_has_his_own_households_only(
    cast: Callable[[str], User], places: dict[str, Division], monkeypatch: Any
) -> None:
    helper = cast("helper")
    monkeypatch.setitem(PERMISSIONS, "test.help", frozenset({Role.HELPER}))
    monkeypatch.setitem(PERMISSIONS, "test.rule", frozenset({Role.COUNTY_BUREAU}))
    given: dict[str, Any] = {"actor": helper, "code": "990101100201", "at": NOW}
    assert may(**given, right="test.help", helper_id=helper.pk)
    for stranger in (None, helper.pk + 1):
        with pytest.raises(OutOfScope):
            require(**given, right="test.help", helper_id=stranger)
    with pytest.raises(Forbidden):
        require(**given, right="test.rule", helper_id=helper.pk)


def test_an_ended_and_a_coming_post_give_no_right(cast: Callable[[str], User], places: dict[str, Division]) -> None:
    for who in ("dismissed", "future", "nobody", "switched_off"):
        with pytest.raises(OutOfScope):
            require(actor=cast(who), right="accounts.reveal", code="990101000000", at=NOW)


def test_out_of_scope_and_not_there_are_one_answer() -> None:
    outside, missing = handle(OutOfScope(), {}), handle(Http404("No Household matches"), {})
    assert outside is not None and missing is not None
    assert (outside.status_code, outside.data) == (missing.status_code, missing.data)
