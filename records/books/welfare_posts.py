"""Public-welfare posts (公益性岗位), from the human-resources bureau (domain.md 5.4 L12)."""

from accounts.models import Department
from records.books.base import OFFICES, TOWNSHIPS, Book, columns_of
from records.models import WelfarePost

_column = columns_of(WelfarePost)
_KINDS = {
    "cleaner": ("保洁", "环卫"),
    "ranger": ("生态护林员",),
    "road": ("养路员", "公路养护"),
    "water": ("水管员",),
    "care": ("护理", "护工"),
    "assistant": ("协管", "网格员"),
    "other": (),
}

WELFARE_POSTS = Book(
    code="welfare_posts",
    title="公益性岗位",
    model=WelfarePost,
    subject="person",
    department=Department.HUMAN_RESOURCES,
    writers=OFFICES | TOWNSHIPS,
    key=("title",),
    tells=("title", "employer"),
    columns=(
        _column("title", "岗位", needed=True),
        _column.listed("kind", _KINDS, "岗位类别", "类别", needed=True),
        _column("employer", "用人单位"),
        _column("monthly_pay", "岗位补贴", "补贴标准", "月补贴标准"),
        _column("attendance", "考勤情况"),
        _column("paid_on", "发放日期"),
        _column("leaving_reason"),
    ),
)
