"""What the household page shows beside the story: incomes for the chart, department facts, papers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts.templatetags.sw import month
from households.models import Household, Income
from monitoring.clue_story import Piece
from monitoring.feeds import FEEDS
from monitoring.models import Case, Visit
from monitoring.policy import PolicyBook

MOST_FACTS = 30
MOST_HITS = 20


@dataclass(frozen=True)
class Earned:
    """Twelve months' income a head, by kind, beside the line in force at its end."""

    income: Income
    label: str
    parts: tuple[Decimal, Decimal, Decimal, Decimal]
    net: Decimal
    line: Decimal


def earned(household: Household, incomes: Iterable[Income]) -> list[Earned]:
    """Incomes as the chart draws them, oldest first: every yearly one, and of each half year the newest other one.

    One more query (the policy's values).
    """
    book = PolicyBook()
    rows = sorted(_telling(incomes), key=lambda income: (income.ends_on, income.pk))
    return [_earned(income, book, household.village_id) for income in rows]


def _telling(incomes: Iterable[Income]) -> list[Income]:
    newest: dict[Any, Income] = {}
    for income in sorted(incomes, key=lambda row: (row.ends_on, row.pk)):
        half = (income.ends_on.year, income.ends_on.month > 6)
        newest[(income.basis, *half) if income.basis != Income.Basis.VISIT else ("visit", *half)] = income
    return list(newest.values())[-10:]


def _earned(income: Income, book: PolicyBook, code: str) -> Earned:
    kinds = (income.wage, income.business - income.business_cost, income.property_income, income.transfer)
    parts = [(kind / income.members).quantize(Decimal("0.01")) for kind in kinds]
    year = f"{income.ends_on.year}年度" if income.basis == Income.Basis.ANNUAL else f"到{month(income.ends_on)}"
    line = book.value("income_line", on=income.ends_on, code=code)
    return Earned(income, year, (parts[0], parts[1], parts[2], parts[3]), income.net_per_capita, line)


def chart_of(rows: Sequence[Earned]) -> dict[str, Any]:
    """What the chart's script reads: labels, four series, totals and the line, in whole yuan."""
    titles = ("工资", "经营", "财产", "转移")
    return {
        "labels": [row.label for row in rows],
        "series": [{"name": t, "data": [int(row.parts[i]) for row in rows]} for i, t in enumerate(titles)],
        "net": [int(row.net) for row in rows],
        "line": [int(row.line) for row in rows],
    }


@dataclass(frozen=True)
class Fact:
    """One row of a department about a member that a rule looked at, as the hit kept it."""

    period: str
    department: str
    title: str
    name: str
    on: date | None
    amount: Decimal | None
    place: str
    differs: bool


def department_facts(household: Household) -> list[Fact]:
    """What departments' rows that reached a line say of this household, the newest month first, each row once.

    Read from the evidence that hits keep: feed rows themselves have no index by person, there are millions of them.
    """
    found: dict[tuple[Any, ...], Fact] = {}
    for hit in household.hits.standing().order_by("-period", "-pk")[:MOST_HITS]:
        for kept in json.loads(hit.evidence) if hit.evidence else []:
            if kept.get("feed") in FEEDS:
                key = tuple(kept.get(name) for name in ("feed", "period", "file", "sheet", "row"))
                found.setdefault(key, _fact(kept))
    return sorted(found.values(), key=lambda fact: fact.period, reverse=True)[:MOST_FACTS]


def _fact(kept: dict[str, Any]) -> Fact:
    piece = Piece(kept, None)
    return Fact(
        kept["period"],
        kept["department"],
        kept["title"],
        (kept.get("person") or {}).get("name", ""),
        piece.on,
        piece.amount,
        piece.place,
        bool(kept.get("name_differs")),
    )


@dataclass(frozen=True)
class Paper:
    """A paper of the household that has a page."""

    on: date
    title: str
    link: str


def papers(visits: Iterable[Visit], cases: Iterable[Case]) -> list[Paper]:
    """Visit forms and case files, newest first."""
    found = [
        Paper(visit.visited_on, f"{visit.get_kind_display()}表", reverse("visit-detail", args=[visit.uid]))
        for visit in visits
    ]
    found += [
        Paper(case.opened_on, f"{case.get_kind_display()}案卷 {case.number}", reverse("case-detail", args=[case.uid]))
        for case in cases
    ]
    return sorted(found, key=lambda paper: paper.on, reverse=True)
