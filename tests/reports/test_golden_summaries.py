"""Whole grids, as in test_golden_grids.py, of what is kept and settled: L20, T6, T11 and T13."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from builders import make_condition, make_episode, make_household
from golden import COUNTY, TOWNSHIP, VILLAGE, WEST, day, levels, line, nothing, numbered
from ledger_sheets import Written
from problem_world import clear, make_problem, take

from accounts.errors import Refused
from accounts.models import Division, Role, User
from records.models import Consultation, Problem

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.django_db]
LAST = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 10)


@pytest.fixture
def fed_back(clock: Any, places: dict[str, Division], township: User, bureau: User) -> list[Problem]:
    """Four items as they stand on 30 November: the county's own, one of 石桥镇 that was signed off, one of its 东沟村 past
    its term, one of 东沟村 in 青杨乡."""
    told: tuple[tuple[str, dict[str, Any]], ...] = (
        (COUNTY, {"level": "self", "origin": "assessment", "description": "台账不全"}),
        (TOWNSHIP, {"level": "county", "origin": "supervision", "description": "公示不规范", "grade": "一般"}),
        (VILLAGE, {"level": "province", "origin": "audit", "description": "补助未到户", "grade": "严重",
                   "category": "资金", "households_affected": 3, "persons_affected": 9}),
        (WEST, {"level": "central", "origin": "inspection", "description": "住房漏雨"}),
    )  # fmt: skip
    made = [make_problem(kind="rectification", actor=bureau, division=places[code], **values) for code, values in told]
    made[1] = take(clear(made[1], township, bureau), "look_back", bureau)
    given = {"leader": "李镇长", "due_on": date(2026, 11, 20)}
    made[2] = take(take(made[2], "assign", bureau, data=given), "note_progress", township, note="补发 2 户")
    clock.move_to(LAST)
    return made


def test_items_to_put_right(fed_back: list[Problem], written: Callable[..., Written]) -> None:
    found, term = date(2026, 11, 1), date(2027, 1, 9)
    own, signed, late, west = (item.number for item in fed_back)
    rows = [
        [own, "自查", "考核", found, None, None, "台账不全", *nothing(4), *nothing(4), term, *nothing(7)],
        [signed, "县", "督查", found, "一般", None, "公示不规范", "石桥镇", None, None, None]
        + ["修好", None, "石桥镇", "王五", term, "2026-11-10 说明", "照片和台账", TODAY, "县督查组", TODAY, TODAY]
        + ["2026-11-10 合格"],
        [late, "省", "审计", found, "严重", "资金", "补助未到户", "石桥镇", "东沟村", 3, 9]
        + ["修好", "李镇长", "石桥镇", "王五", date(2026, 11, 20), "2026-11-10 补发 2 户", *nothing(6)],
        [west, "中央", "巡视", found, None, None, "住房漏雨", "青杨乡", "东沟村", None, None, *nothing(4), term]
        + nothing(7),
    ]
    for code, expected in ((COUNTY, rows), (TOWNSHIP, rows[1:3]), (VILLAGE, rows[2:3])):
        sheet = written("L20", code)
        assert [list(map(day, row.values())) for row in sheet.rows] == numbered(expected), code
        said = {heading: value for heading, value in sheet.totals.items() if value not in (None, "合计")}
        assert said == {"问题编号": f"{len(expected)}条"}


@pytest.mark.usefixtures("fed_back")
def test_how_far_items_are(written: Callable[..., Written]) -> None:
    # 问题数, 已销号, 整改中, 超期, 完成率% of all, then of those of 中央, 省, 市, 县 and 自查.
    none, open_, late, signed = [0, 0, 0, 0, None], [1, 0, 1, 0, 0], [1, 0, 1, 1, 0], [1, 1, 0, 0, 1]
    here = [2, 1, 1, 1, 0.5, *none, *late, *none, *signed, *none]
    there = [*open_, *open_, *none, *none, *none, *none]
    own = [*open_, *none, *none, *none, *none, *open_]
    both = [4, 1, 3, 1, 0.25, *open_, *late, *none, *signed, *open_]
    east = [*late, *none, *late, *none, *none, *none]
    county, township, village = levels(written, "T11")
    assert county == [["合计", *both], ["石桥镇", *here], ["青杨乡", *there], ["守望县本级", *own]]
    assert township == [
        ["合计", *here],
        ["东沟村", *east],
        ["西岭村", *none * 6],
        ["石桥镇本级", *signed, *none, *none, *none, *signed, *none],
    ]
    assert village == [["合计", *east], ["东沟村", *east]]


def test_what_the_departments_settled(places: dict[str, Division], written: Callable[..., Written]) -> None:
    told: dict[str, Any] = {"division": places[COUNTY], "chair": "周县长", "departments": "医保局、民政局"}
    line(Consultation, date(2026, 10, 15), topic="大额医疗支出", settled="逐户核实", unit="医保局",
         due_on=date(2026, 10, 31), done_on=date(2026, 10, 28), progress="核实 12 户",
         minutes_number="会商纪要〔2026〕10号", **told)  # fmt: skip
    # Of the year before: one not done yet, and one that was done.
    line(Consultation, date(2025, 12, 15), topic="饮水", settled="通水", **told)
    line(Consultation, date(2025, 11, 15), topic="住房", settled="修缮", done_on=date(2025, 12, 1), **told)
    sheet = written("T6")
    who = ["周县长", "医保局、民政局"]
    assert [list(map(day, row.values())) for row in sheet.rows] == [
        [1, date(2025, 12, 15), *who, "饮水", "通水", *nothing(4)],
        [2, date(2026, 10, 15), *who, "大额医疗支出", "逐户核实", "医保局", date(2026, 10, 31)]
        + ["2026-10-28 完成；核实 12 户", "会商纪要〔2026〕10号"],
    ]
    assert list(sheet.totals.values()) == ["合计", *nothing(3), "2项", *nothing(5)]


@pytest.mark.parametrize(("name", "code"), [("T5", TOWNSHIP), ("T5", VILLAGE), ("T6", TOWNSHIP), ("T6", VILLAGE)])
def test_a_ledger_of_the_county_alone_is_made_for_no_other_place(
    name: str, code: str, written: Callable[..., Written]
) -> None:
    with pytest.raises(Refused):
        written(name, code)


@pytest.fixture
def november(
    clock: Any, places: dict[str, Division], owner: User, township: User, bureau: User, hire: Callable[..., User]
) -> None:
    """A month of every kind of problem: in 东沟村 of 石桥镇 a house of October mended, a child whom a visit found out of
    school, one who was insured after all, water that broke again, a family still without work, one monitored in January
    and one in November; in 青杨乡 water past its term and a household cleared; an item of the county's own signed off."""
    east, west = places[VILLAGE], places[WEST]
    home, other = make_household(east), make_household(east)
    make_episode(home)
    make_episode(other, identified_on=date(2026, 11, 5))
    make_episode(make_household(west), cleared_on=date(2026, 11, 4))
    clear(make_problem(kind="house", actor=owner, household=home, found_on=date(2026, 10, 20)), owner, bureau)
    head = other.memberships.get(relation="户主").person
    insured = make_problem(kind="uninsured", actor=owner, household=other, person=head)
    take(insured, "void", bureau)
    dry = make_problem(kind="water", actor=owner, division=east, households_affected=4, persons_affected=9)
    take(clear(dry, owner, bureau), "reopen", bureau)
    make_problem(kind="zero_job", actor=owner, household=home, found_on=date(2026, 10, 10),
                 details={"why": "照顾老人", "need": "就近务工"})  # fmt: skip
    cadre = hire("cadre", Role.VILLAGE_CADRE, WEST)
    broken = make_problem(kind="water", actor=cadre, division=west, households_affected=2, persons_affected=5)
    take(broken, "assign", bureau, data={"due_on": date(2026, 11, 20)})
    second = hire("second", Role.COUNTY_BUREAU, COUNTY)
    clear(make_problem(kind="rectification", actor=bureau, division=places[COUNTY]), second, bureau)
    make_condition(other, on=date(2026, 11, 25), schooling_ok=False, recorded_by=owner)
    clock.move_to(LAST)


