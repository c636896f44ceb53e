"""A whole number is seen one person at a time, for a purpose, within a quota, and only after it has been kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from builders import make_household, make_number
from django.db import DatabaseError

from accounts.errors import Forbidden, OutOfScope, Refused, TooMany
from accounts.models import AuditEvent, Division, Role, User
from accounts.services.audit import record
from households.models import Household, Person
from households.services.life import change_number
from households.services.view_log import find_by_number, reveal_household_phone, reveal_person
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def home(village: Division) -> Household:
    household = make_household(village, members=[{"name": "张三", "phone": "13812341234"}])
    household.phone = "13900001111"
    household.save()
    return household


@pytest.fixture
def person(home: Household) -> Person:
    return Person.objects.get()


def _see(person: Person, actor: User, **more: Any) -> str:
    given = {"field": "id_number", "purpose": "入户核实", "at": NOW, **more}
    return reveal_person(person=person, actor=actor, **given)


def test_a_whole_number_is_shown_and_kept(person: Person, owner: User) -> None:
    assert _see(person, owner, address="10.0.0.9") == person.id_number
    kept = AuditEvent.objects.get(action="person.revealed")
    assert (kept.actor, kept.purpose, kept.address, kept.detail) == (
        owner,
        "入户核实",
        "10.0.0.9",
        {"field": "id_number"},
    )
    assert (kept.target_type, kept.target_id) == ("households.person", str(person.pk))


def test_phones_of_persons_and_households_go_the_same_way(home: Household, person: Person, owner: User) -> None:
    assert _see(person, owner, field="phone") == "13812341234"
    assert reveal_household_phone(household=home, purpose="帮扶联系", actor=owner, at=NOW) == "13900001111"
    assert AuditEvent.objects.filter(action="person.revealed").count() == 2


@pytest.mark.parametrize(
    ("given", "says"),
    [({"purpose": "好奇"}, "请选择查看用途"), ({"purpose": ""}, "请选择查看用途"), ({"field": "name"}, "只能查看")],
)
def test_without_a_purpose_from_the_list_nothing_is_shown(
    person: Person, owner: User, given: dict[str, str], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        _see(person, owner, **given)
    assert not AuditEvent.objects.filter(action="person.revealed").exists()


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("colleague", OutOfScope),
        ("outsider", OutOfScope),
        ("administrator", OutOfScope),
        ("township", None),
        ("bureau", None),
        ("auditor", None),
    ],
)
def test_numbers_are_seen_within_ones_own_places(
    request: pytest.FixtureRequest, person: Person, who: str, error: type[Exception] | None
) -> None:
    actor = request.getfixturevalue(who)
    if error is None:
        assert _see(person, actor) == person.id_number
    else:
        with pytest.raises(error):
            _see(person, actor)


def test_a_liaison_sees_no_number_and_a_helper_those_of_his_own(
    home: Household, person: Person, hire: Callable[..., User]
) -> None:
    liaison = hire("liaison", Role.LIAISON, "990101000000", department="water")
    helper = hire("helper", Role.HELPER, "990101000000")
    for actor in (liaison, helper):
        with pytest.raises((OutOfScope, Forbidden)):
            _see(person, actor)
    Household.objects.filter(pk=home.pk).update(helper=helper)
    assert _see(person, helper) == person.id_number


def test_the_quota_cuts_off_exactly_and_opens_again_after_an_hour(person: Person, owner: User, settings: Any) -> None:
    settings.REVEALS_PER_HOUR = 5
    for _ in range(4):
        _see(person, owner)
    find_by_number(id_number=person.id_number, actor=owner, at=NOW)
    for _ in range(2):
        with pytest.raises(TooMany, match="已达5次"):
            _see(person, owner)
    assert AuditEvent.objects.filter(action="person.quota_exceeded").count() == 2
    assert _see(person, owner, at=NOW + timedelta(hours=1)) == person.id_number


def test_one_persons_quota_is_not_anothers(person: Person, owner: User, township: User, settings: Any) -> None:
    settings.REVEALS_PER_HOUR = 1
    assert _see(person, owner) == _see(person, township)


def test_what_cannot_be_kept_is_not_shown(person: Person, owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**given: Any) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr("accounts.services.view_log.audit.record", broken)
    with pytest.raises(DatabaseError):
        _see(person, owner)


def test_a_search_finds_within_ones_places_by_old_and_new_number_and_is_kept(
    home: Household, person: Person, owner: User, colleague: User
) -> None:
    old, new = person.id_number, make_number(900)
    change_number(person=person, version=1, id_number=new, happened_on=NOW.date(), actor=owner, at=NOW)
    assert find_by_number(id_number=f" {old[:6]} {old[6:]}", actor=owner, at=NOW) == home
    assert find_by_number(id_number=new, actor=owner, at=NOW) == home
    assert find_by_number(id_number=new, actor=colleague, at=NOW) is None
    kept = AuditEvent.objects.filter(action="person.searched").order_by("id").values_list("actor__username", "detail")
    assert list(kept) == [("owner", {"found": True}), ("owner", {"found": True}), ("colleague", {"found": False})]
    everything = str(list(AuditEvent.objects.values()))
    assert old not in everything and new not in everything
    with pytest.raises(Refused, match="18位"):
        find_by_number(id_number="990101", actor=owner, at=NOW)


def test_a_number_that_slips_into_the_audit_is_masked_but_other_long_numbers_are_not(
    person: Person, owner: User
) -> None:
    number = person.id_number
    detail = {"said": f"号码{number}，户编号990101100201000123", "list": [{number: 1}]}
    event = record(actor=owner, at=NOW, action="test", purpose=number, detail=detail)
    masked = number[:6] + "*" * 12
    assert event.purpose == masked
    assert event.detail == {"said": f"号码{masked}，户编号990101100201000123", "list": [{masked: 1}]}
