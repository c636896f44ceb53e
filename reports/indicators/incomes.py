"""Incomes of the last year that is recorded: growth against the county's average, households that fell, focus households."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Case, DecimalField, Exists, F, IntegerField, OuterRef, Q, QuerySet, When
from django.db.models import ExpressionWrapper as Wrapped

from accounts.models import Division
from accounts.scope import in_division
from assistance.models import Measure
from households.models import Income
from records.models import IncomeFile
from reports.asof import incomes as q
from reports.asof.episodes import living_in
from reports.indicators.base import Frame, Indicator, Judged, by_place, chosen, percent, share_of
from reports.indicators.populations import of_scope
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figure, Figures, Source
from reports.ledgers.telling import Told

_MONEY = DecimalField(max_digits=20, decimal_places=4)


def _annual(reading: Reading) -> QuerySet[Any]:
    """Annual incomes recorded by the day."""
    rows: QuerySet[Any] = Income.objects.as_of(reading.on, reading.known_at)
    return rows.filter(basis=Income.Basis.ANNUAL, members__gt=0)


def _year(reading: Reading) -> int:
    """The last year of which the county has annual incomes."""
    rows = _annual(reading).filter(in_division("household__village_id", reading.division.county))
    last = rows.order_by("-ends_on").values_list("ends_on", flat=True).first()
    return last.year if last else reading.on.year - 1


def _homes(reading: Reading) -> QuerySet[Any]:
    """The households, with `told`: whether both years are recorded, the first of them not without income."""
    year, annual = _year(reading), _annual(reading).filter(household=OuterRef("pk"))
    before = annual.filter(ends_on__year=year - 1).annotate(net=q.NET).filter(net__gt=0)
    both = Q(Exists(annual.filter(ends_on__year=year)), Exists(before))
    return of_scope("indicator_growth_scope", reading).annotate(told=q.flag(both))


def _incomes(reading: Reading) -> QuerySet[Any]:
    """What the households earned in the year, with what they earned in the one before (`reports.asof.incomes`), `focus`
    and, of these, `helped`."""
    year, annual = _year(reading), _annual(reading)
    homes = of_scope("indicator_growth_scope", reading)
    now = annual.filter(ends_on__year=year, household__in=homes.values("pk"))
    where = reading.division, reading.on, "household", reading.known_at
    rows = q.paced(
        living_in(q.last_of_each(now), *where), annual.filter(ends_on__year=year - 1), by_place("focus_growth", reading)
    )
    low = Wrapped(by_place("focus_income", reading) * F("members"), output_field=_MONEY)
    # Of low, slow and fallen all three or two, as the county reads it; without the year before it is none. Asked as one
    # comparison, since the year before is looked up wherever its pace is named.
    least = (q.BOTH, q.NEVER) if chosen("focus_reading", reading) == "all" else (q.EITHER, q.BOTH)
    pace = Case(When(earned__lt=F("low"), then=least[0]), default=least[1], output_field=IntegerField())
    rows = rows.annotate(low=low).annotate(focus=q.flag(Q(pace__gte=pace)))
    # Help is looked for where it is asked about.
    helped = Case(When(_helped(reading), then=1), default=0, output_field=IntegerField())
    return rows.annotate(helped=Case(When(focus=1, then=helped), default=0, output_field=IntegerField()))


def _helped(reading: Reading) -> Q:
    """Condition: with a measure begun and not cancelled, or measures in its income file, on the day."""
    mine = OuterRef("household_id")
    measures = Measure.objects.as_of(reading.on, reading.known_at)
    files = IncomeFile.objects.as_of(reading.on, reading.known_at).exclude(measures="")
    planned = measures.filter(plan__episode__household=mine)
    return Q(Exists(planned)) | Q(Exists(files.filter(household=mine)))


def _tell_home(row: Any) -> Told:
    return Told(None, f"{row.category} · {'有' if row.told else '没有'}两年的年度收入")


def _tell(row: Any) -> Told:
    if row.pace == q.NONE:
        return Told(None, "没有两年的年度收入")
    now, before = row.earned / row.members, row.net_before / row.members_before
    return Told(None, f"人均 {before:,.2f} 元 → {now:,.2f} 元，增 {(now / before - 1) * 100:.2f}%")


# One name in all three indicators, so that together they are counted in one query each.
_SOURCES = {
    "earners": Source(_homes, "", _tell_home),
    "incomes": Source(_incomes, "household", _tell, marks=("pace", "focus", "helped")),
}
_DONE = Q(pace__in=q.COMPARED)


def _covered(unit: Division, figures: Figures, frame: Frame, prefix: str) -> bool:
    least = frame.value("indicator_coverage", unit)
    whole = figures[f"{prefix}_homes"]
    return bool(whole) and bool(figures[f"{prefix}_told"]) and percent(figures[f"{prefix}_told"], whole) >= least


def _growth(unit: Division, figures: Figures, frame: Frame) -> Judged:
    average = frame.value("indicator_growth_average", unit)
    missing = figures["growth_homes"] - figures["growth_told"]
    before, size = figures["before_net"], figures["before_size"]
    if not (before and size and figures["now_size"]):
        return Judged("none", None, average, missing)
    value = Decimal(figures["now_net"]) / figures["now_size"] / (Decimal(before) / size) * 100 - 100
    if average is None:
        return Judged("untargeted", value, None, missing)
    if not _covered(unit, figures, frame, "growth"):
        return Judged("partial", value, average, missing)
    return Judged("met" if value > average else "unmet", value, average, missing)


def _fallen(unit: Division, figures: Figures, frame: Frame) -> Judged:
    limit, count = frame.value("indicator_decrease_target", unit), figures["fallen"]
    missing = figures["fall_homes"] - figures["fall_told"]
    if not figures["fall_told"]:
        return Judged("none", None, limit, missing)
    if count > limit:
        return Judged("unmet", count, limit, missing)
    return Judged("met" if _covered(unit, figures, frame, "fall") else "partial", count, limit, missing)


def _focus(unit: Division, figures: Figures, frame: Frame) -> Judged:
    missing = figures["focus_homes"] - figures["focus_told"]
    aim = frame.value("indicator_focus_target", unit)
    if not figures["focus_told"]:
        return Judged("none", None, aim, missing)
    if not figures["focus"]:
        return Judged("met" if _covered(unit, figures, frame, "focus") else "partial", None, aim, missing)
    found = share_of("indicator_focus_target", "focus_helped", "focus")(unit, figures, frame)
    short = found.state == "met" and not _covered(unit, figures, frame, "focus")
    return Judged("partial" if short else found.state, found.value, aim, missing)


_NOTE = "用全县最近一个有年度收入记录的年度与上一年比；两年都有记录的户才比，够不够判断见参数“至少多少户有两年收入”。"
GROWTH = Indicator(
    "Z7",
    "收入增速",
    "衡阳县增收三年行动（2022）：增速高于全县农村居民平均",
    "%",
    _SOURCES,
    (
        Figure("growth_homes", "earners"),
        Figure("growth_told", "incomes", _DONE),
        Figure("now_net", "incomes", _DONE, add=F("earned")),
        Figure("now_size", "incomes", _DONE, add=F("members")),
        Figure("before_net", "incomes", _DONE, add=F("net_before")),
        Figure("before_size", "incomes", _DONE, add=F("members_before")),
    ),
    (("户", ("growth_homes",)), ("有两年收入户", ("growth_told",))),
    _growth,
    "indicator_growth_average",
    ("indicator_growth_scope",),
    ">",
    note=_NOTE,
)
FALLEN = Indicator(
    "Z8",
    "收入负增长户",
    "县级2022年工作方案：没有收入负增长户",
    "户",
    _SOURCES,
    (
        Figure("fall_homes", "earners"),
        Figure("fall_told", "incomes", _DONE),
        Figure("fallen", "incomes", Q(pace__in=q.FELL)),
    ),
    (("有两年收入户", ("fall_told",)), ("负增长户", ("fallen",))),
    _fallen,
    "indicator_decrease_target",
    ("indicator_growth_scope",),
    note=_NOTE,
    printed=("负增长户",),
)
FOCUS = Indicator(
    "Z10",
    "收入重点户有措施",
    "衡阳县增收三年行动（2022）：收入重点户一户一个帮扶措施",
    "%",
    _SOURCES,
    (
        Figure("focus_homes", "earners"),
        Figure("focus_told", "incomes", _DONE),
        Figure("focus", "incomes", Q(focus=1)),
        Figure("focus_helped", "incomes", Q(helped=1)),
    ),
    (("重点户", ("focus",)), ("有措施户", ("focus_helped",))),
    _focus,
    "indicator_focus_target",
    ("focus_reading", "indicator_growth_scope"),
    "≥",
    printed=("重点户", "有措施户"),
    note=f"人均纯收入和增速两条线见参数“收入重点户”；措施是一户一策里的措施，或收入减少工作档案里的措施。{_NOTE}",
)
