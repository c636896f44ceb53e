"""收入: left social assistance, or an income under the line."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import REGISTER, Case, Context, Explanation, Rule, at_least, column, fired, gathered, holds

LINE = "income_line"
LEFT = "退出"


def _exit(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    return fired(frame, column(frame, "change") == LEFT)


def _explain_exit(case: Case) -> Explanation:
    return Explanation(
        "家庭成员退出社会救助，收入可能下降。",
        f"救助变动类型为“{LEFT}”的记录{len(case.pieces)}条",
    )


def _low(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    low = holds(frame["income"] < at_least(context.values[LINE])) & ~frame["monitored"]
    below = frame[low.to_numpy(dtype=bool)]
    hits = gathered(below.assign(row=0), below.set_index("household")["income"])
    # Its evidence is the register, so there are no rows.
    return hits.assign(rows=[[] for _ in range(len(hits))])


def _explain_low(case: Case) -> Explanation:
    line = Decimal(case.context.values[LINE])
    return Explanation(
        f"人均纯收入{case.figure:,.2f}元，低于监测范围{wording.plain(line)}元，且未纳入监测。",
        f"档案登记的人均纯收入{case.figure:,.2f}元＜{wording.plain(line)}元；"
        f"截至{wording.chinese_date(case.context.end)}没有未消除的监测风险",
        line,
    )


welfare_exit = Rule(
    name="welfare_exit",
    title="退出社会救助",
    risk=Risk.INCOME,
    feed="welfare_changes",
    parameters=(),
    apply=_exit,
    explain=_explain_exit,
    facts=("change",),
)
low_income = Rule(
    name="low_income",
    title="人均纯收入低于监测范围",
    risk=Risk.INCOME,
    feed=REGISTER,
    parameters=(LINE,),
    apply=_low,
    explain=_explain_low,
    figure=True,
    lower_is_worse=True,
)
