"""问题整改: an item that an assessment, an inspection or an audit fed back. The level that fed it back signs it off; the
county records that."""

from __future__ import annotations

from monitoring.workflow.inputs import Input
from records.problems import guards
from records.problems.kind import COUNTY, TOWNSHIP, VILLAGE, ProblemKind

RECTIFICATION = ProblemKind(
    kind="rectification",
    title="问题整改",
    about="place",
    roles={
        "find": TOWNSHIP | COUNTY,
        "assign": TOWNSHIP | COUNTY,
        "work": VILLAGE | TOWNSHIP | COUNTY,
        "check": TOWNSHIP | COUNTY,
        "sign": COUNTY,
    },
    inputs={
        "report_done": (Input("evidence", "佐证材料", needed=True, longest=200),),
        "accept": (Input("checked_by", "验收人（单位）", needed=True, longest=60),),
        "sign_off": (Input("signed_by", "销号单位", longest=60), Input("signed_number", "依据文号", longest=60)),
    },
    guards={"sign_off": (guards.level_has_said,)},
    papers=frozenset({"report_done"}),
    days=60,
)
