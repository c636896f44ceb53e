"""因病: own medical costs of the year, and major diseases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import Case, Context, Explanation, Rule, at_least, fired, stated, summed

SUPPORTED, OTHERS = "medical_burden_supported", "medical_burden_others"


def _year_start(end: date) -> date:
    return date(end.year, 1, 1)


def _burden(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    inside = frame["on"].between(pd.Timestamp(_year_start(context.end)), pd.Timestamp(context.end))
    line = pd.Series(at_least(context.values[OTHERS]), index=frame.index, dtype="int64")
    line = line.mask(frame["supported"], at_least(context.values[SUPPORTED]))
    return summed(frame, inside, line)


def _explain_burden(case: Case) -> Explanation:
    end = case.context.end
    line = Decimal(case.context.values[SUPPORTED if case.supported else OTHERS])
    amounts = [piece["amount"] for piece in case.pieces]
    total = wording.amount(sum(amounts))
    span = f"{wording.chinese_date(_year_start(end))}至{wording.chinese_date(end)}"
    kind = "脱贫户或监测对象" if case.supported else "其他农户"
    return Explanation(
        f"{span}全家个人自付合计{total}元，达到{wording.plain(line)}元。",
        f"结算日期{span}的个人自付共{len(amounts)}笔：{wording.addition(amounts)}元，"
        f"≥{kind}的预警线{wording.plain(line)}元",
        line,
    )


def _disease(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    return fired(frame, ~stated(frame, "cured"))


def _explain_disease(case: Case) -> Explanation:
    return Explanation(
        f"家庭成员确诊大病（确诊日期{wording.days_of(case.pieces)}），尚未治愈。",
        f"大病记录{len(case.pieces)}条，治疗状态均不是“治愈”（空缺按未治愈计）",
    )


medical_burden = Rule(
    name="medical_burden",
    title="医疗费用个人自付过高",
    risk=Risk.ILLNESS,
    feed="medical_costs",
    parameters=(SUPPORTED, OTHERS),
    apply=_burden,
    explain=_explain_burden,
    window="calendar_year",
    figure=True,
)
major_disease = Rule(
    name="major_disease",
    title="新发大病",
    risk=Risk.ILLNESS,
    feed="major_disease",
    parameters=(),
    apply=_disease,
    explain=_explain_disease,
    facts=("cured",),
)
