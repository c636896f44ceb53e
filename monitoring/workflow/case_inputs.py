"""What the steps of cases ask for."""

from __future__ import annotations

from monitoring.models import Comparison
from monitoring.risks import MonitoredType
from monitoring.workflow.inputs import Input
from monitoring.workflow.opening import ENROLLABLE

PLACE = Input("place", "张贴地点", needed=True, longest=100)
PERSON = Input("person", "户内成员", "uid", needed=True)
ITEM = Input("item", "比对项", "choice", needed=True, choices=tuple(Comparison.Item.choices))
TYPE = Input("monitored_type", "拟定类别", "choice", needed=True, choices=tuple(MonitoredType.choices))
RISKS = Input(
    "risks", "风险（第一个为主要风险）", "choices", needed=True, choices=tuple((risk, risk) for risk in ENROLLABLE)
)
REASON = Input("reason", "退回原因", longest=30)
METHOD = Input("clear_method", "消除方式", "choice", choices=(("帮扶消除", "帮扶消除"), ("自然消除", "自然消除")))
RESULTS = Input(
    "results",
    "比对结果",
    "rows",
    needed=True,
    sealed=True,
    fields=(
        PERSON,
        ITEM,
        Input("hit", "是否触碰", "flag", needed=True),
        Input("found", "触碰情况"),
        Input("unit", "比对单位", longest=60),
        Input("compared_on", "比对日期", "date", needed=True),
    ),
)
SIGNING = (
    Input("signed_on", "签署日期", "date", needed=True),
    Input("signatories", "签字人", "names"),
    Input("witnesses", "见证人", "names"),
)
VOTE = (
    Input("place", "地点", needed=True, longest=100),
    Input("chair", "主持人", needed=True, longest=60),
    Input("recorder", "记录人", needed=True, longest=60),
    Input("entitled", "应到人数", "number", needed=True),
    Input("present", "实到人数", "number", needed=True),
    Input("barred", "回避人数", "number"),
    Input("agree", "同意", "number", needed=True),
    Input("disagree", "不同意", "number", needed=True),
    Input("abstain", "弃权", "number"),
    Input("opinion", "评议意见"),
    Input(
        "attendance",
        "签到",
        "rows",
        fields=(
            Input("name", "姓名", needed=True, longest=60),
            Input("capacity", "身份", longest=60),
            Input("relative", "是否近亲属", "flag"),
            Input("barred", "是否回避", "flag"),
        ),
    ),
)
