"""T13 动态清零统计表: for every kind of problem, the month from the last one's closing to this one's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from records.models import Problem
from reports.asof.clearing import TELLERS
from reports.asof.problems import TOPICS
from reports.ledgers.base import Reading
from reports.ledgers.clearing import TOLD_SOURCES, of_kind, of_monitored, of_topic, told_counts
from reports.ledgers.own_level import OwnLevelSummary
from reports.ledgers.summary import Source

GROUPS = (
    of_monitored(),
    *(of_topic(topic) for topic in TOPICS),
    of_kind(Problem.Kind.ZERO_JOB, "零就业家庭"),
    of_kind(Problem.Kind.RECTIFICATION, "问题整改"),
)
# Sources that are counted together, by name.
_TOLD = {
    f"{topic.key}_{teller}_{source}": (topic, teller)
    for topic in TOPICS
    for teller in TELLERS
    for source in TOLD_SOURCES
}


class ClearingStatement(OwnLevelSummary):
    """上月末 + 发现 + 回退 - 清零 - 不属实等 = 月末, for every kind in every row; a row that does not balance keeps the
    month from being closed.

    不属实等 holds what left the count without being cleared: found untrue, struck off or moved away, told from now on
    by a kept problem. Days are counted from the finding, or from the failed look back, of what was cleared in the month.
    """

    code = "T13"
    title = "动态清零统计表"
    unit = "户、件、天"
    equations = tuple(group.equation() for group in GROUPS)
    sources = {name: source for group in GROUPS for name, source in group.sources.items()}
    figures = tuple(figure for group in GROUPS for figure in group.figures)
    shown = tuple(shown for group in GROUPS for shown in group.shown())

    def _counts(self, name: str, source: Source, reading: Reading) -> Iterator[dict[str, Any]]:
        if name not in _TOLD:
            yield from super()._counts(name, source, reading)
        elif name.endswith("_after"):
            yield from told_counts(*_TOLD[name], reading)
