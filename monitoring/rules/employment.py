"""因务工就业不稳: out of work for months and looking for some."""

from __future__ import annotations

from datetime import date

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import Case, Context, Explanation, Rule, column, fired, stated

MONTHS = "job_loss_months"


def _latest(context: Context) -> date:
    return wording.months_before(context.end, context.values[MONTHS])


def _jobless(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    long_ago = frame["on"] <= pd.Timestamp(_latest(context))  # an empty date is never so
    return fired(frame, (column(frame, "status") == "失业") & stated(frame, "wants_work") & long_ago)


def _explain(case: Case) -> Explanation:
    days = wording.days_of(case.pieces)
    months, end = case.context.values[MONTHS], wording.chinese_date(case.context.end)
    return Explanation(
        f"家庭劳动力失业满{months}个月（失业日期{days}），有求职意愿。",
        f"就业状态“失业”、求职意愿“是”的记录{len(case.pieces)}条，失业日期{days}，"
        f"不晚于{end}前{months}个月的{wording.chinese_date(_latest(case.context))}",
    )


job_loss = Rule(
    name="job_loss",
    title="失业满期未就业",
    risk=Risk.EMPLOYMENT,
    feed="employment",
    parameters=(MONTHS,),
    apply=_jobless,
    explain=_explain,
    facts=("status", "wants_work"),
)
