"""Files that mean harm or are broken: each is answered by a clear line, none takes anything down."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import hostile_files as hostile
import pytest

from sheets.child import Fence, read_in_child
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


def test_a_sound_small_workbook_is_taken(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(hostile.workbook())
    assert read_all(open_book(tmp_path / "a.xlsx")) == 1


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
