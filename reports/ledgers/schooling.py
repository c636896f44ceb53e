"""What the school ledgers say of a pupil: his line in the roll with the seven chiefs, and how he was talked back."""

from __future__ import annotations

from collections.abc import Iterator

from records.models import Schooling
from reports.asof.kept import Stood
from reports.ledgers.column import Column
from reports.ledgers.places import PLACE
from sheets.text import Cell

CHIEFS = ("县", "局", "乡", "村", "校", "师", "家长")
TUTORED_AT_HOME = "送教上门"
COLUMNS = (
    Column(("序号",), 5, "seq"),
    *PLACE,
    Column(("学生姓名",), 11),
    Column(("证件号码",), 20, secret="id"),
    Column(("出生日期",), 11, "date"),
    Column(("家长姓名",), 11),
    Column(("联系电话",), 13, secret="phone"),
    Column(("家庭住址",), 18, secret="text"),
    Column(("学校",), 14, secret="text"),
    Column(("年级班级",), 10),
    Column(("学籍号",), 20, secret="id"),
    Column(("在校状态",), 10),
    Column(("离校日期",), 11, "date"),
    Column(("辍学原因",), 10, secret="text"),
    Column(("去向",), 10, secret="text"),
    Column(("学籍状态",), 8),
    *(Column(("七长包保", name), 8) for name in CHIEFS),
    Column(("劝返", "次数"), 5, "int"),
    Column(("劝返", "日期"), 11, "date"),
    Column(("劝返", "方式"), 8),
    Column(("劝返", "结果"), 10, secret="text"),
    Column(("复学日期",), 11, "date"),
    Column((TUTORED_AT_HOME,), 6),
    Column(("处理措施",), 20, secret="text"),
)


def school_cells(line: Schooling) -> Iterator[Cell]:
    """From 学校 to 学籍状态."""
    yield from (line.school, line.grade_class, line.roll_number, line.get_state_display())
    yield from (line.left_school_on, line.leaving_reason, line.whereabouts, line.roll_status)


def chief_cells(line: Schooling) -> Iterator[Cell]:
    yield from (line.chief_county, line.chief_bureau, line.chief_township, line.chief_village)
    yield from (line.chief_school, line.chief_teacher, line.chief_parent)


def persuasion(kept: Stood | None) -> Iterator[Cell]:
    """How often he was talked back, and the last time: when, how, with what result."""
    times = kept.notes("note_progress") if kept else []
    if not kept or not times:
        yield from (None, None, "", "")
        return
    yield from (len(times), kept.day("persuaded_on"), kept.say("way"), kept.say("result"))
