"""The roll of children of school age, from the education bureau (domain.md 5.4 L13)."""

from accounts.models import Department
from records.books.base import FIELD, OFFICES, TOWNSHIPS, Book, columns_of
from records.models import Schooling

_column = columns_of(Schooling)
_STATES = {
    "at_school": ("在读", "就读", "正常"),
    "at_home": ("送教",),
    "suspended": (),
    "deferred": ("缓学", "免学"),
    "suspected": ("疑似失学辍学",),
    "dropped_out": ("失学", "失学辍学"),
    "finished": ("毕业", "完成义务教育"),
}

SCHOOLING = Book(
    code="schooling",
    title="学籍",
    model=Schooling,
    subject="person",
    department=Department.EDUCATION,
    writers=OFFICES | FIELD | TOWNSHIPS,
    tells=("state", "school"),
    columns=(
        _column("school", "学校名称", "就读学校"),
        _column("grade_class", "年级", "班级", "年级、班级"),
        _column.secret("roll_number", "学籍号", "全国学籍号", "学籍号码"),
        _column.listed("state", _STATES, "就学状态", "在校情况", needed=True),
        _column("left_school_on", "辍学日期", "离校时间"),
        _column("leaving_reason", "失学或辍学原因", "失学辍学原因"),
        _column("whereabouts", "现去向"),
        _column("roll_status"),
        _column("guardian", "监护人", "监护人姓名"),
        _column("chief_county", "包保县长"),
        _column("chief_bureau", "包保教育局长", "局长"),
        _column("chief_township", "包保乡镇长", "乡长", "镇长"),
        _column("chief_village", "包保村长"),
        _column("chief_school", "包保校长"),
        _column("chief_teacher", "包保师长", "包保教师", "班主任"),
        _column("chief_parent", "包保家长"),
    ),
)
