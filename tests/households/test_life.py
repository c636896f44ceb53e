"""Life events: memberships end and begin on a day, nobody is deleted, two authors of one moment are told apart."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from builders import make_household, make_number, make_person

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import AuditEvent, Division, User
from households.history import head_as_of, members_as_of, size_as_of, wholly_without_labour
from households.models import FormerNumber, Household, LifeEvent, Membership, Person
from households.services import life
from tests.conftest import NOW

TODAY = date(2026, 11, 10)
DAY = date(2026, 11, 3)
BEFORE = DAY - timedelta(days=1)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def home(village: Division) -> Household:
    """张三 (户主), 李四 (配偶), 张小明 (之子) in 石桥镇东沟村."""
    return make_household(village)


@pytest.fixture
def neighbour(village: Division) -> Household:
    return make_household(village, members=[{"name": "王五"}, {"name": "赵六", "relation": "配偶"}])


@pytest.fixture
def far(places: dict[str, Division]) -> Household:
    """A household in another county."""
    return make_household(places["990102100201"], members=[{"name": "钱七"}, {"name": "孙八", "relation": "之女"}])


def _who(household: Household, on: date = TODAY) -> dict[str, str]:
    return {row.person.name: row.relation for row in members_as_of(household, on)}


def _person(name: str) -> Person:
    return Person.objects.get(name=name)


def _keys(**relations: str) -> dict[int, str]:
    return {_person(name).pk: relation for name, relation in relations.items()}


def _by(actor: User, **more: Any) -> dict[str, Any]:
    return {"version": 1, "happened_on": DAY, "actor": actor, "at": NOW, **more}


def _newcomer(household: Household, actor: User, number: str, **more: Any) -> dict[str, Any]:
    return {"household": household, "name": "新人", "id_number": number, "relation": "之儿媳", **_by(actor), **more}


# --- the head ---


def test_a_new_head_gives_everybody_a_new_relation_from_that_day(home: Household, owner: User) -> None:
    event = life.change_head(household=home, relations=_keys(李四="户主", 张三="配偶", 张小明="之子"), **_by(owner))
    assert _who(home, BEFORE) == {"张三": "户主", "李四": "配偶", "张小明": "之子"}
    assert _who(home, DAY) == {"李四": "户主", "张三": "配偶", "张小明": "之子"}
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
        life.change_head(household=home, relations=_keys(**relations), **_by(owner))
    assert _who(home)["张三"] == "户主" and Household.objects.get(pk=home.pk).version == 1


def test_when_the_head_dies_the_household_asks_for_another(home: Household, owner: User) -> None:
    life.record_death(person=_person("张三"), **_by(owner))
    home.refresh_from_db()
    assert home.needs_mending == "没有户主" and size_as_of(home, BEFORE) == 3 and size_as_of(home, DAY) == 2
    dead = _person("张三")
    assert (dead.status, dead.status_on) == (Person.Status.DEAD, DAY)
    life.change_head(household=home, relations=_keys(李四="户主", 张小明="之子"), **_by(owner, version=2))
    home.refresh_from_db()
    assert home.needs_mending == "" and home.version == 3


def test_other_remarks_on_the_household_stay(home: Household, owner: User) -> None:
    Household.objects.filter(pk=home.pk).update(needs_mending="没有户类型；有2名户主")
    life.record_death(person=_person("张小明"), **_by(owner))
    assert Household.objects.get(pk=home.pk).needs_mending == "没有户类型"


# --- one becomes two, two become one ---


def test_a_split_leaves_the_old_number_with_those_who_stay(home: Household, owner: User) -> None:
    make_person(home, name="张大明", relation="之子", birth=date(1999, 1, 1))
    make_person(home, name="刘九", relation="之儿媳", birth=date(1999, 2, 1))
    event = life.split(household=home, number="9901-NEW", relations=_keys(张大明="户主", 刘九="配偶"), **_by(owner))
    new = event.household
    assert _who(home) == {"张三": "户主", "李四": "配偶", "张小明": "之子"}
    assert _who(new) == {"张大明": "户主", "刘九": "配偶"} and _who(new, BEFORE) == {} and size_as_of(home, BEFORE) == 5
    assert (new.village, new.category, new.registered_on) == (home.village, home.category, DAY)
    assert set(LifeEvent.objects.values_list("kind", "household", "other_household")) == {
        ("split", home.pk, new.pk),
        ("split", new.pk, home.pk),
    }


def test_where_the_head_goes_those_who_stay_choose_another(home: Household, owner: User) -> None:
    arguments = {"household": home, "number": "9901-NEW", "relations": _keys(张三="户主"), **_by(owner)}
    event = life.split(**arguments, staying=_keys(李四="户主", 张小明="之子"))
    assert _who(home) == {"李四": "户主", "张小明": "之子"} and _who(event.household) == {"张三": "户主"}
    assert Household.objects.get(pk=home.pk).needs_mending == ""


def test_a_split_needs_a_free_number_and_somebody_on_both_sides(
    home: Household, neighbour: Household, owner: User
) -> None:
    with pytest.raises(Conflict, match="户编号已有人使用"):
        life.split(household=home, number=neighbour.number, relations=_keys(李四="户主"), **_by(owner))
    everybody = _keys(张三="户主", 李四="配偶", 张小明="之子")
    with pytest.raises(Refused, match="至少留下一人"):
        life.split(household=home, number="N", relations=everybody, **_by(owner))
    with pytest.raises(Refused):
        life.split(household=home, number="N", relations={}, **_by(owner))
    assert Household.objects.count() == 2 and size_as_of(home, TODAY) == 3


def test_a_merge_empties_one_household_and_strikes_it_off(home: Household, neighbour: Household, owner: User) -> None:
    life.merge(
        household=neighbour, into=home, into_version=1, relations=_keys(王五="之兄弟姐妹", 赵六="其他"), **_by(owner)
    )
    assert set(_who(home)) == {"张三", "李四", "张小明", "王五", "赵六"} and _who(neighbour) == {}
    neighbour.refresh_from_db()
    assert (neighbour.cancelled_on, neighbour.cancel_reason) == (DAY, "并户")
    assert _who(neighbour, BEFORE) == {"王五": "户主", "赵六": "配偶"}


# --- coming ---


def test_a_child_is_born_on_the_day_in_its_number(home: Household, owner: User) -> None:
    number = make_number(500, DAY)
    event = life.record_birth(**_newcomer(home, owner, number, name="张新", relation="之孙子"))
    child = _person("张新")
    assert event.person == child and child.id_number == number and (child.birth_year, child.sex) == (2026, "女")
    assert size_as_of(home, BEFORE) == 3 and size_as_of(home, DAY) == 4
    with pytest.raises(Refused, match="出生日期与发生日期不同"):
        life.record_birth(**_newcomer(home, owner, make_number(501, BEFORE), version=2))


def test_a_stranger_marries_in_with_what_is_known_of_him(home: Household, owner: User) -> None:
    details = {"labour_skill": "技能劳动力", "phone": "138 1234 1234", "nation": "苗族"}
    life.marry_in(**_newcomer(home, owner, make_number(600), details=details))
    person = _person("新人")
    assert (person.labour_skill, person.nation, person.phone) == ("技能劳动力", "苗族", "13812341234")


def test_a_registered_person_leaves_his_old_household(home: Household, neighbour: Household, owner: User) -> None:
    event = life.move_in(**_newcomer(home, owner, _person("赵六").id_number, name="赵六"))
    assert "赵六" in _who(home) and _who(neighbour) == {"王五": "户主"} and event.other_household == neighbour
    assert _person("赵六").pk == event.person_id and Person.objects.count() == 5
    kinds = LifeEvent.objects.order_by("id").values_list("household", "kind")
    assert set(kinds) == {(neighbour.pk, "moved_out"), (home.pk, "moved_in")}


def test_nobody_learns_who_holds_a_number_outside_his_places(home: Household, far: Household, owner: User) -> None:
    with pytest.raises(Conflict) as refusal:
        life.move_in(**_newcomer(home, owner, _person("孙八").id_number))
    said = refusal.value.message + "".join(refusal.value.details)
    assert refusal.value.message == "该证件号码已在其他户登记，请联系乡镇或县里核对后办理。"
    assert "孙八" not in said and far.number not in said and "邻" not in said
    assert _who(far) == {"钱七": "户主", "孙八": "之女"}


def test_a_number_with_another_name_is_not_taken_for_the_same_person(
    home: Household, neighbour: Household, owner: User
) -> None:
    with pytest.raises(Refused, match="登记的姓名不同"):
        life.move_in(**_newcomer(home, owner, _person("赵六").id_number, name="赵柳"))


@pytest.mark.parametrize(
    ("number", "code"),
    [("", "id_missing"), ("990101", "id_length"), ("990101199002300012", "id_birthdate")],
)
def test_a_bad_number_is_refused_in_the_words_of_the_register(
    home: Household, owner: User, number: str, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        life.move_in(**_newcomer(home, owner, number))
    assert (refusal.value.code, refusal.value.field) == (code, "id_number") and not LifeEvent.objects.exists()


def test_a_second_head_does_not_come_in(home: Household, owner: User) -> None:
    with pytest.raises(Refused, match="已有户主"):
        life.move_in(**_newcomer(home, owner, make_number(600), relation="户主"))


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
    go(person=_person("李四"), **_by(owner))
    row = Membership.objects.get(person__name="李四")
    assert (row.left_on, row.get_left_reason_display(), row.left_recorded_at) == (DAY, reason, NOW)
    assert _person("李四").status == status
    assert "李四" in _who(home, BEFORE) and "李四" not in _who(home, DAY)
    assert Person.objects.visible_to(owner).filter(name="李四").exists()


def test_who_was_away_comes_back_as_the_same_person(home: Household, owner: User) -> None:
    life.leave(person=_person("李四"), why="服刑", **_by(owner))
    life.move_in(
        **_newcomer(home, owner, _person("李四").id_number, name="李四", relation="配偶", version=2, happened_on=TODAY)
    )
    assert _person("李四").status == Person.Status.PRESENT
    assert [size_as_of(home, day) for day in (BEFORE, DAY, TODAY)] == [3, 2, 3]


def test_the_dead_do_not_come_back_and_do_not_die_twice(home: Household, owner: User) -> None:
    life.record_death(person=_person("李四"), **_by(owner))
    with pytest.raises(Conflict, match="不在任何一户"):
        life.record_death(person=_person("李四"), **_by(owner, version=2))
    with pytest.raises(Refused, match="已登记死亡"):
        life.move_in(**_newcomer(home, owner, _person("李四").id_number, name="李四", version=2))


def test_somebody_away_can_die(home: Household, owner: User) -> None:
    life.leave(person=_person("李四"), why="失踪", **_by(owner))
    life.record_death(person=_person("李四"), **_by(owner, version=2, happened_on=TODAY))
    assert _person("李四").status == Person.Status.DEAD
    assert Membership.objects.get(person__name="李四").left_reason == "left"


def test_nothing_happens_before_one_belonged_or_after_today(home: Household, owner: User) -> None:
    Membership.objects.filter(person__name="李四").update(joined_on=DAY)
    with pytest.raises(Refused, match="早于李四加入本户的日期"):
        life.record_death(person=_person("李四"), **_by(owner, happened_on=BEFORE))
    with pytest.raises(Refused, match="不能晚于今天"):
        life.record_death(person=_person("李四"), **_by(owner, happened_on=TODAY + timedelta(days=1)))


# --- the whole household ---


def test_a_household_moves_by_the_hand_of_whoever_holds_both_villages(
    home: Household, owner: User, township: User, places: dict[str, Division]
) -> None:
    west = places["990101100202"]
    with pytest.raises(Forbidden, match="共同的上级"):
        life.move_household(household=home, village=west, **_by(owner))
    event = life.move_household(household=home, village=west, group_name="三组", **_by(township))
    home.refresh_from_db()
    assert (home.village, home.group_name, home.version) == (west, "三组", 2)
    assert event.data == {"village": ["990101100201", "990101100202"]}
    assert not Household.objects.visible_to(owner).exists()


def test_a_household_is_struck_off_with_all_its_members(home: Household, township: User, owner: User) -> None:
    with pytest.raises(Forbidden, match="请交由乡镇工作人员"):
        life.cancel(household=home, why="整户迁出", **_by(owner))
    life.cancel(household=home, why="整户迁出", **_by(township))
    home.refresh_from_db()
    assert home.cancelled_on == DAY and size_as_of(home, DAY) == 0 and size_as_of(home, BEFORE) == 3
    assert set(Person.objects.values_list("status", flat=True)) == {"自然减少"}
    assert not Household.objects.active(DAY).exists() and Household.objects.active(BEFORE).exists()
    with pytest.raises(Refused, match="已于2026-11-03注销"):
        life.correct_household(household=home, values={"group_name": "一组"}, **_by(township, version=2))


def test_a_household_does_not_die_at_a_stroke(home: Household, township: User) -> None:
    with pytest.raises(Refused, match="逐人登记死亡"):
        life.cancel(household=home, why="整户死亡", **_by(township))
    with pytest.raises(Refused, match="注销原因只能是"):
        life.cancel(household=home, why="不知道", **_by(township))


# --- values ---


def test_values_are_put_right_and_the_event_keeps_both(home: Household, owner: User) -> None:
    values = {
        "group_name": "二组",
        "support_classes": ["特困", "低保"],
        "per_capita_income": "9000",
        "phone": "13812341234",
    }
    event = life.correct_household(household=home, values=values, **_by(owner))
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
        life.correct_household(household=home, values=values, **_by(owner))


def test_a_persons_values_go_by_his_own_version(home: Household, owner: User) -> None:
    person = _person("李四")
    event = life.correct_person(
        person=person, values={"labour_skill": "丧失劳动力", "health": "患有大病"}, **_by(owner)
    )
    assert event.data == {"labour_skill": ["普通劳动力", "丧失劳动力"], "health": None}
    with pytest.raises(Conflict, match="你看到的是第1版，现在是第2版") as refusal:
        life.correct_person(person=person, values={"labour_skill": "技能劳动力", "phone": "13812341234"}, **_by(owner))
    assert refusal.value.details == [
        "劳动技能：你提交的是“技能劳动力”，现在是“丧失劳动力”",
        "联系电话：现值见页面，提交的未保存",
    ]
    assert Household.objects.get(pk=home.pk).version == 1


def test_a_new_name_keeps_the_old_one_in_the_event(home: Household, owner: User) -> None:
    event = life.change_name(person=_person("李四"), name=" 李思 ", **_by(owner))
    assert event.data == {"name": ["李四", "李思"]} and "李思" in _who(home)


def test_a_corrected_number_leaves_the_old_one_as_an_alias(home: Household, owner: User) -> None:
    person, new = _person("李四"), make_number(700, date(1977, 5, 5))
    old = person.id_number
    event = life.change_number(person=person, id_number=new, **_by(owner))
    person = _person("李四")
    assert (person.id_number, person.birth_year) == (new, 1977)
    former = FormerNumber.objects.get(person=person)
    assert former.id_number == old and former.changed_on == DAY
    kept = str(event.data) + event.reason + str(list(AuditEvent.objects.values_list("detail", "purpose")))
    assert old not in kept and new not in kept


def test_a_former_number_still_finds_the_person_and_may_come_back(
    home: Household, neighbour: Household, owner: User
) -> None:
    person = _person("李四")
    old = person.id_number
    life.change_number(person=person, id_number=make_number(700), **_by(owner))
    life.move_in(**_newcomer(neighbour, owner, old, name="李四", relation="其他"))
    assert "李四" in _who(neighbour)
    life.change_number(person=person, id_number=old, **_by(owner, version=2))
    assert _person("李四").id_number == old
    assert [former.id_number for former in FormerNumber.objects.all()] == [make_number(700)]


def test_a_number_of_somebody_else_now_or_formerly_is_refused(
    home: Household, neighbour: Household, owner: User
) -> None:
    taken = _person("王五").id_number
    life.change_number(person=_person("王五"), id_number=make_number(701), **_by(owner))
    for number in (taken, make_number(701)):
        with pytest.raises(Conflict, match="已登记在另一人名下"):
            life.change_number(person=_person("李四"), id_number=number, **_by(owner))


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
        life.record_death(person=_person("李四"), **_by(actor))
    else:
        with pytest.raises(error):
            life.record_death(person=_person("李四"), **_by(actor))
    assert LifeEvent.objects.exists() == (error is None)


def test_a_write_without_a_version_is_refused_and_one_with_an_old_one_is_told_what_stands(
    home: Household, owner: User
) -> None:
    with pytest.raises(Refused, match="缺少版本号") as refusal:
        life.record_death(person=_person("李四"), **_by(owner, version=None))
    assert refusal.value.code == "version_required"
    life.record_death(person=_person("李四"), **_by(owner))
    with pytest.raises(Conflict, match="第1版，现在是第2版") as conflict:
        life.marry_out(person=_person("张小明"), **_by(owner))
    assert conflict.value.details == ["现有成员：张三（户主）、张小明（之子）"]


def test_the_same_submission_is_recorded_once(home: Household, owner: User) -> None:
    uid = uuid.uuid4()
    given = {"person": _person("李四"), "client_uid": uid, **_by(owner)}
    first = life.record_death(**given)
    assert life.record_death(**given) == first
    assert LifeEvent.objects.count() == 1 and Household.objects.get(pk=home.pk).version == 2
    with pytest.raises(Conflict, match="已用于另一份内容"):
        life.record_death(**{**given, "happened_on": BEFORE})


def test_a_repeated_birth_does_not_find_the_number_taken(home: Household, owner: User) -> None:
    given = _newcomer(home, owner, make_number(500, DAY), client_uid=uuid.uuid4())
    assert life.record_birth(**given) == life.record_birth(**given)
    assert size_as_of(home, TODAY) == 4


def test_a_death_learnt_of_later_counts_from_its_day_but_was_not_known_before(home: Household, owner: User) -> None:
    known_before = NOW - timedelta(hours=1)
    Membership.objects.update(recorded_at=NOW - timedelta(days=300))
    life.record_death(person=_person("张三"), **_by(owner, happened_on=date(2026, 9, 15)))
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
    life.record_death(person=_person("甲"), **_by(owner))
    assert wholly_without_labour(home, DAY) and not wholly_without_labour(home, BEFORE)
    Person.objects.filter(name="乙").update(labour_skill="")
    assert not wholly_without_labour(home, DAY)


def test_every_event_is_in_the_audit(home: Household, owner: User) -> None:
    event = life.record_death(person=_person("李四"), **_by(owner))
    kept = AuditEvent.objects.get(action="household.death")
    assert (kept.target_type, kept.target_id, kept.actor) == ("households.lifeevent", str(event.pk), owner)
