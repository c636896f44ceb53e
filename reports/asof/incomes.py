"""Incomes of lifted households (脱贫户) and monitored ones as of any day, held against the lines in force on it.

What a household earns now is its latest year, visit or clearing; before is the yearly income of the year before that.
A head is what is compared, by multiplying out, so that nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    DecimalField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from accounts.models import Division
from households.models import Category, Household, Income
from monitoring.policy import CONTRACT_6, READINGS, PolicyBook, fixed
from reports.asof.episodes import HOME, OPEN, living_in, standing

Known = datetime | None
Basis = Income.Basis
CURRENT = (Basis.ANNUAL, Basis.VISIT, Basis.CLEAR)
NET = F("wage") + F("business") + F("property_income") + F("transfer") - F("business_cost")
PAIR_READING = fixed(
    "focus_pair_reading", "收入监测：低于线与增速低于线", "choice", "and", CONTRACT_6, choices=READINGS
)
LINES = ("income_line", "focus_income", "focus_growth", PAIR_READING.key)
_MONEY = DecimalField(max_digits=20, decimal_places=4)


@dataclass(frozen=True)
class Lines:
    """The lines of a place on a day; `either`: 低于1万元 or 增速低于5.5% is enough."""

    income: Decimal
    focus: Decimal
    growth: Decimal
    either: bool

    @classmethod
    def of(cls, book: PolicyBook, on: date, code: str) -> Lines:
        income, focus, growth, reading = (book.value(key, on=on, code=code) for key in LINES)
        return cls(income, focus, growth, reading == "or")


def watched(division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """Lifted and monitored households of a place, with `earns`: whether anybody recorded what they earn now."""
    monitored = standing(division, on, known_at).filter(kind__in=OPEN)
    homes = Household.objects.as_of(on, known_at).filter(Q(category=Category.LIFTED) | Q(pk__in=monitored.values(HOME)))
    now = _incomes(on, known_at).filter(household=OuterRef("pk"), basis__in=CURRENT)
    return living_in(homes.annotate(earns=Exists(now)), division, on, "", known_at)


def earnings(division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """What each household of `watched` earns now, with `earned` (net), `reference`, the year before (`net_before`,
    `members_before`, None where nobody recorded it), `compared` (1 where there is one to compare with) and the judgements
    `falling`, `below` and `focus`."""
    homes = watched(division, on, known_at).values("pk")
    # Ranked, not "none is later": that is a look from each row at each other one where few are expected.
    rank = Window(RowNumber(), partition_by="household_id", order_by=["-ends_on", "-id"])
    now = _incomes(on, known_at).filter(basis__in=CURRENT, household__in=homes).annotate(back=rank)
    latest = Income.objects.filter(pk__in=now.filter(back=1).values("pk"))
    rows = living_in(latest, division, on, "household", known_at)
    before = _incomes(on, known_at).filter(
        household=OuterRef("household"), basis=Basis.ANNUAL, ends_on__year=OuterRef("ends_on__year") - 1
    )
    last = before.annotate(earned=NET).order_by("-ends_on", "-id")
    told = rows.annotate(
        earned=NET,
        reference=NET + F("claims") - F("own_payments"),
        net_before=Subquery(last.values("earned")[:1], output_field=_MONEY),
        members_before=Subquery(last.values("members")[:1]),
    )
    return _judged(told, division, on)


def _incomes(on: date, known_at: Known) -> QuerySet[Income]:
    return Income.objects.as_of(on, known_at)


def _judged(rows: QuerySet[Any], division: Division, on: date) -> QuerySet[Any]:
    lined = rows.annotate(**_lines(division, on))
    low = Q(earned__lt=F("focus_line") * F("members"))
    grown = Q(net_before__gt=0)
    slow = grown & Q(now_before__lt=F("growth_line"))
    falling = grown & Q(now_before__lt=F("before_now"))
    focus = Q(either=1) & (low | slow) | Q(either=0) & low & slow
    return lined.annotate(
        now_before=F("earned") * F("members_before") * 100,
        before_now=F("net_before") * F("members") * 100,
        growth_line=F("net_before") * F("members") * (F("growth_percent") + 100),
    ).annotate(
        compared=_flag(grown),
        falling=_flag(falling),
        below=_flag(Q(reference__lt=F("income_line") * F("members"))),
        focus=_flag(focus),
    )


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=1), default=0, output_field=IntegerField())


def _lines(division: Division, on: date) -> dict[str, Case]:
    """The lines by the village of a row: townships may have their own."""
    book = PolicyBook()
    areas = book.areas(LINES, on=on, county=division.code[:6])
    of = {area: Lines.of(book, on, area.ljust(12, "0")) for area in areas}
    usual = Lines.of(book, on, division.code)

    def by_place(name: str, output: Any) -> Case:
        cases = [When(place__startswith=area, then=Value(getattr(of[area], name), output)) for area in areas]
        return Case(*cases, default=Value(getattr(usual, name), output), output_field=output)

    return {
        "income_line": by_place("income", _MONEY),
        "focus_line": by_place("focus", _MONEY),
        "growth_percent": by_place("growth", _MONEY),
        "either": by_place("either", IntegerField()),
    }
