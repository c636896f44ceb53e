"""Whole grids, as in test_golden_grids.py, of what goes step by step: members, help, risks, clues and departments' files.

Each ledger has a small world of its own in 东沟村 of 石桥镇 and 东沟村 of 青杨乡; a level that a ledger is not offered for
is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from builders import AT, FAMILY, make_episode, make_household, make_number, make_person
from django.utils import timezone
from golden import COUNTY, HERE, NUMBER, THERE, WEST, holds_at_levels, levels, nothing, table
from ledger_sheets import Written
from match_place import bill

from accounts.models import Division, Role, User
from assistance.models import MeasureType
from assistance.services.deliveries import deliver
from assistance.services.measures import MeasureDraft, add_measure, confirm_by_household, end_measure
from assistance.services.plans import open_plan
from monitoring.models import Episode
from monitoring.services.clues import open_clue
from records.models import Job, LowIncome

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]
CARD = ["居民身份证", NUMBER]
ALONE = ({"name": "王五", "birth": date(1980, 1, 1)},)


def test_members(place: Any, places: dict[str, Division], written: Callable[..., Written]) -> None:
    head, wife, son = FAMILY
    told = {"nation": "汉族", "education": "初中", "health": "健康", "work_months": Decimal("6.0")}
    more = {"serious_illness_insurance": "是", "phone": "13812345678"}
    pupil = {**son, "nation": "汉族", "schooling": "小学", "health": "健康"}
    home = make_household(
        places["990101100201"],
        number="H1",
        group_name="一组",
        support_classes=["低保"],
        members=({**head, **told, **more}, {**wife, "health": "残疾"}, pupil),
    )
    make_episode(home)
    make_person(home, name="张小红", relation="之女", birth=date(2026, 5, 1), joined_on=date(2026, 5, 1))
    old = make_person(home, name="张老", relation="之父", birth=date(1940, 1, 1))
    old.memberships.update(left_on=date(2026, 6, 1), left_reason="death", left_recorded_at=AT)
    west = make_household(places[WEST], number="H2", members=ALONE)
    make_episode(west, cleared_on=date(2026, 7, 20))
    zhang, li, xiaoming = (row.person for row in home.memberships.order_by("id")[:3])
    Job.objects.create(
        household=home, person=zhang, from_on=date(2026, 3, 1), working=True, work_place="邻省邻市", recorded_at=AT
    )
    LowIncome.objects.create(
        household=west, person=west.memberships.get().person, from_on=date(2026, 3, 1), kind="特困", recorded_at=AT
    )
    place.send(
        "insurance_status",
        date(2026, 9, 1),
        {"who": zhang, "险种": "职工基本医疗保险", "参保状态": "已参保"},
        {"who": li, "险种": "城乡居民基本医疗保险", "参保状态": "已参保"},
        {"who": xiaoming, "险种": "城乡居民基本医疗保险", "参保状态": "未参保"},
    )
    place.send("disability", date(2026, 9, 1), {"who": li, "残疾类别": "肢体", "残疾等级": "三级", "变动类型": "新办"})
    whose = [*HERE, "H1", "张三"]
    # From 民族 to 务工时间（月）, 居民医保 to 职工养老, 低保 and 特困, 残疾, 联系电话, 成员状态 with its day.
    here = [
        [*whose, "张三", *CARD, "男", 51, "户主", "汉族", None, "初中", None, "健康", "普通劳动力", "邻省邻市", "6"]
        + [None, "是", "是", None, None, "是", None, None, None, "138****5678", "正常", None],
        [*whose, "李四", *CARD, "女", 48, "配偶", None, None, None, None, "残疾", "普通劳动力", None, None]
        + ["是", None, None, None, None, "是", None, "肢体", "三级", None, "正常", None],
        [*whose, "张小明", *CARD, "男", 12, "之子", "汉族", None, None, "小学", "健康", "无劳动力", None, None]
        + ["否", None, None, None, None, "是", None, None, None, None, "正常", None],
        [*whose, "张小红", *CARD, "女", 0, "之女", *nothing(8)]
        + [*nothing(5), "是", *nothing(4), "自然增加", date(2026, 5, 1)],
        [*whose, "张老", *CARD, "男", 86, "之父", *nothing(8)]
        + [*nothing(5), "是", *nothing(4), "自然减少", date(2026, 6, 1)],
    ]
    there = [*THERE, "H2", "王五", "王五", *CARD, "女", 46, "户主", *nothing(8)]
    there += [*nothing(5), None, "是", *nothing(3), "正常", None]
    both, below = {"姓名": "6人", "成员状态": "在册5人"}, {"姓名": "5人", "成员状态": "在册4人"}
    holds_at_levels(written, "L2", here, [there], both, below)


def _measure(episode: Episode, actor: User, kind: tuple[str, str], **values: Any) -> Any:
    at = timezone.now()
    plan = getattr(episode, "plan", None) or open_plan(episode=episode, actor=actor, at=at)
    usual = {"risk": episode.main_risk, "content": "按政策落实", "unit": "医保局", "responsible": "赵六"}
    draft = MeasureDraft(type=MeasureType.objects.get(category=kind[0], item=kind[1]), **{**usual, **values})
    return add_measure(plan=plan, draft=draft, actor=actor, at=at)


@pytest.mark.usefixtures("catalogue")
def test_help(
    village: Division, places: dict[str, Division], owner: User, hire: Callable[..., User], written: Any
) -> None:
    home = make_household(village, number="H1", group_name="一组")
    ill = make_episode(home, risks=["因病", "因学"], monitored_type="脱贫不稳定户")
    wife = home.memberships.get(relation="配偶").person
    paid = _measure(ill, owner, ("健康帮扶", "医疗救助"), starts_on=date(2026, 9, 1), beneficiary=wife,
                    planned_end_on=date(2026, 12, 31))  # fmt: skip
    given: dict[str, Any] = {"actor": owner, "at": timezone.now()}
    for on, amount in ((date(2026, 9, 20), "500.50"), (date(2026, 10, 5), "100")):
        deliver(uid=uuid4(), measure=paid, on=on, amount=Decimal(amount), **given)
    for step, on in ((confirm_by_household, date(2026, 10, 8)), (end_measure, date(2026, 11, 1))):
        paid.refresh_from_db()
        step(measure=paid, on=on, version=paid.version, **given)
    _measure(ill, owner, ("教育帮扶", "雨露计划"), risk="因学", starts_on=date(2026, 10, 1), unit="教育局")
    # Not begun yet.
    _measure(ill, owner, ("健康帮扶", "医疗救助"), starts_on=date(2026, 11, 11))
    there = make_episode(make_household(places[WEST], number="H2", members=ALONE), risks=["因病"])
    cadre = hire("cadre", Role.VILLAGE_CADRE, WEST)
    treated = _measure(there, cadre, ("健康帮扶", "医疗救助"), starts_on=date(2026, 9, 1))
    deliver(uid=uuid4(), measure=treated, on=date(2026, 9, 2), amount=Decimal(80), actor=cadre, at=timezone.now())
    whose = [*HERE, "H1", "张三", "脱贫不稳定户"]
    rows = [
        [*whose, "因病", "健康帮扶", "医疗救助", "李四", "按政策落实", 600.5, "医保局", "赵六", date(2026, 9, 1)]
        + [date(2026, 12, 31), date(2026, 11, 1), "已结束", None, date(2026, 10, 8)],
        [*whose, "因学", "教育帮扶", "雨露计划", None, "按政策落实", None, "教育局", "赵六", date(2026, 10, 1)]
        + [None, None, "计划", None, None],
    ]
    west = [*THERE, "H2", "王五", "边缘易致贫户", "因病", "健康帮扶", "医疗救助", None, "按政策落实", 80, "医保局"]
    west += ["赵六", date(2026, 9, 1), None, None, "已落实", None, None]
    both, below = {"户主": "3项", "金额(元)": 680.5}, {"户主": "2项", "金额(元)": 600.5}
    holds_at_levels(written, "L4", rows, [west], both, below)


def test_any_risk_of_the_monitored(
    village: Division, places: dict[str, Division], written: Callable[..., Written]
) -> None:
    for risks in (["因病", "因学", "因产业项目失败"], ["缺劳动力"], ["因疫", "因病", "其他"]):
        make_episode(make_household(village), risks=risks)
    make_episode(make_household(places[WEST]), risks=["因残"], cleared_on=date(2026, 10, 1))
    every = ["因自然灾害", "因意外事故", "因务工就业不稳", "因安全住房", "因安全饮水"]
    make_episode(make_household(places[WEST], members=ALONE), risks=every)
    # 因病 因残 因学 因灾 因意外 因产业 因务工 缺劳力 住房 饮水 其他, households and persons: 因疫 and 其他 are one 其他.
    here = [2, 6, 0, 0, 1, 3, 0, 0, 0, 0, 1, 3, 0, 0, 1, 3, 0, 0, 0, 0, 1, 3]
    there = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0]
    both = [2, 6, 0, 0, 1, 3, 1, 1, 1, 1, 1, 3, 1, 1, 1, 3, 1, 1, 1, 1, 1, 3]
    county, township, here_alone = levels(written, "T2A")
    assert county == [["合计", *both], ["石桥镇", *here], ["青杨乡", *there]]
    assert township == [["合计", *here], ["东沟村", *here], ["西岭村", *[0] * 22]]
    assert here_alone == [["合计", *here], ["东沟村", *here]]


@pytest.fixture
def clues(place: Any, office: Any, places: dict[str, Division], hire: Callable[..., User]) -> list[str]:
    """Numbers of clues, as they stand on 26 November: of two that October's bills gave, 张三's was found untrue and 王五's
    lies with the county past its term; of 赵六 one of the schools was settled, and one of his village is being decided."""
    hire("liu", Role.LIAISON, COUNTY, department="medical_insurance")
    other = ({"name": "赵六", "birth": date(1980, 1, 1)},)
    lifted = place.household(number="H1", group_name="一组", category="脱贫户")
    west = place.household(number="H2", village=places[WEST], category="脱贫户", members=ALONE)
    ordinary = place.household(number="H3", group_name="一组", members=other)
    watched = place.household(number="H4", group_name="一组")
    make_episode(watched)
    heads = [home.memberships.get(relation="户主").person for home in (lifted, west, ordinary, watched)]
    bills = [bill(who, cost, on="2026-10-10") for who, cost in zip(heads, (6000, 8000, 6000, 4000), strict=True)]
    october, stranger = date(2026, 10, 1), ("外人", make_number(900))
    place.send("medical_costs", october, *bills, bill(stranger, 9000), bill(heads[0], "不是数"), at=timezone.now())
    place.match(october, at=timezone.now())
    ill, waiting = place.clue(lifted, "因病"), place.clue(west, "因病")
    school = open_clue(
        household=ordinary, risk="因学", channel="03", actor=office.bureau, at=office.at, person=heads[2],
        department="education", reporter="孙老师", warning="学费 12000 元",
    )  # fmt: skip
    office.do(school, "close_solved", office.bureau, note="已资助")
    own = office.clue(ordinary)
    office.wait(1)
    for who in (office.bureau, office.township):
        office.do(ill, "dispatch", who)
    office.wait(2)
    office.do(school, "tell_reporter", office.owner, note="电话告知", happened_on=date(2026, 11, 12))
    office.check(ill, "unfounded")
    office.case_of(office.check(own))
    office.wait(1)
    office.do(ill, "close_unfounded", office.owner, note="费用已报销")
    office.wait(12)
    return [clue.number for clue in (ill, school, own, waiting)]


def test_clues(clues: list[str], written: Callable[..., Written]) -> None:
    ill, school, own, waiting = clues
    came, checked = date(2026, 11, 10), [date(2026, 11, 13), "owner、township"]
    told = "2026年1月1日至2026年10月31日全家个人自付合计{}元，达到5,000元。"
    bills = ["部门筛查预警", "医保局", "202610", came]
    here = [
        [ill, *bills, *HERE, "张三", "张三", NUMBER, "脱贫户", "因病", told.format("6,000.00"), 6000, 5000]
        + [date(2026, 11, 11), date(2026, 11, 14), *checked, "不属实", "不纳入", "费用已报销", "否", None, None],
        [school, "部门筛查预警", "教体局", None, came, *HERE, "赵六", "赵六", NUMBER, "一般农户", "因学"]
        + ["学费 12000 元", None, None, *nothing(5), "政策化解", None, "否", date(2026, 11, 12), None],
        [own, "基层干部排查", None, None, came, *HERE, "赵六", None, None, "一般农户", "因病", None, None, None]
        + [None, date(2026, 11, 13), *checked, "属实", "转认定", None, "是", None, None],
    ]
    there = [waiting, *bills, *THERE, "王五", "王五", NUMBER, "脱贫户", "因病", told.format("8,000.00"), 8000, 5000]
    there += [*nothing(5), "待分派（县）", None, "是", None, None]
    holds_at_levels(written, "L3", here, [there], {"线索编号": "4条"}, {"线索编号": "3条"})


@pytest.mark.usefixtures("clues")
def test_clues_counted(written: Callable[..., Written]) -> None:
    # 申报 排查 部门 上推 信访 平台, 合计, 已核实 属实, 化解 纳入 不纳入 其他办结 办理中, 超期, 平均天数 (of 4 and 0).
    here = [0, 1, 2, 0, 0, 0, 3, 2, 1, 1, 0, 1, 0, 1, 1, 2]
    there = [0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, None]
    both = [0, 1, 3, 0, 0, 0, 4, 2, 1, 1, 0, 1, 0, 2, 2, 2]
    county, township, village = levels(written, "T4")
    assert county == [["合计", *both], ["石桥镇", *here], ["青杨乡", *there]]
    assert township == [["合计", *here], ["东沟村", *here], ["西岭村", *[0] * 15, None]]
    assert village == [["合计", *here], ["东沟村", *here]]


SILENT = [
    "卫健局（新增大病慢病）",
    "教体局（疑似失学辍学）",
    "教体局（就学支出与资助）",
    "民政局（低保特困增减）",
    "残联（残疾人证办理）",
    "住建局（房屋安全鉴定）",
    "水务局（饮水安全）",
    "应急局（灾情）",
    "人社局（就业失业）",
    "公安局（户籍变动）",
    "公安交警（交通事故）",
    "农业农村局（产业与市场风险）",
    "信访局（信访诉求）",
]


@pytest.mark.usefixtures("clues")
def test_what_the_departments_sent(written: Callable[..., Written]) -> None:
    # 接收条数, 格式错误, 重复, 匹配脱贫户 监测户 一般农户, 未匹配, 触发阈值, 合并后户数, 已分派, 已反馈, 属实, 纳入.
    counts = [6, 1, 0, 2, 1, 1, 1, 2, 2, 1, 1, 0, 0]
    due, none = date(2026, 11, 5), [None, *[0] * 13, None]
    assert table(written("T5")) == [
        ["合计", *nothing(4), *counts, None],
        ["202610", "医保局（高额医疗费用）", "liu", due, date(2026, 11, 10), *counts, None],
        ["202610", "医保局（参保状态）", "liu", due, *none],
        *(["202610", name, None, due, *none] for name in SILENT),
    ]
