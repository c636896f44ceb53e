"""因意外事故: any accident that the traffic police report."""

from __future__ import annotations

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import Case, Context, Explanation, Rule, gathered


def _any(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    return gathered(frame, None)


def _explain(case: Case) -> Explanation:
    return Explanation(
        f"家庭成员发生意外事故（事发日期{wording.days_of(case.pieces)}）。",
        f"事故记录{len(case.pieces)}条，有记录即预警",
    )


accident = Rule(
    name="accident",
    title="意外事故",
    risk=Risk.ACCIDENT,
    feed="accidents",
    parameters=(),
    apply=_any,
    explain=_explain,
)
