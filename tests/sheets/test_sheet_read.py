"""Finding tables: formats, encodings, heading rows, row numbers."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlwt

from sheets.clean import clean_ids, is_total, parse_dates
from sheets.read import Column, SheetError, open_book

COLUMNS = [
    Column("证件号码", ("身份证号", "公民身份号码"), needed=True, kind="id"),
    Column("姓名", ("人员姓名",), needed=True),
    Column("结算日期", kind="date"),
    Column("个人自付", ("个人自付金额(元)",), kind="number"),
]
HEAD = ["序号", "姓名", "证件号码", "结算日期"]


def save_xlsx(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def save_csv(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def only_table(path: Path, columns=COLUMNS):
    (table,) = open_book(path).tables(columns)
    return table


def test_titles_are_passed_over_and_rows_keep_their_numbers(tmp_path):
    rows = [
        ["医保局推送表（2026年10月）"],
        [],
        HEAD,
        [1, "张三", "99", "x"],
        [None] * 4,
        ["  ", "　", "", None],
        [2, "李四", "98", ""],
    ]
    table = only_table(save_xlsx(tmp_path / "a.xlsx", 说明=[["请勿修改表头"]], 数据=rows))
    (block,) = table.blocks()
    assert (table.sheet, table.heading_row, table.titles) == ("数据", 3, ["医保局推送表（2026年10月）"])
    assert block.rows == [4, 7]
    assert block.cells["姓名"] == ["张三", "李四"]
    assert block.cells["个人自付"] == ["", ""]
    assert block.raw[0] == [1.0, "张三", "99", "x"]
    assert table.unknown == ["序号"]


def test_rows_count_from_the_top_of_the_sheet_though_it_begins_lower_and_further_right(tmp_path):
    book = openpyxl.Workbook()
    for i, word in enumerate(HEAD):
        book.active.cell(5, 4 + i, word)
        book.active.cell(9, 4 + i, "甲")
    book.save(tmp_path / "a.xlsx")
    table = only_table(tmp_path / "a.xlsx")
    assert table.heading_row == 5
    assert [block.rows for block in table.blocks()] == [[9]]


def test_blocks_are_cut_to_size_and_may_be_read_again(tmp_path):
    path = save_csv(tmp_path / "a.csv", "姓名,证件号码\n" + "".join(f"张{i},{i}\n" for i in range(10)))
    table = only_table(path)
    for _ in range(2):
        assert [block.rows for block in table.blocks(size=4)] == [[2, 3, 4], [5, 6, 7, 8], [9, 10, 11]]


def test_cells_keep_their_types(tmp_path):
    row = ["张三", 990101199001010012, date(2026, 10, 5), 5.5]
    table = only_table(save_xlsx(tmp_path / "a.xlsx", S=[["姓名", "证件号码", "结算日期", "个人自付"], row]))
    (block,) = table.blocks()
    assert type(block.cells["证件号码"][0]) is float
    assert block.cells["结算日期"] == [date(2026, 10, 5)]
    assert block.cells["个人自付"] == [5.5]


def test_cells_that_show_an_error_are_filled_ones(tmp_path):
    rows = [["张三", "#N/A", "#VALUE!", "#DIV/0!"], ["#REF!", "99", None, 5.5], ['李 t="e" 四', "98", "t='e'", 6]]
    path = save_xlsx(tmp_path / "a.xlsx", S=[["姓名", "证件号码", "结算日期", "个人自付"], *rows])
    for name in ("a.xlsx", "a.xls"):
        (block,) = only_table(path.rename(tmp_path / name)).blocks()
        assert block.cells["姓名"] == ["张三", "#REF!", '李 t="e" 四']
        assert block.cells["证件号码"] == ["#N/A", "99", "98"]
        assert block.cells["结算日期"] == ["#VALUE!", "", "t='e'"]
        assert block.cells["个人自付"] == ["#DIV/0!", 5.5, 6.0]
        path = tmp_path / name


def test_an_error_cell_is_found_wherever_a_worksheet_is_cut_to_pieces(tmp_path):
    rows = [["#N/A" if i % 2 else "长" * (i % 61), f"{i}"] for i in range(20_000)]
    (block, *more) = only_table(save_xlsx(tmp_path / "a.xlsx", S=[["姓名", "证件号码"], *rows])).blocks()
    names = [name for part in (block, *more) for name in part.cells["姓名"]]
    assert names == [name for name, _ in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_csv_in_any_encoding_and_with_any_mark(tmp_path, encoding, mark):
    lines = [
        "推送表",
        mark.join(HEAD),
        mark.join(["1", "阿依·古丽", "99", "2026-10-05"]),
        "",
        mark.join(["2", "㛃䶮𬭎", "98", ""]),
    ]
    table = only_table(save_csv(tmp_path / "a.csv", "\r\n".join(lines), encoding))
    (block,) = table.blocks()
    assert block.cells["姓名"] == ["阿依·古丽", "㛃䶮𬭎"]
    assert block.rows == [3, 5]


def test_csv_rows_are_records_and_blank_ones_count(tmp_path):
    text = '姓名,证件号码,备注\r\n张三,99,"两行\r\n备注"\r\n\r\n,,\r\n李四,="98",\r\n王五\r\n'
    (block,) = only_table(save_csv(tmp_path / "a.csv", text)).blocks()
    assert block.rows == [2, 5, 6]
    assert block.cells["证件号码"] == ["99", '="98"', ""]


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_a_cell_that_ends_in_a_line_break_is_no_open_quote_under_another_delimiter(tmp_path, mark):
    lines = [mark.join(HEAD), mark.join(["1", '"张三\n"', "99", "x"]), mark.join(["2", "李四", "98", "y"])]
    (block,) = only_table(save_csv(tmp_path / "a.csv", "\r\n".join(lines))).blocks()
    assert (block.rows, block.cells["姓名"]) == ([2, 3], ["张三\n", "李四"])


def test_a_quote_that_is_open_is_told_and_a_missing_column_as_well(tmp_path):
    with pytest.raises(SheetError, match="引号没有配对"):
        only_table(save_csv(tmp_path / "a.csv", '序号,姓名,证件号码\n1,"张三,99\n'))
    with pytest.raises(SheetError, match="缺少必需的列：证件号码"):
        only_table(save_csv(tmp_path / "b.csv", '序号,姓名\n1,"张三\n"\n2,"李四\n",\n'))


def test_an_old_workbook_and_one_with_the_wrong_name(tmp_path):
    old = xlwt.Workbook()
    sheet = old.add_sheet("S")
    for i, word in enumerate(HEAD):
        sheet.write(0, i, word)
    sheet.write(1, 1, "张三")
    sheet.write(1, 2, 990101800506525)
    sheet.write(1, 3, datetime(2026, 10, 5), xlwt.easyxf(num_format_str="YYYY-MM-DD"))
    stream = io.BytesIO()
    old.save(stream)
    for name in ("a.xls", "a.xlsx"):
        (tmp_path / name).write_bytes(stream.getvalue())
        (block,) = only_table(tmp_path / name).blocks()
        assert clean_ids(block.cells["证件号码"], date(2026, 10, 31))[0] == ["990101198005065258"]
        assert parse_dates(block.cells["结算日期"])[0] == [date(2026, 10, 5)]
    save_xlsx(tmp_path / "b.xlsx", S=[HEAD, [1, "张三", "99", ""]]).rename(tmp_path / "b.xls")
    assert only_table(tmp_path / "b.xls").sheet == "S"


def test_every_sheet_with_the_headings_is_read(tmp_path):
    path = save_xlsx(
        tmp_path / "a.xlsx", 一村=[HEAD, [1, "甲", "1", ""]], 说明=[["x"]], 二村=[HEAD, [1, "乙", "2", ""]]
    )
    assert [table.sheet for table in open_book(path).tables(COLUMNS)] == ["一村", "二村"]


def test_headings_are_found_under_their_other_names_and_units(tmp_path):
    head = ["人员姓名", "*公民身份\n号码", "结算 日期", "个人自付（元）", "个人自付金额（万元）"]
    table = only_table(save_xlsx(tmp_path / "a.xlsx", S=[head, ["甲", "1", "", 1, 2]]))
    assert table.found == {"证件号码": 1, "姓名": 0, "结算日期": 2, "个人自付": 3}
    assert table.unknown == ["个人自付金额（万元）"]


def test_of_two_columns_with_one_heading_the_first_is_meant(tmp_path):
    head = ["姓名", "证件号码", "姓名", "身份证号"]
    table = only_table(save_xlsx(tmp_path / "a.xlsx", S=[head, ["甲", "1", "乙", "2"]]))
    assert (table.found["姓名"], table.found["证件号码"]) == (0, 1)


def test_a_heading_may_stand_in_two_rows(tmp_path):
    rows = [["表"], ["姓名", "证件号码", "费用", ""], ["", "", "结算日期", "个人自付"], ["甲", "1", "2026-10-05", 5]]
    columns = [Column(column.name, column.aliases, needed=True) for column in COLUMNS]
    table = only_table(save_xlsx(tmp_path / "a.xlsx", S=rows), columns)
    assert table.heading_row == 3
    assert [block.rows for block in table.blocks()] == [[4]]


def test_what_is_missing_is_named_for_the_sheet_that_came_nearest(tmp_path):
    columns = [*COLUMNS, Column("病种", needed=True)]
    path = save_xlsx(tmp_path / "a.xlsx", 说明=[["x"]], 数据=[["姓名", "结算日期"], ["甲", ""]])
    with pytest.raises(SheetError, match="表“数据”缺少必需的列：证件号码、病种"):
        open_book(path).tables(columns)


def test_a_heading_below_the_tenth_row_is_not_looked_for(tmp_path):
    path = save_xlsx(tmp_path / "a.xlsx", S=[["x"]] * 9 + [HEAD, [1, "甲", "1", ""]])
    assert only_table(path).heading_row == 10
    path = save_xlsx(tmp_path / "b.xlsx", S=[["x"]] * 10 + [HEAD, [1, "甲", "1", ""]])
    with pytest.raises(SheetError):
        open_book(path).tables(COLUMNS)


def samples() -> list[Path]:
    """The sample counties in the repository, or beside it in the workshop."""
    root = Path(__file__).resolve().parents[2]
    for place in (root / "tests/data/samples", root.parent / "shared/samples"):
        found = sorted(path for path in place.glob("*/*/*.*") if path.suffix in (".xlsx", ".xls", ".csv"))
        if found:
            return found
    return []


@pytest.mark.skipif(not samples(), reason="没有找到 tests/data/samples 样例县")
def test_the_number_faults_of_the_sample_counties_are_those_of_their_truth():
    """Every rejected number of both counties, at its row and with its code, and no other."""
    columns = [
        Column("证件号码", ("身份证号", "身份证号码", "公民身份号码", "残疾证号"), needed=True),
        Column("姓名", ("人员姓名",), needed=True),
        Column("序号"),
    ]
    checked = 0
    for path in samples():
        truth = json.loads((path.parents[1] / "truth.json").read_text(encoding="utf-8"))
        year, month = map(int, path.parent.name.split("-"))
        latest = date(year, month, 30 if month == 9 else 31)
        expected = {(fault["row"], fault["code"]) for fault in refused(truth, path) if fault["code"].startswith("id_")}
        found = set()
        for table in open_book(path).tables(columns):
            for block in table.blocks():
                cells = block.cells
                numbers, faults = clean_ids(cells["证件号码"], latest)
                for row, fault, *who in zip(
                    block.rows, faults, cells["序号"], cells["姓名"], cells["证件号码"], strict=True
                ):
                    if fault and not is_total(*who):
                        found.add((row, fault.code))
        assert found == expected, path
        checked += len(expected)
    assert checked > 50


def refused(truth: dict, path: Path) -> list[dict]:
    """The rejected rows that a sample's truth lists for one file."""
    (period,) = [period for period in truth["periods"] if period["period"] == path.parent.name]
    return period["feeds"][path.stem]["refused"]
