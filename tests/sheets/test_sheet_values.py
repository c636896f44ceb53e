"""Dates, months, amounts, headings, names, words: as departments write them."""

from __future__ import annotations

import pickle
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets.clean import (
    CellFault,
    code,
    code_table,
    codes,
    fold_heading,
    fold_name,
    is_blank,
    is_total,
    mask_phone,
    parse_date,
    parse_dates,
    parse_month,
    parse_number,
    parse_numbers,
    parse_school_year,
    text,
    texts,
)

DAY = date(2026, 10, 5)
WIDE = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)} | {" ": "　"})


def fault_of(function, value):
    with pytest.raises(CellFault) as caught:
        function(value)
    return caught.value.code


@pytest.mark.parametrize(
    "written",
    [
        DAY, datetime(2026, 10, 5, 23, 59), "2026-10-05", "2026/10/5", "2026.10.5", "20261005", "2026年10月5日",
        20261005, 20261005.0, "20261005.0", 46300, 46300.0, 46300.75, "46300", "46300.75", "2026-10-05 00:00:00",
        "2026-10-05T08:05:06.789+08:00", "2026/10/5 8:05", "2026年10月5日 8时5分", "2026年10月5日8:05",
        "2026 年 10 月 5 日", " 2026-10-05 ", "２０２６－１０－０５", "２０２６．１０．５　８：０５", "20261005 00:00:00",
        "46300 00:00:00", "2026/10/5 下午 3:00", "2026-10-05 12:00:00 AM", "\u200b2026-10-05",
    ],
)  # fmt: skip
def test_a_day_is_understood_however_it_is_written(written):
    assert parse_date(written) == DAY


@pytest.mark.parametrize(
    "written",
    ["上周", "2026-02-30", "2026-13-01", "2026-10/5", "202610", "2026", "10-05", "5/10/2026", "1899-12-31", "2101-01-01",
     "99999", 4630, 463000, True, time(3), timedelta(days=1), "无", "-", "2026-10-05 25", "2026年10月", "٢٠٢٦-١٠-٠٥", 1e20,
     float("nan")],
)  # fmt: skip
def test_anything_else_is_no_day(written):
    assert fault_of(parse_date, written) == "date_invalid"


@pytest.mark.parametrize("written", [None, "", "  ", "　", "\u200b"])
def test_a_blank_cell_is_no_fault_by_itself(written):
    assert parse_date(written) is parse_month(written) is parse_number(written) is None
    assert is_blank(written) and text(written) == ""


@pytest.mark.parametrize("written", ["9999-12-31", "99991231", "9999/12/31", "9999年12月31日", date(9999, 12, 31)])
def test_what_has_no_end_may_say_so(written: object) -> None:
    assert parse_date(written) == date.max
    assert fault_of(parse_date, "9999-12-30") == fault_of(parse_date, "2999-12-31") == "date_invalid"


@given(st.dates(date(1927, 5, 19), date(2100, 12, 31)), st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y.%m.%d"]))
def test_every_day_reads_back(day, form):
    written = day.strftime(form)
    serial = (day - date(1899, 12, 30)).days
    assert (
        parse_date(written)
        == parse_date(written.translate(WIDE))
        == parse_date(serial)
        == parse_date(str(serial))
        == day
    )


@pytest.mark.parametrize(
    "written",
    [202306, 202306.0, "202306", "2023-06", "2023/6", "2023.06", 2023.06, "2023年6月", "2023年06月", "２０２３０６"],
)
def test_a_month_is_its_first_day(written):
    assert parse_month(written) == date(2023, 6, 1)


def test_a_month_may_carry_its_day_and_is_never_guessed():
    assert parse_month("2023-06-15") == parse_month(20230615) == date(2023, 6, 15)
    assert parse_month("2023.1") == date(2023, 1, 1)
    # As a number 2023.1 may have been 2023.10.
    assert fault_of(parse_month, 2023.1) == fault_of(parse_month, "202313") == "date_invalid"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1,234", "1234"), ("12，500.50", "12500.5"), ("1 234 567", "1234567"), ("１２５００元", "12500"), ("￥5", "5"),
        ("¥ 5 元", "5"), ("-5", "-5"), ("－5.5元", "-5.5"), ("−5", "-5"), ("(123.45)", "-123.45"), ("（1,234）元", "-1234"),
        ("（5元）", "-5"), (".5", "0.5"), ("5.", "5"), ("0", "0"), ("007", "7"), (" 7,988.5\t", "7988.5"), ("+5", "5"),
        (0.1 + 0.2, "0.3"), (4999.99, "4999.99"), (5000, "5000"), (5000.0, "5000"), (1e-9, "0"), (Decimal("1.50"), "1.5"),
        ("-1,234.5元", "-1234.5"), ("¥-5", "-5"), ("12 500", "12500"),
    ],
)  # fmt: skip
def test_a_number_is_understood_however_it_is_written(written, number):
    assert parse_number(written) == Decimal(number)


@pytest.mark.parametrize(
    "written",
    ["1万", "2.3万元", "1千多", "约5000", "88平方米", "5²", "①", "1,2", "1,234,56", "1234,567", "1 2", "1.2.3", "--5", "-(5)",
     "(5", "5)", "5元元", "元", "-", ".", "1.5e3", "1E5", "nan", "inf", "无", "0x10", "٥٠", True, float("nan"), float("inf"),
     10**13, "10000000000000", DAY, time(3), "5000角", "1_000"],
)  # fmt: skip
def test_anything_else_is_no_number(written):
    assert fault_of(parse_number, written) == "amount_invalid"


