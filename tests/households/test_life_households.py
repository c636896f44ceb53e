"""Life events of whole households: a new head, one becomes two, two become one, a move, the end."""

from __future__ import annotations

from datetime import date

import pytest
from builders import make_person
from cast import NOW
from life_people import BEFORE, DAY, TODAY, by, keys_of, person_named, who

from accounts.errors import Conflict, Forbidden, Refused
from accounts.models import Division, User
from households.history import head_as_of, size_as_of
from households.models import Household, LifeEvent, Person
from households.services import life

pytestmark = pytest.mark.usefixtures("clock")


# --- the head ---


def test_a_new_head_gives_everybody_a_new_relation_from_that_day(home: Household, owner: User) -> None:
    event = life.change_head(household=home, relations=keys_of(李四="户主", 张三="配偶", 张小明="之子"), **by(owner))
    assert who(home, BEFORE) == {"张三": "户主", "李四": "配偶", "张小明": "之子"}
    assert who(home, DAY) == {"李四": "户主", "张三": "配偶", "张小明": "之子"}
    assert head_as_of(home, BEFORE).person.name == "张三" and head_as_of(home, DAY).person.name == "李四"
    assert event.data == {"relations": {"张三": ["户主", "配偶"], "李四": ["配偶", "户主"]}}
    assert (event.happened_on, event.recorded_at, event.actor) == (DAY, NOW, owner)


