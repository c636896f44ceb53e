"""Zero dropout and zero unsafe houses: households with such a problem in hand, from clues, evidence, visits and the book of
problems, each household once."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from households.models import LivingCondition
from records.models import Problem
from reports.asof.homes import living
from reports.asof.problems import HOUSING, SCHOOLING, Topic, covered, reported, witnessed
from reports.indicators.base import Frame, Indicator, at_most
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Figures, Source
from reports.ledgers.telling import Told

KIND = Problem.Kind


def _troubled(topic: Topic, kind: str, reading: Reading) -> QuerySet[Any]:
    """Households with a problem of this kind that is not cleared on the day."""
    # A household's trouble may be told where it lived before.
    county, on, known_at = reading.division.county, reading.on, reading.known_at
    booked: Any = Problem.objects.as_of(on, known_at).within(county).of_kind(kind)
    booked = booked.filter(state_then__in=Problem.OPEN_STATES, household__isnull=False)
    found = (
        Q(pk__in=reported(topic, county, on, known_at).filter(solved=0).values("clue__household"))
        | Q(pk__in=covered(topic, county, on, known_at).filter(solved=0).values("household"))
        | Q(pk__in=witnessed(topic, county, on, known_at).filter(solved=0).values("household"))
        | Q(pk__in=booked.values("household"))
    )
    return living(reading.division, on, known_at).filter(found)


def _looked(topic: Topic, reading: Reading) -> QuerySet[Any]:
    """Households whose guarantee a visit has looked at by the day."""
    knowledge = reading.on, reading.known_at
    looks = LivingCondition.objects.as_of(*knowledge).exclude(**{f"{topic.field}__isnull": True})
    return living(reading.division, *knowledge).filter(pk__in=looks.values("household"))


def _indicator(code: str, title: str, document: str, topic: Topic, kind: str, target: str, trouble: str) -> Indicator:
    bad, looked = f"{topic.key}_bad", f"{topic.key}_looked"

    def known(figures: Figures, frame: Frame) -> bool:
        return bool(figures[looked]) or topic.feed in frame.feeds

    return Indicator(
        code,
        title,
        document,
        "户",
        {
            bad: Source(lambda r: _troubled(topic, kind, r), "", lambda row: Told(None, trouble)),
            looked: Source(lambda r: _looked(topic, r), "", lambda row: Told(None, "走访核实过")),
        },
        (Figure(bad, bad), Figure(looked, looked)),
        (("问题户", (bad,)), ("走访核实户", (looked,))),
        at_most(target, (bad,), known),
        target,
        printed=("问题户",),
        note="问题户按线索、部门数据、走访和问题册合起来数，一户一次；部门数据没有来、也没有走访核实过的地方不判断。",
    )


DROPOUT = _indicator(
    "Z4", "失学辍学", "六盘水市2022年工作部署、青海省“十四五”规划：义务教育阶段没有辍学", SCHOOLING, KIND.DROPOUT, "indicator_dropout_target",
    "有失学辍学问题未清",
)  # fmt: skip
HOUSES = _indicator(
    "Z5",
    "住房安全",
    "青海省“十四五”规划：危房动态清零",
    HOUSING,
    KIND.HOUSE,
    "indicator_house_target",
    "有住房安全问题未清",
)
