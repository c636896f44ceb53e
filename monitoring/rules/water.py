"""因安全饮水: too little, too far, too seldom, or not clean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from monitoring.risks import Risk
from monitoring.rules import wording
from monitoring.rules.base import Case, Context, Explanation, Rule, at_least, at_most, fired, holds, stated

LITRES, MINUTES, DAYS = "water_litres_line", "water_minutes_line", "water_shortage_line"


def _unsafe(frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    values = context.values
    return fired(
        frame,
        holds(frame["litres"] < at_least(values[LITRES]))
        | stated(frame, "quality_fails")
        | holds(frame["minutes"] > at_most(values[MINUTES]))
        | holds(frame["shortage_days"] > at_most(values[DAYS])),
    )


def _reasons(piece: Mapping[str, Any], context: Context) -> Iterator[str]:
    litres, minutes, days = (context.values[key] for key in (LITRES, MINUTES, DAYS))
    if piece["litres"] is not None and piece["litres"] < at_least(litres):
        yield f"水量{wording.number(piece['litres'])}升/人·天＜{wording.plain(litres)}"
    if piece["quality_fails"]:
        yield "水质结论不合格"
    if piece["minutes"] is not None and piece["minutes"] > at_most(minutes):
        yield f"取水时间{wording.number(piece['minutes'])}分＞{wording.plain(minutes)}"
    if piece["shortage_days"] is not None and piece["shortage_days"] > at_most(days):
        yield f"缺水天数{wording.number(piece['shortage_days'])}＞{wording.plain(days)}"


def _explain(case: Case) -> Explanation:
    reasons = wording.distinct(reason for piece in case.pieces for reason in _reasons(piece, case.context))
    return Explanation(f"饮水安全不达标：{reasons}。", f"饮水记录{len(case.pieces)}条：{reasons}")


unsafe_water = Rule(
    name="unsafe_water",
    title="饮水安全无保障",
    risk=Risk.WATER,
    feed="water",
    parameters=(LITRES, MINUTES, DAYS),
    apply=_unsafe,
    explain=_explain,
    facts=("quality_fails",),
    numbers=("litres", "minutes", "shortage_days"),
)
