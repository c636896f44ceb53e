"""因安全住房: houses of grade C or D that are not rebuilt yet."""

from __future__ import annotations

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import Case, Context, Explanation, Rule, column, fired, stated

DANGEROUS = ("C", "D")


def _dangerous(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    return fired(frame, column(frame, "grade").isin(DANGEROUS) & ~stated(frame, "finished"))


def _explain(case: Case) -> Explanation:
    grades = wording.distinct(f"{piece['grade']}级" for piece in case.pieces)
    return Explanation(
        f"住房鉴定为{grades}，尚未竣工改造。",
        f"鉴定等级为C或D且竣工日期为空的记录{len(case.pieces)}条：{grades}",
    )


dangerous_house = Rule(
    name="dangerous_house",
    title="住房安全无保障",
    risk=Risk.HOUSING,
    feed="housing",
    parameters=(),
    apply=_dangerous,
    explain=_explain,
    facts=("grade", "finished"),
)
