"""A book's workbook taken in: every bad row told in one pass, the same file twice, full lists, undoing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from book_files import take_in, write_list
from builders import make_household, make_number
from cast import NOW

from accounts.crypto import blind_index
from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Division, Role
from households.models import FormerNumber, Household
from records.books import BOOKS
from records.models import Asset, HotlineCase, House, Job, KeyVillage, LowIncome, RecordBatch, Schooling, WaterWork
from records.services.book_originals import write_batch_errors, write_template
from records.services.book_undo import undo_book
from records.services.books import import_book
from sheets.faults import SheetError
from sheets.read import open_book

pytestmark = pytest.mark.usefixtures("clock")
LISTED = date(2026, 11, 1)


@pytest.fixture
def family(village: Division) -> Household:
    return make_household(village)


def people(household: Household) -> list[dict[str, str]]:
    rows = household.memberships.select_related("person").order_by("id")
    return [{"姓名": row.person.name, "证件号码": row.person.id_number} for row in rows]


def job(household: Household, place: int = 0, **cells: Any) -> dict[str, Any]:
    return {**people(household)[place], "是否已务工": "是", "务工范围": "县内", "务工月收入": "3000", **cells}


def test_a_list_becomes_lines_of_persons(tmp_path: Path, county: Division, family: Household) -> None:
    report = take_in(tmp_path, "jobs", county, [job(family, 开始时间="2026-03-01", 务工企业="守望制衣厂")])
    row = Job.objects.get()
    assert (row.person.name, row.household, row.from_on, row.to_on) == ("张三", family, date(2026, 3, 1), None)
    assert (row.working, row.area, row.firm, row.monthly_wage) == (True, "county", "守望制衣厂", Decimal(3000))
    assert (row.recorded_at, row.batch, report.batch.created) == (NOW, report.batch, 1)


def test_without_a_first_day_a_line_begins_on_the_day_of_the_list(
    tmp_path: Path, county: Division, family: Household
) -> None:
    take_in(tmp_path, "jobs", county, [job(family)])
    assert Job.objects.get().from_on == LISTED


def test_a_last_day_that_says_no_end_is_none(tmp_path: Path, county: Division, family: Household) -> None:
    take_in(tmp_path, "jobs", county, [job(family, 开始时间="2026-03-01", 结束时间="9999-12-31")])
    assert Job.objects.get().to_on is None


def test_every_kind_of_bad_row_is_told_in_one_pass(tmp_path: Path, county: Division, family: Household) -> None:
    good = job(family)
    number = good["证件号码"]
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    rows = [
        good,
        {**good, "证件号码": ""},
        {**good, "证件号码": "9.90101E+17"},
        {**good, "证件号码": "99010119"},
        {**good, "证件号码": wrong},
        {**good, "证件号码": make_number(777)},
        {**job(family, 1), "姓名": "李四四"},
        {**job(family, 1), "是否已务工": "也许"},
        {**job(family, 1), "是否已务工": ""},
        {**job(family, 1), "务工月收入": "三千"},
        {**job(family, 1), "务工月收入": "-1"},
        {**job(family, 1), "培训时间": "上个月"},
        {**job(family, 1), "务工企业名称": "厂" * 81},
        {**job(family, 1), "岗位推送次数": "1.5"},
        {**job(family, 1), "开始时间": "2026-12-01"},
        {**job(family, 1), "开始时间": "2026-03-02", "结束时间": "2026-03-01"},
        good,
    ]
    report = take_in(tmp_path, "jobs", county, rows)
    told = {error["row"]: (error["column"], error["code"]) for error in report.errors}
    assert told == {
        3: ("证件号码", "id_missing"),
        4: ("证件号码", "id_precision"),
        5: ("证件号码", "id_length"),
        6: ("证件号码", "id_checksum"),
        7: ("证件号码", "not_registered"),
        8: ("姓名", "name_differs"),
        9: ("是否已务工", "code_unknown"),
        10: ("是否已务工", "code_unknown"),
        11: ("务工月收入", "amount_invalid"),
        12: ("务工月收入", "amount_invalid"),
        13: ("培训时间", "date_invalid"),
        14: ("务工企业名称", "text_too_long"),
        15: ("岗位推送次数", "amount_invalid"),
        16: ("起始日期", "date_invalid"),
        17: ("截止日期", "date_order"),
        18: ("证件号码", "row_duplicate"),
    }
    assert Job.objects.count() == 1 and report.rows == 17
    assert all(error["sheet"] == "jobs" and "张三" not in error["message"] for error in report.errors)


def test_the_same_file_twice_changes_nothing(tmp_path: Path, county: Division, family: Household) -> None:
    rows = [job(family), job(family, 1, 开始时间="2026-03-01", 结束时间="2026-10-31")]
    first = take_in(tmp_path, "jobs", county, rows)
    before = list(Job.objects.values())
    second = take_in(tmp_path, "jobs", county, rows, at=NOW + timedelta(hours=1))
    assert list(Job.objects.values()) == before
    assert (second.stored, second.batch, second.tally.unchanged) == (False, first.batch, 2)
    assert RecordBatch.objects.count() == 1


def test_what_differs_holds_from_the_day_of_the_list(tmp_path: Path, county: Division, family: Household) -> None:
    take_in(tmp_path, "jobs", county, [job(family, 开始时间="2026-03-01")], listed_on=date(2026, 9, 1))
    later = NOW + timedelta(days=1)
    take_in(tmp_path, "jobs", county, [job(family, 开始时间="2026-03-01", 务工月收入="4500")], at=later)
    assert Job.objects.standing().count() == 2 and Job.objects.values("line").distinct().count() == 1
    assert Job.objects.as_of(date(2026, 10, 31)).get().monthly_wage == 3000
    assert Job.objects.as_of(LISTED).get().monthly_wage == 4500
    assert Job.objects.as_of(LISTED, NOW).get().monthly_wage == 3000


def test_a_blank_cell_leaves_what_is_known(tmp_path: Path, county: Division, family: Household) -> None:
    take_in(tmp_path, "jobs", county, [job(family, 务工企业名称="守望制衣厂")])
    take_in(tmp_path, "jobs", county, [job(family, 务工企业名称="")], name="again")
    assert Job.objects.standing().get().firm == "守望制衣厂"


def test_an_older_list_does_not_overwrite_a_newer_one(tmp_path: Path, county: Division, family: Household) -> None:
    take_in(tmp_path, "jobs", county, [job(family)])
    report = take_in(tmp_path, "jobs", county, [job(family, 务工月收入="1")], listed_on=date(2026, 9, 1))
    assert [error["code"] for error in report.errors] == ["older"]
    assert Job.objects.standing().get().monthly_wage == 3000


def test_a_last_day_ends_the_line_the_day_after(tmp_path: Path, county: Division, family: Household) -> None:
    take_in(tmp_path, "jobs", county, [job(family, 开始时间="2026-03-01")], listed_on=date(2026, 9, 1))
    take_in(tmp_path, "jobs", county, [job(family, 结束时间="2026-10-31", 返乡原因="照顾老人")])
    row = Job.objects.standing().get()
    assert (row.from_on, row.to_on, row.return_reason) == (date(2026, 3, 1), date(2026, 11, 1), "照顾老人")


def test_months_may_stand_for_days(tmp_path: Path, county: Division, family: Household) -> None:
    line = {**people(family)[0], "类别": "农村低保", "起始月": "202601", "停发月": "2026年9月", "月保障金": "420"}
    take_in(tmp_path, "low_incomes", county, [line])
    row = LowIncome.objects.get()
    assert (row.kind, row.from_on, row.to_on) == ("低保", date(2026, 1, 1), date(2026, 10, 1))


def test_only_a_full_list_ends_what_it_does_not_name(tmp_path: Path, county: Division, family: Household) -> None:
    take_in(tmp_path, "jobs", county, [job(family), job(family, 1)], listed_on=date(2026, 9, 1))
    take_in(tmp_path, "jobs", county, [job(family)], name="part")
    assert Job.objects.as_of(LISTED).count() == 2
    report = take_in(tmp_path, "jobs", county, [job(family)], name="full", full=True)
    assert (report.tally.ended, Job.objects.as_of(LISTED).get().person.name) == (1, "张三")
    assert Job.objects.as_of(LISTED - timedelta(days=1)).count() == 2


def test_a_full_list_with_bad_rows_ends_nothing_and_says_so(
    tmp_path: Path, county: Division, family: Household
) -> None:
    take_in(tmp_path, "jobs", county, [job(family), job(family, 1)], listed_on=date(2026, 9, 1))
    rows = [job(family), {**job(family, 1), "务工月收入": "很多"}]
    report = take_in(tmp_path, "jobs", county, rows, full=True)
    assert report.warnings and not report.batch.full
    assert Job.objects.as_of(LISTED).count() == 2


def test_a_full_list_of_one_village_ends_nothing_elsewhere(
    tmp_path: Path, places: dict[str, Division], family: Household
) -> None:
    neighbour = make_household(places["990101100202"], members=[{"name": "邻居"}])
    county = places["990101000000"]
    take_in(tmp_path, "jobs", county, [job(family), job(neighbour)], listed_on=date(2026, 9, 1))
    take_in(tmp_path, "jobs", places["990101100201"], [job(family)], full=True)
    assert Job.objects.as_of(LISTED).count() == 2


def test_people_of_other_places_are_not_there(tmp_path: Path, places: dict[str, Division], family: Household) -> None:
    report = take_in(tmp_path, "jobs", places["990101100202"], [job(family)])
    assert [error["code"] for error in report.errors] == ["not_registered"]


def test_a_former_number_still_finds_its_person(tmp_path: Path, county: Division, family: Household) -> None:
    person, number = family.memberships.first().person, make_number(888)
    former = FormerNumber(person=person, id_index=blind_index("id_number", number), changed_on=LISTED)
    former.id_number = number
    former.save()
    take_in(tmp_path, "jobs", county, [{**job(family), "证件号码": number}])
    assert Job.objects.get().person == person


def test_houses_are_found_by_their_household_and_dated_by_appraisal(
    tmp_path: Path, county: Division, family: Household
) -> None:
    first = {"户编号": family.number, "房屋编号": "1", "安全等级": "C级", "鉴定日期": "2026-05-01"}
    take_in(tmp_path, "houses", county, [first], name="a")
    head = {"户主": "张三", "身份证号": people(family)[0]["证件号码"]}
    mended = {**head, "房屋编号": "1", "鉴定等级": "A", "鉴定日期": "2026-09-01"}
    take_in(tmp_path, "houses", county, [mended], name="b")
    assert [(row.grade, row.from_on, row.to_on) for row in House.objects.standing().order_by("from_on")] == [
        ("C", date(2026, 5, 1), date(2026, 9, 1)),
        ("A", date(2026, 9, 1), None),
    ]


def test_places_are_found_by_their_names(tmp_path: Path, places: dict[str, Division]) -> None:
    county = places["990101000000"]
    work = {"供水工程": "一号", "供水方式": "集中供水", "水质是否达标": "√"}
    rows = [
        {"乡镇": "石桥镇", "村": "东沟村", **work},
        {"乡镇": "青杨乡", "村": "东沟村", **work},
        {"乡镇": "邻镇", "村": "邻村", **work},
        {"乡镇": "石桥镇", "村": "没有村", **work},
        {"乡镇": "石桥镇", "村": "", **work},
        {"乡镇": "", "村": "东沟村", **work},
    ]
    report = take_in(tmp_path, "water_works", county, rows)
    assert set(WaterWork.objects.values_list("division_id", flat=True)) == {"990101100201", "990101101201"}
    assert [(error["row"], error["column"], error["code"]) for error in report.errors] == [
        (4, "乡(镇)", "division_unknown"),
        (5, "行政村", "division_unknown"),
        (6, "行政村", "division_unknown"),
        (7, "乡(镇)", "division_unknown"),
    ]


def test_a_case_names_its_household_and_its_petitioner_is_sealed(
    tmp_path: Path, county: Division, family: Household
) -> None:
    line = {"受理编号": "X1", "受理日期": "2026-10-02", "渠道": "12345", "诉求人": "王五", "诉求": "房子漏雨"}
    take_in(tmp_path, "hotline_cases", county, [{**line, "涉及户": family.number}])
    row = HotlineCase.objects.get()
    assert (row.household, row.petitioner, row.division) == (family, "王五", county)
    assert "王五".encode() not in bytes(row.petitioner_sealed)
    report = take_in(tmp_path, "hotline_cases", county, [{**line, "受理编号": "X2", "涉及户": "无此户"}], name="b")
    assert [(error["column"], error["code"]) for error in report.errors] == [("涉及户", "not_registered")]


def test_undoing_a_delivery_puts_back_what_stood(tmp_path: Path, county: Division, family: Household) -> None:
    take_in(tmp_path, "jobs", county, [job(family)], listed_on=date(2026, 9, 1))
    rows = [job(family, 务工月收入="9000"), job(family, 1)]
    report = take_in(tmp_path, "jobs", county, rows, at=NOW + timedelta(hours=1), name="b")
    undo_book(batch=report.batch, actor=None, at=NOW + timedelta(hours=2))
    row = Job.objects.standing().get()
    assert (row.monthly_wage, row.from_on, row.to_on) == (3000, date(2026, 9, 1), None)
    between = Job.objects.as_of(LISTED, NOW + timedelta(hours=1))
    assert sorted(between.values_list("monthly_wage", flat=True)) == [3000, 9000]
    with pytest.raises(Conflict):
        undo_book(batch=RecordBatch.objects.get(pk=report.batch.pk), actor=None, at=NOW)


def test_what_a_later_delivery_changed_is_undone_from_the_last_one(
    tmp_path: Path, county: Division, family: Household
) -> None:
    first = take_in(tmp_path, "jobs", county, [job(family)], listed_on=date(2026, 9, 1))
    second = take_in(tmp_path, "jobs", county, [job(family, 务工月收入="1")], name="b")
    with pytest.raises(Conflict, match="后来又改过"):
        undo_book(batch=first.batch, actor=None, at=NOW)
    undo_book(batch=second.batch, actor=None, at=NOW)
    undo_book(batch=first.batch, actor=None, at=NOW)
    assert not Job.objects.standing().exists()


def test_sealed_values_survive_undoing(tmp_path: Path, county: Division, family: Household) -> None:
    child = {**people(family)[2], "在校状态": "在读", "学籍号": "G9901"}
    take_in(tmp_path, "schooling", county, [child], listed_on=date(2026, 9, 1))
    report = take_in(tmp_path, "schooling", county, [{**child, "在校状态": "辍学"}], name="b")
    undo_book(batch=report.batch, actor=None, at=NOW)
    row = Schooling.objects.standing().get()
    assert (row.state, row.roll_number) == ("at_school", "G9901")


def test_rows_sent_back_come_as_a_workbook_from_the_kept_original(
    tmp_path: Path, county: Division, family: Household
) -> None:
    report = take_in(tmp_path, "jobs", county, [job(family), {**job(family, 1), "务工月收入": "很多"}])
    out = tmp_path / "errors.xlsx"
    assert write_batch_errors(batch=report.batch, output=out, actor=None, at=NOW) == 1
    table = open_book(out).tables(BOOKS["jobs"].layout())[0]
    block = next(table.blocks())
    assert block.cells["姓名"] == ["李四"]


@pytest.mark.parametrize("code", list(BOOKS))
def test_a_filled_template_can_be_read_again(tmp_path: Path, code: str) -> None:
    path = tmp_path / "template.xlsx"
    write_template(book=BOOKS[code], output=path)
    (table,) = open_book(path).tables(BOOKS[code].layout())
    assert set(table.found) == {column.name for column in BOOKS[code].layout()}


def test_a_file_of_something_else_is_refused_whole(tmp_path: Path, county: Division) -> None:
    with pytest.raises(SheetError, match="缺少必需的列"):
        take_in(tmp_path, "jobs", county, [{"品名": "水管"}])
    assert not RecordBatch.objects.exists()


def test_a_day_in_the_future_and_an_unknown_book_are_refused(tmp_path: Path, county: Division) -> None:
    with pytest.raises(Refused, match="不能晚于今天"):
        take_in(tmp_path, "jobs", county, [], listed_on=date(2027, 1, 1))
    path = write_list(tmp_path / "x.csv", [{"姓名": "张三"}])
    with pytest.raises(Refused, match="没有名为"):
        import_book(book="nothing", path=path, name="x", division=county, actor=None, at=NOW)


@pytest.mark.parametrize(
    ("role", "place", "department", "wanted"),
    [
        (Role.COUNTY_BUREAU, "990101000000", "", None),
        (Role.LIAISON, "990101000000", "human_resources", None),
        (Role.LIAISON, "990101000000", "education", OutOfScope),
        (Role.LIAISON, "990102000000", "human_resources", OutOfScope),
        (Role.AUDITOR, "990101000000", "", Forbidden),
        (Role.TOWNSHIP_STAFF, "990101100000", "", OutOfScope),
        (Role.ADMINISTRATOR, "990101000000", "", OutOfScope),
    ],
)
def test_who_may_bring_a_countys_list(
    tmp_path: Path, hire: Any, county: Division, family: Household, role: str, place: str, department: str, wanted: Any
) -> None:
    actor = hire("bringer", role, place, department=department)
    if wanted is None:
        assert take_in(tmp_path, "jobs", county, [job(family)], actor=actor).tally.created == 1
        return
    with pytest.raises(wanted):
        take_in(tmp_path, "jobs", county, [job(family)], actor=actor)
    assert not Job.objects.exists()


def test_a_cadre_brings_the_list_of_his_own_village(
    tmp_path: Path, owner: Any, village: Division, county: Division, family: Household
) -> None:
    assert take_in(tmp_path, "jobs", village, [job(family)], actor=owner).tally.created == 1
    with pytest.raises(Forbidden):
        take_in(tmp_path, "key_villages", village, [{"跟踪责任人": "某某"}], actor=owner)
    assert not KeyVillage.objects.exists()


def test_a_liaison_sees_only_his_departments_batches_and_lines_within_his_division(
    tmp_path: Path, hire: Any, places: dict[str, Division], family: Household
) -> None:
    county, neighbour = places["990101000000"], places["990102000000"]
    there = make_household(places["990102100201"], members=[{"name": "邻人"}])
    mine = take_in(tmp_path, "jobs", county, [job(family)]).batch
    take_in(tmp_path, "jobs", neighbour, [job(there)], name="b")
    take_in(tmp_path, "water_works", places["990101100201"], [{"供水工程": "一号", "供水方式": "集中"}])
    liaison = hire("liaison", Role.LIAISON, "990101000000", department="human_resources")
    assert list(RecordBatch.objects.visible_to(liaison)) == [mine]
    assert [row.household for row in Job.objects.visible_to(liaison)] == [family]
    assert not WaterWork.objects.visible_to(liaison).exists()


def test_a_batch_is_read_with_few_queries(
    tmp_path: Path, village: Division, county: Division, django_assert_max_num_queries: Any
) -> None:
    members = [{"name": f"人{n}", "relation": "其他"} for n in range(120)]
    crowd = make_household(village, members=members)
    rows = [{**one, "是否已务工": "是"} for one in people(crowd)]
    with django_assert_max_num_queries(30):
        take_in(tmp_path, "jobs", county, rows)
    assert Job.objects.count() == 120


def test_the_command_takes_a_list_in(tmp_path: Path, run_json: Any, bureau: Any, family: Household) -> None:
    path = write_list(tmp_path / "名册.csv", [job(family), {**job(family, 1), "务工月收入": "很多"}])
    out = tmp_path / "errors.xlsx"
    arguments = ["--division", "990101000000", "--as", "bureau", "--on", "2026-11-01", "--errors", str(out)]
    told = run_json("import_book", "jobs", str(path), *arguments)
    assert (told["created"], told["rejected"], told["errors"][0]["column"]) == (1, 1, "务工月收入")
    assert Job.objects.get().recorded_by == bureau and out.exists()


def test_an_asset_begins_when_it_was_bought(tmp_path: Path, places: dict[str, Division]) -> None:
    line = {"乡镇": "石桥镇", "村": "东沟村", "资产编号": "A1", "资产名称": "大棚", "资产类别": "经营性资产"}
    take_in(tmp_path, "assets", places["990101000000"], [{**line, "购建日期": "2024-06-01", "原值（万元）": "12.5"}])
    row = Asset.objects.get()
    assert (row.from_on, row.original_value) == (date(2024, 6, 1), Decimal("12.50"))