@pytest.mark.usefixtures("november")
def test_a_month_of_every_kind(written: Callable[..., Written]) -> None:
    # 上月末, 发现, 回退, 清零, 不属实等, 月末, 超期 (not of 监测风险), 平均天数.
    none, calm = [0, 0, 0, 0, 0, 0, 0, None], [0, 0, 0, 0, 0, 0, None]
    stays, signed = [1, 0, 0, 0, 0, 1, 0, None], [0, 1, 0, 1, 0, 0, 0, 9]
    # 监测风险; 辍学, 未参保, 危房, 饮水; 零就业家庭, 问题整改.
    guarantees = [0, 1, 0, 0, 0, 1, 0, None, 0, 1, 0, 0, 1, 0, 0, None, 1, 0, 0, 1, 0, 0, 0, 21]
    here = [1, 1, 0, 0, 0, 2, None, *guarantees, 0, 1, 1, 1, 0, 1, 0, 9, *stays, *none]
    there = [1, 0, 0, 1, 0, 0, 303, *none * 3, 0, 1, 0, 0, 0, 1, 1, None, *none * 2]
    both = [2, 1, 0, 1, 0, 2, 303, *guarantees, 0, 2, 1, 1, 0, 2, 1, 9, *stays, *signed]
    own, nobody = [*calm, *none * 5, *signed], [*calm, *none * 6]
    county, township, village = levels(written, "T13")
    assert county == [["合计", *both], ["石桥镇", *here], ["青杨乡", *there], ["守望县本级", *own]]
    assert township == [["合计", *here], ["东沟村", *here], ["西岭村", *nobody], ["石桥镇本级", *nobody]]
    assert village == [["合计", *here], ["东沟村", *here]]
