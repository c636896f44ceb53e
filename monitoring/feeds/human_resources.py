"""人社局: who has work and who lost it."""

from accounts.models import Department
from monitoring.feeds.base import Fact, Feed, listed, own, says

EMPLOYMENT = Feed(
    "employment",
    "就业失业",
    Department.HUMAN_RESOURCES,
    columns=(
        listed("就业状态", ("就业", "失业"), "就业失业状态", "就业情况", "当前就业状态"),
        own("务工单位", "务工企业", "务工企业名称", "工作单位"),
        own("务工所在县", "务工地", "务工地点", "务工所在地"),
        own("月收入", "务工月收入", "月工资"),
        own("失业日期", "失业时间"),
        own("返乡日期", "返乡时间"),
        own("求职意愿", "是否有求职意愿", "就业意愿"),
        own("培训需求", "是否有培训需求", "培训意愿"),
    ),
    happened_on="失业日期",
    facts=(Fact("status", "就业状态"), Fact("wants_work", "求职意愿", says("是"))),
)
