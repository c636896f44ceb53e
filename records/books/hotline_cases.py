"""Petitions and calls, from the petitions bureau (domain.md 5.4 L22)."""

from accounts.models import Department
from records.books.base import COUNTY_LEVEL, OFFICES, TOWNSHIP_LEVEL, TOWNSHIPS, VILLAGE_LEVEL, Book, columns_of
from records.models import HotlineCase
from sheets.table import Column

_column = columns_of(HotlineCase)

HOTLINE_CASES = Book(
    code="hotline_cases",
    title="信访件",
    model=HotlineCase,
    subject="place",
    department=Department.PETITIONS,
    writers=OFFICES | TOWNSHIPS,
    key=("number",),
    levels=frozenset({COUNTY_LEVEL, TOWNSHIP_LEVEL, VILLAGE_LEVEL}),
    starts=Column("受理日期", ("日期", "登记日期"), needed=True, kind="date"),
    ends=None,
    tells=("channel", "appeal"),
    columns=(
        _column("number", "编号", "工单编号", needed=True),
        _column("channel", "来源", "来访渠道", needed=True),
        _column.secret("petitioner", "诉求人", "信访人", "来电人", of="name", limit=60),
        _column("appeal", "诉求内容", "反映问题", needed=True),
        _column.household("household", "涉及户编号"),
        _column("handler", "承办单位"),
        _column("due_on", "办理时限"),
        _column("result", "办理结果"),
        _column("replied_on", "答复时间"),
    ),
)
