"""Jobs of persons, or that they have none (务工监测), from the human-resources bureau (domain.md 5.4 L10)."""

from accounts.models import Department
from records.books.base import FIELD, OFFICES, TOWNSHIPS, Book, columns_of
from records.models import Job

_column = columns_of(Job)

JOBS = Book(
    code="jobs",
    title="务工",
    model=Job,
    subject="person",
    department=Department.HUMAN_RESOURCES,
    writers=OFFICES | FIELD | TOWNSHIPS,
    tells=("area", "firm"),
    columns=(
        _column("working", "已务工", "是否务工", "务工", needed=True),
        _column("area", "务工区域", "务工地域"),
        _column("work_place", "务工所在地", "务工地点", "务工所在县"),
        _column("firm", "务工单位", "务工企业", "企业名称"),
        _column("industry", "行业"),
        _column("channel"),
        _column("monthly_wage", "月收入", "月工资"),
        _column("escorted", "点对点输送"),
        _column("travel_subsidy", "交通补助", "交通补贴"),
        _column("training", "培训内容"),
        _column("trained_on", "培训日期"),
        _column("certificate", "证书"),
        _column("willing", "务工意愿", "是否有就业意愿"),
        _column("offers", "推送岗位次数"),
        _column("returned_on", "返乡时间"),
        _column("return_reason"),
    ),
)
