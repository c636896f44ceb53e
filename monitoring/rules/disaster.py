"""因自然灾害: losses, collapsed rooms, dead or injured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import Case, Context, Explanation, Rule, at_least, fired, holds, stated

LOSS, ROOMS = "disaster_loss_line", "disaster_rooms_line"


def _loss(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    return fired(
        frame,
        holds(frame["amount"] >= at_least(context.values[LOSS]))
        | holds(frame["rooms"] >= at_least(context.values[ROOMS]))
        | stated(frame, "casualty"),
    )


def _reasons(piece: Mapping[str, Any], context: Context) -> Iterator[str]:
    loss, rooms = context.values[LOSS], context.values[ROOMS]
    if piece["amount"] is not None and piece["amount"] >= at_least(loss):
        yield f"直接经济损失{wording.amount(piece['amount'])}元≥{wording.plain(loss)}元"
    if piece["rooms"] is not None and piece["rooms"] >= at_least(rooms):
        yield f"倒损房屋{wording.number(piece['rooms'])}间≥{wording.plain(rooms)}间"
    if piece["casualty"]:
        yield "有人员伤亡"


def _explain(case: Case) -> Explanation:
    reasons = wording.distinct(reason for piece in case.pieces for reason in _reasons(piece, case.context))
    return Explanation(f"家庭遭受自然灾害：{reasons}。", f"灾害记录{len(case.pieces)}条：{reasons}")


disaster_loss = Rule(
    name="disaster_loss",
    title="自然灾害损失",
    risk=Risk.DISASTER,
    feed="disasters",
    parameters=(LOSS, ROOMS),
    apply=_loss,
    explain=_explain,
    facts=("casualty",),
    numbers=("rooms",),
)
