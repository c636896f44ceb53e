"""教体局: children who left school, and what schooling costs the family."""

from datetime import date

from accounts.models import Department
from monitoring.feeds.base import ID_NUMBER, Fact, Feed, own, parsed, says
from sheets.clean import birth_date, parse_school_year


def born(number: str) -> date:
    """The child's birth date; the number is cleaned, so the day exists."""
    return birth_date(number)


def first_year(school_year: str) -> int:
    """'2026-2027' -> 2026."""
    return int(school_year[:4])


SCHOOL_DROPOUT = Feed(
    "school_dropout",
    "疑似失学辍学",
    Department.EDUCATION,
    columns=(
        own("出生日期", "出生年月日", "生日"),
        own("学籍号", "全国学籍号", "学籍号码"),
        own("学校", "学校名称", "就读学校", "原就读学校"),
        own("年级班级", "年级", "班级", "年级/班级"),
        own("家长姓名", "监护人姓名", "家长"),
        own("联系电话", "家长联系电话", "监护人电话", "电话"),
        own("离校日期", "离校时间", "辍学日期", "失学辍学日期", needed=True),
        own("辍学原因", "失学辍学原因", "失学或辍学原因"),
        own("去向", "学生去向"),
        own("劝返情况", "劝返状态", "控辍保学情况", "劝返结果"),
        own("包保老师", "包保教师", "包保责任人"),
    ),
    happened_on="离校日期",
    facts=(Fact("born", ID_NUMBER, born), Fact("returned", "劝返情况", says("已复学"))),
)

EDUCATION_COSTS = Feed(
    "education_costs",
    "就学支出与资助",
    Department.EDUCATION,
    columns=(
        own("学段", "就读学段", "学历层次"),
        own("学校", "学校名称", "就读学校"),
        parsed("学年", parse_school_year, "学年/学期", "就读学年", "学年度"),
        own("学费", "学费金额"),
        own("住宿费", "住宿费用"),
        own("教科书费", "教材费", "书本费", "教科书费用"),
        own("资助项目", "资助类型", "资助名称"),
        own("资助金额", "已资助金额"),
        own("自付金额", "个人负担金额", "家庭自付金额", "个人自付金额", "家庭负担金额", needed=True),
    ),
    accumulates="school_year",
    amount="自付金额",
    facts=(Fact("school_year", "学年", first_year),),
)
