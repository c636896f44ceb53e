"""因产业项目失败: losses of a household's own production."""

from __future__ import annotations

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import Case, Context, Explanation, Rule, at_least, fired, holds

LINE = "industry_loss_line"


def _loss(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    return fired(frame, holds(frame["amount"] >= at_least(context.values[LINE])))


def _explain(case: Case) -> Explanation:
    line = wording.plain(case.context.values[LINE])
    losses = wording.distinct(f"{wording.amount(piece['amount'])}元" for piece in case.pieces)
    return Explanation(
        f"产业经营损失{losses}，达到{line}元。",
        f"损失金额≥{line}元的记录{len(case.pieces)}条：{losses}",
    )


industry_loss = Rule(
    name="industry_loss",
    title="产业项目损失",
    risk=Risk.INDUSTRY,
    feed="industry_losses",
    parameters=(LINE,),
    apply=_loss,
    explain=_explain,
)
