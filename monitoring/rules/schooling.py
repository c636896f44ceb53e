"""义务教育: children of compulsory school age who have left school."""

from __future__ import annotations

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import Case, Context, Explanation, Rule, column, fired, stated

AGE_FROM, AGE_TO = "school_age_from", "school_age_to"


def _dropout(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    oldest = wording.years_before(context.end, context.values[AGE_TO] + 1)
    youngest = wording.years_before(context.end, context.values[AGE_FROM])
    born = column(frame, "born")
    # ISO dates compare as text.
    of_age = (born > oldest.isoformat()) & (born <= youngest.isoformat())
    return fired(frame, of_age & ~stated(frame, "returned"))


def _explain(case: Case) -> Explanation:
    values, end = case.context.values, wording.chinese_date(case.context.end)
    ages = f"{values[AGE_FROM]}至{values[AGE_TO]}周岁"
    return Explanation(
        f"义务教育阶段孩子疑似失学辍学（离校日期{wording.days_of(case.pieces)}），未复学。",
        f"截至{end}按证件号码中的出生日期已满{ages}（含）的离校记录{len(case.pieces)}条，"
        f"劝返情况均不是“已复学”（空缺按未复学计）",
    )


school_dropout = Rule(
    name="school_dropout",
    title="义务教育阶段辍学",
    risk=Risk.COMPULSORY_SCHOOLING,
    feed="school_dropout",
    parameters=(AGE_FROM, AGE_TO),
    apply=_dropout,
    explain=_explain,
    facts=("born", "returned"),
)
