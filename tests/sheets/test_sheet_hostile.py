"""Files that mean harm or are broken: each is answered by a clear line, none takes anything down."""

from __future__ import annotations

import errno
import resource
import time
import zlib
from pathlib import Path

import hostile_files as hostile
import pytest

from sheets.child import Fence, read_in_child
from sheets.extent import Extent
from sheets.read import Column, Limits, SheetError, open_book

COLUMNS = [Column("姓名", needed=True), Column("证件号码", needed=True)]
FILES = hostile.must_be_refused()


def read_all(book) -> int:
    return sum(len(block.rows) for table in book.tables(COLUMNS) for block in table.blocks())


def is_a_clear_line(message: str) -> bool:
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in message)
    return chinese >= 8 and "\n" not in message and "Error" not in message


def test_the_generator_makes_enough_kinds():
    assert len(FILES) >= 50 and len({name for name, _ in FILES}) == len(FILES)


@pytest.mark.parametrize(("name", "data"), FILES, ids=[name for name, _ in FILES])
def test_a_hostile_file_is_refused_with_a_clear_line(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(data)
    started = time.process_time()
    with pytest.raises(SheetError) as caught:
        read_all(open_book(path))
    assert is_a_clear_line(caught.value.message), caught.value.message
    assert time.process_time() - started < 5


def test_damaged_workbooks_are_read_or_refused_but_never_crash(tmp_path):
    path = tmp_path / "damaged.xlsx"
    for name, data in hostile.truncated(seed=20261031, count=60):
        path.write_bytes(data)
        try:
            read_all(open_book(path))
        except SheetError as refusal:
            assert is_a_clear_line(refusal.message), (name, refusal.message)


@pytest.mark.parametrize(
    "shortage", [zlib.error("Error -4 while decompressing data"), OSError(errno.ENOMEM, "Cannot allocate memory")]
)
def test_a_file_is_not_called_damaged_when_memory_runs_out(tmp_path, monkeypatch, shortage):
    (tmp_path / "a.xlsx").write_bytes(hostile.workbook())

    def exhausted(*_: object) -> None:
        raise shortage

    monkeypatch.setattr(zlib, "decompressobj", exhausted)
    with pytest.raises(MemoryError):
        open_book(tmp_path / "a.xlsx")


def test_a_sound_small_workbook_is_taken(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(hostile.workbook())
    assert read_all(open_book(tmp_path / "a.xlsx")) == 1


STYLED = (
    '<row r="3" s="1" customFormat="1"/>'
    '<row r="4" spans="1:16384"><c r="A4" s="2"/><c r="XFD4" s="2"></c></row>'
    '<row r="1048576" ht="15"><c r="XFD1048576" s="2" /></row>'
)
FULL = [
    '<row r="9"><c r="XFD9" s="2"><v>1</v></c></row>',
    '<row r="1048576"><c r="A1048576" s="2"><v>1</v></c></row><row r="9"><c r="SR9"><v>1</v></c></row>',
    '<row r="1048577"><c><v>1</v></c></row>',
    "<row r='1048577'><c r='A1048577'><v>1</v></c></row>",
    '<row r="5"><c r="XFD5" x="/>"><v>1</v></c></row>',
    '<row r="5"><c r="A5"/><c r="XFD5"><f>1</f><v>1</v></c></row>',
]


def test_cells_that_hold_a_style_alone_do_not_widen_a_sheet(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(hostile.workbook(hostile.SHEET.replace("</sheetData>", f"{STYLED}</sheetData>")))
    assert read_all(open_book(tmp_path / "a.xlsx")) == 1


@pytest.mark.parametrize("rows", FULL)
def test_a_far_cell_is_seen_wherever_the_sheet_is_cut_and_whatever_stands_around_it(rows):
    for before, after in (("", ""), (STYLED, ""), ("", STYLED)):
        sheet = hostile.SHEET.replace("</sheetData>", f"{before}{rows}{after}</sheetData>").encode()
        for size in (1, 7, 19, 64, 1_000):
            assert is_too_far(sheet, size), (rows, size)


@pytest.mark.parametrize("size", [64, 65, 71, 90, 128, 1_000])
def test_styled_cells_are_known_wherever_the_sheet_is_cut(size):
    assert not is_too_far(hostile.SHEET.replace("</sheetData>", f"{STYLED * 3}</sheetData>").encode(), size)


def is_too_far(sheet: bytes, size: int) -> bool:
    extent, tail = Extent(1_048_576, 512, 40_000_000), b""
    try:
        for start in range(0, len(sheet), size):
            piece = sheet[start : start + size]
            extent.add(tail, piece)
            tail = (tail + piece)[-32:]
    except SheetError:
        return True
    return False


def test_empty_cells_at_the_end_of_csv_records_do_not_count(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"姓名,证件号码{',' * 3000}\n张三,1{',' * 3000}\n{',' * 3000}\n", encoding="utf-8")
    assert read_all(open_book(path)) == 1
    path.write_text(f"姓名,证件号码{',' * 3000}\n张三,1{',' * 3000}x\n", encoding="utf-8")
    with pytest.raises(SheetError, match="超过512列"):
        read_all(open_book(path))


def test_too_many_rows_and_too_many_bytes_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("姓名,证件号码\n" + "张三,1\n" * 100, encoding="utf-8")
    with pytest.raises(SheetError, match="超过50行"):
        read_all(open_book(path, Limits(rows=50)))
    with pytest.raises(SheetError, match="上限"):
        open_book(path, Limits(csv_bytes=100))
    assert read_all(open_book(path, Limits(rows=101))) == 100


class TestChild:
    def test_reads_what_the_parent_would(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text("姓名,证件号码\n" + "张三,1\n" * 100, encoding="utf-8")
        with read_in_child(path) as book:
            (table,) = book.tables(COLUMNS)
            blocks = list(table.blocks(size=30))
        assert [len(block.rows) for block in blocks] == [29, 30, 30, 11]
        assert blocks == list(open_book(path).tables(COLUMNS)[0].blocks(size=30))

    def test_hands_the_refusal_on(self, tmp_path):
        (tmp_path / "a.xlsx").write_bytes(b"%PDF")
        with pytest.raises(SheetError, match="PDF"), read_in_child(tmp_path / "a.xlsx"):
            pass

    def test_dies_alone_of_a_memory_bomb(self, tmp_path):
        """The fence holds even where the guard is told to let everything through."""
        path = tmp_path / "bomb.xlsx"
        path.write_bytes(hostile.far_cell("SR1048576"))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(SheetError) as caught, read_in_child(path, Limits(cells=10**12)) as book:
            book.tables(COLUMNS)
        assert is_a_clear_line(caught.value.message)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000

    def test_is_stopped_when_it_takes_too_long(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text("姓名,证件号码\n张三,1\n", encoding="utf-8")
        with pytest.raises(SheetError, match="用时过长"), read_in_child(path, fence=Fence(answer_seconds=0.001)):
            pass

    def test_knows_nothing_of_the_parents_secrets(self, tmp_path, monkeypatch):
        monkeypatch.setenv("SECRET_KEY", "geheim")
        path = tmp_path / "a.csv"
        path.write_text("姓名,证件号码\n张三,1\n", encoding="utf-8")
        with read_in_child(path) as book:
            child = book.sources[0]._child._process.pid
            environment = Path(f"/proc/{child}/environ").read_bytes()
        assert b"geheim" not in environment
