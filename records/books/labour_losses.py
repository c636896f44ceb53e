"""Persons who lost their ability to work, from civil affairs (domain.md 5.4 L17, codes 4.4)."""

from accounts.models import Department
from records.books.base import FIELD, OFFICES, TOWNSHIPS, Book, columns_of
from records.models import LabourLoss

_column = columns_of(LabourLoss)
DISABILITIES = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
_GRADES = ("一级", "二级", "三级", "四级")

LABOUR_LOSSES = Book(
    code="labour_losses",
    title="丧失劳动能力人员",
    model=LabourLoss,
    subject="person",
    department=Department.CIVIL_AFFAIRS,
    writers=OFFICES | FIELD | TOWNSHIPS,
    tells=("degree", "cause"),
    columns=(
        _column.listed(
            "degree",
            {"whole": ("完全丧失劳动能力", "03"), "part": ("部分丧失劳动能力", "02")},
            "丧失程度",
            needed=True,
        ),
        _column("cause", "丧失原因", "致残原因"),
        _column.secret("certificate", "残疾证号", "残疾人证号", "残疾证号码"),
        _column.listed(
            "disability_class",
            {word: (str(n), f"{n}{word}", f"{word}残疾") for n, word in enumerate(DISABILITIES, 1)},
            "残疾类型",
        ),
        _column.listed("disability_grade", {word: (str(n), f"{n}级") for n, word in enumerate(_GRADES, 1)}, "残疾级别"),
        _column("benefits", "现享受政策", "享受政策"),
        _column("checked_on", "核查时间"),
        _column("comparison"),
        _column("to_enter", "拟纳入类别"),
        _column("entered_on", "纳入时间"),
    ),
)
