"""农业农村局: what farming projects lost."""

from accounts.models import Department
from monitoring.feeds.base import Feed, own

INDUSTRY_LOSSES = Feed(
    "industry_losses",
    "产业与市场风险",
    Department.AGRICULTURE,
    columns=(
        own("产业", "产业类型", "产业项目", "产业名称"),
        own("规模", "产业规模", "种养规模"),
        own("损失原因", "受损原因"),
        own("损失金额", "产业损失金额", "损失", needed=True),
        own("滞销数量", "滞销量", "滞销数量(斤)"),
    ),
    amount="损失金额",
)