@pytest.mark.parametrize(
    ("relations", "says"),
    [
        ({"李四": "户主", "张三": "配偶"}, "每一位成员"),
        ({"李四": "户主", "张三": "户主", "张小明": "之子"}, "现在选了2名"),
        ({"李四": "配偶", "张三": "之父", "张小明": "之子"}, "现在选了0名"),
        ({"李四": "户主", "张三": "老公", "张小明": "之子"}, "不在目录内"),
        ({"张三": "户主", "李四": "配偶", "张小明": "之女"}, "已是户主"),
    ],
)
def test_relations_that_make_no_family_are_refused(
    home: Household, owner: User, relations: dict[str, str], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        life.change_head(household=home, relations=keys_of(**relations), **by(owner))
    assert who(home)["张三"] == "户主" and Household.objects.get(pk=home.pk).version == 1


def test_when_the_head_dies_the_household_asks_for_another(home: Household, owner: User) -> None:
    life.record_death(person=person_named("张三"), **by(owner))
    home.refresh_from_db()
    assert home.needs_mending == "没有户主" and size_as_of(home, BEFORE) == 3 and size_as_of(home, DAY) == 2
    dead = person_named("张三")
    assert (dead.status, dead.status_on) == (Person.Status.DEAD, DAY)
    life.change_head(household=home, relations=keys_of(李四="户主", 张小明="之子"), **by(owner, version=2))
    home.refresh_from_db()
    assert home.needs_mending == "" and home.version == 3


def test_other_remarks_on_the_household_stay(home: Household, owner: User) -> None:
    Household.objects.filter(pk=home.pk).update(needs_mending="没有户类型；有2名户主")
    life.record_death(person=person_named("张小明"), **by(owner))
    assert Household.objects.get(pk=home.pk).needs_mending == "没有户类型"


# --- one becomes two, two become one ---


def test_a_split_leaves_the_old_number_with_those_who_stay(home: Household, owner: User) -> None:
    make_person(home, name="张大明", relation="之子", birth=date(1999, 1, 1))
    make_person(home, name="刘九", relation="之儿媳", birth=date(1999, 2, 1))
    event = life.split(household=home, number="9901-NEW", relations=keys_of(张大明="户主", 刘九="配偶"), **by(owner))
    new = event.household
    assert who(home) == {"张三": "户主", "李四": "配偶", "张小明": "之子"}
    assert who(new) == {"张大明": "户主", "刘九": "配偶"} and who(new, BEFORE) == {} and size_as_of(home, BEFORE) == 5
    assert (new.village, new.category, new.registered_on) == (home.village, home.category, DAY)
    assert set(LifeEvent.objects.values_list("kind", "household", "other_household")) == {
        ("split", home.pk, new.pk),
        ("split", new.pk, home.pk),
    }


def test_where_the_head_goes_those_who_stay_choose_another(home: Household, owner: User) -> None:
    arguments = {"household": home, "number": "9901-NEW", "relations": keys_of(张三="户主"), **by(owner)}
    event = life.split(**arguments, staying=keys_of(李四="户主", 张小明="之子"))
    assert who(home) == {"李四": "户主", "张小明": "之子"} and who(event.household) == {"张三": "户主"}
    assert Household.objects.get(pk=home.pk).needs_mending == ""


def test_a_split_needs_a_free_number_and_somebody_on_both_sides(
    home: Household, neighbour: Household, owner: User
) -> None:
    with pytest.raises(Conflict, match="户编号已有人使用"):
        life.split(household=home, number=neighbour.number, relations=keys_of(李四="户主"), **by(owner))
    everybody = keys_of(张三="户主", 李四="配偶", 张小明="之子")
    with pytest.raises(Refused, match="至少留下一人"):
        life.split(household=home, number="N", relations=everybody, **by(owner))
    with pytest.raises(Refused):
        life.split(household=home, number="N", relations={}, **by(owner))
    assert Household.objects.count() == 2 and size_as_of(home, TODAY) == 3


def test_a_merge_empties_one_household_and_strikes_it_off(home: Household, neighbour: Household, owner: User) -> None:
    life.merge(
        household=neighbour, into=home, into_version=1, relations=keys_of(王五="之兄弟姐妹", 赵六="其他"), **by(owner)
    )
    assert set(who(home)) == {"张三", "李四", "张小明", "王五", "赵六"} and who(neighbour) == {}
    neighbour.refresh_from_db()
    assert (neighbour.cancelled_on, neighbour.cancel_reason) == (DAY, "并户")
    assert who(neighbour, BEFORE) == {"王五": "户主", "赵六": "配偶"}


# --- the whole household ---


def test_a_household_moves_by_the_hand_of_whoever_holds_both_villages(
    home: Household, owner: User, township: User, places: dict[str, Division]
) -> None:
    west = places["990101100202"]
    with pytest.raises(Forbidden, match="共同的上级"):
        life.move_household(household=home, village=west, **by(owner))
    event = life.move_household(household=home, village=west, group_name="三组", **by(township))
    home.refresh_from_db()
    assert (home.village, home.group_name, home.version) == (west, "三组", 2)
    assert event.data == {"village": ["990101100201", "990101100202"]}
    assert not Household.objects.visible_to(owner).exists()


def test_a_household_is_struck_off_with_all_its_members(home: Household, township: User, owner: User) -> None:
    with pytest.raises(Forbidden, match="请交由乡镇工作人员"):
        life.cancel(household=home, why="整户迁出", **by(owner))
    life.cancel(household=home, why="整户迁出", **by(township))
    home.refresh_from_db()
    assert home.cancelled_on == DAY and size_as_of(home, DAY) == 0 and size_as_of(home, BEFORE) == 3
    assert set(Person.objects.values_list("status", flat=True)) == {"自然减少"}
    assert not Household.objects.active(DAY).exists() and Household.objects.active(BEFORE).exists()
    with pytest.raises(Refused, match="已于2026-11-03注销"):
        life.correct_household(household=home, values={"group_name": "一组"}, **by(township, version=2))


def test_a_household_does_not_die_at_a_stroke(home: Household, township: User) -> None:
    with pytest.raises(Refused, match="逐人登记死亡"):
        life.cancel(household=home, why="整户死亡", **by(township))
    with pytest.raises(Refused, match="注销原因只能是"):
        life.cancel(household=home, why="不知道", **by(township))
