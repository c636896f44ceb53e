"""L13 to L15 and T8: problems with schooling, housing and water, found and cleared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from builders import make_condition, make_episode, make_household
from django.utils import timezone
from ledger_sheets import Written

from accounts.errors import Refused
from accounts.models import User
from monitoring.models import Clue, EpisodeEvent
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.ledgers.summary import SummaryLedger

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
CHILDREN = [
    {"name": "张三", "relation": "户主"},
    {"name": "张小明", "relation": "之子", "birth": date(2014, 9, 9), "schooling": "六年级"},
    {"name": "张小红", "relation": "之女", "birth": date(2016, 3, 9)},
]
LEFT = {
    "学校": "石桥镇中心学校",
    "年级班级": "六年级2班",
    "家长姓名": "张三",
    "联系电话": "13812345678",
    "离校日期": "2026-09-02",
}
HOUSE = {
    "结构": "土木",
    "建造年代": "1986",
    "面积": "88",
    "鉴定等级": "C级",
    "鉴定日期": "20260903",
    "鉴定机构": "县住建局",
}
COUNTY = "990101000000"


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 1, 0, tzinfo=UTC)


def close_solved(clue: Clue, office: Any) -> None:
    clue = office.do(clue, "dispatch", office.bureau)
    clue = office.do(clue, "dispatch", office.township)
    office.do(office.check(clue, "true"), "close_solved", office.owner, note="已落实")


def test_each_child_has_a_row_as_the_department_wrote(place: Any, written: Callable[..., Written]) -> None:
    home = place.household(members=CHILDREN, group_name="二组")
    son, daughter = (row.person for row in home.memberships.order_by("id")[1:])
    place.send("school_dropout", SEPTEMBER, {"who": son, **LEFT}, {"who": daughter, **LEFT, "年级班级": "四年级1班"})
    place.match(SEPTEMBER)
    sheet = written("L13")
    assert sheet.column("学生姓名") == ["张小明", "张小红"]
    row = sheet.row("学生姓名", "张小明")
    expected = {
        "组": "二组",
        "证件号码": "990100************",
        "出生日期": datetime(2014, 9, 9),
        "家长姓名": "张三",
        "联系电话": "138****5678",
        "家庭住址": "石桥镇东沟村二组",
        "学校": "石桥镇中心学校",
        "年级班级": "六年级2班",
        "在校状态": "六年级",
        "离校日期": datetime(2026, 9, 2),
        "七长包保·县": None,
        "劝返·次数": None,
        "复学日期": None,
        "处理措施": "待分派（县）",
    }
    assert {heading: row[heading] for heading in expected} == expected
    assert written("T8").totals["辍学·发现"] == 1
    assert written("L13", as_of=date(2026, 8, 31)).rows == []


def test_a_later_row_fills_in_and_only_once_it_came(place: Any, written: Callable[..., Written]) -> None:
    home = place.household()
    head = home.memberships.order_by("id").first().person
    place.send("housing", SEPTEMBER, {"who": head, **HOUSE}, at=at(9, 5))
    place.match(SEPTEMBER, at=at(9, 6))
    done = {**HOUSE, "结构": "", "开工日期": "2026-09-20", "竣工日期": "2026-10-20", "验收": "合格"}
    place.send("housing", OCTOBER, {"who": head, **done}, at=at(11, 3))
    (then,) = written("L14", as_of=date(2026, 10, 31)).rows
    (now,) = written("L14").rows
    headings = ["房屋·结构", "安全等级", "鉴定·日期", "竣工", "验收", "房屋·层数"]
    assert [then[heading] for heading in headings] == ["土木", "C级", datetime(2026, 9, 3), None, None, None]
    assert [now[heading] for heading in headings] == [
        "土木",
        "C级",
        datetime(2026, 9, 3),
        datetime(2026, 10, 20),
        "合格",
        None,
    ]
    assert (now["户主"], now["隐患来源"], now["处置"], now["清零日期"]) == (
        "张三",
        "部门筛查预警",
        "待分派（县）",
        None,
    )


def test_rows_that_are_lost_are_said_to_be_lost(place: Any, written: Any, data_dir: Any) -> None:
    home = place.household()
    head = home.memberships.order_by("id").first().person
    place.send("housing", SEPTEMBER, {"who": head, **HOUSE})
    place.match(SEPTEMBER)
    for kept in (data_dir / "evidence").rglob("*"):
        if kept.is_file():
            kept.unlink()
    with pytest.raises(Refused, match="留存数据行不在数据目录中"):
        written("L14")


def test_water_names_the_kind_of_problem(place: Any, written: Callable[..., Written]) -> None:
    home = place.household()
    head = home.memberships.order_by("id").first().person
    poor = {"供水工程名称": "东沟供水站", "供水方式": "集中", "水量": "12", "缺水天数": "40", "问题": "管道老化"}
    place.send("water", SEPTEMBER, {"who": head, **poor})
    place.match(SEPTEMBER)
    (row,) = written("L15").rows
    expected = {
        "供水工程": "东沟供水站",
        "问题类别": "水量、保证率",
        "问题描述": "管道老化",
        "影响户": "张三",
        "影响人": 3,
        "发现渠道": "部门筛查预警",
        "清零": "否",
    }
    assert {heading: row[heading] for heading in expected} == expected


def test_a_problem_is_cleared_on_its_day(place: Any, office: Any, written: Callable[..., Written]) -> None:
    head = place.household().memberships.order_by("id").first().person
    place.send("insurance_status", OCTOBER, {"who": head, "参保状态": "未参保"}, at=timezone.now())
    place.match(OCTOBER, at=timezone.now())
    office.wait(2)
    close_solved(Clue.objects.get(), office)
    counts = [
        [written("T8", as_of=date(2026, 11, day)).totals[f"未参保·{word}"] for word in ("发现", "已清", "在办")]
        for day in (9, 10, 11, 12)
    ]
    assert counts == [[0, 0, 0], [1, 0, 1], [1, 0, 1], [1, 1, 0]]


def test_what_was_not_true_was_no_problem(office: Any, written: Callable[..., Written]) -> None:
    clue = office.clue(make_household(office.village), risk="因安全住房")
    office.wait(1)
    office.do(office.check(clue, "unfounded"), "close_unfounded", office.owner, note="房屋B级")
    assert written("T8", as_of=date(2026, 11, 10)).totals["危房·发现"] == 1
    assert written("T8").totals["危房·发现"] == 0
    assert written("L14").rows == []


def test_a_watched_problem_is_cleared_by_the_visit_that_finds_it_so(
    office: Any, owner: User, written: Callable[..., Written]
) -> None:
    home = make_household(office.village)
    clue = office.check(office.clue(home, risk="因安全饮水"), "true")
    office.do(clue, "close_watched", office.owner, note="等供水站修好", data={"next_review_on": "2026-12-01"})
    make_condition(home, on=date(2026, 11, 10), water_ok=False, recorded_by=owner)
    office.wait(10)
    make_condition(home, on=date(2026, 11, 20), recorded_by=owner)
    then, now = (written("L15", as_of=day).rows for day in (date(2026, 11, 19), date(2026, 11, 20)))
    assert [(row["清零"], row["复核人"]) for row in (*then, *now)] == [("否", None), ("是", "owner")]
    assert [written("T8").totals[f"饮水·{word}"] for word in ("发现", "已清", "在办")] == [1, 1, 0]


def test_what_visits_alone_find_is_a_problem_until_a_visit_finds_it_mended(
    clock: Any, village: Any, written: Callable[..., Written]
) -> None:
    home = make_household(village)
    for day, fine in ((1, True), (5, False), (8, False), (20, True), (25, False)):
        make_condition(home, on=date(2026, 10, day), housing_ok=fine, house_grade="" if fine else "D")
    make_condition(home, on=date(2026, 10, 28), housing_ok=None)
    counts = {}
    for day in (4, 5, 8, 20, 25, 31):
        totals = written("T8", as_of=date(2026, 10, day)).totals
        counts[day] = [totals[f"危房·{word}"] for word in ("发现", "已清", "在办")]
    assert counts == {4: [0, 0, 0], 5: [1, 0, 1], 8: [1, 0, 1], 20: [1, 1, 0], 25: [2, 1, 1], 31: [2, 1, 1]}
    rows = written("L14", as_of=date(2026, 10, 31)).rows
    assert [(row["隐患来源"], row["清零日期"]) for row in rows] == [
        ("入户走访", datetime(2026, 10, 20)),
        ("入户走访", None),
    ]


def test_what_a_visit_finds_and_a_clue_reports_is_one_problem(office: Any, written: Callable[..., Written]) -> None:
    home = make_household(office.village)
    make_condition(home, on=date(2026, 11, 1), schooling_ok=False)
    clue = office.clue(home, risk="义务教育")
    make_condition(home, on=date(2026, 11, 10), schooling_ok=False)
    assert written("T8").totals["辍学·发现"] == 1
    office.do(office.check(clue, "true"), "close_solved", office.owner, note="已返校")
    make_condition(home, on=date(2026, 11, 10), schooling_ok=True)
    office.wait(20)
    make_condition(home, on=date(2026, 11, 30), schooling_ok=False)
    totals = written("T8").totals
    assert [totals[f"辍学·{word}"] for word in ("发现", "已清", "在办")] == [2, 1, 1]
    assert len(written("L13").rows) == 2


def test_evidence_of_a_monitored_household_is_a_problem_until_it_is_cleared(
    place: Any, written: Callable[..., Written]
) -> None:
    home = place.household()
    episode = make_episode(home, identified_on=date(2026, 1, 5), risks=["因安全住房"])
    head = home.memberships.order_by("id").first().person
    make_condition(home, on=date(2026, 8, 1), housing_ok=False)
    for month, period in ((9, SEPTEMBER), (10, OCTOBER)):
        place.send(
            "housing", period, {"who": head, **HOUSE, "鉴定日期": f"2026-0{month % 10 or 9}-03"}, at=at(month, 5)
        )
        assert place.match(period, at=at(month, 6)).covered == 1
    make_condition(home, on=date(2026, 10, 20), housing_ok=False)
    EpisodeEvent.objects.create(
        episode=episode, kind="cleared", happened_on=date(2026, 11, 2), recorded_at=timezone.now()
    )
    counts = {}
    for month, day in ((8, 31), (9, 6), (10, 20), (11, 2)):
        totals = written("T8", as_of=date(2026, month, day)).totals
        counts[month] = [totals[f"危房·{word}"] for word in ("发现", "已清", "在办")]
    assert counts == {8: [1, 0, 1], 9: [1, 0, 1], 10: [1, 0, 1], 11: [1, 1, 0]}
    (row,) = written("L14", as_of=date(2026, 10, 31)).rows
    assert (row["隐患来源"], row["房屋·结构"], row["处置"], row["清零日期"]) == (
        "部门筛查预警",
        "土木",
        "并入监测帮扶",
        None,
    )
    (row,) = written("L14").rows
    assert row["清零日期"] == datetime(2026, 11, 2)


def test_every_figure_is_the_sum_of_its_lists_at_every_level(
    place: Any, places: Any, office: Any, written: Callable[..., Written]
) -> None:
    heads = []
    for code, on in (("990101100201", 3), ("990101100202", 4), ("990101101201", 5)):
        home = make_household(places[code], per_capita_income=20000)
        make_condition(home, on=date(2026, 10, on), water_ok=False, housing_ok=False)
        heads.append(home.memberships.order_by("id").first().person)
    place.send("housing", SEPTEMBER, *({"who": head, **HOUSE} for head in heads[:2]))
    place.match(SEPTEMBER)
    ledger = LEDGERS["T8"]
    assert isinstance(ledger, SummaryLedger)
    tables = {}
    for code in (COUNTY, "990101100000", "990101100201"):
        tables[code] = ledger.table(Reading(places[code], date(2026, 10, 31)))
        for unit, figures in tables[code][:1]:
            for shown in ledger.shown:
                cells = ledger.cells(unit, shown.path, Reading(unit, date(2026, 10, 31)))
                assert sum(cell.count() for cell in cells) == shown.of(unit, figures)
    east, sums = tables[COUNTY][0][1], [figures for _, figures in tables["990101100000"]]
    assert all(east[key] == sum(figures[key] for figures in sums) for key in east)
    assert (east["water_witnessed_found"], east["housing_reported_found"], east["housing_witnessed_found"]) == (2, 2, 0)
