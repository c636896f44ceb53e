"""卫健局: newly found serious and chronic diseases."""

from accounts.models import Department
from monitoring.feeds.base import Fact, Feed, own, says

MAJOR_DISEASE = Feed(
    "major_disease",
    "新增大病慢病",
    Department.HEALTH,
    columns=(
        own("病种", "病种名称", "疾病名称", "大病病种", needed=True),
        own("确诊日期", "确诊时间", "诊断日期", needed=True),
        own("救治医院", "就诊医院", "定点救治医院", "医院名称"),
        own("是否签约家庭医生", "家庭医生签约", "是否家庭医生签约"),
        own("治疗状态", "救治状态", "治疗情况"),
    ),
    happened_on="确诊日期",
    facts=(Fact("cured", "治疗状态", says("治愈")),),
)
