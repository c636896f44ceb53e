"""The low-income population and what it is paid, from civil affairs (domain.md 5.4 L18)."""

from accounts.models import Department
from records.books.base import OFFICES, Book, columns_of
from records.models import LowIncome
from sheets.table import Column

_column = columns_of(LowIncome)
_KINDS = {
    "低保": ("农村低保", "城市低保", "最低生活保障"),
    "特困": ("农村特困", "城市特困", "特困供养", "特困人员"),
    "脱贫不稳定": ("脱贫不稳定人口", "脱贫不稳定户"),
    "低保边缘": ("低保边缘家庭", "低边"),
    "支出型": ("支出型困难", "支出型困难家庭", "刚性支出困难"),
}

LOW_INCOMES = Book(
    code="low_incomes",
    title="低收入人口",
    model=LowIncome,
    subject="person",
    department=Department.CIVIL_AFFAIRS,
    writers=OFFICES,
    key=("kind",),
    starts=Column("起始月", ("享受起始月", "开始享受时间", "起始日期", "开始时间"), kind="date"),
    ends=Column("停发月", ("停保月", "截止日期", "结束时间"), kind="date"),
    tells=("kind", "monthly_amount"),
    columns=(
        _column.listed("kind", _KINDS, "救助类别", "低收入类别", needed=True),
        _column("monthly_amount", "保障金", "月发放金额"),
        _column("tapering", "是否渐退"),
    ),
)
