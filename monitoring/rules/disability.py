"""因残: new certificates of severe disability."""

from __future__ import annotations

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import Case, Context, Explanation, Rule, column, fired

NEW = "新办"
GRADES = {1: "一级", 2: "二级"}


def _severe(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    return fired(frame, (column(frame, "change") == NEW) & frame["grade"].isin(list(GRADES)))


def _explain(case: Case) -> Explanation:
    grades = wording.distinct(GRADES[piece["grade"]] for piece in case.pieces)
    return Explanation(
        f"家庭成员新办重度残疾证（{grades}）。",
        f"变动类型为“{NEW}”且残疾等级为一级或二级的记录{len(case.pieces)}条：{grades}",
    )


severe_disability = Rule(
    name="severe_disability",
    title="新增重度残疾",
    risk=Risk.DISABILITY,
    feed="disability",
    parameters=(),
    apply=_severe,
    explain=_explain,
    facts=("change", "grade"),
)
