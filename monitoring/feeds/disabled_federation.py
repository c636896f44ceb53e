"""残联: disability certificates given, renewed and taken back. The certificate's number begins with the resident's."""

from accounts.models import Department
from monitoring.feeds.base import ID_ALIASES, ID_NUMBER, Fact, Feed, listed, own

GRADES = {"一级": ("1",), "二级": ("2",), "三级": ("3",), "四级": ("4",)}


def grade(word: str) -> int:
    """'一级' -> 1."""
    return list(GRADES).index(word) + 1


DISABILITY = Feed(
    "disability",
    "残疾人证办理",
    Department.DISABLED_FEDERATION,
    id_column="残疾证号",
    id_aliases=("残疾人证号", "残疾人证号码", "残疾证号码", "残疾人证", "残疾证", ID_NUMBER, *ID_ALIASES),
    columns=(
        own("残疾类别", "残疾类型"),
        listed("残疾等级", GRADES, "残疾级别"),
        own("发证日期", "发证时间", "办证日期"),
        own("有效期", "有效期至", "有效日期", "有效期限"),
        listed("变动类型", ("新办", "换证", "注销"), "变动类别", "办理类型"),
        own("两项补贴", "两项补贴情况", "残疾人两项补贴"),
    ),
    happened_on="发证日期",
    facts=(Fact("change", "变动类型"), Fact("grade", "残疾等级", grade)),
)
