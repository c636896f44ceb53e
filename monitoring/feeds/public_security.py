"""公安局 and 公安交警: who was born, died, moved or was renamed, and who had an accident."""

from accounts.models import Department
from monitoring.feeds.base import Fact, Feed, listed, own

POPULATION_CHANGES = Feed(
    "population_changes",
    "户籍变动",
    Department.PUBLIC_SECURITY,
    columns=(
        listed("变动类型", ("出生", "死亡", "迁入", "迁出", "婚姻", "改名", "改号"), "变动类别"),
        own("变动日期", "变动时间", "变更日期"),
        own("原户号", "原户口号"),
        own("现户号", "现户口号", "户号"),
        own("迁往地", "迁往地址", "迁入地"),
        own("原证件号码", "原身份证号", "原身份证号码", "原公民身份号码"),
    ),
    happened_on="变动日期",
    facts=(Fact("change", "变动类型"),),
)

ACCIDENTS = Feed(
    "accidents",
    "交通事故",
    Department.TRAFFIC_POLICE,
    columns=(
        own("事发日期", "事故日期", "发生日期", "事发时间", "事故发生日期", needed=True),
        own("责任", "事故责任", "责任认定"),
        own("伤残程度", "伤残情况", "伤残等级"),
        own("是否主要劳动力", "是否家庭主要劳动力", "主要劳动力"),
        own("赔偿情况", "赔偿", "赔付情况"),
    ),
    happened_on="事发日期",
)
