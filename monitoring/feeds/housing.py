"""住建局: how safe houses are."""

from accounts.models import Department
from monitoring.feeds.base import Fact, Feed, listed, own

HOUSING = Feed(
    "housing",
    "房屋安全鉴定",
    Department.HOUSING,
    columns=(
        own("房屋编号", "房屋代码"),
        own("结构", "房屋结构", "结构类型"),
        own("建造年代", "建造时间", "建成年代", "建造年份"),
        own("面积", "建筑面积", "房屋面积", "住房面积"),
        listed(
            "鉴定等级",
            {letter: (f"{letter}级",) for letter in "ABCD"},
            "房屋安全等级",
            "危房等级",
            "房屋等级",
            "安全等级",
        ),
        own("鉴定日期", "鉴定时间"),
        own("鉴定机构", "鉴定单位"),
        own("对象类别", "对象类型", "农户类别"),
        own("改造方式", "改造类型"),
        own("开工日期", "开工时间"),
        own("竣工日期", "竣工时间", "完工日期"),
        own("验收", "验收情况", "验收结果"),
    ),
    happened_on="鉴定日期",
    facts=(Fact("grade", "鉴定等级"), Fact("finished", "竣工日期", lambda day: True)),
)
