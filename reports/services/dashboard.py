"""The dashboard (驾驶舱): what a place looks like on a day, every figure from the querysets that the ledgers count."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from accounts.models import Division, User
from accounts.permissions import require
from monitoring.models import Case, Clue, EpisodeEvent
from monitoring.policy import PolicyBook
from reports.asof import episodes as q
from reports.asof.clues import STATE
from reports.asof.problems import TOPICS
from reports.boards import FUNNEL, HELP
from reports.boards.funnel import checked, received
from reports.boards.standing import MAIN_RISKS
from reports.boards.tracking import rule_words, tracked_villages
from reports.ledgers.base import Reading
from reports.ledgers.summary import Figures, SummaryLedger, units_of
from reports.ledgers.t1 import MonitoringStatement, rural_population
from reports.ledgers.t4 import ClueStatement, mean_days
from reports.ledgers.t8 import GuaranteeStatement
from reports.permissions import EXPORT

T1, T4, T8 = MonitoringStatement(), ClueStatement(), GuaranteeStatement()
KIND = EpisodeEvent.Kind
MONTHS = 12


@dataclass(frozen=True)
class Month:
    """One month of the trend: monitored at its end, those that came in it and went."""

    month: date
    monitored: int
    new: int
    cleared: int


@dataclass(frozen=True)
class Step:
    """One step of the clue funnel; `share` is of the step before, `days` the median from receipt."""

    words: str
    count: int
    share: float | None = None
    days: float | None = None


@dataclass(frozen=True)
class Share:
    """Work in hand of one kind: all of it, what is overdue, what is due soon."""

    total: int
    over: int
    soon: int


@dataclass(frozen=True)
class Load:
    """What a unit has in hand today, clues and cases."""

    unit: Division
    clues: Share
    cases: Share

    @property
    def over(self) -> int:
        return self.clues.over + self.cases.over

    @property
    def soon(self) -> int:
        return self.clues.soon + self.cases.soon

    @property
    def total(self) -> int:
        return self.clues.total + self.cases.total

    @property
    def rest(self) -> int:
        return self.total - self.over - self.soon


@dataclass(frozen=True)
class Met:
    """Monitored households of a main risk, and those without a delivered measure that fits."""

    risk: str
    count: int
    unmet: int

    @property
    def percent(self) -> int:
        return round((self.count - self.unmet) * 100 / self.count)


@dataclass(frozen=True)
class Tracked:
    """A village that passed a threshold of key tracking, and which; shares in percent."""

    village: Division
    monitored: int
    share: Decimal
    joint: int
    why: str


@dataclass(frozen=True)
class Tracking:
    """The villages to be tracked, the rule in words, and how many villages cannot be judged without a population."""

    villages: list[Tracked]
    rule: str
    unknown: int


@dataclass(frozen=True)
class Guarantee:
    """Problems with one guarantee: found, cleared, in hand."""

    title: str
    found: int
    solved: int
    left: int


@dataclass(frozen=True)
class Dashboard:
    """Everything that the page shows; `loads` is None on a past day, because work in hand is known for today alone."""

    reading: Reading
    units: int
    statement: Figures
    population: int | None
    days: Any
    overdue_clues: int
    overdue_cases: int | None
    trend: list[Month]
    year_ago: Month | None
    funnel: list[Step]
    still_open: int
    loads: list[Load] | None
    risks: list[Met]
    tracking: Tracking

    @property
    def cleared_share(self) -> float | None:
        identified = self.statement["identified"]
        return self.statement["cleared"] * 100 / identified if identified else None

    @property
    def identified_share(self) -> float | None:
        return self.statement["identified_persons"] * 100 / self.population if self.population else None


def dashboard(*, division: Division, as_of: date, actor: User, at: datetime) -> Dashboard:
    """The dashboard of a place as of a day; the number of queries does not depend on the size of the place.

    Raises: OutOfScope, Forbidden: the place is not the actor's to see, or its figures not his.
    """
    require(actor=actor, right=EXPORT, code=division.code, at=at)
    reading, today = Reading(division, as_of), timezone.localdate(at)
    statement, clues = _totals(T1, reading), _totals(T4, reading)
    trend = _trend(reading, statement["open"])
    loads = _loads(division, today) if as_of == today else None
    steps = _totals(FUNNEL, reading)
    return Dashboard(
        reading=reading,
        units=len(units_of(division)),
        statement=statement,
        population=rural_population(division),
        days=mean_days(division, clues),
        overdue_clues=Clue.objects.within(division).overdue(today).count() if loads else clues["overdue"],
        overdue_cases=Case.objects.within(division).overdue(today).count() if loads else None,
        trend=trend[1:],
        year_ago=trend[0] if trend[0].monitored else None,
        funnel=_funnel(steps, reading),
        still_open=steps["open"],
        loads=loads,
        risks=_risks(reading),
        tracking=_tracking(reading),
    )


def guarantees(*, division: Division, as_of: date, actor: User, at: datetime) -> list[Guarantee]:
    """The part of the dashboard that costs as much as all others; a page asks for it by itself.

    Raises: as `dashboard`.
    """
    require(actor=actor, right=EXPORT, code=division.code, at=at)
    return _guarantees(_totals(T8, Reading(division, as_of)))


def _totals(ledger: SummaryLedger, reading: Reading) -> Figures:
    return ledger.total(ledger.table(reading))


def _trend(reading: Reading, standing: int) -> list[Month]:
    """The thirteen months to the day, from what stands on it: T1's equation read backwards, four queries in all."""
    months = [reading.on.replace(day=1)]
    while len(months) <= MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    changes = _changes(reading, months[-1] - timedelta(days=1))
    found = []
    for month in months:
        change = changes[month]
        found.append(Month(month, standing, change["new"], change["cleared"]))
        standing -= change["came"] - change["went"]
    return found[::-1]


