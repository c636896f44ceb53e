"""The workbooks for the national system: its headings, text alone, nothing lost on the way back, refusals told before."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from builders import make_condition, make_episode, make_household, make_income
from django.db.models import Count, F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Division, User
from accounts.services.divisions import load_divisions
from households.models import Household, Person
from households.services.register import import_register
from records.models import Job, LowIncome, WelfarePost
from reports.ledgers import LEDGERS
from reports.ledgers.base import Reading
from reports.models import ExportRun
from reports.services.exports import filename_of
from reports.services.ledgers import LedgerOrder, write_ledger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
COUNTY = "990101000000"
SAMPLES = Path(__file__).parents[1] / "data" / "samples"
LAYOUT_A = [
    "序号",
    "数据日期",
    "县(市、区、旗)",
    "乡(镇)",
    "行政村",
    "自然村",
    "户编号",
    "人编号",
    "姓名",
    "证件号码",
    "人数",
    "与户主关系",
    "民族",
    "文化程度",
    "在校生状况",
    "健康状况",
    "劳动技能",
    "务工时间（月）",
    "是否参加大病保险",
    "致贫原因1",
    "危房户",
    "是否解决安全饮用水",
    "人均纯收入",
    "户联系电话",
    "人联系电话",
    "首次识别时间",
    "人员识别时间",
    "户类型",
    "易返贫致贫户(监测对象)类型",
    "风险是否消除",
    "风险识别时间",
    "风险消除时间",
]
GOOD = {
    "nation": "汉族",
    "health": "健康",
    "serious_illness_insurance": "是",
}


@pytest.fixture
def sheet(tmp_path: Path, places: dict[str, Division]) -> Callable[..., Any]:
    """`sheet("N1")` is the county's workbook with whole numbers, as openpyxl reads it."""

    def _sheet(name: str, as_of: date | None = None, **more: Any) -> Any:
        path = tmp_path / f"{name}.xlsx"
        whole = {"masked": False, "purpose": "上传国家系统", **more}
        order = LedgerOrder(division=places[COUNTY], as_of=as_of, actor=None, at=timezone.now(), **whole)
        write_ledger(name=name, order=order, path=path)
        return openpyxl.load_workbook(path).active

    return _sheet


def _rows(sheet: Any) -> list[dict[str, Any]]:
    headings = [cell.value for cell in sheet[3]]
    lines = sheet.iter_rows(min_row=4, values_only=True)
    return [{name: value or "" for name, value in zip(headings, line, strict=True)} for line in lines]


def _family(village: Division, category: str = "脱贫户", **more: Any) -> Any:
    members = [
        {"name": "张三", "relation": "户主", "labour_skill": "普通劳动力", "education": "初中", **GOOD},
        {"name": "张小明", "relation": "之子", "labour_skill": "无劳动力", "schooling": "小学", **GOOD},
    ]
    home = make_household(village, category=category, members=members, per_capita_income=9000, **more)
    make_condition(home)
    return home


def test_the_lists_have_the_32_headings_in_row_3_and_nothing_but_text(village: Division, sheet: Any) -> None:
    home = _family(village, group_name="一组", declared_size=2)
    found = sheet("N1")
    assert [cell.value for cell in found[3]] == LAYOUT_A
    assert {cell.data_type for row in found.iter_rows(min_row=4) for cell in row if cell.value is not None} == {"s"}
    assert {cell.number_format for row in found.iter_rows(min_row=4) for cell in row} == {"@"}
    head, child = _rows(found)
    assert (head["序号"], head["姓名"], head["人数"]) == ("1", "张三", "2")
    assert (child["姓名"], child["人数"], child["户编号"], child["人均纯收入"]) == (
        "张小明",
        "",
        home.number,
        "9000.00",
    )
    assert head["证件号码"] == home.memberships.first().person.id_number
    assert (child["危房户"], child["是否解决安全饮用水"], child["自然村"]) == ("否", "是", "一组")
    assert found.max_row == 5


def test_who_was_lifted_and_who_is_only_monitored_stand_in_different_lists(village: Division, sheet: Any) -> None:
    lifted, ordinary, marginal = (_family(village, kind) for kind in ("脱贫户", "一般农户", "一般农户"))
    make_episode(lifted, monitored_type="脱贫不稳定户")
    make_episode(marginal, identified_on=date(2026, 1, 5), cleared_on=date(2026, 8, 9))
    first, second, third = (_rows(sheet(name)) for name in ("N1", "N2", "N3"))
    assert {row["户编号"] for row in first} == {lifted.number}
    assert {row["户编号"] for row in second} == {marginal.number}
    assert {row["户编号"] for row in third} == {lifted.number, marginal.number}
    assert ordinary.number not in {row["户编号"] for row in [*first, *second, *third]}
    assert (second[0]["风险识别时间"], second[0]["风险是否消除"], second[0]["风险消除时间"]) == (
        "202601",
        "是",
        "202608",
    )
    before = _rows(sheet("N2", as_of=date(2026, 7, 31)))
    assert (before[0]["风险是否消除"], before[0]["风险消除时间"]) == ("否", "")


