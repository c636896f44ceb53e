"""Vehicles, real estate, companies, public pay (domain.md 4.8, rows 16-19).

Asset evidence for the check before enrolment; never a clue.
"""

from accounts.models import Department
from monitoring.feeds.base import Fact, Feed, own

VEHICLES = Feed(
    "vehicles",
    "机动车",
    Department.VEHICLE_OFFICE,
    columns=(
        own("号牌号码", "车牌号", "车牌号码", "号牌"),
        own("车辆类型", "车型"),
        own("品牌型号", "品牌", "车辆品牌", "厂牌型号"),
        own("登记日期", "初次登记日期", "注册登记日期", "登记时间"),
        own("使用性质", "车辆使用性质"),
        own("状态", "机动车状态", "车辆状态"),
    ),
    happened_on="登记日期",
    facts=(Fact("kind", "车辆类型"), Fact("model", "品牌型号"), Fact("use", "使用性质"), Fact("status", "状态")),
    asset=True,
)

PROPERTIES = Feed(
    "properties",
    "不动产",
    Department.NATURAL_RESOURCES,
    columns=(
        own("不动产权证号", "不动产权证书号", "产权证号", "房产证号"),
        own("坐落", "房屋坐落", "不动产坐落", "地址"),
        own("用途", "房屋用途", "规划用途"),
        own("面积", "建筑面积", "房屋面积"),
        own("登记日期", "登记时间"),
        own("共有情况", "共有方式"),
    ),
    happened_on="登记日期",
    facts=(Fact("use", "用途"), Fact("area", "面积"), Fact("shared", "共有情况")),
    asset=True,
)

COMPANIES = Feed(
    "companies",
    "市场主体",
    Department.MARKET_REGULATION,
    columns=(
        own("主体名称", "企业名称", "市场主体名称", "单位名称"),
        own("统一社会信用代码", "社会信用代码", "信用代码"),
        own("类型", "主体类型", "企业类型"),
        own("担任职务", "职务"),
        own("出资额", "认缴出资额"),
        own("成立日期", "成立时间", "注册日期"),
        own("状态", "登记状态", "经营状态"),
    ),
    happened_on="成立日期",
    facts=(Fact("name", "主体名称"), Fact("kind", "类型"), Fact("duty", "担任职务"), Fact("status", "状态")),
    asset=True,
)

PUBLIC_PAYROLL = Feed(
    "public_payroll",
    "财政供养人员",
    Department.FINANCE,
    columns=(
        own("单位", "单位名称", "工作单位"),
        own("人员性质", "人员类别", "编制性质"),
        own("起薪日期", "起薪时间"),
        own("在职/退休", "在职退休", "在职状态", "人员状态"),
    ),
    happened_on="起薪日期",
    facts=(Fact("unit", "单位"), Fact("kind", "人员性质"), Fact("status", "在职/退休")),
    asset=True,
)
