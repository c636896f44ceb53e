"""Houses with their danger grades, from the housing bureau (domain.md 5.4 L14, codes 4.4)."""

from accounts.models import Department
from records.books.base import FIELD, OFFICES, TOWNSHIPS, Book, columns_of
from records.models import House
from sheets.table import Column

_column = columns_of(House)
_GRADES = {grade: (f"{grade}级", f"{grade}级房") for grade in "ABCD"}

HOUSES = Book(
    code="houses",
    title="住房",
    model=House,
    subject="household",
    department=Department.HOUSING,
    writers=OFFICES | FIELD | TOWNSHIPS,
    key=("house_number",),
    starts=Column("起始日期", ("排查日期",), kind="date"),
    ends=None,
    first_day="graded_on",
    dates_version=True,
    tells=("grade", "structure"),
    columns=(
        _column("house_number"),
        _column("built_year", "建造年代", "建成年份"),
        _column("structure", "房屋结构", "结构类型"),
        _column("storeys", "房屋层数"),
        _column("area", "建筑面积", "住房面积"),
        _column("only_house", "唯一住房"),
        _column.listed("grade", _GRADES, "鉴定等级", "危房等级", "房屋等级"),
        _column("graded_on", "鉴定时间"),
        _column("graded_by", "鉴定单位"),
        _column("hazard", "隐患类型"),
    ),
)
