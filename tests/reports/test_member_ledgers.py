"""L2, L6 and L23: who belongs to the monitored households, who came and went, and what was taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from builders import AT, make_episode, make_household
from django.utils import timezone
from ledger_sheets import Written

from accounts.models import Division, User
from households.services.corrections import correct_person
from households.services.life_households import change_head
from households.services.life_persons import leave, move_in, record_birth, record_death
from monitoring.models import Case, Episode, EpisodeEvent

pytestmark = pytest.mark.usefixtures("clock")
COUNTY, TOWNSHIP, VILLAGE = "990101000000", "990101100000", "990101100201"
LEVELS = (COUNTY, TOWNSHIP, VILLAGE)


def day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


@pytest.fixture
def world(village: Division, places: Any, owner: User) -> Any:
    """东沟村's monitored 张 household, in which 爷爷 has died and 小宝 was born; 王 of 青杨乡, cleared; 赵, never monitored."""
    home = make_household(
        village,
        number="H1",
        group_name="二组",
        support_classes=["低保"],
        members=(
            {"name": "张三", "birth": date(1975, 3, 2), "nation": "汉族", "education": "初中", "phone": "13812345678"},
            {"name": "张爷", "relation": "之父", "birth": date(1948, 5, 6), "health": "长期慢性病"},
        ),
    )
    make_episode(home, identified_on=date(2026, 3, 2))
    born = date(2026, 9, 9)
    child = record_birth(
        household=home,
        version=home.version,
        name="张小宝",
        id_number="990100202609090019",
        relation="之子",
        happened_on=born,
        actor=owner,
        at=timezone.now(),
        reason="出生医学证明",
    )
    home.refresh_from_db()
    father = home.memberships.get(relation="之父").person
    record_death(person=father, version=home.version, happened_on=date(2026, 10, 1), actor=owner, at=timezone.now())
    other = make_household(places["990101101201"], number="H2", members=({"name": "王五", "birth": date(1980, 1, 1)},))
    make_episode(other, cleared_on=date(2026, 7, 20))
    make_household(village, number="H3", members=({"name": "赵六"},))
    return {"home": home, "other": other, "child": child.person, "father": father}


def test_members_of_the_day_and_those_who_left(world: Any, written: Callable[..., Written]) -> None:
    village = written("L2", VILLAGE, as_of=date(2026, 10, 31))
    heading = ["序号", "县", "乡镇", "村", "组", "户编号", "户主姓名", "姓名", "证件类型", "性别", "年龄", "与户主关系"]
    heading += ["民族", "文化程度", "健康状况", "低保", "特困", "联系电话", "成员状态", "变动日期"]
    place = ["守望县", "石桥镇", "东沟村", "二组", "H1", "张三"]
    sexes = {person.name: person.sex for person in (world["child"], world["father"])}
    head = world["home"].memberships.get(relation="户主").person
    assert [[day(row[name]) for name in heading] for row in village.rows] == [
        [
            1,
            *place,
            "张三",
            "居民身份证",
            head.sex,
            51,
            "户主",
            "汉族",
            "初中",
            None,
            "是",
            None,
            "138****5678",
            "正常",
            None,
        ],
        [
            2,
            *place,
            "张爷",
            "居民身份证",
            sexes["张爷"],
            78,
            "之父",
            None,
            None,
            "长期慢性病",
            "是",
            None,
            None,
            "自然减少",
            date(2026, 10, 1),
        ],
        [
            3,
            *place,
            "张小宝",
            "居民身份证",
            sexes["张小宝"],
            0,
            "之子",
            None,
            None,
            None,
            "是",
            None,
            None,
            "自然增加",
            date(2026, 9, 9),
        ],
    ]
    assert [row["证件号码"][6:] for row in village.rows] == ["************"] * 3
    assert (village.totals["姓名"], village.totals["成员状态"]) == ("3人", "在册2人")
    assert [row["姓名"] for row in written("L2", TOWNSHIP).rows] == ["张三", "张爷", "张小宝"]
    assert [row["姓名"] for row in written("L2").rows] == ["张三", "张爷", "张小宝", "王五"]