def test_the_monitored_sheet_takes_its_values_from_where_they_are_kept(
    village: Division, owner: User, sheet: Any
) -> None:
    home = _family(village, "一般农户")
    make_episode(home, identified_on=date(2026, 1, 5), risks=("因病", "缺劳动力"))
    make_income(home, recorded_by=owner, per_head=10000)
    person = home.memberships.get(relation="户主").person
    kept = {"household": home, "person": person, "from_on": date(2026, 8, 1), "recorded_at": timezone.now()}
    Job.objects.create(working=True, work_place="某省某市", channel="外出务工", **kept)
    WelfarePost.objects.create(title="保洁", kind="cleaner", **kept)
    LowIncome.objects.create(kind="低保", **kept)
    found = sheet("N3")
    head, child = _rows(found)
    assert head["致贫/返贫风险1"] == "因病"
    assert head["致贫/返贫风险2"] == child["致贫/返贫风险2"] == "缺劳动力"
    assert (head["务工所在地"], head["公益性岗位"], head["公益性岗位(月数)"]) == ("某省某市", "保洁员", "4")
    assert (head["享受低保政策情况"], child["享受低保政策情况"]) == ("农村低保", "")
    assert head["出生日期"] == person.id_number[6:14]
    assert head["工资性收入"] == "20000.00"
    assert head["实施开发式帮扶措施情况"] == "尚未实施"
    assert head["是否住房出现安全问题"] == "否"
    assert head["风险消除后是否住房损毁"] == ""


def test_the_files_are_named_as_the_national_system_names_its_own(county: Division, owner: User) -> None:
    names = {
        name: filename_of(
            ExportRun(ledger=name, division=county, as_of=date(2026, 11, 10), masked=False, started_by=owner)
        )
        for name in ("N1", "N3")
    }
    assert names == {"N1": "（守望县）已脱贫人口名单_20261110.xlsx", "N3": "（自定义）监测对象信息_20261110.xlsx"}
    masked = ExportRun(ledger="N3", division=county, as_of=date(2026, 11, 10), masked=True, started_by=owner)
    assert "不能上传" in filename_of(masked)


def test_what_is_written_is_read_back_and_changes_nothing(tmp_path: Path, sheet: Any, county: Division) -> None:
    """But for 人数 where the register declares another number than it has members, which the check names."""
    load_divisions(path=SAMPLES / "plain" / "divisions.csv", actor=None, at=timezone.now())
    register = SAMPLES / "plain" / "register.xlsx"
    assert import_register(path=register, name="a.xlsx", actor=None, at=timezone.now()).tally.created > 300
    differ = Household.objects.annotate(there=Count("memberships")).exclude(declared_size=F("there"))
    assert {words for _, column, words in _faults(sheet("N1P")) if column == "人数"} == {
        f"登记人数 {home.declared_size} 与现有成员 {home.there} 人不一致" for home in differ.filter(category="脱贫户")
    }
    differ.update(declared_size=None)
    for home in Household.objects.annotate(there=Count("memberships")).filter(declared_size=None):
        Household.objects.filter(pk=home.pk).update(declared_size=home.there)
    for name in ("N1", "N2"):
        rows = len(_rows(sheet(name)))
        path = tmp_path / f"{name}.xlsx"
        again = import_register(path=path, name=path.name, actor=None, at=timezone.now())
        assert (again.tally.created, again.tally.updated, len(again.rejected)) == (0, 0, 0), again.errors[:3]
        assert again.tally.unchanged == rows > 100
        assert again.batch is None


def _faults(sheet: Any) -> set[tuple[str, str, str]]:
    lines = [[cell.value or "" for cell in row] for row in sheet.iter_rows()]
    top = next(i for i, line in enumerate(lines) if line[0] == "序号")
    found = [dict(zip(lines[top], line, strict=True)) for line in lines[top + 1 : -1]]
    return {(row["姓名"], row["栏目"], row["问题"]) for row in found}