def _changes(reading: Reading, after: date) -> defaultdict[date, Counter[str]]:
    """By month: households that came into monitoring and that went, and of these the new and the cleared ones."""
    span = (reading.division, after, reading.on, reading.known_at)
    cleared = Q(kind=KIND.CLEARED)
    flows = {
        "new": T1.figure("new")[0].where,
        "cleared": T1.figure("clearings")[0].where,
        "came": Q(kind__in=q.OPEN),
        "went": cleared,
    }
    changes: defaultdict[date, Counter[str]] = defaultdict(Counter)
    for rows, day, counted in (
        (q.flows(*span), "happened_on", flows),
        (q.endings(*span), "gone_on", {"went": Q()}),
        (_outside(q.arrivals(*span), reading.division), "happened_on", {"came": Q()}),
        (_outside(q.departures(*span), reading.division), "happened_on", {"went": Q()}),
    ):
        wanted = {f"n_{name}": Count("pk", distinct=True, filter=where) for name, where in counted.items()}
        months: Any = rows.order_by().annotate(month=TruncMonth(day)).values("month")
        for row in months.annotate(**wanted):
            for name in counted:
                changes[row["month"]][name] += row[f"n_{name}"]
    return changes


def _outside(moves: Any, division: Division) -> Any:
    """Moves whose other end lies outside the place."""
    low, high = division.code_range
    return moves.exclude(elsewhere__gte=low, elsewhere__lt=high)


def _funnel(figures: Figures, reading: Reading) -> list[Step]:
    rows = checked(reading).values_list("happened_on", "clue__received_on")
    ended = received(reading).filter(target=STATE.ENROLLED).values_list("happened_on", "clue__received_on")
    days = {"checked": _median(rows), "enrolled": _median(ended)}
    steps: list[Step] = []
    for path, key in ((shown.path[0], shown.keys[0]) for shown in FUNNEL.shown if shown.keys != ("open",)):
        before = steps[-1].count if steps else 0
        steps.append(Step(path, figures[key], figures[key] * 100 / before if before else None, days.get(key)))
    return steps


def _median(rows: Any) -> float | None:
    spans = [(end - start).days for end, start in rows]
    return float(median(spans)) if spans else None


def _loads(division: Division, today: date) -> list[Load]:
    """The units with most overdue first."""
    units = units_of(division)
    clues = _shares(Clue.objects.within(division), units, today)
    cases = _shares(Case.objects.within(division), units, today)
    loads = [Load(unit, clues[unit.code], cases[unit.code]) for unit in units]
    return sorted(loads, key=lambda load: (-load.over, -load.total, load.unit.code))


def _shares(rows: Any, units: list[Division], today: date) -> dict[str, Share]:
    """The shares of one kind of work by unit; three queries."""
    counts: Counter[tuple[str, str]] = Counter()
    for state, found in (("total", rows.open()), ("over", rows.overdue(today)), ("soon", rows.due_soon(today))):
        for code, number in found.order_by().values_list("village_id").annotate(n=Count("pk")):
            unit = next((unit for unit in units if unit.contains(code)), None)
            if unit is not None:
                counts[unit.code, state] += number
    return {unit.code: Share(*(counts[unit.code, state] for state in ("total", "over", "soon"))) for unit in units}


def _risks(reading: Reading) -> list[Met]:
    figures = _totals(HELP, reading)
    found = [Met(str(risk.value), figures[f"{risk.name}_all"], figures[f"{risk.name}_unmet"]) for risk in MAIN_RISKS]
    return sorted((row for row in found if row.count), key=lambda row: -row.count)


def _tracking(reading: Reading) -> Tracking:
    book = PolicyBook()
    villages = tracked_villages(reading, book)
    found = [
        Tracked(one.village, one.monitored, one.share, one.joint, one.why)
        for one in villages
        if one.why and one.share is not None
    ]
    unknown = sum(1 for one in villages if one.share is None)
    rule = rule_words(book, reading.on, reading.division.code)
    return Tracking(sorted(found, key=lambda row: -row.share), rule, unknown)


def _guarantees(figures: Figures) -> list[Guarantee]:
    # As the sheet adds them up, so that both say the same.
    printed = {shown.path: sum(figures[key] for key in shown.keys) for shown in T8.shown}
    return [Guarantee(topic.title, *(printed[topic.title, word] for word in T8.words)) for topic in TOPICS]
