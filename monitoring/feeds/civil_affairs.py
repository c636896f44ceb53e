"""民政局: subsistence and destitute support, who came and who went."""

from accounts.models import Department
from monitoring.feeds.base import Fact, Feed, listed, own

WELFARE_CHANGES = Feed(
    "welfare_changes",
    "低保特困增减",
    Department.CIVIL_AFFAIRS,
    columns=(
        own("户主姓名"),
        own("户主证件号码", "户主身份证号", "户主身份证号码"),
        own("救助类别", "救助类型", "保障类别", "对象类别", needed=True),
        own("档次", "保障档次", "低保档次"),
        own("保障人数", "保障人口", "保障人口数"),
        own("月保障金", "月保障金额", "月保障金额合计", "月补助金额"),
        own("起始月", "起始月份", "保障起始月"),
        listed("变动类型", ("新增", "退出", "调整", "渐退"), "变动类别", "变动情况"),
        own("变动原因", "退出原因", "原因"),
    ),
    facts=(Fact("change", "变动类型"), Fact("support", "救助类别")),
)
