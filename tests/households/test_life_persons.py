"""Life events of persons: who comes and who goes; memberships end and begin on a day, nobody is deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from builders import make_number
from cast import NOW
from life_people import BEFORE, DAY, TODAY, by, newcomer, person_named, who

from accounts.errors import Conflict, Refused
from accounts.models import User
from households.history import size_as_of
from households.models import Household, LifeEvent, Membership, Person
from households.services import life

pytestmark = pytest.mark.usefixtures("clock")


# --- coming ---


def test_a_child_is_born_on_the_day_in_its_number(home: Household, owner: User) -> None:
    number = make_number(500, DAY)
    event = life.record_birth(**newcomer(home, owner, number, name="张新", relation="之孙子"))
    child = person_named("张新")
    assert event.person == child and child.id_number == number and (child.birth_year, child.sex) == (2026, "女")
    assert size_as_of(home, BEFORE) == 3 and size_as_of(home, DAY) == 4
    with pytest.raises(Refused, match="出生日期与发生日期不同"):
        life.record_birth(**newcomer(home, owner, make_number(501, BEFORE), version=2))


def test_a_stranger_marries_in_with_what_is_known_of_him(home: Household, owner: User) -> None:
    details = {"labour_skill": "技能劳动力", "phone": "138 1234 1234", "nation": "苗族"}
    life.marry_in(**newcomer(home, owner, make_number(600), details=details))
    person = person_named("新人")
    assert (person.labour_skill, person.nation, person.phone) == ("技能劳动力", "苗族", "13812341234")


def test_a_registered_person_leaves_his_old_household(home: Household, neighbour: Household, owner: User) -> None:
    event = life.move_in(**newcomer(home, owner, person_named("赵六").id_number, name="赵六"))
    assert "赵六" in who(home) and who(neighbour) == {"王五": "户主"} and event.other_household == neighbour
    assert person_named("赵六").pk == event.person_id and Person.objects.count() == 5
    kinds = LifeEvent.objects.order_by("id").values_list("household", "kind")
    assert set(kinds) == {(neighbour.pk, "moved_out"), (home.pk, "moved_in")}


def test_nobody_learns_who_holds_a_number_outside_his_places(home: Household, far: Household, owner: User) -> None:
    with pytest.raises(Conflict) as refusal:
        life.move_in(**newcomer(home, owner, person_named("孙八").id_number))
    said = refusal.value.message + "".join(refusal.value.details)
    assert refusal.value.message == "该证件号码已在其他户登记，请联系乡镇或县里核对后办理。"
    assert "孙八" not in said and far.number not in said and "邻" not in said
    assert who(far) == {"钱七": "户主", "孙八": "之女"}


def test_a_number_with_another_name_is_not_taken_for_the_same_person(
    home: Household, neighbour: Household, owner: User
) -> None:
    with pytest.raises(Refused, match="登记的姓名不同"):
        life.move_in(**newcomer(home, owner, person_named("赵六").id_number, name="赵柳"))


@pytest.mark.parametrize(
    ("number", "code"),
    [("", "id_missing"), ("990101", "id_length"), ("990101199002300012", "id_birthdate")],
)
def test_a_bad_number_is_refused_in_the_words_of_the_register(
    home: Household, owner: User, number: str, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        life.move_in(**newcomer(home, owner, number))
    assert (refusal.value.code, refusal.value.field) == (code, "id_number") and not LifeEvent.objects.exists()


def test_a_second_head_does_not_come_in(home: Household, owner: User) -> None:
    with pytest.raises(Refused, match="已有户主"):
        life.move_in(**newcomer(home, owner, make_number(600), relation="户主"))


# --- going ---


@pytest.mark.parametrize(
    ("go", "status", "reason"),
    [
        (lambda **g: life.marry_out(**g), "自然减少", "婚出"),
        (lambda **g: life.move_out(destination="邻县", **g), "自然减少", "迁出"),
        (lambda **g: life.leave(why="参军", **g), "自然减少", "自然减少"),
        (lambda **g: life.record_death(**g), "死亡", "死亡"),
    ],
)
def test_who_goes_stays_in_the_history(
    home: Household, owner: User, go: Callable[..., LifeEvent], status: str, reason: str
) -> None:
    go(person=person_named("李四"), **by(owner))
    row = Membership.objects.get(person__name="李四")
    assert (row.left_on, row.get_left_reason_display(), row.left_recorded_at) == (DAY, reason, NOW)
    assert person_named("李四").status == status
    assert "李四" in who(home, BEFORE) and "李四" not in who(home, DAY)
    assert Person.objects.visible_to(owner).filter(name="李四").exists()


def test_who_was_away_comes_back_as_the_same_person(home: Household, owner: User) -> None:
    life.leave(person=person_named("李四"), why="服刑", **by(owner))
    life.move_in(
        **newcomer(
            home, owner, person_named("李四").id_number, name="李四", relation="配偶", version=2, happened_on=TODAY
        )
    )
    assert person_named("李四").status == Person.Status.PRESENT
    assert [size_as_of(home, day) for day in (BEFORE, DAY, TODAY)] == [3, 2, 3]


def test_the_dead_do_not_come_back_and_do_not_die_twice(home: Household, owner: User) -> None:
    life.record_death(person=person_named("李四"), **by(owner))
    with pytest.raises(Conflict, match="不在任何一户"):
        life.record_death(person=person_named("李四"), **by(owner, version=2))
    with pytest.raises(Refused, match="已登记死亡"):
        life.move_in(**newcomer(home, owner, person_named("李四").id_number, name="李四", version=2))


def test_somebody_away_can_die(home: Household, owner: User) -> None:
    life.leave(person=person_named("李四"), why="失踪", **by(owner))
    life.record_death(person=person_named("李四"), **by(owner, version=2, happened_on=TODAY))
    assert person_named("李四").status == Person.Status.DEAD
    assert Membership.objects.get(person__name="李四").left_reason == "left"


def test_nothing_happens_before_one_belonged_or_after_today(home: Household, owner: User) -> None:
    Membership.objects.filter(person__name="李四").update(joined_on=DAY)
    with pytest.raises(Refused, match="早于李四加入本户的日期"):
        life.record_death(person=person_named("李四"), **by(owner, happened_on=BEFORE))
    with pytest.raises(Refused, match="不能晚于今天"):
        life.record_death(person=person_named("李四"), **by(owner, happened_on=TODAY + timedelta(days=1)))
