"""Files of households whose income fell in a year (domain.md 5.4 L9)."""

from records.books.base import FIELD, OFFICES, TOWNSHIPS, Book, columns_of
from records.models import IncomeFile
from sheets.table import Column

_column = columns_of(IncomeFile)

INCOME_FILES = Book(
    code="income_files",
    title="收入减少档案",
    model=IncomeFile,
    subject="household",
    writers=OFFICES | FIELD | TOWNSHIPS,
    key=("year",),
    starts=Column("建档日期", ("起始日期",), kind="date"),
    ends=None,
    tells=("year", "analysis"),
    columns=(
        _column("year", "年份", needed=True),
        _column("lost_wages", "务工减少额"),
        _column("lost_business", "产业减少额"),
        _column("lost_transfers", "转移减少额"),
        _column("lost_property", "资产减少额"),
        _column("lost_otherwise", "其他减少额"),
        _column("analysis", "原因分析"),
        _column("measures", "帮扶措施"),
        _column("income_plan"),
        _column("due_on", "时限"),
        _column("result", "完成结果"),
        _column("checked_by"),
    ),
)
