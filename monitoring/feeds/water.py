"""水务局: households whose drinking water is short, far or unfit."""

from accounts.models import Department
from monitoring.feeds.base import Fact, Feed, own, says

WATER = Feed(
    "water",
    "饮水安全",
    Department.WATER,
    columns=(
        own("供水工程名称", "工程名称", "供水工程"),
        own("供水方式", "供水类型"),
        own("水量", "人均水量", "用水量", "水量(升/人.天)", "水量(升/人/天)", "水量(升)", "人均日用水量"),
        own("水质结论", "水质", "水质检测结论", "水质是否合格"),
        own("取水时间", "取水往返时间", "往返取水时间", "取水时间(分钟)"),
        own("缺水天数", "缺水天数/年", "年缺水天数", "缺水天数(天/年)"),
        own("问题", "存在问题"),
        own("处理措施", "整改措施", "解决措施"),
        own("完成日期", "完成时间", "整改完成日期"),
    ),
    facts=(
        Fact("litres", "水量"),
        Fact("quality_fails", "水质结论", says("不合格")),
        Fact("minutes", "取水时间"),
        Fact("shortage_days", "缺水天数"),
    ),
)
