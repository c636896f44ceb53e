"""住房安全: a household in a dangerous house; checked by the housing bureau (住建), signed off by the county."""

from __future__ import annotations

from monitoring.risks import Risk
from monitoring.workflow.inputs import Input
from records.problems import guards
from records.problems.kind import COUNTY, DEPARTMENT, FIELD, TOWNSHIP, VILLAGE, ProblemKind

HANDLINGS = (("repair", "维修"), ("rebuild", "重建"), ("move", "搬离"), ("other", "其他"))

HOUSE = ProblemKind(
    kind="house",
    title="住房安全",
    about="household",
    risk=Risk.HOUSING,
    roles={
        "find": FIELD | TOWNSHIP | COUNTY | DEPARTMENT,
        "assign": TOWNSHIP | COUNTY | DEPARTMENT,
        "work": VILLAGE | TOWNSHIP,
        "check": DEPARTMENT | COUNTY,
        "sign": COUNTY,
    },
    inputs={
        "note_progress": (
            Input("handling", "处置", "choice", choices=HANDLINGS),
            Input("begun_on", "开工日期", "date"),
        ),
        "report_done": (
            Input("handling", "处置", "choice", needed=True, choices=HANDLINGS),
            Input("subsidy", "补助金额（元）", "money"),
            Input("begun_on", "开工日期", "date"),
            Input("ended_on", "竣工日期", "date"),
        ),
        "accept": (Input("checked_by", "验收人（单位）", needed=True, longest=60),),
    },
    guards={"report_done": (guards.house_is_mended,)},
    papers=frozenset({"report_done"}),
    days=180,
)