def test_those_there_are_the_persons_of_l1(world: Any, written: Callable[..., Written]) -> None:
    for on in (date(2026, 9, 8), date(2026, 9, 9), date(2026, 9, 30), date(2026, 10, 1)):
        there = [row for row in written("L2", as_of=on).rows if row["成员状态"] != "自然减少"]
        assert len(there) == written("L1", as_of=on).totals["家庭人口"]


def test_a_new_householder_changes_nobodys_status(world: Any, owner: User, written: Callable[..., Written]) -> None:
    home = world["home"]
    home.refresh_from_db()
    head, child = (row.person_id for row in home.memberships.current().order_by("id"))
    change_head(
        household=home,
        version=home.version,
        relations={head: "之父", child: "户主"},
        happened_on=date(2026, 10, 15),
        actor=owner,
        at=timezone.now(),
    )
    told = {
        row["姓名"]: (row["与户主关系"], row["成员状态"], day(row["变动日期"])) for row in written("L2", VILLAGE).rows
    }
    assert told == {
        "张小宝": ("户主", "自然增加", date(2026, 9, 9)),
        "张三": ("之父", "正常", None),
        "张爷": ("之父", "自然减少", date(2026, 10, 1)),
    }


def test_who_left_and_came_back_is_there_once(world: Any, owner: User, written: Callable[..., Written]) -> None:
    home, child = world["home"], world["child"]
    home.refresh_from_db()
    leave(person=child, version=home.version, why="其他", happened_on=date(2026, 10, 3), actor=owner, at=timezone.now())
    (row,) = [row for row in written("L2", VILLAGE, as_of=date(2026, 10, 4)).rows if row["姓名"] == "张小宝"]
    assert (row["成员状态"], day(row["变动日期"])) == ("自然减少", date(2026, 10, 3))
    home.refresh_from_db()
    move_in(
        household=home,
        version=home.version,
        name="张小宝",
        id_number=child.id_number,
        relation="之子",
        happened_on=date(2026, 10, 20),
        actor=owner,
        at=timezone.now(),
    )
    (row,) = [row for row in written("L2", VILLAGE).rows if row["姓名"] == "张小宝"]
    assert (row["成员状态"], day(row["变动日期"])) == ("自然增加", date(2026, 10, 20))


def test_what_nobody_keeps_is_empty(world: Any, written: Callable[..., Written]) -> None:
    row = written("L2", VILLAGE).rows[0]
    unknown = ["政治面貌", "务工所在地", "居民医保", "职工医保", "居民养老", "职工养老", "残疾·类别", "残疾·等级"]
    assert {name: row[name] for name in unknown} == dict.fromkeys(unknown)


def test_insurance_and_disability_as_the_departments_last_said(place: Any, written: Callable[..., Written]) -> None:
    home = place.household(members=({"name": "张三"}, {"name": "李四", "relation": "配偶"}))
    make_episode(home)
    head, wife = (row.person for row in home.memberships.order_by("id"))
    place.send(
        "insurance_status", date(2026, 9, 1), {"who": head, "参保状态": "已参保", "险种": "城乡居民基本医疗保险"}
    )
    place.send(
        "insurance_status",
        date(2026, 10, 1),
        {"who": head, "参保状态": "中断", "险种": "城乡居民基本医疗保险"},
        {"who": wife, "参保状态": "已参保", "险种": "职工基本医疗保险"},
        at=datetime(2026, 11, 3, 1, tzinfo=AT.tzinfo),
    )
    place.send(
        "disability", date(2026, 9, 1), {"who": wife, "残疾类别": "肢体", "残疾等级": "二级", "变动类型": "新办"}
    )
    names = ("居民医保", "职工医保", "残疾·类别", "残疾·等级")
    then, now = (written("L2", as_of=on).rows for on in (date(2026, 10, 31), date(2026, 11, 5)))
    assert [tuple(row[name] for name in names) for row in then] == [
        ("是", None, None, None),
        (None, None, "肢体", "二级"),
    ]
    assert [tuple(row[name] for name in names) for row in now] == [
        ("否", None, None, None),
        (None, "是", "肢体", "二级"),
    ]


