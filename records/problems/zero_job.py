"""零就业家庭: a household with somebody able to work and nobody working; cleared when one of them has work."""

from __future__ import annotations

from monitoring.workflow.inputs import Input
from records.problems.kind import COUNTY, DEPARTMENT, FIELD, TOWNSHIP, VILLAGE, ProblemKind

ZERO_JOB = ProblemKind(
    kind="zero_job",
    title="零就业家庭",
    about="household",
    roles={
        "find": FIELD | TOWNSHIP | COUNTY | DEPARTMENT,
        "assign": TOWNSHIP | COUNTY | DEPARTMENT,
        "work": VILLAGE | TOWNSHIP,
        "check": TOWNSHIP | DEPARTMENT | COUNTY,
        "sign": COUNTY | DEPARTMENT,
    },
    inputs={
        "open": (Input("why", "未就业原因", longest=100), Input("need", "需求", longest=100)),
        "note_progress": (Input("why", "未就业原因", longest=100), Input("need", "需求", longest=100)),
        "report_done": (
            Input("worker", "上岗人", needed=True, longest=60),
            Input("hired_on", "上岗日期", "date", needed=True),
            Input("post", "岗位", longest=80),
        ),
    },
    days=60,
)
