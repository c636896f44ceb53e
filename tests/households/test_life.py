"""Life events: who may record them, two authors of one moment are told apart, a repetition is recorded once."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from builders import make_household, make_number
from cast import NOW
from life_people import BEFORE, DAY, TODAY, by, newcomer, person_named

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import AuditEvent, Division, User
from households.history import size_as_of, wholly_without_labour
from households.models import Household, LifeEvent, Membership, Person
from households.services import life

pytestmark = pytest.mark.usefixtures("clock")


# --- who may, versions, repetitions, two clocks ---


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("colleague", OutOfScope),
        ("outsider", OutOfScope),
        ("administrator", OutOfScope),
        ("auditor", Forbidden),
        ("owner", None),
        ("township", None),
        ("township_leader", None),
        ("bureau", None),
    ],
)
def test_events_are_recorded_by_those_who_may(
    request: pytest.FixtureRequest, home: Household, who: str, error: type[Exception] | None
) -> None:
    actor = request.getfixturevalue(who)
    if error is None:
        life.record_death(person=person_named("李四"), **by(actor))
    else:
        with pytest.raises(error):
            life.record_death(person=person_named("李四"), **by(actor))
    assert LifeEvent.objects.exists() == (error is None)


def test_a_write_without_a_version_is_refused_and_one_with_an_old_one_is_told_what_stands(
    home: Household, owner: User
) -> None:
    with pytest.raises(Refused, match="缺少版本号") as refusal:
        life.record_death(person=person_named("李四"), **by(owner, version=None))
    assert refusal.value.code == "version_required"
    life.record_death(person=person_named("李四"), **by(owner))
    with pytest.raises(Conflict, match="第1版，现在是第2版") as conflict:
        life.marry_out(person=person_named("张小明"), **by(owner))
    assert conflict.value.details == ["现有成员：张三（户主）、张小明（之子）"]


def test_the_same_submission_is_recorded_once(home: Household, owner: User) -> None:
    uid = uuid.uuid4()
    given = {"person": person_named("李四"), "client_uid": uid, **by(owner)}
    first = life.record_death(**given)
    assert life.record_death(**given) == first
    assert LifeEvent.objects.count() == 1 and Household.objects.get(pk=home.pk).version == 2
    with pytest.raises(Conflict, match="已用于另一份内容"):
        life.record_death(**{**given, "happened_on": BEFORE})


def test_a_repeated_birth_does_not_find_the_number_taken(home: Household, owner: User) -> None:
    given = newcomer(home, owner, make_number(500, DAY), client_uid=uuid.uuid4())
    assert life.record_birth(**given) == life.record_birth(**given)
    assert size_as_of(home, TODAY) == 4


def test_a_death_learnt_of_later_counts_from_its_day_but_was_not_known_before(home: Household, owner: User) -> None:
    known_before = NOW - timedelta(hours=1)
    Membership.objects.update(recorded_at=NOW - timedelta(days=300))
    life.record_death(person=person_named("张三"), **by(owner, happened_on=date(2026, 9, 15)))
    assert size_as_of(home, date(2026, 9, 30)) == 2
    assert size_as_of(home, date(2026, 9, 30), known_at=known_before) == 3
    assert size_as_of(home, date(2026, 9, 30), known_at=NOW) == 2


def test_labour_is_that_of_those_who_were_there(village: Division, owner: User) -> None:
    home = make_household(
        village,
        members=[
            {"name": "甲", "labour_skill": "弱劳动力或半劳动力"},
            {"name": "乙", "relation": "之母", "labour_skill": "丧失劳动力"},
        ],
    )
    assert not wholly_without_labour(home, TODAY)
    life.record_death(person=person_named("甲"), **by(owner))
    assert wholly_without_labour(home, DAY) and not wholly_without_labour(home, BEFORE)
    Person.objects.filter(name="乙").update(labour_skill="")
    assert not wholly_without_labour(home, DAY)


def test_every_event_is_in_the_audit(home: Household, owner: User) -> None:
    event = life.record_death(person=person_named("李四"), **by(owner))
    kept = AuditEvent.objects.get(action="household.death")
    assert (kept.target_type, kept.target_id, kept.actor) == ("households.lifeevent", str(event.pk), owner)
