"""Many at once: one winner, everybody else is told. Each race has a control that shows it lost without the guard."""

from __future__ import annotations

import threading
import uuid
from datetime import date
from typing import Any

import pytest
from builders import make_household
from django.db.models import F
from races import at_once

from accounts.models import AuditEvent, Division, Post, Role, StoredFile, User
from accounts.services.files import keep_bytes
from accounts.services.posts import appoint
from accounts.versions import change
from households.models import ChangeProposal, Household, LifeEvent, Person
from households.services import life
from households.services.view_log import reveal_person
from tests.conftest import NOW

WRITERS = 50
DAY = date(2026, 11, 3)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(village: Division) -> Household:
    return make_household(village)


def test_of_fifty_writers_of_one_version_one_wins(home: Household, owner: User) -> None:
    def write(number: int) -> None:
        values = {"group_name": f"{number}组"}
        life.correct_household(household=home, version=1, values=values, happened_on=DAY, actor=owner, at=NOW)

    ends = at_once(write, WRITERS)
    assert sorted(ends) == ["done"] + ["stale"] * (WRITERS - 1)
    home.refresh_from_db()
    assert home.version == 2 and home.group_name == f"{ends.index('done')}组" and LifeEvent.objects.count() == 1


def test_of_fifty_conditional_updates_one_wins_without_any_lock(home: Household) -> None:
    ends = at_once(lambda number: change(Household(pk=home.pk), version=1, group_name=f"{number}组"), WRITERS)
    assert sorted(ends) == ["done"] + ["stale"] * (WRITERS - 1)


def test_without_the_condition_many_believe_to_have_won(home: Household) -> None:
    """The control: reading the version first and writing afterwards lets several through."""
    won: list[int] = []
    gate = threading.Barrier(8)

    def write(number: int) -> None:
        seen = Household.objects.get(pk=home.pk).version
        gate.wait()
        if seen == 1:
            Household.objects.filter(pk=home.pk).update(version=F("version") + 1)
            won.append(number)

    at_once(write, 8)
    assert len(won) == 8


def test_one_submission_sent_many_times_at_once_is_recorded_once(home: Household, owner: User) -> None:
    uid, person = uuid.uuid4(), Person.objects.get(name="李四")
    given: dict[str, Any] = {"person": person, "version": 1, "happened_on": DAY, "actor": owner, "at": NOW}
    assert at_once(lambda number: life.record_death(**given, client_uid=uid), 12) == ["done"] * 12
    assert LifeEvent.objects.count() == 1 and Household.objects.get(pk=home.pk).version == 2


def test_a_proposal_is_decided_by_one(home: Household, owner: User) -> None:
    person = Person.objects.get(name="李四")
    life.propose_changes(reported=[life.Reported(person.pk, "死亡", DAY, "k")], at=NOW)

    def decide(number: int) -> None:
        life.decide_proposal(
            proposal=ChangeProposal.objects.get(), confirm=number % 2 == 0, note="不是", actor=owner, at=NOW
        )

    assert sorted(at_once(decide, 12)) == ["decided"] * 11 + ["done"]
    assert ChangeProposal.objects.get().state in ("confirmed", "refused")


def test_two_households_that_exchange_members_do_not_wait_for_each_other_for_ever(
    village: Division, owner: User
) -> None:
    homes = [
        make_household(village, members=[{"name": f"户主{n}"}, {"name": f"人{n}", "relation": "其他"}]) for n in (0, 1)
    ]

    def move(number: int) -> None:
        target, name = homes[number % 2], f"人{(number + 1) % 2}"
        person = Person.objects.get(name=name)
        life.move_in(
            household=target,
            version=Household.objects.get(pk=target.pk).version,
            name=name,
            id_number=person.id_number,
            relation="其他",
            happened_on=DAY,
            actor=owner,
            at=NOW,
        )

    ends = at_once(move, 10)
    assert set(ends) <= {"done", "stale", "refused", "not_a_member"}
    assert all(person.memberships.filter(left_on=None).count() == 1 for person in Person.objects.all())


def test_one_person_gets_one_post_of_a_kind(village: Division, owner: User) -> None:
    Post.objects.all().delete()

    def give(number: int) -> None:
        appoint(user=owner, division=village, role=Role.VILLAGE_CADRE, starts_on=DAY, actor=None, at=NOW)

    assert sorted(at_once(give, 12)) == ["done"] + ["post_held"] * 11


def test_the_quota_is_cut_off_exactly_at_full_speed(home: Household, owner: User, settings: Any) -> None:
    settings.REVEALS_PER_HOUR = 5
    person = Person.objects.get(name="李四")

    def look(number: int) -> None:
        reveal_person(person=person, field="id_number", purpose="入户核实", actor=owner, at=NOW)

    assert sorted(at_once(look, 16)) == ["done"] * 5 + ["quota_exceeded"] * 11
    assert AuditEvent.objects.filter(action="person.revealed").count() == 5


def test_the_same_file_kept_by_many_at_once_is_one_file(owner: User) -> None:
    def keep(number: int) -> None:
        keep_bytes(content=b"x" * 100_000, name="a", content_type="", actor=owner, at=NOW)

    assert at_once(keep, 12) == ["done"] * 12 and StoredFile.objects.count() == 1