def test_natural_changes_with_their_papers(world: Any, owner: User, written: Callable[..., Written]) -> None:
    heading = [
        "序号",
        "村",
        "户编号",
        "姓名",
        "与户主关系",
        "变更类型",
        "发生日期",
        "佐证",
        "评议/公示",
        "审核",
        "录入日期",
    ]
    rows = [
        [1, "东沟村", "H1", "张小宝", "之子", "出生", date(2026, 9, 9), "出生医学证明", None, None, date(2026, 11, 10)],
        [2, "东沟村", "H1", "张爷", "之父", "死亡", date(2026, 10, 1), None, None, None, date(2026, 11, 10)],
    ]
    for code in LEVELS:
        sheet = written("L23", code)
        assert [[day(row[name]) for name in heading] for row in sheet.rows] == rows
        assert sheet.totals["姓名"] == "2人"
    assert len(written("L23", as_of=date(2026, 9, 30)).rows) == 1
    assert written("L23", "990101101000").rows == []


def test_only_persons_changes_are_natural_ones(world: Any, owner: User, written: Callable[..., Written]) -> None:
    child = world["child"]
    correct_person(
        person=child,
        version=child.version,
        values={"nation": "汉族"},
        happened_on=date(2026, 10, 2),
        actor=owner,
        at=timezone.now(),
    )
    home = world["home"]
    home.refresh_from_db()
    leave(person=child, version=home.version, why="服刑", happened_on=date(2026, 10, 3), actor=owner, at=timezone.now())
    assert written("L23").column("变更类型") == ["出生", "死亡", "服刑"]


def back(episode: Episode, kind: str, on: date, case: Case | None = None) -> None:
    EpisodeEvent.objects.create(episode=episode, kind=kind, happened_on=on, recorded_at=timezone.now(), case=case)


def case_of(episode: Episode, kind: str, owner: User, **values: Any) -> Case:
    home = episode.household
    return Case.objects.create(
        number=f"办{Case.objects.count() + 1}",
        kind=kind,
        household=home,
        village=home.village,
        episode=episode,
        state="done",
        opened_by=owner,
        opened_on=date(2026, 8, 20),
        recorded_at=timezone.now(),
        **values,
    )


def test_what_was_taken_back_and_what_came_again(
    village: Division, places: Any, owner: User, written: Callable[..., Written]
) -> None:
    first = make_episode(make_household(village, number="H1", group_name="一组"), cleared_on=date(2026, 6, 1))
    case = case_of(first, "roll_back", owner, reason="消除后收入测算有误", decided_on=date(2026, 9, 1))
    back(first, "rolled_back", date(2026, 9, 1), case)
    home = make_household(places["990101101201"], number="H2")
    make_episode(home, identified_on=date(2025, 1, 5), cleared_on=date(2025, 9, 1))
    again = make_episode(home, identified_on=date(2026, 8, 8), reidentified=True, risks=["因学", "因残"])
    EpisodeEvent.objects.filter(episode=again, kind="identified").update(
        case=case_of(again, "reidentify", owner, reason="孩子考上大学", decided_on=date(2026, 8, 8))
    )
    heading = [
        "序号",
        "乡镇",
        "村",
        "组",
        "户编号",
        "户主",
        "原周期",
        "原消除时间",
        "情形",
        "理由",
        "批准日期",
        "新周期",
        "新风险",
    ]
    rolled = [
        "石桥镇",
        "东沟村",
        "一组",
        "H1",
        "张三",
        "第1周期",
        "202606",
        "消除回退",
        "消除后收入测算有误",
        date(2026, 9, 1),
        "延续第1周期",
        None,
    ]
    anew = [
        "青杨乡",
        "东沟村",
        None,
        "H2",
        "张三",
        "第1周期",
        "202509",
        "重新识别",
        "孩子考上大学",
        date(2026, 8, 8),
        "第2周期",
        "因学、因残",
    ]
    for code, rows in ((COUNTY, [rolled, anew]), (TOWNSHIP, [rolled]), (VILLAGE, [rolled])):
        sheet = written("L6", code)
        assert [[day(row[name]) for name in heading] for row in sheet.rows] == [
            [i, *row] for i, row in enumerate(rows, 1)
        ]
        assert sheet.totals["户主"] == f"{len(rows)}户"
    assert written("L6", as_of=date(2026, 8, 31)).column("户编号") == ["H2"]
