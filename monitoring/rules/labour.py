"""缺劳动力: a household has lost a worker."""

from __future__ import annotations

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules.base import Case, Context, Explanation, Rule, column, fired

DEATH = "死亡"
ABLE = ("普通劳动力", "技能劳动力")


def _death(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    return fired(frame, (column(frame, "change") == DEATH) & column(frame, "skill").isin(ABLE))


def _explain(case: Case) -> Explanation:
    return Explanation(
        "家庭劳动力死亡，可能缺少劳动力。",
        f"变动类型为“{DEATH}”的记录{len(case.pieces)}条，其档案登记的劳动技能为普通劳动力或技能劳动力",
    )


labour_death = Rule(
    name="labour_death",
    title="劳动力死亡",
    risk=Risk.LABOUR,
    feed="population_changes",
    parameters=(),
    apply=_death,
    explain=_explain,
    facts=("change",),
    of_person=("skill",),
)
