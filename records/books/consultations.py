"""What the monthly consultations of departments settled (domain.md 5.5 T6)."""

from records.books.base import COUNTY_LEVEL, OFFICES, TOWNSHIP_LEVEL, TOWNSHIPS, Book, columns_of
from records.models import Consultation
from sheets.table import Column

_column = columns_of(Consultation)

CONSULTATIONS = Book(
    code="consultations",
    title="月度会商",
    model=Consultation,
    subject="place",
    writers=OFFICES | TOWNSHIPS,
    key=("topic", "minutes_number"),
    levels=frozenset({COUNTY_LEVEL, TOWNSHIP_LEVEL}),
    starts=Column("会议日期", ("会商日期", "日期"), needed=True, kind="date"),
    ends=None,
    tells=("topic",),
    columns=(
        _column("chair", "主持", needed=True),
        _column("departments", "参加部门"),
        _column("topic", "会商议题", needed=True),
        _column("settled", "议定内容", needed=True),
        _column("unit", "牵头单位"),
        _column("due_on", "完成时限"),
        _column("done_on", "完成时间"),
        _column("progress", "进展情况"),
        _column("minutes_number", "会议纪要文号"),
    ),
)
