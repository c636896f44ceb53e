"""No household of a village falls back into poverty; and the villages that are key-tracked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Case, DecimalField, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models import ExpressionWrapper as Wrapped

from accounts.models import Division
from households.models import Category, Income
from monitoring.models import EpisodeEvent
from reports.asof import episodes as q
from reports.asof.homes import is_monitored, living
from reports.boards.tracking import tracked_villages
from reports.indicators.base import Frame, Indicator, Judged, at_most, by_place, chosen
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Figures, Source
from reports.ledgers.telling import Told

KIND = EpisodeEvent.Kind
FELL, STOOD, UNKNOWN = 1, 0, 2
_WORDS = {FELL: "返贫致贫", STOOD: "没有返贫致贫", UNKNOWN: "没有收入记录"}
_MONEY = DecimalField(max_digits=20, decimal_places=4)


def _homes(reading: Reading) -> QuerySet[Any]:
    """Lifted and monitored households, and those that were so again in the year, with `fallback`."""
    where = reading.division, reading.on, reading.known_at
    # Named one by one: they are few, and the turns of a year would be gone through for each part of the query.
    returned = Q(pk__among=set(_returns(reading).values_list(q.HOME, flat=True)))
    rows = living(*where).filter(Q(category=Category.LIFTED) | is_monitored(*where) | returned)
    if chosen("indicator_fallback_reading", reading) == "returned":
        return rows.annotate(fallback=_state(returned))
    return _poor(rows, reading)


def _returns(reading: Reading) -> QuerySet[Any]:
    """The turns of the year by which households were monitored again."""
    eve = date(reading.on.year, 1, 1) - timedelta(days=1)
    again = Q(episode__serial__gt=1) | Q(episode__reidentified=True)
    # Wherever in the county the household lived at the time.
    turned = q.flows(reading.division.county, eve, reading.on, reading.known_at)
    return turned.filter(Q(kind=KIND.ROLLED_BACK) | Q(again, kind=KIND.IDENTIFIED))


def _poor(rows: QuerySet[Any], reading: Reading) -> QuerySet[Any]:
    """By the last income recorded by the day, with claims and without eligible own payments, against the line."""
    incomes = Income.objects.as_of(reading.on, reading.known_at)
    last = incomes.filter(household=OuterRef("pk"), members__gt=0).order_by("-ends_on", "-id").annotate(
        held=F("wage") + F("business") + F("property_income") + F("transfer") - F("business_cost") + F("claims")
        - F("own_payments")
    )  # fmt: skip
    rows = rows.annotate(
        held=Subquery(last.values("held")[:1], output_field=_MONEY),
        held_by=Subquery(last.values("members")[:1], output_field=IntegerField()),
    )
    rows = rows.annotate(line=Wrapped(by_place("income_line", reading) * F("held_by"), output_field=_MONEY))
    return rows.annotate(fallback=_state(Q(held__lt=F("line")), Q(held__isnull=True)))


def _state(fell: Q, unknown: Q | None = None) -> Case:
    cases = [When(unknown, then=Value(UNKNOWN))] if unknown is not None else []
    return Case(*cases, When(fell, then=Value(FELL)), default=Value(STOOD), output_field=IntegerField())


FALLBACK = Indicator(
    "Z1",
    "返贫致贫",
    "六盘水市2022年工作部署：以行政村为单元不发生1户返贫致贫",
    "户",
    {"fallback": Source(_homes, "", lambda row: Told(None, _WORDS[row.fallback]), marks=("fallback",))},
    (
        Figure("fallback_homes", "fallback"),
        Figure("fallback", "fallback", Q(fallback=FELL)),
        Figure("fallback_unknown", "fallback", Q(fallback=UNKNOWN)),
    ),
    (("脱贫和监测户", ("fallback_homes",)), ("返贫致贫户", ("fallback",)), ("没有收入记录户", ("fallback_unknown",))),
    at_most(
        "indicator_fallback_target",
        ("fallback",),
        lambda f, _: f["fallback_homes"] > f["fallback_unknown"],
        "fallback_unknown",
    ),
    "indicator_fallback_target",
    ("indicator_fallback_reading",),
    printed=("返贫致贫户",),
)


def _counts(reading: Reading, units: list[Division]) -> list[Figures]:
    """Villages, those to be tracked, and those that cannot be judged without a population."""
    villages = tracked_villages(reading)
    return [
        {
            "villages": len(mine := [one for one in villages if unit.contains(one.village.code)]),
            "key_villages": sum(1 for one in mine if one.why),
            "villages_unknown": sum(1 for one in mine if one.share is None),
        }
        for unit in units
    ]


def _tracked(unit: Division, figures: Figures, frame: Frame) -> Judged:
    limit, count = frame.value("indicator_key_villages_target", unit), figures["key_villages"]
    missing = figures["villages_unknown"]
    if not figures["villages"] or missing == figures["villages"]:
        return Judged("none", None, limit, missing)
    if limit is None:
        return Judged("untargeted", count, None, missing)
    if count > limit:
        return Judged("unmet", count, limit, missing)
    return Judged("met" if count + missing <= limit else "partial", count, limit, missing)


KEY_VILLAGES = Indicator(
    "Z9",
    "重点跟踪村",
    "衡阳县增收三年行动（2022）：监测人口超过 3%，或脱贫加监测达到 5% 且（或）500 人的村",
    "个",
    {},
    (),
    (("村", ("villages",)), ("重点村", ("key_villages",)), ("没有农业人口的村", ("villages_unknown",))),
    _tracked,
    "indicator_key_villages_target",
    ("watch_reading",),
    more=_counts,
    opens_at="L21",
    printed=("重点村",),
    counted="村",
)
