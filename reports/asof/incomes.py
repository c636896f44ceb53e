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
    ExpressionWrapper,
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
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, RowNumber

from accounts.models import Division
from households.models import Income
from monitoring.policy import CONTRACT_6, READINGS, PolicyBook, fixed
from reports.asof.episodes import living_in
from reports.asof.homes import lifted_or_monitored

Known = datetime | None
Basis = Income.Basis
CURRENT = (Basis.ANNUAL, Basis.VISIT, Basis.CLEAR)
NET = F("wage") + F("business") + F("property_income") + F("transfer") - F("business_cost")
PAIR_READING = fixed(
    "focus_pair_reading", "收入监测：低于线与增速低于线", "choice", "and", CONTRACT_6, choices=READINGS
)
LINES = ("income_line", "focus_income", "focus_growth", PAIR_READING.key)
# How this year's income a head stands to the last one's: bits, so that one look says all, and as one comparison (at
# least: whatever it be, fallen or slow, slow, both, never).
NONE, GROWN, _FELL, _SLOW = 0, 1, 2, 4
COMPARED = (1, 3, 5, 7)
FELL = (3, 7)
ANY, EITHER, SLOWER, BOTH, NEVER = 0, 3, 5, 7, 8
_SLOWER = ((Q(now__lt=F("then")), _FELL), (Q(now_100__lt=F("lined")), _SLOW))
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
    now = _incomes(on, known_at).filter(household=OuterRef("pk"), basis__in=CURRENT)
    homes = lifted_or_monitored(division, on, known_at).annotate(earns=Exists(now))
    return living_in(homes, division, on, "", known_at)


def earnings(division: Division, on: date, known_at: Known = None) -> QuerySet[Any]:
    """What each household of `watched` earns now, with `earned` (net), `reference`, the year before (`net_before`,
    `members_before`, None where nobody recorded it), `pace` and the judgements `below` and `focus`."""
    homes = lifted_or_monitored(division, on, known_at).values("pk")
    now = _incomes(on, known_at).filter(basis__in=CURRENT, household__in=homes)
    before = _incomes(on, known_at).filter(basis=Basis.ANNUAL, ends_on__year=OuterRef("ends_on__year") - 1)
    rows = living_in(last_of_each(now), division, on, "household", known_at).annotate(**_lines(division, on))
    return _judged(paced(rows, before, F("growth_percent")))


def last_of_each(rows: QuerySet[Income]) -> QuerySet[Income]:
    """Of each household the last of these incomes."""
    # Ranked, not "none is later": that is a look from each row at each other one where few are expected.
    rank = Window(RowNumber(), partition_by="household_id", order_by=["-ends_on", "-id"])
    # At most one, for the planner's sake, as in episodes.
    return Income.objects.filter(pk__in=rows.annotate(back=rank).filter(back__lte=1).values("pk"))


def paced(rows: QuerySet[Any], before: QuerySet[Income], growth: Combinable) -> QuerySet[Any]:
    """The incomes with the last of `before` of their household (`net_before`, `members_before`) and with `pace`: what
    follows of both a head, `growth` being the line in percent. It is NONE, or one of COMPARED and FELL."""
    last: QuerySet[Any] = before.filter(household=OuterRef("household")).order_by("-ends_on", "-id")
    last = last.annotate(had=NET)
    told = rows.annotate(
        earned=NET,
        line=ExpressionWrapper(growth + Value(Decimal(100)), output_field=_MONEY),
        net_before=Subquery(last.values("had")[:1], output_field=_MONEY),
        members_before=Subquery(last.values("members")[:1]),
    )
    # Decided where the year before is looked up, so that it is looked up once.
    compared = last.annotate(
        now=ExpressionWrapper(OuterRef("earned") * F("members"), output_field=_MONEY),
        then=ExpressionWrapper(F("had") * OuterRef("members"), output_field=_MONEY),
    ).annotate(
        now_100=ExpressionWrapper(F("now") * 100, output_field=_MONEY),
        lined=ExpressionWrapper(F("then") * OuterRef("line"), output_field=_MONEY),
    )
    fell, slow = (Case(When(when, then=value), default=0) for when, value in _SLOWER)
    pace = Case(When(had__gt=0, then=GROWN + fell + slow), default=NONE, output_field=IntegerField())
    return told.annotate(pace=Coalesce(Subquery(compared.annotate(pace=pace).values("pace")[:1]), NONE))


def _incomes(on: date, known_at: Known) -> QuerySet[Income]:
    return Income.objects.as_of(on, known_at)


def _judged(rows: QuerySet[Any]) -> QuerySet[Any]:
    low, either = Q(earned__lt=F("focus_line") * F("members")), Q(either=1)
    # Low or slow, or both, by how much of it the pace must say.
    least = Case(
        When(low & either, then=ANY), When(low | either, then=SLOWER), default=NEVER, output_field=IntegerField()
    )
    return rows.annotate(
        reference=NET + F("claims") - F("own_payments"),
        below=flag(Q(reference__lt=F("income_line") * F("members"))),
        focus=flag(Q(pace__gte=least)),
    )


def flag(condition: Q) -> Case:
    """1 where it is true, else 0."""
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
