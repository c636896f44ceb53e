"""失学辍学: a child of school age who is out of school; worked by school and village, checked by the township, signed
off by the county's education bureau."""

from __future__ import annotations

from monitoring.risks import Risk
from monitoring.workflow.inputs import Input
from records.problems import guards
from records.problems.kind import COUNTY, DEPARTMENT, FIELD, TOWNSHIP, VILLAGE, ProblemKind

WAYS = (("visit", "上门"), ("phone", "电话"), ("video", "视频"), ("letter", "书面"), ("other", "其他"))

DROPOUT = ProblemKind(
    kind="dropout",
    title="失学辍学",
    about="person",
    risk=Risk.COMPULSORY_SCHOOLING,
    roles={
        "find": FIELD | TOWNSHIP | COUNTY | DEPARTMENT,
        "assign": TOWNSHIP | COUNTY | DEPARTMENT,
        "work": VILLAGE | TOWNSHIP | DEPARTMENT,
        "check": TOWNSHIP | COUNTY,
        "sign": COUNTY | DEPARTMENT,
    },
    inputs={
        "note_progress": (
            Input("persuaded_on", "劝返日期", "date", needed=True),
            Input("way", "劝返方式", "choice", needed=True, choices=WAYS),
            Input("result", "劝返结果", needed=True, longest=200),
        ),
        "report_done": (
            Input("resumed_on", "复学日期", "date"),
            Input("taught_at_home", "送教上门", "flag"),
            Input("settled", "其他了结（转学、毕业、丧失学习能力等）", longest=200),
        ),
    },
    guards={"report_done": (guards.child_is_taught,)},
    days=30,
)