def test_the_check_names_every_cell_that_would_be_refused(village: Division, sheet: Any) -> None:
    home = _family(village, declared_size=3)
    head, child = (row.person for row in home.memberships.order_by("id"))
    Person.objects.filter(pk=head.pk).update(education="初中", schooling="小学", nation="", health="健康,感冒")
    Person.objects.filter(pk=child.pk).update(schooling="", labour_skill="小工", work_months=14)
    home.refresh_from_db()
    home.phone = "0931-123"
    home.save()
    home.memberships.filter(person=head).update(relation="配偶")
    make_condition(home, on=date(2026, 10, 1), water_ok=None, housing_ok=None)
    found = _faults(sheet("N1P"))
    assert ("张三", "文化程度", "文化程度和在校生状况只能填一个，现在两个都有") in found
    assert ("张小明", "文化程度", "文化程度和在校生状况要填一个，现在两个都空") in found
    assert ("张三", "民族", "必填项为空") in found
    assert ("张三", "与户主关系", "这一户没有户主") in found
    assert ("张小明", "与户主关系", "这一户没有户主") not in found
    assert ("张小明", "务工时间（月）", "格式不对，应为0 到 12 的月数") in found
    assert {(name, column) for name, column, words in found if words.startswith("不在代码表内")} == {
        ("张三", "健康状况"),
        ("张小明", "劳动技能"),
    }
    assert ("张三", "户联系电话", "格式不对，应为11 位手机号") in found


def test_a_household_without_faults_is_said_to_have_none(village: Division, bureau: User, sheet: Any) -> None:
    _family(village, declared_size=2)
    assert _faults(sheet("N1P")) == set()
    client = Client()
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    assert "查了2 人，没有问题" in client.get(reverse("ledger-preview", args=["N1P"])).content.decode()


def test_the_check_of_a_cleared_household_asks_for_what_comes_after(village: Division, sheet: Any) -> None:
    home = _family(village, "一般农户")
    make_episode(home, identified_on=date(2026, 1, 5), cleared_on=date(2026, 10, 9))
    found = _faults(sheet("N3P"))
    assert ("张三", "风险消除后是否住房损毁", "必填项为空") in found
    make_condition(home, on=date(2026, 10, 20))
    assert ("张三", "风险消除后是否住房损毁", "必填项为空") not in _faults(sheet("N3P"))


def test_the_page_of_a_check_leads_to_the_household_and_shows_no_number(village: Division, bureau: User) -> None:
    home = _family(village)
    number = home.memberships.first().person.id_number
    Person.objects.filter(memberships__household=home).update(nation="")
    client = Client()
    client.force_login(bureau, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("ledger-preview", args=["N1P"])).content.decode()
    assert reverse("household-detail", args=[home.uid]) in page
    assert "必填项为空" in page and number not in page
    for name in ("N1", "N3", "N3P"):
        said = client.get(reverse("ledger-preview", args=[name])).content.decode()
        assert LEDGERS[name].title in said and number not in said
    assert "国家系统工作簿" in client.get(reverse("ledger-list")).content.decode()
    assert (
        reverse("ledger-preview", args=["N1P"]) in client.get(reverse("ledger-preview", args=["N1"])).content.decode()
    )


@pytest.mark.parametrize("code", [COUNTY, "990101100000", "990101100201"])
@pytest.mark.parametrize("name", [name for name, ledger in LEDGERS.items() if ledger.group])
def test_an_empty_place_has_its_headings_and_no_rows(
    name: str, code: str, places: Any, tmp_path: Path, run_json: Callable[..., Any]
) -> None:
    path = tmp_path / "a.xlsx"
    assert run_json("ledger", name, "--division", code, "--output", str(path))["rows"] == 0
    assert "户编号" in [cell.value for cell in openpyxl.load_workbook(path).active[3]]


def test_whole_numbers_take_a_purpose_and_leave_a_record(village: Division, sheet: Any, written: Any) -> None:
    _family(village)
    sheet("N1")
    event = AuditEvent.objects.get(action="ledger.exported")
    assert (event.purpose, event.detail["masked"]) == ("上传国家系统", False)
    masked = sheet("N1", masked=True, purpose="")
    assert re.fullmatch(r"\d{6}\*{12}", _rows(masked)[0]["证件号码"])


def test_what_was_not_known_then_is_not_in_the_sheet_of_then(village: Division, county: Division) -> None:
    home = _family(village, "一般农户")
    make_episode(home, identified_on=date(2026, 1, 5))
    make_condition(home, on=date(2026, 10, 2), housing_ok=False)
    home.conditions.filter(on=date(2026, 10, 2)).update(recorded_at=timezone.now())
    before = timezone.now() - timedelta(days=5)

    def cells(known_at: Any) -> list[Any]:
        body = LEDGERS["N2"].body(Reading(county, date(2026, 11, 10), known_at))
        return [line[LAYOUT_A.index("危房户")] for line in body.rows]

    assert cells(None) == ["是", "是"]
    assert cells(before) == ["否", "否"]


def test_a_page_has_so_many_persons_and_numbers_them_itself(village: Division, county: Division) -> None:
    home = _family(village)
    sample = LEDGERS["N1"].sample(Reading(county, date(2026, 11, 10)), 1)
    assert [(line.cells[0], line.cells[8], line.about) for line in sample.lines] == [(None, "张三", home)]
    assert (sample.totals[:2], sample.size) == (["合计", "2人"], 2)
