"""基本医疗: members without basic medical insurance."""

from __future__ import annotations

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import Case, Context, Explanation, Rule, column, fired

LACKING = ("未参保", "中断")


def _uninsured(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    return fired(frame, column(frame, "status").isin(LACKING))


def _explain(case: Case) -> Explanation:
    states = wording.distinct(piece["status"] for piece in case.pieces)
    return Explanation(
        f"家庭成员基本医疗保险{states}。",
        f"参保状态为“未参保”或“中断”的记录{len(case.pieces)}条：{states}",
    )


uninsured = Rule(
    name="uninsured",
    title="未参加基本医疗保险",
    risk=Risk.MEDICAL_GUARANTEE,
    feed="insurance_status",
    parameters=(),
    apply=_uninsured,
    explain=_explain,
    facts=("status",),
)
