"""因学: own school costs of the school year."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import Case, Context, Explanation, Rule, at_least, holds, summed

LINE = "education_cost_line"


def _cost(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    inside = holds(frame["school_year"] == wording.school_year(context.end))
    return summed(frame, inside, pd.Series(at_least(context.values[LINE]), index=frame.index, dtype="int64"))


def _explain(case: Case) -> Explanation:
    first, line = wording.school_year(case.context.end), Decimal(case.context.values[LINE])
    amounts = [piece["amount"] for piece in case.pieces]
    year, total = f"{first}-{first + 1}", wording.amount(sum(amounts))
    return Explanation(
        f"{year}学年全家教育自付合计{total}元，达到{wording.plain(line)}元。",
        f"{year}学年自付金额共{len(amounts)}笔：{wording.addition(amounts)}元，≥{wording.plain(line)}元",
        line,
    )


education_cost = Rule(
    name="education_cost",
    title="教育费用自付过高",
    risk=Risk.SCHOOLING_COST,
    feed="education_costs",
    parameters=(LINE,),
    apply=_cost,
    explain=_explain,
    numbers=("school_year",),
    window="school_year",
    figure=True,
)
