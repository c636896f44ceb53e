"""Department files: every feed takes its own, each row is judged and counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from import_files import AT, codes, feed_row, headings, number, register_row, write_csv, write_xlsx

from households.models import FormerNumber, Person
from monitoring.evidence import rows_as_received
from monitoring.feeds import FEEDS
from monitoring.models import FeedBatch, FeedRow
from monitoring.services.feed_undo import undo_batch

OCTOBER = date(2026, 10, 1)
Take = Callable[..., Any]


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
