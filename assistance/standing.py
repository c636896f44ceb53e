"""How a plan stands on a day: each measure with what is due of it, the risks that are met or not, sums in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from assistance.fit import fits, wanted
from assistance.models import Delivery, Measure, Plan

OVER, SOON, RUN, OK, IDLE = "over", "soon", "run", "ok", "idle"
# An end that is so near is said (days); so long after its start a measure without any delivery is late (days).
NEAR_END, LATE_AFTER = 30, 30


@dataclass
class MeasureLine:
    """One measure with its standing deliveries and, in a word, what is to be done about it."""

    measure: Measure
    deliveries: list[Delivery]
    state: str
    words: str

    @property
    def delivered(self) -> Decimal:
        return sum((row.amount for row in self.deliveries), Decimal(0))

    @property
    def open(self) -> bool:
        return self.measure.state not in (Measure.State.ENDED, Measure.State.CANCELLED)

    @property
    def to_confirm(self) -> bool:
        return bool(self.deliveries) and self.measure.confirmed_on is None


@dataclass
class RiskLine:
    """One risk with the measures that meet it; `fitting` are the categories to choose from."""

    risk: str
    lines: list[MeasureLine]
    fitting: list[str]

    @property
    def delivered(self) -> bool:
        return any(line.deliveries for line in self.lines)

    @property
    def state(self) -> str:
        return OK if self.delivered else SOON if self.lines else OVER

    @property
    def words(self) -> str:
        if not self.lines:
            return "还没有对得上的措施"
        return "已经落实" if self.delivered else "有措施，还没有落实"


@dataclass
class Standing:
    """A plan as a whole."""

    lines: list[MeasureLine]
    risks: list[RiskLine] = field(default_factory=list)

    @property
    def counted(self) -> list[MeasureLine]:
        return [line for line in self.lines if line.measure.state != Measure.State.CANCELLED]

    @property
    def with_delivery(self) -> int:
        return sum(bool(line.deliveries) for line in self.counted)

    @property
    def due(self) -> int:
        """Begun and nothing delivered yet."""
        return sum(line.open and not line.deliveries and line.state in (OVER, SOON) for line in self.counted)

    @property
    def confirmed(self) -> int:
        return sum(line.measure.confirmed_on is not None for line in self.counted)

    @property
    def planned_amount(self) -> Decimal:
        return sum((line.measure.planned_amount for line in self.counted), Decimal(0))

    @property
    def delivered_amount(self) -> Decimal:
        return sum((line.delivered for line in self.counted), Decimal(0))

    @property
    def amounts(self) -> tuple[str, str]:
        """Delivered and planned, in whole yuan."""
        return f"{self.delivered_amount:,.0f}", f"{self.planned_amount:,.0f}"

    @property
    def met(self) -> int:
        return sum(risk.delivered for risk in self.risks)


def standing_of(plan: Plan, on: date) -> Standing:
    """How the plan stands; two queries."""
    measures = plan.measures.select_related("type", "beneficiary").prefetch_related("deliveries__recorded_by")
    lines = [_line(measure, on) for measure in measures]
    standing = Standing(lines)
    for risk in plan.episode.risks:
        mine = [
            line for line in standing.counted if line.measure.risk == risk and fits(risk, line.measure.type.category)
        ]
        standing.risks.append(RiskLine(risk, mine, wanted(risk)))
    return standing


def _line(measure: Measure, on: date) -> MeasureLine:
    deliveries = [row for row in measure.deliveries.all() if row.withdrawn_at is None]
    state, words = _word(measure, deliveries, on)
    return MeasureLine(measure, deliveries, state, words)


def _word(measure: Measure, deliveries: list[Delivery], on: date) -> tuple[str, str]:
    if measure.state == Measure.State.CANCELLED:
        return IDLE, "已取消"
    if measure.state == Measure.State.ENDED:
        return OK, f"{_day(measure.ended_on)}结束"
    if not deliveries:
        return _undelivered(measure, on)
    if measure.confirmed_on is None:
        return SOON, "落实了，待农户确认"
    if measure.planned_end_on and on <= measure.planned_end_on <= on + timedelta(days=NEAR_END):
        return SOON, f"{_day(measure.planned_end_on)}到期"
    return (RUN, "落实中") if measure.state == Measure.State.RUNNING else (OK, "已落实")


def _undelivered(measure: Measure, on: date) -> tuple[str, str]:
    if measure.starts_on > on:
        return IDLE, f"{_day(measure.starts_on)}开始"
    last = measure.planned_end_on or measure.starts_on + timedelta(days=LATE_AFTER)
    if last < on:
        return OVER, f"超 {(on - last).days} 天没有落实"
    return SOON, "该落实了"


def _day(day: date | None) -> str:
    return f"{day.month}月{day.day}日" if day else ""
