"""应急局: what disasters took."""

from accounts.models import Department
from monitoring.feeds.base import Fact, Feed, own
from sheets.clean import fold_code

_NOBODY = frozenset(("", "0", "无", "否"))


def hurt(cell: str) -> bool | None:
    """Whether 伤亡 is filled with anything but 0, 无 or 否 (contract section 5)."""
    return True if fold_code(cell) not in _NOBODY else None


DISASTERS = Feed(
    "disasters",
    "灾情",
    Department.EMERGENCY,
    columns=(
        own("灾种", "灾害种类", "灾害类型"),
        own("发生日期", "发生时间", "受灾日期", "受灾时间", "灾害发生日期", needed=True),
        own("倒损房屋间数", "倒损房屋", "倒塌损坏房屋间数", "房屋倒损间数"),
        own("农作物受灾面积", "受灾面积", "农作物受灾面积(亩)"),
        own("牲畜死亡", "死亡牲畜", "牲畜死亡数量", "牲畜死亡(头只)"),
        own("伤亡", "人员伤亡", "伤亡情况", "伤亡人数"),
        own("直接经济损失", "直接经济损失金额", "经济损失"),
        own("救助金额", "救助资金", "已救助金额"),
    ),
    happened_on="发生日期",
    amount="直接经济损失",
    facts=(Fact("rooms", "倒损房屋间数"), Fact("casualty", "伤亡", hurt)),
)
