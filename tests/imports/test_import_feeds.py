"""Department files: judged, counted, replaced, taken back, mended; what is kept and what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from import_files import AT, feed_file, feed_row, headings, number, register_row, write_csv, write_xlsx
from openpyxl import load_workbook

from accounts.errors import Conflict, Forbidden, OutOfScope, Refused
from accounts.models import Role, StoredFile
from households.models import FormerNumber, Person
from monitoring.evidence import path_of, remove_orphans, rows_as_received
from monitoring.feeds import FEEDS
from monitoring.models import FeedBatch, FeedRow
from monitoring.services.feed_links import link_rows
from monitoring.services.feed_originals import rebuild_evidence, write_batch_errors
from monitoring.services.feed_undo import undo_batch
from monitoring.services.feeds import current_batches, import_feed, write_errors
from sheets.faults import SheetError

OCTOBER = date(2026, 10, 1)
Take = Callable[..., Any]


def codes(report: Any) -> list[tuple[int, str, str]]:
    return [(error["row"], error["column"], error["code"]) for error in report.errors]


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_every_feed_takes_its_file(feed: str, ending: str, take_feed: Take) -> None:
    report = take_feed(feed, [feed_row(feed, number(1)), feed_row(feed, number(2))], name=f"{feed}.{ending}")
    assert (report.counts.rows, report.counts.accepted, report.errors) == (2, 2, [])


@pytest.mark.parametrize("feed", FEEDS)
def test_every_alias_of_every_feed_finds_its_column(feed: str, take_feed: Take, tmp_path: Path) -> None:
    declared = FEEDS[feed]
    longest = max(len(column.aliases) for column in declared.layout())
    for turn in range(longest):
        words = {
            column.name: [column.name, *column.aliases][turn % (len(column.aliases) + 1)]
            for column in declared.layout()
        }
        spelt = [words.get(heading, heading) for heading in headings(feed)]
        if len(set(spelt)) < len(spelt):
            continue
        path = write_xlsx(tmp_path / "spelt.xlsx", [spelt, feed_row(feed, number(1))])
        report = take_feed(feed, path=path)
        assert (report.counts.accepted, report.errors) == (1, []), spelt


def test_headings_are_known_with_units_and_in_full_width(take_feed: Take, tmp_path: Path) -> None:
    spelt = [
        "序号",
        "人员姓名",
        "公民身份号码",
        "供水工程名称",
        "水量（升／人·天）",
        "取水时间(分)",
        "缺水天数/年",
        "水质 结论",
    ]
    path = write_xlsx(tmp_path / "water.xlsx", [spelt, [1, "张三", number(1), "甲站", "１９", "3", "40", "不合格"]])
    take_feed("water", path=path)
    row = rows_as_received(FeedBatch.objects.get(), [0])[0]
    assert row == {"序号": "1", "人员姓名": "张三", "公民身份号码": number(1), "供水工程名称": "甲站",
                   "水量（升／人·天）": "１９", "取水时间(分)": "3", "缺水天数/年": "40", "水质 结论": "不合格"}  # fmt: skip


def test_what_rules_need_is_stored_for_registered_people_only(take_register: Take, take_feed: Take) -> None:
    take_register([register_row("H1", number(1))])
    mine = feed_row("water", number(1), 水量="12.5", 水质结论="不合格", 取水时间="21", 缺水天数="")
    take_feed("water", [mine, feed_row("water", number(2))])
    known, stranger = FeedRow.objects.order_by("position")
    assert json.loads(known.facts) == {"litres": 12_500_000, "minutes": 21_000_000, "quality_fails": True}
    assert known.person == Person.objects.get()
    assert (stranger.person, stranger.facts, stranger.happened_on, stranger.amount) == (None, "", None, None)


FACTS = {
    "medical_costs": ({"个人自付": "-1,200.50元", "结算日期": "20261005"}, {}, "2026-10-05", -1_200_500_000),
    "education_costs": ({"学年": "２０２６－２０２７", "自付金额": 800}, {"school_year": 2026}, None, 800_000_000),
    "insurance_status": ({"参保状态": "中断"}, {"status": "中断"}, None, None),
    "major_disease": ({"治疗状态": "治愈", "确诊日期": "46300"}, {"cured": True}, "2026-10-05", None),
    "school_dropout": ({"劝返情况": "已复学"}, {"born": "1990-01-01", "returned": True}, "2026-10-05", None),
    "welfare_changes": (
        {"变动类型": "退出", "救助类别": "农村低保"}, {"change": "退出", "support": "农村低保"}, None, None
    ),
    "disability": ({"变动类型": "新办", "残疾等级": 2}, {"change": "新办", "grade": 2}, "2026-10-05", None),
    "housing": ({"鉴定等级": "d级", "竣工日期": ""}, {"grade": "D"}, "2026-10-05", None),
    "disasters": ({"伤亡": "轻伤1人", "倒损房屋间数": 2}, {"casualty": True, "rooms": 2_000_000}, "2026-10-05", 120_500_000),
    "employment": ({"就业状态": "失业", "求职意愿": "是"}, {"status": "失业", "wants_work": True}, "2026-10-05", None),
    "population_changes": ({"变动类型": "死亡"}, {"change": "死亡"}, "2026-10-05", None),
    "industry_losses": ({"损失金额": "１００００"}, {}, None, 10_000_000_000),
    "accidents": ({"事发日期": "2026年10月5日 08:30"}, {}, "2026-10-05", None),
}  # fmt: skip


@pytest.mark.parametrize("feed", FACTS)
def test_each_feed_gives_its_facts(feed: str, take_register: Take, take_feed: Take) -> None:
    cells, facts, day, amount = FACTS[feed]
    take_register([register_row("H1", number(1))])
    take_feed(feed, [feed_row(feed, number(1), **cells)])
    row = FeedRow.objects.get()
    assert json.loads(row.facts or "{}") == facts
    assert (row.happened_on and row.happened_on.isoformat(), row.amount) == (day, amount)


@pytest.mark.parametrize("written", ["0", "无", "否", " 无 ", "", 0])
def test_nobody_is_hurt_where_the_cell_says_so(written: Any, take_register: Take, take_feed: Take) -> None:
    take_register([register_row("H1", number(1))])
    take_feed("disasters", [feed_row("disasters", number(1), 伤亡=written)])
    assert "casualty" not in json.loads(FeedRow.objects.get().facts)


# --- outcomes ---


def test_a_row_is_rejected_for_its_first_fault_in_the_order_of_the_contract(take_feed: Take) -> None:
    bad = {"结算日期": "上月", "个人自付": "三千"}
    report = take_feed(
        "medical_costs",
        [
            feed_row("medical_costs", "无", **bad),
            feed_row("medical_costs", number(1), **bad),
            feed_row("medical_costs", number(1), 个人自付="1万", 医疗总费用="约五百"),
            feed_row("medical_costs", number(1), 个人自付=""),
            feed_row("medical_costs", number(1), 个人自费="？"),
        ],
    )
    assert codes(report) == [
        (2, "证件号码", "id_missing"),
        (3, "结算日期", "date_invalid"),
        (4, "医疗总费用", "amount_invalid"),
        (5, "个人自付", "amount_invalid"),
        (6, "个人自费", "amount_invalid"),
    ]


def test_an_empty_date_is_a_fault_only_where_it_is_needed(take_feed: Take) -> None:
    rows = [
        feed_row("housing", number(1), 鉴定日期="", 竣工日期=""),
        feed_row("housing", number(2), 竣工日期="去年", 鉴定等级="E"),
        feed_row("housing", number(3), 鉴定等级=""),
    ]
    assert codes(take_feed("housing", rows)) == [(3, "竣工日期", "date_invalid"), (4, "鉴定等级", "code_unknown")]
    assert codes(take_feed("accidents", [feed_row("accidents", number(1), 事发日期=" ")])) == [
        (2, "事发日期", "date_invalid")
    ]


@pytest.mark.parametrize("written", ["2026-2027", "2026—2027学年", "2026~2028", "2026-2028", "2026", ""])
def test_a_school_year_is_two_years_that_follow_each_other(written: str, take_feed: Take) -> None:
    report = take_feed("education_costs", [feed_row("education_costs", number(1), 学年=written)])
    right = written.startswith(("2026-2027", "2026—2027"))
    assert codes(report) == ([] if right else [(2, "学年", "code_unknown")])


def test_totals_and_blank_rows_are_no_rows(take_feed: Take) -> None:
    total = ["", "合 计", "", *[""] * (len(headings("water")) - 3)]
    with_number = feed_row("water", number(2), name="小计")
    report = take_feed("water", [feed_row("water", number(1)), [" ", "　"], total, with_number])
    assert (report.counts.rows, report.counts.accepted) == (2, 2)


def test_equal_facts_count_once_however_they_are_written(take_feed: Take) -> None:
    first = feed_row("medical_costs", number(1), 结算日期=date(2026, 10, 5), 个人自付=1200, 医疗机构="县医院")
    again = feed_row(
        "medical_costs", f"'{number(1)} ", 结算日期="2026.10.5", 个人自付="1,200.00元", 医疗机构=" 县医院 "
    )
    again[0], again[1], again[3] = 99, "别人", "别处"
    other = feed_row("medical_costs", number(1), 结算日期=date(2026, 10, 5), 个人自付=1200, 医疗机构="乡医院")
    report = take_feed("medical_costs", [first, again, other])
    assert (report.counts.rows, report.counts.accepted, report.counts.duplicates) == (3, 2, 1)


def test_a_missing_column_is_an_empty_one_for_duplicates(take_feed: Take, tmp_path: Path) -> None:
    short = write_csv(
        tmp_path / "a.csv", [["姓名", "证件号码", "结算日期", "个人自付"], ["张三", number(1), "2026-09-01", "5"]]
    )
    assert take_feed("medical_costs", path=short, month=9).counts.accepted == 1
    empty = dict.fromkeys((column.name for column in FEEDS["medical_costs"].columns), "")
    row = feed_row("medical_costs", number(1), **empty | {"结算日期": "2026-09-01", "个人自付": 5})
    assert take_feed("medical_costs", [row]).counts.duplicates == 1


def test_an_accumulating_feed_knows_the_rows_of_earlier_months_in_its_window(
    take_register: Take, take_feed: Take
) -> None:
    take_register([register_row("H1", number(1))])
    row = feed_row("medical_costs", number(1))
    assert take_feed("medical_costs", [row], month=3).counts.accepted == 1
    later = take_feed("medical_costs", [row, feed_row("medical_costs", number(2))], month=10)
    assert (later.counts.accepted, later.counts.duplicates, later.counts.matched) == (1, 1, 0)
    # Stored all the same, so that nothing is lost when March is replaced.
    assert list(FeedRow.objects.filter(batch=later.batch).values_list("duplicate", flat=True)) == [True, False]
    earlier = take_feed("medical_costs", [row], month=2)
    assert earlier.counts.accepted == 1


def test_a_month_that_comes_after_a_later_one_is_told_when_that_is_sent_again(take_feed: Take) -> None:
    row = feed_row("medical_costs", number(1))
    assert take_feed("medical_costs", [row], month=10, name="october.csv").counts.accepted == 1
    september = take_feed("medical_costs", [row], month=9, name="september.csv")
    assert september.counts.accepted == 1
    again = take_feed("medical_costs", [row], month=10, name="october.csv")
    assert (again.stored, again.counts.accepted, again.counts.duplicates) == (False, 0, 1)
    assert FeedRow.objects.get(batch=again.batch).duplicate
    undo_batch(batch=september.batch, actor=None, at=AT)
    assert take_feed("medical_costs", [row], month=10, name="october.csv").counts.accepted == 1
    assert not FeedRow.objects.get(batch=again.batch).duplicate


def test_the_school_year_begins_in_september(take_feed: Take) -> None:
    row = feed_row("education_costs", number(1))
    assert take_feed("education_costs", [row], month=8).counts.accepted == 1
    assert take_feed("education_costs", [row], month=9).counts.accepted == 1
    assert take_feed("education_costs", [row], month=10).counts.duplicates == 1


def test_other_feeds_stand_alone_month_by_month(take_feed: Take) -> None:
    row = feed_row("water", number(1))
    assert take_feed("water", [row], month=9).counts.accepted == 1
    assert take_feed("water", [row], month=10).counts.accepted == 1


def test_names_are_compared_after_folding_and_an_empty_one_differs(take_register: Take, take_feed: Take) -> None:
    take_register([register_row("H1", number(1), "阿依古丽·买买提"), register_row("H2", number(2), "李四")])
    report = take_feed(
        "accidents",
        [
            feed_row("accidents", number(1), "阿依古丽．买买提 "),
            feed_row("accidents", number(1), "阿依古丽", 责任="甲"),
            feed_row("accidents", number(2), ""),
        ],
    )
    assert (report.counts.matched, report.counts.name_differs) == (3, 2)
    assert list(FeedRow.objects.order_by("position").values_list("name_differs", flat=True)) == [False, True, True]


def test_a_former_number_still_finds_its_person(take_register: Take, take_feed: Take) -> None:
    take_register([register_row("H1", number(1))])
    from accounts.crypto import blind_index

    former = FormerNumber(person=Person.objects.get(), id_index=blind_index("id_number", number(9)), changed_on=OCTOBER)
    former.id_number = number(9)
    former.save()
    assert take_feed("accidents", [feed_row("accidents", number(9))]).counts.matched == 1


# --- files ---


def test_every_sheet_with_the_headings_is_read_and_the_others_are_passed_over(take_feed: Take, tmp_path: Path) -> None:
    lines = [headings("accidents"), feed_row("accidents", number(1))]
    more = [["标题"], headings("accidents"), feed_row("accidents", number(2)), feed_row("accidents", "")]
    path = write_xlsx(tmp_path / "two.xlsx", lines, sheet="乙", others={"说明": [["请填写"]], "甲": more})
    report = take_feed("accidents", path=path)
    assert report.counts.rows == 3
    assert [(error["sheet"], error["row"]) for error in report.errors] == [("甲", 4)]
    batch = FeedBatch.objects.get()
    assert list(batch.feed_rows.order_by("position").values_list("sheet", "row")) == [("甲", 3), ("乙", 2)]
    assert set(batch.headings) == {"甲", "乙"}


def test_a_month_in_a_title_that_is_not_the_period_is_a_warning(take_feed: Take) -> None:
    titles = ["守望县高额医疗费用（2026年9月）", "填报日期：2026-11-03  数据月份：2026-10"]
    report = take_feed("accidents", [feed_row("accidents", number(1))], titles=titles)
    assert len(report.warnings) == 1
    assert "2026-09" in report.warnings[0]
    assert report.batch.warnings == report.warnings


@pytest.mark.parametrize(
    ("title", "warned"),
    [
        ("医保局9月份数据", True), ("守望县 9 月 推送表", True), ("10月份数据", False), ("填报日期：11月3日", False),
        ("2026年10月", False), ("2026年1-9月累计", False), ("2025年10月", True), ("3个月内有效", False),
    ],
)  # fmt: skip
def test_a_month_may_be_named_without_its_year(take_feed: Take, title: str, warned: bool) -> None:
    report = take_feed("accidents", [feed_row("accidents", number(1))], titles=[title])
    assert bool(report.warnings) is warned and report.counts.accepted == 1


@pytest.mark.parametrize(
    ("days", "warned"),
    [(["2026-09-28"] * 3, True), (["2026-09-28"] * 2, False), (["2026-09-01", "2026-09-02", "2026-10-01"], False)],
)
def test_a_file_without_one_row_of_its_month_is_a_warning(
    days: list[str], warned: bool, take_register: Take, take_feed: Take
) -> None:
    take_register([register_row(f"H{place}", number(place)) for place in range(1, 4)])
    rows = [feed_row("medical_costs", number(place), 结算日期=day) for place, day in enumerate(days, start=1)]
    warnings = take_feed("medical_costs", rows).warnings
    assert warnings == (
        ["没有一行的结算日期在2026年10月，最晚的是2026-09-28，请核对是否选错了月份；传错了可以撤销"] if warned else []
    )


BAD_FILES: dict[str, Any] = {
    "empty.csv": b"",
    "page.xls": "<html><table><tr><td>姓名</td></tr></table></html>".encode(),
    "broken.xlsx": b"PK\x03\x04 not really",
    "picture.xlsx": b"\x89PNG\r\n",
    "nothing.csv": "姓名,电话\n张三,1\n".encode(),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_such_table_is_refused_whole(name: str, take_feed: Take, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(BAD_FILES[name])
    with pytest.raises(SheetError) as refusal:
        take_feed("water", path=path)
    assert str(refusal.value)
    assert not FeedBatch.objects.exists() and not StoredFile.objects.exists()


@pytest.mark.parametrize(("feed", "column"), [("major_disease", "病种"), ("welfare_changes", "救助类别")])
def test_an_empty_cell_of_free_text_is_no_fault(feed: str, column: str, take_feed: Take) -> None:
    """Contract section 3: the column has to be there; what stands in it is judged of days, numbers and lists alone."""
    report = take_feed(feed, [feed_row(feed, number(1), **{column: ""})])
    assert (report.counts.accepted, report.counts.rejected) == (1, 0)


@pytest.mark.parametrize("feed", FEEDS)
def test_a_needed_column_that_is_missing_is_named(feed: str, take_feed: Take, tmp_path: Path) -> None:
    needed = ["姓名", FEEDS[feed].id_column, *(column.name for column in FEEDS[feed].columns if column.needed)]
    for gone in needed:
        place = headings(feed).index(gone)
        lines = [headings(feed), feed_row(feed, number(1))]
        path = write_xlsx(tmp_path / "short.xlsx", [line[:place] + line[place + 1 :] for line in lines])
        with pytest.raises(SheetError, match=gone):
            take_feed(feed, path=path)


def test_an_unknown_feed_is_refused_with_the_names(take_feed: Take, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="medical_costs"):
        import_feed(feed="medicine", path=tmp_path, name="x", period=OCTOBER, actor=None, at=AT)


# --- again, replaced, taken back ---


def test_a_corrected_file_replaces_the_earlier_one(take_feed: Take) -> None:
    first = take_feed("medical_costs", [feed_row("medical_costs", number(1)), feed_row("medical_costs", number(2))])
    second = take_feed("medical_costs", [feed_row("medical_costs", number(1))], name="new.xlsx")
    # The rows of the file that is replaced do not make duplicates.
    assert (second.counts.accepted, second.counts.duplicates) == (1, 0)
    first.batch.refresh_from_db()
    assert (first.batch.state, second.batch.replaces) == ("replaced", first.batch)
    assert FeedRow.objects.current().count() == 1


def test_the_same_file_again_stores_nothing(take_feed: Take) -> None:
    rows = [feed_row("water", number(1)), feed_row("water", "")]
    first, again = take_feed("water", rows, name="w.csv"), take_feed("water", rows, name="w.csv")
    assert (first.stored, again.stored) == (True, False)
    assert again.as_json() == first.as_json()
    assert (FeedBatch.objects.count(), FeedRow.objects.count()) == (1, 1)


def test_a_file_that_came_before_its_people_is_linked_later(take_register: Take, take_feed: Take) -> None:
    rows = [feed_row("disasters", number(1), 伤亡="1"), feed_row("disasters", number(2))]
    before = take_feed("disasters", rows, name="d.csv")
    assert before.counts.matched == 0
    take_register([register_row("H1", number(1), "张三丰")])
    assert link_rows(FeedBatch.objects.all()) == 1
    late = FeedRow.objects.get(person__isnull=False)
    assert late.person.name == "张三丰" and late.name_differs
    assert json.loads(late.facts)["casualty"] and late.amount == 120_500_000
    assert link_rows(FeedBatch.objects.all()) == 0
    # And the same file again tells how it stands now.
    again = take_feed("disasters", rows, name="d.csv")
    assert (again.stored, again.counts.matched, again.counts.not_registered) == (False, 1, 1)
    assert FeedBatch.objects.get().matched == 1


def test_an_undone_file_gives_way_to_the_one_it_had_replaced(take_feed: Take) -> None:
    first = take_feed("water", [feed_row("water", number(1))])
    second = take_feed("water", [feed_row("water", number(2))], name="new.xlsx")
    undo_batch(batch=second.batch, actor=None, at=AT)
    assert list(current_batches("water", OCTOBER)) == [first.batch]
    third = take_feed("water", [feed_row("water", number(3))], name="newer.xlsx")
    assert third.batch.replaces == first.batch
    with pytest.raises(Conflict):
        undo_batch(batch=first.batch, actor=None, at=AT)
    with pytest.raises(Conflict):
        undo_batch(batch=second.batch, actor=None, at=AT)


# --- the mended round trip ---


def mend(path: Path, column: str, values: list[Any], *, drop: tuple[str, ...] = ()) -> Path:
    """What a clerk does to a returned workbook: types over the cells of a column, saves."""
    book = load_workbook(path)
    sheet = book.active
    words = [cell.value for cell in sheet[1]]
    for line, value in enumerate(values, 2):
        sheet.cell(line, words.index(column) + 1).value = value
    for word in drop:
        sheet.delete_cols([cell.value for cell in sheet[1]].index(word) + 1)
    book.save(path)
    return path


@pytest.fixture
def returned(take_feed: Take, tmp_path: Path) -> Path:
    """The workbook of two rejected rows of a file with one good one."""
    rows = [feed_row("medical_costs", number(1)), feed_row("medical_costs", "990101", 个人自付=300),
            feed_row("medical_costs", number(3), 结算日期="昨天")]  # fmt: skip
    report = take_feed("medical_costs", rows, titles=["标题"])
    path = tmp_path / "returned.xlsx"
    assert write_errors(report, path) == 2
    return path


def test_rejected_rows_come_back_as_they_came_with_the_reason(returned: Path) -> None:
    rows = list(load_workbook(returned).active.iter_rows(values_only=True))
    assert rows[0][: len(headings("medical_costs"))] == tuple(headings("medical_costs"))
    assert rows[1][2] == "990101" and rows[2][6] == "昨天"
    assert "位，应为18位" in "".join(map(str, rows[1])) and "不是有效日期" in "".join(map(str, rows[2]))
    assert [row[-1] for row in rows[1:]] == [4, 5]


def test_mended_rows_join_their_file_instead_of_replacing_it(returned: Path, take_feed: Take) -> None:
    path = mend(returned, "证件号码", [number(2), number(3)])
    report = take_feed("medical_costs", path=path)
    assert codes(report) == [(3, "结算日期", "date_invalid")]
    assert (report.counts.rows, report.counts.accepted) == (2, 1)
    base, supplement = current_batches("medical_costs", OCTOBER)
    assert supplement.supplements == base
    assert FeedRow.objects.current().count() == 2
    # The rest comes back a second time, with the ticket of the supplement.
    assert write_errors(report, path) == 1
    mend(path, "结算日期", ["2026-10-09"])
    assert take_feed("medical_costs", path=path).counts.accepted == 1
    assert FeedRow.objects.current().count() == 3
    assert take_feed("medical_costs", path=path).stored is False
    assert len(current_batches("medical_costs", OCTOBER)) == 3


def test_a_mended_row_that_the_file_already_has_is_a_duplicate(returned: Path, take_feed: Take) -> None:
    path = mend(returned, "证件号码", [number(1), number(3)])
    same = mend(path, "个人自付", [120.5, 120.5])
    report = take_feed("medical_costs", path=mend(same, "结算日期", [date(2026, 10, 5), "昨天"]))
    assert (report.counts.duplicates, report.counts.accepted) == (1, 0)


def test_a_workbook_without_its_tickets_is_a_file_of_its_own(returned: Path, take_feed: Take) -> None:
    path = mend(returned, "证件号码", [number(2), number(3)], drop=("退回批次",))
    assert take_feed("medical_costs", path=path).counts.accepted == 1
    assert [batch.supplements for batch in current_batches("medical_costs", OCTOBER)] == [None]
    assert FeedRow.objects.current().count() == 1


def test_a_mended_workbook_whose_file_is_gone_is_refused(returned: Path, take_feed: Take) -> None:
    take_feed("medical_costs", [feed_row("medical_costs", number(8))], name="new.xlsx")
    with pytest.raises(Refused, match="退回批次"):
        take_feed("medical_costs", path=returned)
    assert FeedBatch.objects.count() == 2


def test_supplements_go_and_come_with_their_file(returned: Path, take_feed: Take) -> None:
    take_feed("medical_costs", path=mend(returned, "证件号码", [number(2), number(3)]))
    new = take_feed("medical_costs", [feed_row("medical_costs", number(8))], name="new.xlsx")
    assert list(current_batches("medical_costs", OCTOBER)) == [new.batch]
    undo_batch(batch=new.batch, actor=None, at=AT)
    family = list(current_batches("medical_costs", OCTOBER))
    assert len(family) == 2
    undo_batch(batch=family[0], actor=None, at=AT)
    assert not current_batches("medical_costs", OCTOBER)


# --- what is kept ---


def test_lost_rows_are_made_anew_from_the_original(returned: Path, take_feed: Take) -> None:
    take_feed("medical_costs", path=mend(returned, "证件号码", [number(2), number(3)]))
    for batch in FeedBatch.objects.all():
        kept = rows_as_received(batch, [0])
        path_of(batch.evidence).unlink()
        with pytest.raises(Refused, match="留存数据行"):
            rows_as_received(batch, [0])
        rebuild_evidence(batch=batch, actor=None, at=AT)
        batch.refresh_from_db()
        assert rows_as_received(batch, [0]) == kept


def test_rejected_rows_can_be_asked_for_later(take_feed: Take, tmp_path: Path) -> None:
    report = take_feed("water", [feed_row("water", ""), feed_row("water", number(1))])
    output = tmp_path / "later.xlsx"
    assert write_batch_errors(batch=report.batch, output=output, actor=None, at=AT) == 1
    assert mend(output, FEEDS["water"].id_column, [number(7)])
    assert take_feed("water", path=output).batch.supplements == report.batch


def test_kept_rows_that_no_batch_names_are_cleared_away(take_feed: Take, clock: Any) -> None:
    import os
    from datetime import timedelta

    report = take_feed("water", [feed_row("water", number(1))])
    kept = path_of(report.batch.evidence)
    orphan = kept.with_name("f" * 32)
    orphan.write_bytes(kept.read_bytes())
    old = (AT - timedelta(days=2)).timestamp()
    os.utime(orphan, (old, old))
    os.utime(kept, (old, old))
    assert remove_orphans(at=AT) == 1
    assert kept.exists() and not orphan.exists()


def test_nothing_on_the_disk_or_in_the_database_shows_a_whole_number(
    take_register: Take, take_feed: Take, data_dir: Path, tmp_path: Path
) -> None:
    bad = number(4)[:-1] + ("0" if number(4)[-1] != "0" else "1")
    take_register([register_row("H1", number(1)), register_row("H1", bad, relation="之子")])
    rows = [feed_row("welfare_changes", number(1), 户主证件号码=number(1)), feed_row("welfare_changes", bad),
            feed_row("welfare_changes", number(2), 保障人数=f"{number(3)}人")]  # fmt: skip
    report = take_feed("welfare_changes", rows)
    secrets = [number(1), number(2), number(3), bad]
    said = json.dumps(report.as_json(), ensure_ascii=False)
    kept = [path.read_bytes() for path in data_dir.rglob("*") if path.is_file()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            kept.append(repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor]).encode())
    for secret in secrets:
        assert secret not in said
        assert not any(secret.encode() in content for content in kept)


# --- who may ---


def test_a_liaison_brings_the_feeds_of_his_own_department_only(take_feed: Take, hire: Callable[..., Any]) -> None:
    liaison = hire("liaison", Role.LIAISON, "990101000000", department="water")
    take_feed("water", [feed_row("water", number(1))], actor=liaison)
    with pytest.raises((Forbidden, OutOfScope)):
        take_feed("medical_costs", [feed_row("medical_costs", number(1))], actor=liaison)


def test_others_bring_none(take_feed: Take, owner: Any, township: Any, auditor: Any, bureau: Any) -> None:
    for actor in (owner, township, auditor):
        with pytest.raises((Forbidden, OutOfScope)):
            take_feed("water", [feed_row("water", number(1))], actor=actor)
    assert take_feed("water", [feed_row("water", number(1))], actor=bureau).batch.imported_by == bureau


# --- the command ---


def test_the_command_answers_with_the_contracts_keys(places: Any, run_json: Take, tmp_path: Path) -> None:
    rows = [feed_row("water", number(1)), feed_row("water", "")]
    path = feed_file(tmp_path / "w.xlsx", "water", rows)
    output = tmp_path / "errors.xlsx"
    answer = run_json("import_feed", "water", str(path), "--period", "2026-10", "--errors", str(output))
    assert list(answer) == ["feed", "period", "rows", "accepted", "rejected", "duplicates", "matched",
                            "name_differs", "not_registered", "errors"]  # fmt: skip
    assert answer["errors"] == [
        {
            "sheet": "数据",
            "row": 3,
            "column": "证件号码",
            "code": "id_missing",
            "message": answer["errors"][0]["message"],
        }
    ]
    assert output.exists()


@pytest.mark.parametrize("period", ["2026-13", "202610", "十月", "2026-1"])
def test_a_period_that_is_no_month_is_refused(period: str, places: Any, run_json: Take, tmp_path: Path) -> None:
    from django.core.management import CommandError

    path = feed_file(tmp_path / "w.xlsx", "water", [feed_row("water", number(1))])
    with pytest.raises(CommandError) as refusal:
        run_json("import_feed", "water", str(path), "--period", period)
    assert refusal.value.returncode == 2
    assert not FeedBatch.objects.exists()


def test_a_place_for_the_rejected_rows_that_is_none_is_refused_before_anything_is_stored(
    places: Any, run_json: Take, tmp_path: Path
) -> None:
    from django.core.management import CommandError

    path = feed_file(tmp_path / "w.xlsx", "water", [feed_row("water", number(1))])
    with pytest.raises(CommandError, match="文件夹"):
        run_json("import_feed", "water", str(path), "--period", "2026-10", "--errors", str(tmp_path / "no" / "e.xlsx"))
    assert not FeedBatch.objects.exists()
