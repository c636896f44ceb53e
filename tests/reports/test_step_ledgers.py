"""L7, T2 and T3: the village's public steps, the risks of the monitored, what was delivered to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from builders import make_episode, make_household
from django.utils import timezone
from ledger_sheets import Written

from accounts.models import Division, User
from assistance.models import MeasureType
from assistance.services.catalogue import install_standard
from assistance.services.deliveries import deliver
from assistance.services.measures import MeasureDraft, add_measure
from assistance.services.plans import open_plan
from monitoring.models import Episode
from reports.frozen import freeze
from reports.ledgers import LEDGERS

pytestmark = pytest.mark.usefixtures("clock")
COUNTY, TOWNSHIP, VILLAGE = "990101000000", "990101100000", "990101100201"
ELSEWHERE = "990101101000"


def day(value: Any) -> Any:
    return value.date() if isinstance(value, datetime) else value


def test_a_vote_with_what_followed_it(office: Any, written: Callable[..., Written]) -> None:
    home = make_household(office.village, number="H1", group_name="二组")
    case = office.posted(office.prepared(office.case_of(office.verified(home))))
    office.do(case, "object", office.owner, data={"content": "家里有车"})
    (notice,) = case.notices.all()
    told = [
        "异议·异议数",
        "异议·异议人",
        "异议·异议内容",
        "异议·接收日期",
        "异议·是否成立",
        "异议·处理去向",
        "公示·结果",
    ]
    (row,) = written("L7").rows
    assert [row[name] for name in told] == [1, "匿名", "家里有车", "2026-11-10", None, "办理中", "公示中"]
    answer = {
        "objection": str(notice.objections.get().uid),
        "investigators": ["李主任", "赵文书"],
        "finding": "车已报废",
        "upheld": False,
        "answered_how": "当面",
    }
    office.do(case, "answer_objection", office.owner, data=answer)
    for stage in (office.submitted, office.decided, office.recorded):
        case = stage(case)
    expected = {
        "序号": 1,
        "组": "二组",
        "办件编号": case.number,
        "户主": "张三",
        "人口": 3,
        "类别": "边缘易致贫户",
        "风险": "因病",
        "议题": "纳入",
        "民主评议·日期": date(2026, 11, 10),
        "民主评议·地点": "村委会",
        "民主评议·主持人": "王主任",
        "民主评议·应到": 30,
        "民主评议·实到": 24,
        "民主评议·同意": 20,
        "民主评议·不同意": 4,
        "民主评议·弃权": 0,
        "民主评议·结果": "通过",
        "公示·张贴地点": "村务公开栏",
        "公示·开始日": date(2026, 11, 10),
        "公示·结束日": date(2026, 11, 15),
        "公示·天数": "5自然日",
        "公示·照片": "首日、末日",
        "公示·结果": "异议不成立",
        "异议·调查人": "李主任、赵文书",
        "异议·调查结果": "车已报废",
        "异议·是否成立": "否",
        "异议·答复日期": "2026-11-10",
        "异议·处理去向": "继续",
        "公告·张贴地点": "镇政府公告栏",
        "公告·开始日": date(2026, 11, 16),
    }
    for code in (COUNTY, TOWNSHIP, VILLAGE):
        sheet = written("L7", code)
        (row,) = sheet.rows
        assert {name: day(row[name]) for name in expected} == expected
        assert sheet.totals["户主"] == "1次"
    assert written("L7", ELSEWHERE).rows == []
    assert written("L7", as_of=date(2026, 11, 9)).rows == []
    (row,) = written("L7", as_of=date(2026, 11, 12)).rows
    assert (row["公示·照片"], row["公示·结果"], row["公告·开始日"]) == ("首日", "公示中", None)


def test_an_edition_keeps_a_vote_in_the_sheets_of_its_village(office: Any, tmp_path: Path) -> None:
    office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    county = Division.objects.get(pk=COUNTY)
    marks = freeze(LEDGERS["L7"], county, date(2026, 11, 12), timezone.now(), tmp_path / "l7.jsonl.gz")
    assert {mark.division for mark in marks if mark.rows} == {COUNTY, TOWNSHIP, VILLAGE}


def test_a_second_vote_has_a_row_of_its_own(office: Any, written: Callable[..., Written]) -> None:
    case = office.submitted(
        office.posted(office.prepared(office.case_of(office.verified(make_household(office.village)))))
    )
    office.do(case, "review_return", office.leader, note="公示照片不清")
    rows = written("L7").rows
    assert len(rows) == case.appraisals.count()
    assert [row["公示·结果"] for row in rows][0] == "无异议"


@pytest.fixture
def help_with(clock: Any, owner: User) -> Callable[..., None]:
    """`help_with(episode, "健康帮扶", "医疗救助")` delivers that on 20 September."""
    install_standard(actor=None, at=timezone.now())

    def _help(episode: Episode, category: str, item: str, risk: str = "") -> None:
        at = timezone.now()
        plan = getattr(episode, "plan", None) or open_plan(episode=episode, actor=owner, at=at)
        draft = MeasureDraft(
            type=MeasureType.objects.get(category=category, item=item),
            risk=risk or episode.main_risk,
            content="按政策落实",
            unit="医保局",
            responsible="王五",
            starts_on=date(2026, 9, 1),
        )
        measure = add_measure(plan=plan, draft=draft, actor=owner, at=at)
        deliver(uid=uuid4(), measure=measure, on=date(2026, 9, 20), actor=owner, at=at)

    return _help


@pytest.fixture
def world(village: Division, places: Any, help_with: Callable[..., None]) -> None:
    """In 东沟村 three, ill (with cost of school), in want of labour, and at risk by an epidemic; one of 青杨乡 cleared,
    one without labour, monitored for water."""
    ill = make_episode(make_household(village), risks=["因病", "因学", "因产业项目失败"])
    help_with(ill, "健康帮扶", "医疗救助")
    help_with(ill, "产业帮扶", "产业奖补", "因产业项目失败")
    help_with(make_episode(make_household(village), risks=["缺劳动力"]), "综合保障", "低保")
    make_episode(make_household(village), risks=["因疫", "因病"])
    west = places["990101101201"]
    make_episode(make_household(west), risks=["因残"], cleared_on=date(2026, 10, 1))
    make_episode(make_household(west, members=({"name": "王五", "labour_skill": "无劳动力"},)), risks=["因安全饮水"])


def test_risks_of_the_monitored(world: None, written: Callable[..., Written]) -> None:
    heading = ["单位", "因病·户", "因病·人", "因学·户", "缺劳力·户", "饮水·户", "饮水·人", "其他·户", "其他·人"]
    east, west = [1, 3, 0, 1, 0, 0, 1, 3], [0, 0, 0, 0, 1, 1, 0, 0]
    sheet = written("T2")
    assert [[row[name] for name in heading] for row in sheet.rows] == [["石桥镇", *east], ["青杨乡", *west]]
    assert [sheet.totals[name] for name in heading] == ["合计", 1, 3, 0, 1, 1, 1, 1, 3]
    assert [row[name] for row in written("T2", TOWNSHIP).rows[:1] for name in heading] == ["东沟村", *east]
    assert [[row[name] for name in heading] for row in written("T2", VILLAGE).rows] == [["东沟村", *east]]
    assert written("T2A", VILLAGE).rows[0]["因病·户"] == 2
    before = written("T2", as_of=date(2026, 9, 30)).totals
    assert (before["因残·户"], before["因残·人"]) == (1, 3)


def test_the_second_sheet_counts_every_risk(world: None, written: Callable[..., Written], tmp_path: Path) -> None:
    written("T2")
    main, any_risk = openpyxl.load_workbook(tmp_path / "T2.xlsx").worksheets
    assert (main.title, any_risk.title) == ("T2风险类型分布表", "T2A风险类型分布表（涉及任一风险）")
    assert [cell.value for cell in any_risk[5]][:8] == [None, "合计", 2, 6, 0, 0, 1, 3]
    assert any_risk["A1"].value == "守望县风险类型分布表（涉及任一风险）（2026年11月）"


def test_help_that_was_delivered(world: None, written: Callable[..., Written]) -> None:
    group = "落实措施户数"
    heading = ["单位", "未消除户数", f"{group}·产业帮扶", f"{group}·健康帮扶", f"{group}·综合保障"]
    heading += [f"{group}·实施开发式帮扶措施情况", "无措施户数", "仅综合保障户数", "有劳力未落实开发式户数"]
    east, west = [3, 1, 1, 1, 1, 1, 1, 2], [1, 0, 0, 0, 0, 1, 0, 0]
    sheet = written("T3")
    assert [[row[name] for name in heading] for row in sheet.rows] == [["石桥镇", *east], ["青杨乡", *west]]
    assert [sheet.totals[name] for name in heading][1:] == [4, 1, 1, 1, 1, 2, 1, 2]
    assert [row[name] for row in written("T3", TOWNSHIP).rows[:1] for name in heading] == ["东沟村", *east]
    assert [row[name] for row in written("T3", VILLAGE).rows for name in heading] == ["东沟村", *east]
    assert written("T3", VILLAGE, as_of=date(2026, 9, 19)).totals["无措施户数"] == 3
