"""L8 and T7: what supported households earn, one by one and added up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from builders import AT, make_episode, make_household, make_income
from ledger_sheets import Written

from accounts.models import Division, User
from assistance.models import Plan
from monitoring.models import PolicyValue
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading

pytestmark = pytest.mark.usefixtures("clock")
COUNTY, TOWNSHIP, VILLAGE = "990101000000", "990101100000", "990101100201"
LAST, NOW = date(2025, 9, 30), date(2026, 9, 30)


def put(key: str, value: Any, division: Division) -> None:
    PolicyValue.objects.create(
        key=key,
        division=division,
        value=value,
        valid_from=date(2026, 1, 1),
        source="试",
        set_by=User.objects.earliest("pk"),
        recorded_at=AT,
    )


@pytest.fixture
def world(village: Division, places: Any, owner: User) -> None:
    """甲 fell to 8000, 乙 grew to 20000, 丙 has one year alone, 丁 nobody asked; 戊 of 青杨乡 grew a little; 己 is neither
    lifted nor monitored."""

    def home(name: str, before: int, now: int, *, place: Division = village, **values: Any) -> Any:
        members = ({"name": name, "birth": date(1970, 1, 1)}, {"name": f"{name}妻", "relation": "配偶"})
        made = make_household(place, number=f"H{name}", members=members, **{"category": "脱贫户", **values})
        for per_head, end in ((before, LAST), (now, NOW)):
            if per_head:
                make_income(made, recorded_by=owner, basis="annual", per_head=per_head, ends_on=end)
        return made

    watched = home("甲", 10000, 8000, group_name="一组", helper=owner)
    episode = make_episode(watched)
    Plan.objects.create(
        episode=episode, goal="务工增收", due_on=date(2026, 2, 1), adopted_on=date(2026, 1, 20), recorded_at=AT
    )
    home("乙", 10000, 20000)
    home("丙", 0, 9000)
    home("丁", 0, 0)
    home("戊", 9000, 9200, place=places["990101101201"])
    home("己", 9000, 5000, category="一般农户")


def test_each_household_with_its_two_years(world: None, written: Callable[..., Written]) -> None:
    heading = [
        "村",
        "组",
        "户编号",
        "户主",
        "人口",
        "户类型",
        "上年·年纯收入",
        "上年·人均",
        "本期·工资性",
        "本期·纯收入",
    ]
    heading += ["本期·人均", "增幅%", "是否负增长", "是否低于1万元且增速低于5.5%", "原因", "增收计划", "责任人"]
    here = "东沟村"
    first = [here, "一组", "H甲", "甲", 2, "脱贫户（监测）", 20000, 10000, 16000, 16000, 8000, -0.2, "是", "是"]
    rows = [
        [*first, None, "务工增收", "owner"],
        [here, None, "H乙", "乙", 2, "脱贫户", 20000, 10000, 40000, 40000, 20000, 1, "否", "否", None, None, None],
        [here, None, "H丙", "丙", 2, "脱贫户", None, None, 18000, 18000, 9000, None, None, None, None, None, None],
        [here, None, "H丁", "丁", 2, "脱贫户", *[None] * 11],
        [here, None, "H戊", "戊", 2, "脱贫户", 18000, 9000, 18400, 18400, 9200, 0.022222, "否", "是", None, None, None],
    ]
    rows = sorted(rows[:4], key=lambda row: row[2]) + rows[4:]
    for code, count in ((COUNTY, 5), (TOWNSHIP, 4), (VILLAGE, 4)):
        sheet = written("L8", code)
        assert [[row[name] for name in heading] for row in sheet.rows] == rows[:count]
        assert (sheet.totals["户主"], sheet.totals["人口"]) == (f"{count}户", 2 * count)
    assert sheet.totals["是否负增长"] == "是1户"


def test_the_totals_of_the_county(world: None, written: Callable[..., Written]) -> None:
    totals = written("L8").totals
    assert (totals["是否负增长"], totals["是否低于1万元且增速低于5.5%"], totals["本期·纯收入"]) == (
        "是1户",
        "是2户",
        92400,
    )


def test_the_statement_adds_up_what_the_ledger_lists(world: None, written: Callable[..., Written]) -> None:
    heading = ["单位", "户数", "人均纯收入", "增幅%", "结构%·工资", "负增长户", "<线户", "<1万且<5.5%户"]
    east, west = ["石桥镇", 4, 12333.33, 0.4, 1, 1, 1, 1], ["青杨乡", 1, 9200, 0.022222, 1, 0, 0, 1]
    sheet = written("T7")
    assert [[row[name] for name in heading] for row in sheet.rows] == [east, west]
    total = ["合计", 5, 11550, 0.282759, 1, 1, 1, 2]
    assert [sheet.totals[name] for name in heading] == total
    assert [[row[name] for name in heading] for row in written("T7", TOWNSHIP).rows] == [
        ["东沟村", *east[1:]],
        ["西岭村", 0, None, None, None, 0, 0, 0],
    ]
    assert [[row[name] for name in heading] for row in written("T7", VILLAGE).rows] == [["东沟村", *east[1:]]]


def test_or_instead_of_and(world: None, county: Division, written: Callable[..., Written]) -> None:
    put("focus_pair_reading", "or", county)
    told = {row["户主"]: row["是否低于1万元且增速低于5.5%"] for row in written("L8").rows}
    assert told == {"甲": "是", "乙": "否", "丙": "是", "丁": None, "戊": "是"}
    assert written("T7").totals["<1万且<5.5%户"] == 3
    assert written("L8").totals["是否低于1万元且增速低于5.5%"] == "是3户"


def test_a_township_has_its_own_lines(world: None, places: Any, written: Callable[..., Written]) -> None:
    put("focus_income", "9100", places["990101101000"])
    put("income_line", "9300", places["990101101000"])
    assert written("L8").row("户主", "戊")["是否低于1万元且增速低于5.5%"] == "否"
    assert [(row["<线户"], row["<1万且<5.5%户"]) for row in written("T7").rows] == [(1, 1), (1, 0)]


def test_incomes_are_those_of_the_day_and_of_what_was_known(world: None, county: Division, owner: User) -> None:
    before = LEDGERS["T7"].sample(Reading(county, date(2026, 9, 29)), 50).totals
    assert before[2:5] == [5, Decimal("9666.67"), None]
    known = LEDGERS["T7"].sample(Reading(county, NOW, datetime(2026, 8, 31, tzinfo=AT.tzinfo)), 50).totals
    assert known[3] is None
