"""Problems from the books and from workbooks: raised once, good rows taken in, bad ones sent back with their reasons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from builders import make_household
from cast import NOW
from problem_world import clear, make_problem, take

from accounts.errors import Forbidden, OutOfScope, Refused
from accounts.models import Division, Role, User
from accounts.scope import scope_of
from records.models import House, Job, Problem, Schooling
from records.services.problems_import import import_problems
from records.services.problems_raising import raise_everywhere, raise_problems
from reports.desk.tasks import tasks_of
from sheets.read import SheetError

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TODAY = date(2026, 11, 10)


def book(model: Any, **values: Any) -> Any:
    return model.objects.create(from_on=date(2026, 9, 1), recorded_at=NOW - timedelta(days=60), **values)


@pytest.fixture
def home(village: Division) -> Any:
    """A household with a child out of school, in a dangerous house, of whose two workers nobody has work."""
    household = make_household(village)
    head, wife, child = (row.person for row in household.memberships.order_by("id"))
    book(Schooling, household=household, person=child, state="suspected")
    book(House, household=household, grade="C", graded_on=date(2026, 9, 3))
    for person in (head, wife):
        book(Job, household=household, person=person, working=False)
    return household


def test_the_books_raise_each_problem_once(home: Any, county: Division, bureau: User, owner: User) -> None:
    made = raise_problems(division=county, on=TODAY, actor=bureau, at=NOW)
    assert made.raised == {"dropout": 1, "house": 1, "zero_job": 1}
    again = raise_problems(division=county, on=TODAY, actor=bureau, at=NOW)
    assert (again.raised, again.known) == ({"dropout": 0, "house": 0, "zero_job": 0}, 3)
    assert raise_everywhere(at=NOW) == 0
    house = Problem.objects.get(kind="house")
    assert (house.found_on, house.origin) == (date(2026, 9, 3), "department")
    clear(house, owner, bureau)
    assert raise_everywhere(at=NOW) == 0


def test_a_household_with_somebody_at_work_or_unasked_is_none(home: Any, county: Division, bureau: User) -> None:
    Job.objects.filter(person__name="李四").update(working=True)
    assert raise_problems(division=county, on=TODAY, actor=bureau, at=NOW).raised["zero_job"] == 0
    Job.objects.filter(person__name="李四").delete()
    assert raise_problems(division=county, on=TODAY, actor=bureau, at=NOW).raised["zero_job"] == 0


def test_only_those_with_the_right_look_through_the_books(
    home: Any, county: Division, owner: User, outsider: User, auditor: User
) -> None:
    for stranger, error in ((owner, OutOfScope), (outsider, OutOfScope), (auditor, Forbidden)):
        with pytest.raises(error):
            raise_problems(division=county, on=TODAY, actor=stranger, at=NOW)
    assert not Problem.objects.exists()


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    def _write(*rows: list[Any], name: str = "清单.xlsx") -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(tmp_path / name)
        return tmp_path / name

    return _write


HEAD = [
    "序号",
    "级别",
    "问题来源",
    "反馈时间",
    "存在问题",
    "涉及乡镇",
    "涉及村",
    "涉及户数",
    "整改措施",
    "责任单位",
    "责任人",
    "整改时限",
    "销号时间",
]


def test_a_rough_list_of_rectification(workbook: Any, county: Division, bureau: User) -> None:
    path = workbook(
        ["2026年考核反馈问题整改清单"],
        HEAD,
        [1, "省级", "后评估", "2026.10.8", "政策宣传不到位", "石桥镇", "东沟村", 3, "补宣传", "石桥镇", "王五", "2026年12月1日"],
        [2, "市", "暗访", 46300, "台账不全", "青杨乡", "", "", "", "", "", ""],
        [],
        [3, "月球", "暗访", "2026-10-08", "x", "石桥镇", "", "", "", "", "", ""],
        [4, "县", "督查", "不知道", "", "石桥镇", "没有的村", "", "", "", "", ""],
        [5, "县", "督查", "2026-10-08", "村名有两个", "", "东沟村", "", "", "", "", ""],
        [6, "县", "督查", "2026-10-08", "早销了", "石桥镇", "", "", "", "", "", "", "2026-10-20"],
        ["合计", "", "", "", "", "", "", 3],
    )  # fmt: skip
    batch = import_problems(kind="rectification", division=county, path=path, name="清单.xlsx", actor=bureau, at=NOW)
    assert (batch.rows, batch.created, batch.rejected) == (6, 2, 4)
    first, second = Problem.objects.order_by("id")
    assert (first.level, first.origin, first.division_id, first.households_affected) == (
        "province",
        "assessment",
        "990101100201",
        3,
    )
    assert (first.state, first.due_on, first.person_in_charge) == ("assigned", date(2026, 12, 1), "王五")
    assert (second.state, second.division_id, second.origin) == ("found", "990101101000", "secret_visit")
    reasons = {error["row"]: "；".join(error["reasons"]) for error in batch.errors}
    assert "反馈层级“月球”不在目录内" in reasons[6]
    assert all(word in reasons[7] for word in ("反馈日期", "没有写问题描述", "没有找到这个乡镇、村"))
    assert "把乡镇写上" in reasons[8]
    assert "没有经过本系统验收" in reasons[9]
    again = import_problems(kind="rectification", division=county, path=path, name="清单.xlsx", actor=bureau, at=NOW)
    assert (again.created, again.unchanged, again.rejected) == (0, 2, 4)


def test_lists_of_houses_and_water_find_the_household_by_number(
    workbook: Any, county: Division, village: Division, bureau: User
) -> None:
    home = make_household(village)
    number = home.memberships.get(relation="户主").person.id_number
    houses = workbook(
        ["户主", "身份证号", "鉴定日期", "隐患"],
        ["张三", number, "2026-09-03", "C级，墙裂"],
        ["李", "99010119800101", "2026-09-03", "x"],
    )
    batch = import_problems(kind="house", division=county, path=houses, name="危房.xlsx", actor=bureau, at=NOW)
    assert (batch.created, batch.rejected) == (1, 1)
    assert number not in str(batch.errors)
    assert Problem.objects.get().household == home
    water = workbook(
        ["乡镇", "村", "类别", "具体问题", "发现日期", "影响户"],
        ["石桥镇", "东沟村", "水质", "浑水", "2026-10-01", 40],
        ["石桥镇", "", "水量", "没水", "2026-10-01", 1],
        ["石桥镇", "西岭村", "口味", "没水", "2026-10-01", 1.5],
    )
    batch = import_problems(kind="water", division=county, path=water, name="饮水.xlsx", actor=bureau, at=NOW)
    assert (batch.created, batch.rejected) == (1, 2)
    assert Problem.objects.get(kind="water").details["category"] == "水质"
    assert "要落到村" in str(batch.errors)


def test_what_is_no_list_leaves_nothing(
    workbook: Any, county: Division, bureau: User, owner: User, tmp_path: Path
) -> None:
    with pytest.raises(SheetError, match="缺少必需的列"):
        import_problems(
            kind="water", division=county, path=workbook(["姓名"], ["张三"]), name="x", actor=bureau, at=NOW
        )
    with pytest.raises(Refused, match="没有可导入"):
        import_problems(kind="dropout", division=county, path=workbook(["姓名"]), name="x", actor=bureau, at=NOW)
    with pytest.raises(OutOfScope):
        import_problems(kind="water", division=county, path=workbook(["姓名"]), name="x", actor=owner, at=NOW)
    assert not Problem.objects.exists()


def test_pages_walk_a_problem_from_found_to_signed_off(
    client: Any, owner: User, bureau: User, county: Division, village: Division, hire: Callable[..., User]
) -> None:
    home = make_household(village)
    client.force_login(owner)
    made = client.post(
        f"/households/{home.uid}/problem/?kind=house",
        {"origin": "cadre", "found_on": "2026-11-09", "description": "后墙开裂"},
    )
    problem = Problem.objects.get()
    assert made["Location"] == f"/problems/{problem.uid}/"
    page = client.get(made["Location"]).content.decode()
    assert "等交办" in page and "后墙开裂" in page
    client.force_login(bureau)
    address = f"/problems/{problem.uid}/assign/"
    refused = client.post(address, {"version": 1, "measures": "修", "unit": "", "person_in_charge": "王五"})
    assert refused.status_code == 400
    words = {"version": 1, "measures": "修缮", "unit": "石桥镇", "person_in_charge": "王五"}
    assert client.post(address, words).status_code == 302
    assert client.post(address, words).status_code == 404
    assert "王五" in client.get("/problems/").content.decode()
    assert problem.number not in client.get("/problems/?kind=water").content.decode()
    take(problem, "report_done", owner)
    assert problem.number in client.get("/problems/?mine=1").content.decode()
    assert problem.number in client.get("/problems/?state=all").content.decode()
    assert "后墙开裂" in client.get(f"/households/{home.uid}/").content.decode()


def test_a_waiting_problem_is_a_task(owner: User, bureau: User, village: Division, hire: Callable[..., User]) -> None:
    problem = make_problem(kind="water", actor=owner, division=village)
    assert [task.verb for task in tasks_of(owner, scope_of(owner), TODAY) if task.kind == "饮水安全"] == []
    problem = take(problem, "assign", bureau)
    assert [task.verb for task in tasks_of(owner, scope_of(owner), TODAY) if task.kind == "饮水安全"] == ["办理"]
    take(problem, "report_done", owner)
    liaison = hire("water_man", Role.LIAISON, "990101000000", department="water")
    assert [task.verb for task in tasks_of(liaison, scope_of(liaison), TODAY) if task.kind == "饮水安全"] == ["验收"]
    take(problem, "accept", bureau)
    take(problem, "sign_off", bureau)
    later = TODAY + timedelta(days=91)
    assert [task.kind for task in tasks_of(bureau, scope_of(bureau), later) if task.verb == "回头看"] == ["回头看"]


def test_what_is_worked_comes_by_its_deadline_page_by_page(
    owner: User, village: Division, monkeypatch: pytest.MonkeyPatch, client: Any
) -> None:
    """The longest overdue first, what has no deadline last; keys that make no sense give the first page."""
    made = [
        make_problem(kind="house", actor=owner, household=make_household(village), description=f"第{n}件")
        for n in range(3)
    ]
    for problem, due_on in zip(made, (None, date(2026, 12, 1), date(2026, 9, 1)), strict=True):
        Problem.objects.filter(pk=problem.pk).update(due_on=due_on)
    monkeypatch.setattr("accounts.views.base.PAGE_SIZE", 2)
    client.force_login(owner)
    first = client.get("/problems/").content.decode()
    assert first.index("第2件") < first.index("第1件") and "第0件" not in first
    assert "第0件" in client.get(f"/problems/?after=2026-12-01:{made[1].pk}").content.decode()
    for key in ("2026-13-40:1", "1:2026-12-01", "x", "7:7", "2026-12-01", "\0:1"):
        assert "第2件" in client.get("/problems/", {"after": key}).content.decode(), key
