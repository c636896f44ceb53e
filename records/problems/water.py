"""饮水安全: water of a household or a whole village; checked by the water bureau (水务), signed off by the county."""

from __future__ import annotations

from monitoring.risks import Risk
from monitoring.workflow.inputs import Input
from records.problems.kind import COUNTY, DEPARTMENT, FIELD, TOWNSHIP, VILLAGE, ProblemKind

CATEGORIES = ("水量", "水质", "方便程度", "保证率")

WATER = ProblemKind(
    kind="water",
    title="饮水安全",
    about="place",
    risk=Risk.WATER,
    roles={
        "find": FIELD | TOWNSHIP | COUNTY | DEPARTMENT,
        "assign": TOWNSHIP | COUNTY | DEPARTMENT,
        "work": VILLAGE | TOWNSHIP,
        "check": DEPARTMENT | COUNTY,
        "sign": COUNTY,
    },
    inputs={
        "open": (
            Input("work", "供水工程", longest=80),
            Input("category", "问题类别", "choice", needed=True, choices=tuple((one, one) for one in CATEGORIES)),
        ),
        "report_done": (Input("done", "整改结果", needed=True, longest=200),),
        "accept": (Input("checked_by", "复核人", needed=True, longest=60),),
    },
    days=90,
)
