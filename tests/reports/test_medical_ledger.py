"""L16: the year's medical bills as the department wrote them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from builders import AT, make_household
from django.db import connection
from django.test.utils import CaptureQueriesContext
from ledger_sheets import Written
from match_place import bill

COUNTY, TOWNSHIP, VILLAGE = "990101000000", "990101100000", "990101100201"
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
LATER = datetime(2026, 11, 3, 1, tzinfo=AT.tzinfo)
TOLD = {
    "人员类别": "低保对象",
    "疾病名称": "脑梗死",
    "医疗总费用": "30,000.50",
    "基本医保支付": "8000",
    "大病保险支付": "600",
    "医疗救助支付": "",
    "年度累计个人负担": "21400.50",
}
HEADING = [
    "序号",
    "村",
    "组",
    "姓名",
    "与户主关系",
    "人员类别",
    "参保状态",
    "资助",
    "疾病名称",
    "就医时间",
    "医疗总费用",
]
HEADING += ["医保报销", "大病报销", "医疗救助", "自付", "年度累计", "是否触发", "处理"]


def day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def shown(sheet: Written) -> list[list[Any]]:
    return [[day(row[name]) for name in HEADING] for row in sheet.rows]


def test_bills_of_the_year_and_what_came_of_them(place: Any, places: Any, written: Callable[..., Written]) -> None:
    home = place.household(group_name="二组", number="H1")
    head = home.memberships.get(relation="户主").person
    wife = home.memberships.get(relation="配偶").person
    other = make_household(places["990101101201"], number="H2").memberships.get(relation="户主").person
    place.send(
        "medical_costs",
        SEPTEMBER,
        bill(wife, "21400.50", on="2026-09-10", **TOLD),
        bill(other, 100, on="2026-08-02"),
        bill(head, 50, on="2025-12-30"),
    )
    place.send(
        "insurance_status",
        SEPTEMBER,
        {"who": wife, "参保状态": "已参保", "险种": "城乡居民基本医疗保险", "资助类别": "低保", "资助金额": "280"},
    )
    place.match(SEPTEMBER)
    # October's file of the year repeats September's bill and has one more.
    place.send(
        "medical_costs",
        OCTOBER,
        bill(wife, "21400.50", on="2026-09-10", **TOLD),
        bill(head, 300, on="2026-10-20"),
        at=LATER,
    )
    first = [1, "东沟村", "二组", "李四", "配偶", "低保对象", "已参保", "低保 280元", "脑梗死", date(2026, 9, 10)]
    first += [30000.5, 8000, 600, None, 21400.5, 21400.5, "是", "待分派（县）"]
    west = [2, "东沟村", None, "张三", "户主", "一般农户", None, None, None, date(2026, 8, 2), *[None] * 4]
    west += [100, None, "否", None]
    late = [3, "东沟村", "二组", "张三", "户主", "一般农户", None, None, None, date(2026, 10, 20), *[None] * 4]
    late += [300, None, "否", None]
    county = written("L16")
    assert shown(county) == [first, west, late]
    assert (county.totals["姓名"], county.totals["自付"]) == ("3人次", 21800.5)
    for code in (TOWNSHIP, VILLAGE):
        assert shown(written("L16", code)) == [first, [2, *late[1:]]]
    assert shown(written("L16", as_of=date(2026, 10, 31))) == [first, west]
    assert shown(written("L16", as_of=date(2026, 9, 9))) == [[1, *west[1:]]]


def test_many_bills_take_the_same_number_of_queries(place: Any, written: Callable[..., Written]) -> None:
    home = place.household()
    head = home.memberships.get(relation="户主").person
    place.send("medical_costs", SEPTEMBER, bill(head, 10))
    with CaptureQueriesContext(connection) as few:
        written("L16")
    place.send(
        "medical_costs", OCTOBER, *(bill(head, amount, on=f"2026-10-{amount:02d}") for amount in range(1, 20)), at=LATER
    )
    with CaptureQueriesContext(connection) as many:
        assert len(written("L16").rows) == 20
    assert len(many) == len(few)
