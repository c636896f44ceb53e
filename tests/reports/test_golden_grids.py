"""Whole grids of ledgers at county, township and village, every column of every row, against rows written by hand.

One small county on 10 November 2026: 张三's family of 东沟村 in 石桥镇, monitored, with a child out of school, a house that
was mended, work and a fall in income; 王五's of 东沟村 in 青杨乡, cleared in July, of which a visit found three guarantees
wanting.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from golden import (
    HERE,
    NUMBER,
    THERE,
    VILLAGE,
    WEST,
    holds_at_levels,
    line,
    nothing,
)
from ledger_sheets import Written

from accounts.models import Division
from households.models import Household
from records.models import (
    Asset,
    HotlineCase,
)

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]
HEAD = ["张三", "居民身份证", NUMBER, "男", 51, "户主"]
WIFE = ["李四", "居民身份证", NUMBER, "女", 48, "配偶"]
SON = ["张小明", "居民身份证", NUMBER, "男", 12, "之子"]
WANG = ["王五", "居民身份证", NUMBER, "女", 46, "户主"]


@pytest.fixture
def holds(written: Callable[..., Written], west: Household) -> Callable[..., None]:
    """`holds("L9", here, there, county=…, below=…)`."""
    return partial(holds_at_levels, written)


def test_the_monitored(holds: Callable[..., None]) -> None:
    told = ["边缘易致贫户", "202601"]
    east = [*HERE, "H1", "张三", NUMBER, None, 3, 2, "脱贫户", *told, "因病", *nothing(4), *nothing(3), *nothing(4)]
    east += [12500, -0.166667, *nothing(10), *nothing(3), "否", None, None, "否", None]
    west = [*THERE, "H2", "王五", NUMBER, None, 2, 1, "一般农户", *told, "因学", *nothing(4), *nothing(3)]
    west += ["无", "有", "无", "无", 8000, -0.111111, *nothing(10), *nothing(3), "是", "202607", "帮扶消除", "否", None]
    both = {"户主姓名": "2户", "家庭人口": 5, "风险是否已消除": "是1户"}
    holds("L1", [east], [west], both, {"户主姓名": "1户", "家庭人口": 3, "风险是否已消除": "是0户"})


def test_the_cleared(holds: Callable[..., None]) -> None:
    west = [*THERE, "H2", "王五", 2, "边缘易致贫户", "202601", "因学", *nothing(4), None, 6, *nothing(6), *nothing(3)]
    west += [*nothing(6), "202607", "帮扶消除", None, None, None]
    holds("L5", [], [west], {"户主": "1户"}, {"户主": "0户"})


def test_falls_in_income(holds: Callable[..., None]) -> None:
    east = [*HERE, "张三", 15000, 12500, 2500, 2500, *nothing(4), "停工三个月", "介绍县内岗位", date(2026, 12, 31)]
    west = [*THERE, "王五", 9000, 8000, 1000, None, 1000, *nothing(3), *nothing(3), None, None]
    holds("L9", [[*east, None, "赵文书"]], [west], {"户主": "2户"}, {"户主": "1户"})


def test_who_works_where(holds: Callable[..., None]) -> None:
    east = [
        *HERE,
        *HEAD,
        None,
        "脱贫户",
        "边缘易致贫户",
        "普通劳动力",
        "是",
        "守望县",
        "守望食品厂",
        "制造业",
        "自主就业",
    ]
    east += [date(2026, 3, 1), None, 4000, "否", 300, "焊工", date(2026, 2, 10), "焊工证", "是", 2, None, None]
    west = [*THERE, *WANG, None, "一般农户", None, "普通劳动力", "否", *nothing(4), *nothing(2), None, None, None]
    west += [*nothing(3), "否", None, date(2026, 6, 1), "照顾老人"]
    holds("L10", [east], [west], {"姓名": "2人次"}, {"姓名": "1人次"})


def test_posts_for_the_public(holds: Callable[..., None]) -> None:
    east = [
        *HERE,
        *WIFE,
        "护林",
        "护林员",
        "石桥镇林业站",
        date(2026, 2, 15),
        None,
        10,
        800,
        "全勤",
        date(2026, 10, 10),
    ]
    west = [*THERE, *WANG, "保洁", "保洁员", None, date(2026, 1, 15), date(2026, 5, 31), 5, 500, None, None, "期满"]
    holds("L12", [[*east, None]], [west], {"姓名": "2人次"}, {"姓名": "1人次"})


CHIEFS = ["赵县长", "孙局长", "李镇长", "周村长", "吴校长", "钱老师", "张三"]
PUPIL = [
    *HERE,
    "张小明",
    NUMBER,
    date(2014, 9, 9),
    "张三",
    None,
    "石桥镇东沟村一组",
    "中心学校",
    "六年级2班",
    None,
    "辍学",
]
PUPIL += [date(2026, 9, 2), "厌学", "外出", "保留", *CHIEFS, 2, date(2026, 11, 9), "上门", "愿意回校", None, None]


def test_children_out_of_school(holds: Callable[..., None]) -> None:
    # Of 王五's child the visit said no more than that he is wanting school.
    west = [*THERE, None, None, None, "王五", None, "青杨乡东沟村", *nothing(22)]
    counted = {"学生姓名": "2件"}
    holds("L13", [[*PUPIL, "修好；办理中"]], [[*west]], counted, {"学生姓名": "1件"})


def test_the_three_books_of_pupils(holds: Callable[..., None]) -> None:
    suspect = [*THERE, "王小强", NUMBER, date(2013, 5, 6), "王五", None, "青杨乡东沟村", "青杨中学", "初一1班", None]
    suspect += ["疑似辍学", *nothing(4), *nothing(7), *nothing(4), None, None, None]
    dropped = [*PUPIL, "修好"]
    holds("L13A", [dropped], [suspect], {"学生姓名": "2人"}, {"学生姓名": "1人"})
    holds("L13B", [], [suspect], {"学生姓名": "1人"}, {"学生姓名": "0人"})
    holds("L13C", [dropped], [], {"学生姓名": "1人"}, {"学生姓名": "1人"})


def test_houses(holds: Callable[..., None]) -> None:
    mended = date(2026, 11, 10)
    east = [
        *HERE,
        "张三",
        NUMBER,
        "监测户",
        "1986",
        "土木",
        "1",
        "80.50",
        "是",
        "D",
        date(2026, 9, 3),
        "县住建局",
        "洪涝",
    ]
    east += ["维修", 35000, None, mended, "2026-11-10 住建局李工", mended]
    west = [*THERE, "王五", NUMBER, "一般农户", *nothing(3), "60.00", None, "C", None, None, "入户走访", *nothing(6)]
    holds("L14", [east], [west], {"户主": "2件"}, {"户主": "1件"})


def test_water(holds: Callable[..., None]) -> None:
    here = [
        *HERE[:3],
        None,
        "东沟水厂",
        "集中",
        "水质",
        "测试问题",
        "40 户",
        120,
        date(2026, 11, 1),
        "干部走访",
        "修好",
    ]
    here += ["王五", date(2027, 2, 8), None, None, "否"]
    west = [*THERE, *nothing(4), "王五", 2, date(2026, 10, 20), "入户走访", *nothing(5), "否"]
    holds("L15", [here], [west], {"供水工程": "2条"}, {"供水工程": "1条"})


def test_lost_labour(holds: Callable[..., None]) -> None:
    west = [*THERE, *WANG, "部分丧失", "车祸", None, "肢体", "三级", "两补", date(2026, 10, 20), "一致", "低保"]
    holds("L17", [], [[*west, date(2026, 11, 1)]], {"姓名": "1人"}, {"姓名": "0人"})


def test_low_incomes(holds: Callable[..., None]) -> None:
    east = [*HERE, *SON, "低保、支出型", "202601", 350, "否", "是"]
    west = [*THERE, *WANG, "特困", "202605", 600, None, "否"]
    holds("L18", [east], [west], {"姓名": "2人", "月保障金": 950}, {"姓名": "1人", "月保障金": 350})


def test_assets(holds: Callable[..., None], places: dict[str, Division]) -> None:
    line(Asset, date(2025, 1, 1), division=places[VILLAGE], number="A1", name="大棚", kind="operating", year=2024,
         project="产业项目", funds="衔接资金", invested=Decimal("30.5"), specification="2座", located="东沟村",
         bought_on=date(2024, 6, 1), original_value=Decimal("30.5"), present_value=Decimal(24), owner="东沟村",
         operator="合作社", earner="村集体", supervisor="石桥镇", disposer="东沟村", business="守望合作社",
         contract_from_on=date(2025, 1, 1), contract_to_on=date(2027, 12, 31), yearly_rent=Decimal(9000),
         income_due=Decimal(9000), income_received=Decimal(6000), paid_households=12, paid_amount=Decimal(4000),
         keeper="周村长", condition="idle")  # fmt: skip
    line(Asset, date(2025, 1, 1), division=places[WEST], number="A2", name="村道", kind="public")
    here = [
        "A1",
        "大棚",
        "经营性",
        "产业项目",
        2024,
        "衔接资金",
        30.5,
        "2座",
        "东沟村",
        date(2024, 6, 1),
        30.5,
        24,
        "东沟村",
    ]
    here += ["合作社", "村集体", "石桥镇", "东沟村", "守望合作社", date(2025, 1, 1), date(2027, 12, 31), 9000]
    here += [9000, 6000, 3000, 12, 4000, "周村长", "闲置", None, None, None]
    there = ["A2", "村道", "公益性", *nothing(5), "守望县青杨乡东沟村", *nothing(22)]
    money = {"投入(万元)": 30.5, "原值": 30.5, "现值": 24, "收益·应收": 9000, "收益·已收": 6000, "收益·拖欠": 3000}
    money["分配·金额"] = 4000
    holds("L19", [here], [there], {"资产名称": "2项", **money}, {"资产名称": "1项", **money})


def test_calls(holds: Callable[..., None], places: dict[str, Division]) -> None:
    for code, number, appeal in ((VILLAGE, "S1", "反映住房漏雨"), (WEST, "S2", "咨询低保")):
        line(HotlineCase, date(2026, 8, 1), division=places[code], number=number, channel="petition", appeal=appeal,
             handler="石桥镇", due_on=date(2026, 8, 16))  # fmt: skip
    rows = [
        [number, date(2026, 8, 1), "信访", None, appeal, place, "石桥镇", date(2026, 8, 16), None, None, "否"]
        for number, appeal, place in (
            ("S1", "反映住房漏雨", "守望县石桥镇东沟村"),
            ("S2", "咨询低保", "守望县青杨乡东沟村"),
        )
    ]
    holds("L22", rows[:1], rows[1:], {"诉求": "2件"}, {"诉求": "1件"})
