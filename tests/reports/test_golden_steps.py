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
from builders import AT, FAMILY, make_episode, make_household, make_person
from django.utils import timezone
from golden import HERE, NUMBER, THERE, WEST, holds_at_levels, levels, nothing
from ledger_sheets import Written

from accounts.models import Division, Role, User
from assistance.models import MeasureType
from assistance.services.deliveries import deliver
from assistance.services.measures import MeasureDraft, add_measure, confirm_by_household, end_measure
from assistance.services.plans import open_plan
from monitoring.models import Episode

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
    west = make_household(places[WEST], number="H2", members=ALONE, support_classes=["特困"])
    make_episode(west, cleared_on=date(2026, 7, 20))
    zhang, li, xiaoming = (row.person for row in home.memberships.order_by("id")[:3])
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
        [*whose, "张三", *CARD, "男", 51, "户主", "汉族", None, "初中", None, "健康", "普通劳动力", None, "6"]
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