@given(st.decimals(Decimal(-(10**10)), Decimal(10**10), places=2))
def test_every_amount_reads_back(amount):
    for written in (f"{amount}", f"{amount:,}", f"{amount:,}元", f" {amount} ".translate(WIDE), float(amount)):
        assert parse_number(written) == amount


mixed = st.lists(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(), st.dates(), st.datetimes(),
        st.text(alphabet="0123456789,.-/元年月日 万（）¥", max_size=12), st.sampled_from(["1", "1.0", "", "46300"]),
    ),
    max_size=12,
)  # fmt: skip


@given(mixed)
def test_columns_are_judged_as_their_cells_are(values):
    for column, single in ((parse_dates, parse_date), (parse_numbers, parse_number)):
        results, faults = column(values)
        for value, result, fault in zip(values, results, faults, strict=True):
            if fault is None:
                assert single(value) == result
            else:
                assert fault_of(single, value) == fault.code and result is None


def test_an_empty_cell_is_a_fault_where_it_is_needed():
    assert parse_dates(["", DAY], needed=True)[1][0].code == "date_invalid"
    assert parse_numbers([None, 1], needed=True)[1][0].code == "amount_invalid"
    assert codes(["", "C"], code_table("ABCD"), needed=True)[1][0].code == "code_unknown"
    assert parse_numbers([None, 1])[1] == codes(["", "C"], code_table("ABCD"))[1] == [None, None]


def test_headings_fold_width_brackets_blanks_and_breaks():
    same = [
        "务工时间（月）",
        "务工时间(月)",
        " 务工时间\n( 月 ) ",
        "务工时间〔月〕",
        "务工时间【月】",
        "*务工时间（月）",
        "务工时间（月）：",
        "务工时间（月）（必填）",
        "【选填】务工时间（月）",
    ]
    assert {fold_heading(word) for word in same} == {"务工时间(月)"}
    assert fold_heading("水量（升／人•天）") == fold_heading("水量(升/人·天)")


@given(st.text(alphabet="户编号务工时间（月）【】[]{}()·•．.・＊*：: 　\n\u200bＡaＢ１1元/／", max_size=20))
def test_folding_twice_is_folding_once(word):
    assert fold_heading(fold_heading(word)) == fold_heading(word)
    assert fold_name(fold_name(word)) == fold_name(word)


def test_names_fold_interpuncts_width_and_blanks():
    same = [
        "阿依·古丽",
        "阿依•古丽",
        "阿依・古丽",
        "阿依.古丽",
        "阿依．古丽",
        "阿依‧古丽",
        " 阿依 · 古丽　",
        "阿依･古丽",
    ]
    assert len({fold_name(word) for word in same}) == 1
    assert fold_name("阿依古丽") != fold_name("阿依·古丽")


def test_words_of_a_list_are_known_by_all_their_spellings():
    grades = code_table({"A": ("A级",), "B": ("B级",), "C": ("C级",), "D": ("D级",)})
    assert [code(word, grades) for word in ("A", "Ｃ级", "d 级", " B ", "")] == ["A", "C", "D", "B", ""]
    levels = code_table({"一级": ("1",), "二级": ("2",)})
    assert (code(1.0, levels), code(2, levels), code("１", levels)) == ("一级", "二级", "一级")
    assert fault_of(lambda value: code(value, grades), "E") == "code_unknown"


def test_school_years_take_any_dash():
    for word in (
        "2026-2027",
        "2026—2027学年",
        "2026–2027",
        "２０２６－２０２７ 学年",
        "2026——2027",
        "2026〜2027",
        "2026⸺2027",
    ):
        assert parse_school_year(word) == "2026-2027"
    for word in ("2026", "2026-2028", "2026/2027", "26-27"):
        assert fault_of(parse_school_year, word) == "code_unknown"


def test_the_text_of_a_cell():
    assert [text(v) for v in (2026.0, 2026, 0.5, DAY, datetime(2026, 10, 5), datetime(2026, 10, 5, 8, 5), True, " a ")] == [
        "2026", "2026", "0.5", "2026-10-05", "2026-10-05", "2026-10-05 08:05:00", "TRUE", "a",
    ]  # fmt: skip
    assert text("a\x00b\ud800c\r\nd") == "abc\nd"
    assert text(1e16) == "10000000000000000"
    assert texts(["甲 ", 1.0, None, "甲 "]) == ["甲", "1", "", "甲"]


def test_totals_are_told_from_people():
    assert is_total("合计", "", "") and is_total("", "小 计：", None) and is_total("全县总计", "", "—")
    assert is_total("合计（元）", "", "") and is_total("", "松坪镇小计 (人)：", "")
    assert not is_total("合计", "", "990101199001010019")
    assert not is_total(1, "合小", "") and not is_total(1.0, "张三", "")


def test_a_fault_survives_the_pipe_and_a_phone_is_masked():
    fault = pickle.loads(pickle.dumps(CellFault("date_invalid", "日期")))
    assert (fault.code, fault.message) == ("date_invalid", "日期")
    assert (mask_phone("13812341234"), mask_phone("123")) == ("138****1234", "***")
