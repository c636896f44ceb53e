"""Ledgers and error workbooks: layout, types, and text that nothing obeys."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets.child import read_in_child
from sheets.read import Column, open_book
from sheets.write import RejectedSheet, Sheet, SheetColumn, SheetLayout, write_book, write_errors, write_sheet
from sheets.xml import CUT_MARK, LONGEST

LEDGER = SheetLayout(
    "守望县石桥镇东沟村防止返贫监测对象台账（2026年10月）",
    (
        SheetColumn(("序号",), 5, "seq"),
        SheetColumn(("姓名",), 10),
        SheetColumn(("证件号码",), 21),
        SheetColumn(("户类型",), 12, "text", ("脱贫户", "一般农户")),
        SheetColumn(("识别", "累计", "户"), 8, "int"),
        SheetColumn(("识别", "累计", "人"), 8, "int"),
        SheetColumn(("识别", "比例"), 9, "percent"),
        SheetColumn(("个人自付",), 12, "money"),
        SheetColumn(("识别时间",), 12, "date"),
        SheetColumn(("首次识别",), 10, "month"),
    ),
    name="监测对象台账",
)
ROW = (
    None,
    "阿依·古丽",
    "990101199001010019",
    "脱贫户",
    1,
    4,
    0.25,
    Decimal("12345.60"),
    date(2026, 10, 5),
    date(2023, 6, 1),
)
TOTALS = ("合计", "", "", "", 2, 8, 0.25, Decimal("24691.20"), "", "")

WORDS = ("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x.example","点我")', "=DDE(a;b;c)")
PAYLOADS = [
    *WORDS, *(f" {word}" for word in WORDS), *(f"\t{word}" for word in WORDS), *(f"\n{word}" for word in WORDS),
    *(f"'{word}" for word in WORDS), *(f"{word}\r\n二" for word in WORDS), *(f'"{word}"' for word in WORDS),
    "＝1＋1", "＠x", "\ufeff=1", "<f>1+1</f>", "]]>", "&lt;&amp;", "</t></is></c>", '" onload="x', "a\tb", " 首尾 ", "　全角　",
    "\u202e反转", "007", "1E5", "2026-10-05", "TRUE", "#REF!", "http://x.example/", "mailto:a@b", "多行\n多行\n", "x" * LONGEST,
]  # fmt: skip


def cells_of(path, sheet=0):
    return list(openpyxl.load_workbook(path).worksheets[sheet].iter_rows())


@pytest.fixture(scope="module")
def sheet(tmp_path_factory):
    """A small ledger, written and opened again."""
    path = tmp_path_factory.mktemp("ledger") / "台账.xlsx"
    assert write_sheet(path, LEDGER, [ROW, ROW], TOTALS) == 2
    return openpyxl.load_workbook(path).active


class TestLedger:
    def test_the_title_is_merged_over_the_width_in_its_type(self, sheet):
        assert "A1:J1" in map(str, sheet.merged_cells.ranges)
        assert (sheet["A1"].value, sheet["A1"].font.name, sheet["A1"].font.sz) == (LEDGER.title, "方正小标宋简体", 20)
        assert sheet["A1"].alignment.horizontal == "center"

    def test_the_second_row_says_who_when_and_in_what(self, sheet):
        said = [cell.value for cell in sheet[2] if cell.value]
        assert said == ["填报单位（盖章）：", "填报日期：", "单位：户、人、元"]

    def test_groups_are_merged_over_their_columns_and_single_headings_downwards(self, sheet):
        merged = set(map(str, sheet.merged_cells.ranges))
        assert {"E3:G3", "E4:F4", "G4:G5", "A3:A5", "C3:C5"} <= merged
        assert [sheet.cell(5, i).value for i in (5, 6)] == ["户", "人"]
        heading = sheet["E3"]
        assert (heading.font.b, heading.border.left.style, heading.fill.fgColor.rgb) == (True, "thin", "FFD9D9D9")
        assert heading.alignment.wrap_text

    def test_totals_stand_right_under_the_heading(self, sheet):
        assert (sheet["A6"].value, sheet["E6"].value, sheet["A6"].font.b) == ("合计", 2, True)
        assert float(sheet["H6"].value) == 24691.2

    def test_every_kind_has_its_format_and_value(self, sheet):
        row = sheet[7]
        assert [cell.value for cell in row[:7]] == [1, "阿依·古丽", "990101199001010019", "脱贫户", 1, 4, 0.25]
        assert [row[i].number_format for i in (2, 6, 7, 9)] == ["@", "0.00%", "#,##0.00", "@"]
        assert row[8].value.date() == date(2026, 10, 5) and row[8].number_format == "yyyy\\-mm\\-dd"
        assert row[9].value == "202306"
        assert sheet["A8"].value == 2
        assert (row[1].font.name, row[1].font.sz, row[1].border.top.style) == ("仿宋_GB2312", 11, "thin")

    def test_the_footer_leaves_room_for_signatures(self, sheet):
        said = [cell.value for cell in sheet[9] if cell.value]
        assert said == ["单位负责人：", "审核人：", "填表人：", "联系电话："]

    def test_the_paper_is_set_up(self, sheet):
        setup = sheet.page_setup
        assert (setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight) == (8, "landscape", 1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_margins.left == pytest.approx(1.5 / 2.54, abs=0.001)
        assert sheet.print_title_rows == "$3:$5"
        assert sheet.oddFooter.center.text == "第&P页 共&N页"
        assert sheet.freeze_panes == "C6"

    def test_lists_drop_down(self, sheet):
        (rule,) = sheet.data_validations.dataValidation
        assert (rule.formula1, str(rule.sqref)) == ('"脱贫户,一般农户"', "D7:D8")

    def test_protection_is_off(self, sheet):
        assert not sheet.protection.sheet


def _wide(**more):
    columns = tuple(SheetColumn((words,), 10) for words in ("序号", "户主")) + tuple(
        SheetColumn((f"组{place // 5}", f"列{place}"), 10) for place in range(35)
    )
    return SheetLayout("守望县台账", columns, spread=True, **more)


def test_a_sheet_too_wide_to_read_goes_over_pages_side_by_side(tmp_path):
    layout = _wide()
    path = tmp_path / "wide.xlsx"
    write_sheet(path, layout, [[None, "张三", *["1"] * 35]])
    sheet = openpyxl.load_workbook(path).active
    (cut,) = layout.cuts
    # Groups of columns stay together, and both pages are read at 7.5 points at least.
    assert layout.columns[cut].path[0] != layout.columns[cut - 1].path[0]
    assert 11 * layout.scale >= 7.5 and sheet.page_setup.scale == int(100 * layout.scale)
    assert [(one.id, one.man) for one in sheet.col_breaks.brk] == [(cut, True)]
    assert not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.pageOrder == "overThenDown"
    assert (sheet.print_title_cols, sheet.print_title_rows) == ("$A:$B", "$3:$4")
    # Each page has its title; the signatures stand on the first one.
    assert sheet["A1"].value == sheet.cell(1, cut + 1).value == "守望县台账"
    signed = [cell.column for cell in sheet[sheet.max_row] if cell.value]
    assert len(signed) == 4 and signed[0] == 1 and max(signed) <= cut
    for merged in sheet.merged_cells.ranges:
        assert merged.max_col <= cut or merged.min_col > cut


def test_a_title_is_kept_off_the_columns_that_the_next_page_repeats(tmp_path):
    layout = replace(_wide(), title="守望县民主评议和公示公告和异议台账" * 4)
    assert layout.title_column == 2 and layout.title_points >= 14
    path = tmp_path / "wide.xlsx"
    write_sheet(path, layout, [])
    assert openpyxl.load_workbook(path).active["C1"].value == layout.title
    assert replace(layout, spread=False).cuts == ()


def test_totals_may_stand_last_and_number_rows_may_count_columns(tmp_path):
    layout = SheetLayout(
        "表", LEDGER.columns, totals_at="bottom", number_row=True, info=(), paper="A4", landscape=False
    )
    write_sheet(tmp_path / "a.xlsx", layout, [ROW], TOTALS)
    rows = cells_of(tmp_path / "a.xlsx")
    assert [rows[4][0].value, rows[4][9].value] == ["1", "10"]
    assert [rows[5][0].value, rows[6][0].value] == [1, "合计"]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_text_is_ever_a_formula(tmp_path, payload):
    """In cells, headings, titles, info, footers, tab names and lists: equal after reading back."""
    path = tmp_path / "a.xlsx"
    columns = (SheetColumn((payload,)), SheetColumn((payload, "乙"), 12, "money"), SheetColumn(("丙",), 9, "date"))
    layout = SheetLayout(payload, columns, payload, (payload,), (payload,))
    write_sheet(path, layout, [(payload, payload, payload)], (payload, payload, payload))
    cells = [cell for row in cells_of(path) for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells].count(payload) == 11
    assert not any(cell.hyperlink for cell in cells)
    with zipfile.ZipFile(path) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())
    (sheet,) = python_calamine.CalamineWorkbook.from_path(str(path)).sheet_names
    assert len(sheet) <= 31


def test_there_are_sixty_payloads():
    assert len(PAYLOADS) >= 60


def test_what_a_cell_cannot_hold_is_cut_visibly_or_left_out(tmp_path):
    path = tmp_path / "a.xlsx"
    layout = SheetLayout("表", (SheetColumn(("甲",)),), info=(), footer=())
    write_sheet(path, layout, [("x" * 33_000,), ("a\x00\x07b\ud800",), ("_x0041_",), (None,), (float("nan"),)])
    values = [row[0].value for row in cells_of(path)][2:]
    assert len(values[0]) == LONGEST and values[0].endswith(CUT_MARK)
    assert values[1] == "ab"
    # Excel and calamine read the escape back; openpyxl does not know it.
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    assert sheet.to_python()[4] == ["_x0041_"]


def test_numbers_that_are_none_and_dates_that_are_none_go_out_as_text(tmp_path):
    columns = tuple(SheetColumn((kind,), 9, kind) for kind in ("money", "int", "percent", "date", "month"))
    layout = SheetLayout("表", columns, info=(), footer=())
    write_sheet(tmp_path / "a.xlsx", layout, [("不详", 10**18, float("inf"), "长期", "2023年"), (None,) * 5, ("",) * 5])
    rows = cells_of(tmp_path / "a.xlsx")
    assert [cell.value for cell in rows[2]] == ["不详", "1000000000000000000", None, "长期", "2023年"]
    assert {cell.value for row in rows[3:5] for cell in row} == {None}


@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=6))
def test_every_text_reads_back_but_for_controls(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "a.xlsx"
    layout = SheetLayout("表", (SheetColumn(("甲",)), SheetColumn(("乙",))), info=(), footer=())
    write_sheet(path, layout, rows)
    read = [tuple(cell.value or "" for cell in row) for row in cells_of(path)[2:]]

    def kept(word):
        return "".join(
            c for c in word if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
        )

    assert read == [tuple(map(kept, row)) for row in rows]


def test_several_sheets_get_lawful_names_of_their_own(tmp_path):
    names = ["[一]/二:三?*\\", "同名", "同名", "长" * 40, "'", "History"]
    sheets = [Sheet(SheetLayout("表", (SheetColumn(("甲",)),), name=name), [("x",)]) for name in names]
    assert write_book(tmp_path / "a.xlsx", sheets) == [1] * 6
    written = openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames
    assert written == ["_一__二_三___", "同名", "同名(2)", "长" * 31, "表5", "History(2)"]


def test_a_long_list_stands_on_a_hidden_sheet(tmp_path):
    words = tuple(f"很长的选项之{i}" for i in range(60))
    layout = SheetLayout("表", (SheetColumn(("甲",), 9, "text", words),), info=(), footer=())
    write_sheet(tmp_path / "a.xlsx", layout, [("x",)])
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book["选项"].sheet_state == "hidden" and book["选项"]["A60"].value == words[59]
    assert book.worksheets[0].data_validations.dataValidation[0].formula1 == "'选项'!$A$1:$A$60"


def test_a_failure_leaves_no_file(tmp_path):
    def rows():
        yield ROW
        raise RuntimeError("the database went away")

    folder = tmp_path / "ledgers"
    folder.mkdir()
    (folder / "a.xlsx").write_text("earlier")
    with pytest.raises(RuntimeError):
        write_sheet(folder / "a.xlsx", LEDGER, rows())
    with pytest.raises(ValueError, match="row of 1 cells"):
        write_sheet(folder / "b.xlsx", LEDGER, [("x",)])
    assert [path.name for path in folder.iterdir()] == ["a.xlsx"]
    assert (folder / "a.xlsx").read_text() == "earlier"


class TestErrors:
    COLUMNS = [
        Column("证件号码", ("身份证号",), needed=True),
        Column("姓名", needed=True),
        Column("结算日期"),
        Column("个人自付"),
    ]
    HEADINGS = ["序号", "姓名", "身份证\n号", "结算日期", "个人自付（元）", "备注"]
    ROWS = [
        (4, [1.0, "张三", 9.90101199001010e17, date(2026, 10, 5), 5.5, "=1+1"], "证件号码被存成了数字"),
        (9, [2.0, "李四", "", "上周", "1万", True, "表外的话"], "证件号码为空"),
        (10, [3.0, " 王五 ", "'990101199001010019", datetime(2026, 10, 5, 8, 30), "12,500", ""], "日期无效"),
    ]

    def test_rows_come_back_as_they_came_and_can_be_sent_in_again(self, tmp_path):
        path = tmp_path / "错误.xlsx"
        assert write_errors(path, [RejectedSheet("数据", self.HEADINGS, self.ROWS)]) == 3
        (table,) = open_book(path).tables(self.COLUMNS)
        (block,) = table.blocks()
        assert (table.sheet, table.heading_row, block.rows) == ("数据", 1, [2, 3, 4])
        assert [row[:7] for row in block.raw] == [[*cells, ""][:7] for _, cells, _ in self.ROWS]
        assert [row[7:] for row in block.raw] == [[reason, float(number)] for number, _, reason in self.ROWS]
        assert table.headings[-2:] == ["错误原因", "原行号"]

    def test_cells_that_will_be_retyped_are_formatted_as_text(self, tmp_path):
        write_errors(tmp_path / "a.xlsx", [RejectedSheet("数据", self.HEADINGS, self.ROWS)])
        rows = cells_of(tmp_path / "a.xlsx")
        assert [rows[i][2].number_format for i in (1, 2, 3)] == ["@"] * 3
        assert rows[1][4].number_format == "General"

    def test_a_second_round_does_not_pile_up_reasons(self, tmp_path):
        write_errors(tmp_path / "a.xlsx", [RejectedSheet("数据", self.HEADINGS, self.ROWS)])
        (table,) = open_book(tmp_path / "a.xlsx").tables(self.COLUMNS)
        (block,) = table.blocks()
        again = [(row, cells, "还是不对") for row, cells in zip(block.rows, block.raw, strict=True)]
        write_errors(tmp_path / "b.xlsx", [RejectedSheet(table.sheet, table.headings, again)])
        heading = [cell.value for cell in cells_of(tmp_path / "b.xlsx")[0]]
        assert heading.count("错误原因") == heading.count("原行号") == 1

    def test_one_sheet_for_each_of_the_source_and_one_for_none(self, tmp_path):
        sheets = [RejectedSheet(name, self.HEADINGS, self.ROWS[:1]) for name in ("一村", "二村")]
        write_errors(tmp_path / "a.xlsx", sheets)
        with read_in_child(tmp_path / "a.xlsx") as book:
            assert [table.sheet for table in book.tables(self.COLUMNS)] == ["一村", "二村"]
        assert write_errors(tmp_path / "b.xlsx", []) == 0
        assert cells_of(tmp_path / "b.xlsx")[0][0].value == "没有被退回的数据"


class TestOnPaper:
    """A sheet wider than its paper is made smaller; what is read and signed must not get small with it."""

    STAMP = "2026年10月结账 第1版 校验码 A1B2-C3D4-E5F6-0718"

    def written(self, tmp_path, widths, **values):
        columns = tuple(SheetColumn((f"列{i}",), width) for i, width in enumerate(widths))
        path = tmp_path / "台账.xlsx"
        write_sheet(path, SheetLayout(title="台账", columns=columns, **values), [["词"] * len(columns)])
        return openpyxl.load_workbook(path).active

    def test_title_and_signatures_of_a_wide_sheet_grow_by_what_it_shrinks(self, tmp_path):
        sheet = self.written(tmp_path, [10] * 41, paper="A3")
        assert (sheet["A1"].font.sz, sheet["A2"].font.sz, sheet.cell(sheet.max_row, 1).font.sz) == (36, 16, 16)
        assert sheet.row_dimensions[1].height == 72
        assert sheet.oddFooter.center.size == 16
        narrow = self.written(tmp_path, [10] * 20, paper="A3")
        assert (narrow["A1"].font.sz, narrow["A2"].font.sz) == (20, 11)

    def test_a_long_line_above_the_table_gets_the_room_it_needs(self, tmp_path):
        info = ("填报单位（盖章）：", "填报日期：2026年10月31日", "单位：户、人", self.STAMP)
        sheet = self.written(tmp_path, [8] * 14, info=info, paper="A4")
        room = {cell.value: _merged_columns(sheet, cell) * 8 for cell in sheet[2] if cell.value}
        assert list(room) == list(info)
        assert room[self.STAMP] >= 48
        assert sheet["A2"].alignment.shrink_to_fit

    def test_short_words_and_counts_stand_in_the_middle_sentences_and_money_do_not(self, tmp_path):
        columns = tuple(
            SheetColumn((name,), width, kind)
            for name, width, kind in (
                ("户主", 9, "text"),
                ("内容", 30, "text"),
                ("人口", 6, "int"),
                ("金额", 12, "money"),
            )
        )
        path = tmp_path / "台账.xlsx"
        write_sheet(path, SheetLayout(title="台账", columns=columns), [["张三", "修房", 3, 100]], ["合计", "", 3, 100])
        sheet = openpyxl.load_workbook(path).active
        assert [cell.alignment.horizontal for cell in sheet[5]] == ["center", "left", "center", "right"]
        assert [cell.alignment.horizontal for cell in sheet[4]] == ["center", "center", "center", "right"]


def _merged_columns(sheet, cell):
    """How many columns the area that begins in a cell covers."""
    areas = [area for area in sheet.merged_cells.ranges if (area.min_row, area.min_col) == (cell.row, cell.column)]
    return areas[0].size["columns"] if areas else 1
