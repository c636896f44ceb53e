"""T2 风险类型分布表: monitored households by main risk, and on its second sheet by every risk that they run."""

from __future__ import annotations

from django.db.models import Q

from monitoring.risks import Risk
from monitoring.workflow.opening import MOST_RISKS
from reports.asof import episodes as q
from reports.ledgers.equation import Equation
from reports.ledgers.summary import Source, SummaryLedger, pair, shown_pair
from reports.ledgers.telling import of_turn

HEADINGS: dict[str, Risk] = {
    "因病": Risk.ILLNESS,
    "因残": Risk.DISABILITY,
    "因学": Risk.SCHOOLING_COST,
    "因灾": Risk.DISASTER,
    "因意外": Risk.ACCIDENT,
    "因产业": Risk.INDUSTRY,
    "因务工": Risk.EMPLOYMENT,
    "缺劳力": Risk.LABOUR,
    "住房": Risk.HOUSING,
    "饮水": Risk.WATER,
}
OTHERS = "其他"
_NAMED = [risk.value for risk in HEADINGS.values()]
_OTHERS = [risk.value for risk in Risk if risk.value not in _NAMED]
_OPEN = Source(
    lambda r: q.monitored(r.division, r.on, r.known_at),
    q.HOME,
    of_turn,
    lambda r: q.members_on(r.on, q.HOME, r.known_at),
)


def _runs(risks: list[str]) -> Q:
    """Condition: one of these risks is among the household's."""
    found = Q(pk__in=[])
    for place in range(MOST_RISKS):
        for risk in risks:
            found |= Q(**{f"episode__risks__{place}": risk})
    return found


_SHOWN = (
    *(column for name, risk in HEADINGS.items() for column in shown_pair(name, risk.value)),
    *shown_pair(OTHERS, OTHERS),
)


class AnyRiskStatement(SummaryLedger):
    """Every monitored household under each of its risks: rows add up to more than there are households."""

    code = "T2A"
    title = "风险类型分布表（涉及任一风险）"
    unit = "户、人"
    paper = "A4"
    sources = {"monitored": _OPEN}
    figures = (
        *(figure for risk in _NAMED for figure in pair(risk, "monitored", _runs([risk]))),
        *pair(OTHERS, "monitored", _runs(_OTHERS)),
    )
    shown = _SHOWN


class RiskStatement(SummaryLedger):
    """Every monitored household once, under its main risk, so that a row adds up to T1's 风险未消除; the second sheet
    has AnyRiskStatement."""

    code = "T2"
    title = "风险类型分布表"
    unit = "户、人"
    paper = "A4"
    sources = {"monitored": _OPEN}
    figures = (
        *pair("open", "monitored"),
        *(figure for risk in _NAMED for figure in pair(risk, "monitored", Q(episode__main_risk=risk))),
        *pair(OTHERS, "monitored", ~Q(episode__main_risk__in=_NAMED)),
    )
    equations = tuple(
        Equation.of(
            [*((name, f"{risk.value}{of}", 1) for name, risk in HEADINGS.items()), (OTHERS, f"{OTHERS}{of}", 1)],
            ("风险未消除", f"open{of}"),
            unit,
        )
        for of, unit in (("", "户"), ("_persons", "人"))
    )
    shown = _SHOWN
    further = (AnyRiskStatement(),)
