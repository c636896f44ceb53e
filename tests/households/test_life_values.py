"""Values, names and numbers put right: the event keeps both, an old number stays as an alias."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from builders import make_number
from life_people import DAY, by, newcomer, person_named, who

from accounts.errors import Conflict, Refused
from accounts.models import AuditEvent, User
from households.models import FormerNumber, Household
from households.services import life

pytestmark = pytest.mark.usefixtures("clock")


# --- values ---


def test_values_are_put_right_and_the_event_keeps_both(home: Household, owner: User) -> None:
    values = {
        "group_name": "二组",
        "support_classes": ["特困", "低保"],
        "per_capita_income": "9000",
        "phone": "13812341234",
    }
    event = life.correct_household(household=home, values=values, **by(owner))
    home.refresh_from_db()
    assert (home.group_name, home.support_classes, home.phone) == ("二组", ["低保", "特困"], "13812341234")
    assert event.data == {
        "group_name": ["", "二组"],
        "support_classes": [[], ["低保", "特困"]],
        "per_capita_income": [None, "9000"],
        "phone": None,
    }


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"village_id": "990102100201"}, "不能修改"),
        ({"version": 9}, "不能修改"),
        ({"category": "富户"}, "户类型只能是"),
        ({"per_capita_income": "-1"}, "人均纯收入应为0到"),
        ({"per_capita_income": "NaN"}, "人均纯收入应为0到"),
        ({"phone": "call me"}, "联系电话应为"),
        ({"whole_without_labour": "yes"}, "应为 是 或 否"),
        ({"group_name": "长" * 61}, "不能超过60字"),
        ({}, "没有变化"),
        ({"category": "一般农户"}, "没有变化"),
    ],
)
def test_values_that_will_not_do_are_refused(home: Household, owner: User, values: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused, match=says):
        life.correct_household(household=home, values=values, **by(owner))


def test_a_persons_values_go_by_his_own_version(home: Household, owner: User) -> None:
    person = person_named("李四")
    event = life.correct_person(person=person, values={"labour_skill": "丧失劳动力", "health": "患有大病"}, **by(owner))
    assert event.data == {"labour_skill": ["普通劳动力", "丧失劳动力"], "health": None}
    with pytest.raises(Conflict, match="你看到的是第1版，现在是第2版") as refusal:
        life.correct_person(person=person, values={"labour_skill": "技能劳动力", "phone": "13812341234"}, **by(owner))
    assert refusal.value.details == [
        "劳动技能：你提交的是“技能劳动力”，现在是“丧失劳动力”",
        "联系电话：现值见页面，提交的未保存",
    ]
    assert Household.objects.get(pk=home.pk).version == 1


def test_a_new_name_keeps_the_old_one_in_the_event(home: Household, owner: User) -> None:
    event = life.change_name(person=person_named("李四"), name=" 李思 ", **by(owner))
    assert event.data == {"name": ["李四", "李思"]} and "李思" in who(home)


def test_a_corrected_number_leaves_the_old_one_as_an_alias(home: Household, owner: User) -> None:
    person, new = person_named("李四"), make_number(700, date(1977, 5, 5))
    old = person.id_number
    event = life.change_number(person=person, id_number=new, **by(owner))
    person = person_named("李四")
    assert (person.id_number, person.birth_year) == (new, 1977)
    former = FormerNumber.objects.get(person=person)
    assert former.id_number == old and former.changed_on == DAY
    kept = str(event.data) + event.reason + str(list(AuditEvent.objects.values_list("detail", "purpose")))
    assert old not in kept and new not in kept


def test_a_former_number_still_finds_the_person_and_may_come_back(
    home: Household, neighbour: Household, owner: User
) -> None:
    person = person_named("李四")
    old = person.id_number
    life.change_number(person=person, id_number=make_number(700), **by(owner))
    life.move_in(**newcomer(neighbour, owner, old, name="李四", relation="其他"))
    assert "李四" in who(neighbour)
    life.change_number(person=person, id_number=old, **by(owner, version=2))
    assert person_named("李四").id_number == old
    assert [former.id_number for former in FormerNumber.objects.all()] == [make_number(700)]


def test_a_number_of_somebody_else_now_or_formerly_is_refused(
    home: Household, neighbour: Household, owner: User
) -> None:
    taken = person_named("王五").id_number
    life.change_number(person=person_named("王五"), id_number=make_number(701), **by(owner))
    for number in (taken, make_number(701)):
        with pytest.raises(Conflict, match="已登记在另一人名下"):
            life.change_number(person=person_named("李四"), id_number=number, **by(owner))
