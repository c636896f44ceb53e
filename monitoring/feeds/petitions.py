"""信访局: what people ask for by hotline and letter."""

from accounts.models import Department
from monitoring.feeds.base import Feed, own

HOTLINE = Feed(
    "hotline",
    "信访诉求",
    Department.PETITIONS,
    columns=(
        own("受理编号", "信访编号", "工单编号"),
        own("受理日期", "受理时间", "登记日期"),
        own("诉求", "诉求内容", "信访事项", "反映问题"),
        own("办理结果", "处理结果", "办理情况"),
    ),
    happened_on="受理日期",
)
