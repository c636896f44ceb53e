"""未参保: a person without the basic medical insurance; signed off by the county's medical insurance bureau."""

from __future__ import annotations

from monitoring.risks import Risk
from monitoring.workflow.inputs import Input
from records.problems.kind import COUNTY, DEPARTMENT, FIELD, TOWNSHIP, VILLAGE, ProblemKind

WHYS = (
    ("poor", "无力缴费"),
    ("away", "外出未缴"),
    ("newborn", "新生儿未参保"),
    ("elsewhere", "异地已参保"),
    ("unwilling", "不愿参保"),
    ("other", "其他"),
)

UNINSURED = ProblemKind(
    kind="uninsured",
    title="未参保",
    about="person",
    risk=Risk.MEDICAL_GUARANTEE,
    roles={
        "find": FIELD | TOWNSHIP | COUNTY | DEPARTMENT,
        "assign": TOWNSHIP | COUNTY | DEPARTMENT,
        "work": VILLAGE | TOWNSHIP,
        "check": TOWNSHIP | DEPARTMENT | COUNTY,
        "sign": COUNTY | DEPARTMENT,
    },
    inputs={
        "report_done": (
            Input("why", "未参保原因", "choice", choices=WHYS),
            Input("insured_on", "参保日期", "date", needed=True),
            Input("insured_at", "参保地", longest=80),
            Input("aided", "资助金额（元）", "money"),
        )
    },
    days=30,
)
