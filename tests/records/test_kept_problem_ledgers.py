"""L11, L13, L14, L15, L20, T8, T11, T13 over kept problems: golden grids at county, township and village, two clocks, and
T13 balanced over random histories."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from builders import make_condition, make_household
from cast import NOW
from problem_world import clear, make_problem, take

from accounts.models import Division, Role, User
from records.models import House, Job, Problem, Schooling, WaterWork
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.ledgers.summary import SummaryLedger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
COUNTY, TOWNSHIP, VILLAGE, OTHER = "990101000000", "990101100000", "990101100201", "990101100202"
NOVEMBER, DECEMBER = date(2026, 11, 30), date(2026, 12, 31)


def moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC)


def row_of(code: str, place: str, on: date, *paths: tuple[str, ...], row: str = "合计") -> list[Any]:
    """Some cells of one row, the sheet made once."""
    headings = [column.path for column in LEDGERS[code].columns]
    line = next(line for line in grid(code, place, on) if line[1] == row)
    return [line[headings.index(path)] for path in paths]


def grid(code: str, place: str, on: date, known_at: datetime | None = None) -> list[list[Any]]:
    body = LEDGERS[code].body(Reading(Division.objects.get(code=place), on, known_at))
    return [body.totals, *body.rows]


def cell(code: str, place: str, on: date, *path: str, row: str = "合计", known_at: datetime | None = None) -> Any:
    ledger = LEDGERS[code]
    position = [column.path for column in ledger.columns].index(path)
    return next(line[position] for line in grid(code, place, on, known_at) if line[1] == row)


@pytest.fixture
def cast(owner: User, township: User, bureau: User, hire: Callable[..., User]) -> dict[str, User]:
    second = hire("second", Role.COUNTY_BUREAU, COUNTY)
    return {"owner": owner, "township": township, "bureau": bureau, "second": second}


def book(model: Any, **values: Any) -> Any:
    return model.objects.create(from_on=date(2026, 9, 1), recorded_at=NOW - timedelta(days=60), **values)


def test_l11_families_without_work(cast: dict[str, User], village: Division) -> None:
    home = make_household(village, group_name="一组")
    head = home.memberships.get(relation="户主").person
    problem = make_problem(
        kind="zero_job", actor=cast["owner"], household=home, details={"why": "照顾老人", "need": "就近务工"}
    )
    problem = clear(problem, cast["owner"], cast["township"], until="accept")
    take(problem, "sign_off", cast["bureau"])
    book(Job, household=home, person=head, working=True)
    row = [None, "守望县", "石桥镇", "东沟村", "一组", "张三", 3, 2, 1, "照顾老人", "就近务工", "修好", "张三"]
    row += [date(2026, 11, 10), date(2026, 11, 10)]
    for place in (COUNTY, TOWNSHIP, VILLAGE):
        assert grid("L11", place, NOVEMBER)[1:] == [row]
        assert grid("L11", place, NOVEMBER)[0][5] == "1户"
    assert grid("L11", OTHER, NOVEMBER)[1:] == []
    assert grid("L11", COUNTY, date(2026, 11, 5))[1][-4:] == ["", "", None, None]
    assert grid("L11", COUNTY, date(2026, 10, 31))[1:] == []


def test_l13_a_child_with_his_chiefs_and_how_he_was_talked_back(cast: dict[str, User], village: Division) -> None:
    home = make_household(village)
    child = home.memberships.get(person__name="张小明").person
    book(
        Schooling, household=home, person=child, state="dropped_out", school="中心学校", grade_class="六年级2班",
        chief_county="赵县长", chief_teacher="钱老师", guardian="张三",
    )  # fmt: skip
    problem = make_problem(kind="dropout", actor=cast["owner"], household=home, person=child)
    problem = take(problem, "assign", cast["township"])
    take(problem, "note_progress", cast["owner"], data={"persuaded_on": date(2026, 11, 8), "result": "不在家"})
    take(problem, "note_progress", cast["owner"])
    headings = ["/".join(column.path) for column in LEDGERS["L13"].columns]
    for code in ("L13", "L13A", "L13C"):
        rows = grid(code, VILLAGE, NOVEMBER)[1:]
        assert len(rows) == 1, code
        said = dict(zip(headings, rows[0], strict=True))
        assert (said["学生姓名"], said["在校状态"]) == ("张小明", "辍学")
        assert (said["七长包保/县"], said["七长包保/师"]) == ("赵县长", "钱老师")
        assert [said[f"劝返/{word}"] for word in ("次数", "日期", "方式", "结果")] == [
            2,
            date(2026, 11, 9),
            "上门",
            "愿意回校",
        ]
    assert grid("L13B", COUNTY, NOVEMBER)[1:] == []


def test_l14_a_house_of_the_book_with_its_repair(cast: dict[str, User], village: Division) -> None:
    home = make_household(village, category="脱贫户")
    book(
        House, household=home, grade="D", structure="土木", built_year=1986, graded_on=date(2026, 9, 3), hazard="flood"
    )
    clear(make_problem(kind="house", actor=cast["owner"], household=home), cast["owner"], cast["bureau"])
    said = dict(
        zip(["/".join(column.path) for column in LEDGERS["L14"].columns], grid("L14", COUNTY, NOVEMBER)[1], strict=True)
    )
    assert (said["房屋/建造时间"], said["房屋/结构"], said["安全等级"], said["隐患来源"]) == (1986, "土木", "D", "洪涝")
    assert (said["处置"], str(said["补助金额"]), said["竣工"]) == ("维修", "35000.00", date(2026, 11, 10))
    assert (said["验收"], said["清零日期"]) == ("2026-11-10 住建局李工", date(2026, 11, 10))


def test_l15_water_of_a_village(cast: dict[str, User], village: Division) -> None:
    book(WaterWork, division=village, name="东沟水厂", mode="central")
    problem = make_problem(
        kind="water", actor=cast["owner"], division=village, households_affected=40, persons_affected=120
    )
    take(problem, "assign", cast["bureau"])
    for place in (COUNTY, TOWNSHIP, VILLAGE):
        row = grid("L15", place, NOVEMBER)[1]
        assert row[3:13] == [
            "东沟村",
            "",
            "东沟水厂",
            "集中",
            "水质",
            "测试问题",
            "40 户",
            120,
            date(2026, 11, 1),
            "干部走访",
        ]
        assert row[13:] == ["修好", "王五", date(2027, 2, 8), None, "", "否"]


def test_l20_and_t11_at_every_level(cast: dict[str, User], places: dict[str, Division]) -> None:
    items = [(VILLAGE, "province"), (TOWNSHIP, "county"), (COUNTY, "self")]
    made = [
        make_problem(
            kind="rectification", actor=cast["bureau"], division=places[code], level=level, origin="audit", grade="一般"
        )
        for code, level in items
    ]
    clear(made[1], cast["township"], cast["bureau"])
    take(made[1], "look_back", cast["bureau"])
    take(made[0], "assign", cast["bureau"], data={"due_on": date(2026, 11, 20)})
    rows = grid("L20", COUNTY, NOVEMBER)
    assert rows[0][1] == "3条"
    signed = next(row for row in rows if row[2] == "县")
    assert signed[8:10] == ["石桥镇", ""]
    assert signed[17:] == [
        "2026-11-10 说明", "照片和台账", date(2026, 11, 10), "县督查组", date(2026, 11, 10), date(2026, 11, 10), "2026-11-10 合格",
    ]  # fmt: skip
    assert [len(grid("L20", place, NOVEMBER)) - 1 for place in (COUNTY, TOWNSHIP, VILLAGE)] == [3, 2, 1]
    assert [row[1:7] for row in grid("T11", COUNTY, NOVEMBER)] == [
        ["合计", 3, 1, 2, 1, _share(1, 3)],
        ["石桥镇", 2, 1, 1, 1, _share(1, 2)],
        ["青杨乡", 0, 0, 0, 0, None],
        ["守望县本级", 1, 0, 1, 0, _share(0, 1)],
    ]
    assert cell("T11", TOWNSHIP, NOVEMBER, "县级", "已销号", row="石桥镇本级") == 1
    assert cell("T11", VILLAGE, NOVEMBER, "省级", "整改中", row="东沟村") == 1
    assert cell("T11", COUNTY, date(2026, 11, 10), "合计", "超期") == 0


def _share(part: int, whole: int) -> Any:
    return round(Decimal(part) / whole, 6)


def test_the_same_trouble_counts_once(cast: dict[str, User], village: Division) -> None:
    home = make_household(village)
    make_condition(home, on=date(2026, 10, 20), housing_ok=False)
    assert cell("T8", COUNTY, NOVEMBER, "危房", "在办") == 1
    make_problem(kind="house", actor=cast["owner"], household=home)
    assert cell("T8", COUNTY, NOVEMBER, "危房", "在办") == 1
    assert len(grid("L14", COUNTY, NOVEMBER)) == 2
    # Before it was kept, the visit told of it.
    before = Reading(village, NOVEMBER, NOW - timedelta(minutes=1))
    assert [len(rows) for rows in LEDGERS["T8"].cells(village, ("危房", "在办"), before)] == [0, 0, 0, 1]
    assert cell("T8", COUNTY, date(2026, 10, 31), "危房", "发现") == 1


def test_what_was_found_untrue_is_told_by_nothing_else(cast: dict[str, User], village: Division) -> None:
    home = make_household(village)
    make_condition(home, on=date(2026, 10, 20), housing_ok=False)
    problem = make_problem(kind="house", actor=cast["owner"], household=home)
    take(problem, "void", cast["bureau"])
    assert cell("T8", COUNTY, NOVEMBER, "危房", "发现") == 0
    make_condition(home, on=date(2026, 11, 12), housing_ok=True)
    make_condition(home, on=date(2026, 11, 20), housing_ok=False)
    assert cell("T8", COUNTY, NOVEMBER, "危房", "在办") == 1


def test_t13_of_a_month(cast: dict[str, User], village: Division) -> None:
    problem = make_problem(kind="water", actor=cast["owner"], division=village, found_on=date(2026, 10, 31))
    make_problem(kind="water", actor=cast["owner"], division=village, found_on=date(2026, 11, 2))
    void = make_problem(kind="water", actor=cast["owner"], division=village, found_on=date(2026, 11, 3))
    take(void, "void", cast["bureau"])
    clear(problem, cast["owner"], cast["bureau"])
    words = ("上月末", "发现", "回退", "清零", "不属实等", "月末", "超期", "平均天数")
    for place, row in ((COUNTY, "石桥镇"), (TOWNSHIP, "东沟村"), (VILLAGE, "东沟村")):
        got = row_of("T13", place, NOVEMBER, *(("饮水", word) for word in words), row=row)
        assert got == [1, 2, 0, 1, 1, 1, 0, 10]
    take(problem, "reopen", cast["bureau"], at=moment(date(2026, 12, 5)))
    assert row_of("T13", COUNTY, DECEMBER, *(("饮水", word) for word in words[:6])) == [1, 0, 1, 0, 0, 2]
    assert cell("T13", COUNTY, date(2027, 12, 31), "饮水", "超期") == 2


def test_t13_follows_what_visits_find(village: Division, places: dict[str, Division]) -> None:
    home, other = make_household(village), make_household(places[OTHER])
    make_condition(home, on=date(2026, 10, 20), housing_ok=False)
    make_condition(home, on=date(2026, 11, 12), housing_ok=True)
    make_condition(other, on=date(2026, 11, 12), housing_ok=False)
    words = ("上月末", "发现", "回退", "清零", "不属实等", "月末")
    told = [("危房", word) for word in words]
    assert row_of("T13", COUNTY, NOVEMBER, *told) == [1, 1, 0, 1, 0, 1]
    days = row_of("T13", TOWNSHIP, NOVEMBER, *told, ("危房", "平均天数"), row="东沟村")
    assert days == [1, 0, 0, 1, 0, 0, 23]
    ledger = LEDGERS["T13"]
    assert isinstance(ledger, SummaryLedger)
    for path in (("危房", "上月末"), ("危房", "月末")):
        lists = ledger.drill(path, Reading(places[COUNTY], NOVEMBER))
        assert sum(len(behind.rows) for behind in lists) == 1, path
    cleared = ledger.cells(village, ("危房", "清零"), Reading(village, NOVEMBER))
    assert sum(len(rows) for rows in cleared) == 1


MOVES = {
    "found": ("assign", "void"),
    "assigned": ("report_done", "void"),
    "done": ("accept", "return_work"),
    "checked": ("sign_off", "send_back"),
    "signed_off": ("reopen", "look_back"),
}


@pytest.mark.parametrize("seed", range(1, 3))
def test_t13_balances_whatever_happened(seed: int, cast: dict[str, User], places: dict[str, Division]) -> None:
    """Opening = last closing; opening + found + returned - cleared - void = closing in every row; count = list."""
    chance = random.Random(seed)
    day = date(2026, 10, 5)
    made: list[Problem] = []
    while day < date(2027, 1, 25):
        at = moment(day)
        if chance.random() < 0.5:
            made.append(_found(chance, cast, places, day, at))
        for problem in chance.sample(made, min(2, len(made))):
            problem.refresh_from_db()
            if problem.state in MOVES:
                action = chance.choices(MOVES[problem.state], (4, 1))[0]
                worker = cast["second" if problem.kind == "rectification" else "township"]
                doer = worker if action == "report_done" else cast["bureau"]
                made[made.index(problem)] = take(problem, action, doer, at=at)
        day += timedelta(days=chance.randint(4, 8))
    ledger = LEDGERS["T13"]
    assert isinstance(ledger, SummaryLedger)
    last: dict[str, dict[str, Any]] = {}
    for month in (date(2026, 10, 31), NOVEMBER, DECEMBER, date(2027, 1, 31)):
        for place in (COUNTY,):
            reading = Reading(places[place], month)
            table = ledger.table(reading)
            rows = {unit.name: figures for unit, figures in table}
            rows["合计"] = ledger.total(table)
            for name, figures in rows.items():
                for equation in ledger.equations:
                    assert equation.left(figures) == equation.result.of(figures), (month, name)
                for kind in ("water", "rectification"):
                    before = last.get(f"{place}{name}")
                    if before is not None:
                        assert figures[f"{kind}_before:opening"] == before[f"{kind}_after:closing"], (month, name)
                last[f"{place}{name}"] = figures
    _lists_hold_what_cells_say(ledger, Reading(places[COUNTY], DECEMBER))


def _found(
    chance: random.Random, cast: dict[str, User], places: dict[str, Division], day: date, at: datetime
) -> Problem:
    kind = chance.choice(["water", "rectification"])
    codes = [VILLAGE, OTHER] + ([TOWNSHIP, COUNTY, "990101101201"] if kind == "rectification" else [])
    earlier = day - timedelta(days=chance.randint(0, 40))
    return make_problem(kind=kind, actor=cast["bureau"], division=places[chance.choice(codes)], at=at, found_on=earlier)


def _lists_hold_what_cells_say(ledger: SummaryLedger, reading: Reading) -> None:
    kinds = ("饮水", "问题整改")
    for unit, figures in ledger.table(reading):
        for shown in ledger.shown:
            if shown.keys and shown.path[0] in kinds:
                rows = sum(len(rows) for rows in ledger.cells(unit, shown.path, reading))
                assert rows == sum(figures[key] for key in shown.keys), (unit.name, shown.path)
